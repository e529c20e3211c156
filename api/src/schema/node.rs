//! Any thing by its global id.

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::{
    activity, area, calendar_address, conversation, event, event_series, event_session, fulfilment,
    intake, invitation,
    listing::{self, ListingKind},
    matching, membership, message, message_report, notification, organisation, person,
    place_reservation, priority_area, priority_edition, registration, resource_type, thanks,
};

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
    #[graphql(complexity = "ids.len() * child_complexity + 1")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            return Err(Error::BadInput("ids", format!("at most {MOST} ids in one call")).into());
        }
        Ok(futures_util::future::try_join_all(ids.iter().map(|id| node(ctx, id))).await?)
    }
}

/// The thing with a global id; `None` where there is none that the viewer may see, or the text is no id.
pub(crate) async fn node(ctx: &Context<'_>, global: &str) -> Result<Option<Node>, Error> {
    let Some((kind, id)) = id::split(global) else {
        return Ok(None);
    };
    let (known, viewer) = (ctx.app().reference.now(), ctx.viewer());
    match kind {
        person::Entity::NAME => {
            let found = ctx.load(Id::<person::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Person(Person::seen_by(viewer, row))))
        }
        area::Entity::NAME => Ok(Area::by_id(&known, id).map(Node::Area)),
        resource_type::Entity::NAME => Ok(ResourceType::by_id(&known, id).map(Node::ResourceType)),
        priority_edition::Entity::NAME => {
            Ok(PriorityEdition::by_id(&known, viewer, id).map(Node::PriorityEdition))
        }
        priority_area::Entity::NAME => {
            Ok(PriorityArea::by_id(&known, viewer, id).map(Node::PriorityArea))
        }
        listing::Entity::NAME => {
            let found = ctx.load(Id::<listing::Entity>::new(id)).await?;
            Ok(found.map(|row| match row.kind {
                ListingKind::Offer => Node::Offer(row.into()),
                ListingKind::Request => Node::Request(row.into()),
            }))
        }
        organisation::Entity::NAME => {
            let found = ctx.load(Id::<organisation::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Organisation(Organisation::from(row))))
        }
        membership::Entity::NAME => {
            let found = ctx.load(Id::<membership::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Membership(row.into())))
        }
        invitation::Entity::NAME => {
            let found = ctx.load(Id::<invitation::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Invitation(row.into())))
        }
        matching::Entity::NAME => {
            let found = ctx.load(Id::<matching::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Match(row.into())))
        }
        fulfilment::Entity::NAME => {
            let found = ctx.load(Id::<fulfilment::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Fulfilment(row.into())))
        }
        thanks::Entity::NAME => {
            let found = ctx.load(Id::<thanks::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Thanks(row.into())))
        }
        intake::Entity::NAME => {
            let found = ctx.load(Id::<intake::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Intake(row.into())))
        }
        conversation::Entity::NAME => {
            let found = ctx.load(Id::<conversation::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Conversation(row.into())))
        }
        message::Entity::NAME => {
            let found = ctx.load(Id::<message::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Message(row.into())))
        }
        message_report::Entity::NAME => {
            let found = ctx.load(Id::<message_report::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::MessageReport(row.into())))
        }
        event::Entity::NAME => {
            let found = ctx.load(Id::<event::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Event(row.into())))
        }
        registration::Entity::NAME => {
            let found = ctx.load(Id::<registration::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Registration(row.into())))
        }
        place_reservation::Entity::NAME => {
            let found = ctx.load(Id::<place_reservation::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::PlaceReservation(row.into())))
        }
        calendar_address::Entity::NAME => {
            let found = ctx.load(Id::<calendar_address::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Calendar(row.into())))
        }
        event_series::Entity::NAME => {
            let found = ctx.load(Id::<event_series::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::EventSeries(row.into())))
        }
        event_session::Entity::NAME => {
            let found = ctx.load(Id::<event_session::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::EventSession(row.into())))
        }
        activity::Entity::NAME => {
            let found = ctx.load(Id::<activity::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Activity(row.into())))
        }
        notification::Entity::NAME => {
            let found = ctx.load(Id::<notification::Entity>::new(id)).await?;
            Ok(found.map(|row| Node::Notification(row.into())))
        }
        _ => Ok(None),
    }
}
