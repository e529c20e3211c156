//! Search for conversations, their messages and reports of messages.

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
    graphql::nested_page::NestedPage,
    page::{self, KeyKind, Order, PageArgs, Slice},
};

/// Returns a page of the viewer's conversations, latest message first, and the query that counts them.
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

/// Condition for conversations with messages that the viewer has not read. The viewer's own messages count as read.
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

/// Returns the query for a page of the messages in a conversation, oldest first.
#[must_use]
pub fn messages(conversation: Uuid, args: PageArgs) -> NestedPage {
    let order = Order {
        tag: "messages".into(),
        by: Expr::col(message::Column::Number),
        kind: KeyKind::Integer,
        id: Expr::col(message::Column::Id),
        descending: false,
    };
    let of = Expr::col(message::Column::ConversationId);
    NestedPage::new(
        conversation,
        of,
        message::Entity::find().into_query(),
        order,
        args,
    )
}

/// Reads the messages around a message, itself included.
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

/// Join condition: the match and the conversation belong to the same two organisations and concern one listing.
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

/// Returns the query for the first conversation of a match, as a page of one.
pub fn of_match(viewer: &Viewer, id: Uuid) -> Result<NestedPage, Error> {
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
    Ok(NestedPage::new(id, of, query, order, one()?))
}

/// Returns the query for the latest match that followed from a conversation, as a page of one.
pub fn match_of(viewer: &Viewer, id: Uuid) -> Result<NestedPage, Error> {
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
    Ok(NestedPage::new(id, of, query, order, one()?))
}

/// Reads the first conversation of the two organisations of a match about one of its listings.
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

/// Returns a page of the reports in these states, oldest first, and the query that counts them.
pub async fn reports(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    states: Vec<MessageReportState>,
    args: &PageArgs,
) -> Result<(Slice<message_report::Model>, SelectStatement), Error> {
    if states.len() > 3 {
        return Err(Error::BadInput(
            "states",
            "send each state once at most".into(),
        ));
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
