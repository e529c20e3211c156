//! Finding conversations, their messages and what is said of these.

use entity::{
    conversation::{self, Column, Entity},
    conversation_mark,
    matching::{self, Column as Matching},
    message,
    message_report::{self, MessageReportState},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QueryTrait,
    sea_query::{Expr, JoinType, Query, SelectStatement},
};
use uuid::Uuid;

use super::rules;
use crate::kit::{
    Error, Resource, Viewer,
    graphql::nested_page::PageOf,
    page::{self, KeyKind, Order, PageArgs, Slice},
};

/// The viewer's conversations, the one in which something was said last first, and the query that counts them.
pub async fn list(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    unread_only: bool,
    args: &PageArgs,
) -> Result<(Slice<conversation::Model>, SelectStatement), Error> {
    let mut query = Entity::find().filter(Entity::visible_to(viewer));
    if unread_only {
        query = query.filter(unread(viewer));
    }
    let latest = Order {
        tag: "conversations".into(),
        by: Expr::col(Column::LastMessageAt),
        kind: KeyKind::Time,
        id: Expr::col(Column::Id),
        descending: true,
    };
    let query = query.into_query();
    let slice = page::slice(conn, query.clone(), &latest, args, page::whole).await?;
    Ok((slice, query))
}

/// Conversations in which others said something that the viewer has not read.
#[must_use]
pub fn unread(viewer: &Viewer) -> Condition {
    use conversation_mark::Column as Mark;

    let read = Query::select()
        .column((conversation_mark::Entity, Mark::ConversationId))
        .from(conversation_mark::Entity)
        .join(
            JoinType::InnerJoin,
            Entity,
            Expr::col((Entity, Column::Id))
                .equals((conversation_mark::Entity, Mark::ConversationId)),
        )
        .and_where(Expr::col((conversation_mark::Entity, Mark::PersonId)).eq(viewer.person_id()))
        .and_where(
            Expr::col((conversation_mark::Entity, Mark::UpTo))
                .add(Expr::col((conversation_mark::Entity, Mark::Own)))
                .gte(Expr::col((Entity, Column::Messages))),
        )
        .to_owned();
    Condition::all().add(Column::Id.not_in_subquery(read))
}

/// A page of what was said in a conversation, the newest last.
#[must_use]
pub fn messages(conversation: Uuid, args: PageArgs) -> PageOf {
    let order = Order {
        tag: "messages".into(),
        by: Expr::col(message::Column::Number),
        kind: KeyKind::Integer,
        id: Expr::col(message::Column::Id),
        descending: false,
    };
    let of = Expr::col(message::Column::ConversationId);
    PageOf::new(
        conversation,
        of,
        message::Entity::find().into_query(),
        order,
        args,
    )
}

/// The messages around one, itself included.
pub async fn around(
    conn: &impl ConnectionTrait,
    row: &message::Model,
) -> Result<Vec<message::Model>, Error> {
    let near = row.number - rules::AROUND..=row.number + rules::AROUND;
    Ok(message::Entity::find()
        .filter(message::Column::ConversationId.eq(row.conversation_id))
        .filter(message::Column::Number.between(*near.start(), *near.end()))
        .order_by_asc(message::Column::Number)
        .all(conn)
        .await?)
}

/// The match and the conversation are of the same two organisations, and about the same listing.
fn belong() -> Condition {
    let same =
        |one: Matching, other: Column| Expr::col((matching::Entity, one)).equals((Entity, other));
    let about_offer = Condition::all()
        .add(same(Matching::OfferId, Column::ListingId))
        .add(same(Matching::RequesterId, Column::AskerId));
    let about_request = Condition::all()
        .add(same(Matching::RequestId, Column::ListingId))
        .add(same(Matching::OffererId, Column::AskerId));
    Condition::any().add(about_offer).add(about_request)
}

/// The first conversation of a match; a page of one.
pub fn of_match(viewer: &Viewer, id: Uuid) -> Result<PageOf, Error> {
    let mut query = Entity::find()
        .filter(Entity::visible_to(viewer))
        .into_query();
    query.join(JoinType::InnerJoin, matching::Entity, belong());
    let order = by_id(
        "conversations:match",
        Expr::col((Entity, Column::Id)),
        false,
    );
    let of = Expr::col((matching::Entity, Matching::Id));
    Ok(PageOf::new(id, of, query, order, one()?))
}

/// The last match that came of a conversation; a page of one.
pub fn match_of(viewer: &Viewer, id: Uuid) -> Result<PageOf, Error> {
    let mut query = matching::Entity::find()
        .filter(matching::Entity::visible_to(viewer))
        .into_query();
    query.join(JoinType::InnerJoin, Entity, belong());
    let order = by_id(
        "conversation:match",
        Expr::col((matching::Entity, Matching::Id)),
        true,
    );
    let of = Expr::col((Entity, Column::Id));
    Ok(PageOf::new(id, of, query, order, one()?))
}

/// What the two organisations of a match said first about one of its listings.
pub async fn said(
    conn: &impl ConnectionTrait,
    row: &matching::Model,
) -> Result<Option<conversation::Model>, Error> {
    let about =
        |listing: Uuid, asker: Uuid| Column::ListingId.eq(listing).and(Column::AskerId.eq(asker));
    Ok(Entity::find()
        .filter(
            Condition::any()
                .add(about(row.offer_id, row.requester_id))
                .add(about(row.request_id, row.offerer_id)),
        )
        .order_by_asc(Column::Id)
        .one(conn)
        .await?)
}

/// Reports in these states, the oldest first, and the query that counts them.
pub async fn reports(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    states: Vec<MessageReportState>,
    args: &PageArgs,
) -> Result<(Slice<message_report::Model>, SelectStatement), Error> {
    if states.len() > 3 {
        return Err(Error::BadInput("states", "name each state once".into()));
    }
    let query = message_report::Entity::find()
        .filter(message_report::Entity::visible_to(viewer))
        .filter(message_report::Column::State.is_in(states))
        .into_query();
    let oldest = by_id("reports", Expr::col(message_report::Column::Id), false);
    let slice = page::slice(conn, query.clone(), &oldest, args, page::whole).await?;
    Ok((slice, query))
}

fn by_id(tag: &str, id: Expr, descending: bool) -> Order {
    Order {
        tag: tag.into(),
        by: id.clone(),
        kind: KeyKind::Id,
        id,
        descending,
    }
}

fn one() -> Result<PageArgs, Error> {
    PageArgs::new(Some(1), None, None, None)
}
