//! Recipients of a message. A person with an unread notification of a conversation is not notified of later messages in
//! it, because one reminder is enough.

use entity::{
    activity, conversation_mark,
    membership::{Column, Entity as Membership},
    message,
    notification::{self, NotificationKind},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    sea_query::{Expr, ExprTrait, Func, JoinType, Query, SimpleExpr},
};
use uuid::Uuid;

use crate::kit::{Error, Resource};

/// Condition for members without an unread notification of an earlier message in the conversation. A message read in
/// the conversation itself counts as read.
pub async fn caught_up(conn: &impl ConnectionTrait, message_id: Uuid) -> Result<Condition, Error> {
    use notification::{Column as Told, Entity as Notification};

    let found = message::Entity::find_by_id(message_id).one(conn).await?;
    let Some(row) = found else {
        return Ok(Condition::all().add(Expr::val(false)));
    };
    let this_person = (Membership, Column::PersonId);
    let read = Query::select()
        .column(conversation_mark::Column::UpTo)
        .from(conversation_mark::Entity)
        .and_where(conversation_mark::Column::ConversationId.eq(row.conversation_id))
        .and_where(
            Expr::col((
                conversation_mark::Entity,
                conversation_mark::Column::PersonId,
            ))
            .equals(this_person),
        )
        .to_owned();
    let number = Expr::col((message::Entity, message::Column::Number));
    let read = SimpleExpr::SubQuery(None, Box::new(read.into()));
    let unread = number.gt(Func::coalesce([read, Expr::val(0)]));
    let waiting = Query::select()
        .expr(Expr::val(1))
        .from(Notification)
        .join(
            JoinType::InnerJoin,
            activity::Entity,
            Expr::col((activity::Entity, activity::Column::Id))
                .equals((Notification, Told::ActivityId)),
        )
        .join(
            JoinType::InnerJoin,
            message::Entity,
            Expr::col((message::Entity, message::Column::Id))
                .equals((activity::Entity, activity::Column::SubjectId)),
        )
        .and_where(Told::Kind.eq(NotificationKind::MessagePosted))
        .and_where(Expr::col((Notification, Told::PersonId)).equals(this_person))
        .and_where(activity::Column::SubjectKind.eq(message::Entity::NAME))
        .and_where(message::Column::ConversationId.eq(row.conversation_id))
        .and_where(message::Column::Number.lt(row.number))
        .and_where(unread)
        .to_owned();
    Ok(Condition::all().add(Expr::exists(waiting).not()))
}
