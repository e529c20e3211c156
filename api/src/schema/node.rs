//! Any thing by its global id.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::{
    activity, area, calendar_address, conversation, event, event_series, event_session, fulfilment,
    intake, invitation,
    listing::{self, ListingKind},
    matching, membership, message, message_report, notification, organisation, person,
    place_reservation, priority_area, priority_edition, registration, resource_type, thanks,
};
use futures_util::future::try_join_all;
use uuid::Uuid;

use crate::{
    accounts::Person,
    activities::Activity,
    areas::Area,
    calendars::Calendar,
    context::Ask,
    conversations::{Conversation, Message, MessageReport},
    events::{Event, EventSeries, EventSession},
    fulfilments::Fulfilment,
    intakes::Intake,
    invitations::Invitation,
    kit::{Error, Id, Resource, id},
    listings::{Offer, Request},
    matches::Match,
    members::Membership,
    notifications::Notification,
    organisations::Organisation,
    priorities::{PriorityArea, PriorityEdition},
    registrations::Registration,
    reservations::PlaceReservation,
    resource_types::ResourceType,
    thanks::Thanks,
};

/// The most ids in one call of `nodes`.
const MOST: usize = 100;

/// Anything that has a global id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "async_graphql::ID",
    desc = "Global id: the same thing, wherever it is met."
))]
pub enum Node {
    /// Something offered.
    Offer(Offer),
    /// Something requested.
    Request(Request),
    /// Someone who signs in.
    Person(Person),
    /// An organisation of the county or beyond.
    Organisation(Organisation),
    /// A person's place in an organisation.
    Membership(Membership),
    /// A link by which one person joins an organisation.
    Invitation(Invitation),
    /// What somebody told, before it is a listing.
    Intake(Intake),
    /// An offer and a request that were brought together.
    Match(Match),
    /// A delivery, or a part of one.
    Fulfilment(Fulfilment),
    /// What one side of a match says to thank the other.
    Thanks(Thanks),
    /// What two organisations say to each other about a listing.
    Conversation(Conversation),
    /// Something that somebody said in a conversation.
    Message(Message),
    /// What somebody tells the moderators of a message.
    MessageReport(MessageReport),
    /// A gathering of people.
    Event(Event),
    /// Events that recur by a rule.
    EventSeries(EventSeries),
    /// A part of an event with a time of its own.
    EventSession(EventSession),
    /// Somebody's place at an event, or in the queue for one.
    Registration(Registration),
    /// Places that organisers hold for some.
    PlaceReservation(PlaceReservation),
    /// An address by which somebody's calendar program follows events.
    Calendar(Calendar),
    /// The record of one committed act.
    Activity(Activity),
    /// What somebody is told.
    Notification(Notification),
    /// A place with a name and a time.
    Area(Area),
    /// A type of what can be shared.
    ResourceType(ResourceType),
    /// The priorities as reviewed at one time.
    PriorityEdition(PriorityEdition),
    /// One thing that matters most.
    PriorityArea(PriorityArea),
}

/// Things by their ids.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this id; null where there is none that the viewer may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<Node>> {
        Ok(node(ctx, &id).await?)
    }

    /// The things with these ids, at most 100, in the same order, each null where there is none that the viewer may see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            return Err(Error::BadInput("ids", format!("at most {MOST} ids in one call")).into());
        }
        let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        Ok(nodes(ctx, &ids).await?)
    }
}

/// The thing with a global id; `None` where there is none that the viewer may see, or the text is no id.
pub(crate) async fn node(ctx: &Context<'_>, global: &str) -> Result<Option<Node>, Error> {
    let Some((kind, id)) = id::split(global) else {
        return Ok(None);
    };
    let mut found = of_kind(ctx, kind, &[id]).await?;
    Ok(found.pop().flatten())
}

/// The things with these global ids, in the same order: those of a kind are read in one statement.
pub(super) async fn nodes(ctx: &Context<'_>, globals: &[&str]) -> Result<Vec<Option<Node>>, Error> {
    let mut kinds: BTreeMap<&str, (Vec<usize>, Vec<Uuid>)> = BTreeMap::new();
    for (at, global) in globals.iter().enumerate() {
        if let Some((kind, id)) = id::split(global) {
            let (places, ids) = kinds.entry(kind).or_default();
            places.push(at);
            ids.push(id);
        }
    }
    let read = kinds.into_iter().map(async |(kind, (places, ids))| {
        let found = of_kind(ctx, kind, &ids).await?;
        Ok::<_, Error>(places.into_iter().zip(found))
    });
    let mut nodes: Vec<Option<Node>> = globals.iter().map(|_| None).collect();
    for (place, node) in try_join_all(read).await?.into_iter().flatten() {
        nodes[place] = node;
    }
    Ok(nodes)
}

/// The things of one kind with these ids, in the same order; nothing where there is no such kind.
async fn of_kind(ctx: &Context<'_>, kind: &str, ids: &[Uuid]) -> Result<Vec<Option<Node>>, Error> {
    let (known, viewer) = (ctx.app().reference.now(), ctx.viewer());
    let in_memory =
        |find: &dyn Fn(Uuid) -> Option<Node>| Ok(ids.iter().map(|id| find(*id)).collect());
    match kind {
        area::Entity::NAME => in_memory(&|id| Area::by_id(&known, id).map(Node::Area)),
        resource_type::Entity::NAME => {
            in_memory(&|id| ResourceType::by_id(&known, id).map(Node::ResourceType))
        }
        priority_edition::Entity::NAME => {
            in_memory(&|id| PriorityEdition::by_id(&known, viewer, id).map(Node::PriorityEdition))
        }
        priority_area::Entity::NAME => {
            in_memory(&|id| PriorityArea::by_id(&known, viewer, id).map(Node::PriorityArea))
        }
        person::Entity::NAME => {
            let seen = |row| Node::Person(Person::seen_by(viewer, row));
            rows::<person::Entity>(ctx, ids, seen).await
        }
        listing::Entity::NAME => rows::<listing::Entity>(ctx, ids, listed).await,
        organisation::Entity::NAME => {
            rows::<organisation::Entity>(ctx, ids, |row| Node::Organisation(row.into())).await
        }
        membership::Entity::NAME => {
            rows::<membership::Entity>(ctx, ids, |row| Node::Membership(row.into())).await
        }
        invitation::Entity::NAME => {
            rows::<invitation::Entity>(ctx, ids, |row| Node::Invitation(row.into())).await
        }
        matching::Entity::NAME => {
            rows::<matching::Entity>(ctx, ids, |row| Node::Match(row.into())).await
        }
        fulfilment::Entity::NAME => {
            rows::<fulfilment::Entity>(ctx, ids, |row| Node::Fulfilment(row.into())).await
        }
        thanks::Entity::NAME => {
            rows::<thanks::Entity>(ctx, ids, |row| Node::Thanks(row.into())).await
        }
        intake::Entity::NAME => {
            rows::<intake::Entity>(ctx, ids, |row| Node::Intake(row.into())).await
        }
        conversation::Entity::NAME => {
            rows::<conversation::Entity>(ctx, ids, |row| Node::Conversation(row.into())).await
        }
        message::Entity::NAME => {
            rows::<message::Entity>(ctx, ids, |row| Node::Message(row.into())).await
        }
        message_report::Entity::NAME => {
            rows::<message_report::Entity>(ctx, ids, |row| Node::MessageReport(row.into())).await
        }
        event::Entity::NAME => rows::<event::Entity>(ctx, ids, |row| Node::Event(row.into())).await,
        registration::Entity::NAME => {
            rows::<registration::Entity>(ctx, ids, |row| Node::Registration(row.into())).await
        }
        place_reservation::Entity::NAME => {
            rows::<place_reservation::Entity>(ctx, ids, |row| Node::PlaceReservation(row.into()))
                .await
        }
        calendar_address::Entity::NAME => {
            rows::<calendar_address::Entity>(ctx, ids, |row| Node::Calendar(row.into())).await
        }
        event_series::Entity::NAME => {
            rows::<event_series::Entity>(ctx, ids, |row| Node::EventSeries(row.into())).await
        }
        event_session::Entity::NAME => {
            rows::<event_session::Entity>(ctx, ids, |row| Node::EventSession(row.into())).await
        }
        activity::Entity::NAME => {
            rows::<activity::Entity>(ctx, ids, |row| Node::Activity(row.into())).await
        }
        notification::Entity::NAME => {
            rows::<notification::Entity>(ctx, ids, |row| Node::Notification(row.into())).await
        }
        _ => Ok(ids.iter().map(|_| None).collect()),
    }
}

/// Rows as the viewer sees them, in the order of their ids.
async fn rows<E: Resource>(
    ctx: &Context<'_>,
    ids: &[Uuid],
    make: impl Fn(E::Model) -> Node,
) -> Result<Vec<Option<Node>>, Error>
where
    E::Model: Clone + Send + Sync,
{
    let ids: Vec<Id<E>> = ids.iter().copied().map(Id::new).collect();
    let found = ctx.load_all(ids.clone()).await?;
    Ok(ids
        .iter()
        .map(|id| found.get(id).cloned().map(&make))
        .collect())
}

/// An offer or a request.
fn listed(row: listing::Model) -> Node {
    match row.kind {
        ListingKind::Offer => Node::Offer(row.into()),
        ListingKind::Request => Node::Request(row.into()),
    }
}
