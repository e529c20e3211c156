//! Writing of messages: numbered in the order of commits, and limited per person.

use entity::{
    conversation::{self, Column},
    message, person,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use super::{acts, read_marks, rules};
use crate::{
    kit::{
        Error, Transaction, UserError, UserErrorCode as Code, Viewer,
        activity::{self, Concerns},
    },
    organisations,
};

/// Inserts a message. Updates the conversation first, which locks its row until the end of the transaction, so that
/// numbers follow the order of commits.
pub async fn say(
    transaction: &Transaction,
    viewer: &Viewer,
    row: &conversation::Model,
    side: Uuid,
    text: String,
) -> Result<message::Model, Error> {
    let me = viewer.signed_in()?.id;
    lock_person(transaction, me).await?;
    check_rate(transaction, viewer, me).await?;
    let sides = [row.asker_id, row.asked_id];
    organisations::service::lock_both_active(transaction, viewer, sides).await?;
    let counted = conversation::Entity::update_many()
        .col_expr(Column::Messages, Expr::col(Column::Messages).add(1))
        .col_expr(Column::LastMessageAt, Expr::val(viewer.now))
        .filter(Column::Id.eq(row.id))
        .exec_with_returning(transaction)
        .await?;
    let number = counted.first().ok_or(Error::NotFound)?.messages;
    let new = message::Model {
        id: Uuid::now_v7(),
        conversation_id: row.id,
        number,
        organisation_id: side,
        person_id: me,
        text,
        at: viewer.now,
        hidden_at: None,
        hidden_by: None,
    };
    let insert: message::ActiveModel = new.clone().into();
    message::Entity::insert(insert.reset_all())
        .exec_without_returning(transaction)
        .await?;
    let before = read_marks::of(transaction, row.id, me).await?;
    let before = before.map_or((0, 0), |mark| (mark.up_to, mark.own));
    let after = rules::mark_after_writing(before, number);
    read_marks::write(transaction, (row.id, me), after).await?;
    let concerns = Concerns::between(side, rules::other(row, side));
    activity::record_for(transaction, viewer, acts::POSTED, new.id, concerns, &[]).await?;
    Ok(new)
}

/// Locks the person's row, so that their messages and read marks are written one after the other and can be counted.
pub async fn lock_person(transaction: &Transaction, me: Uuid) -> Result<(), Error> {
    person::Entity::find_by_id(me)
        .select_only()
        .column(person::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<Uuid>()
        .one(transaction)
        .await?;
    Ok(())
}

async fn check_rate(conn: &impl ConnectionTrait, viewer: &Viewer, me: Uuid) -> Result<(), Error> {
    let lately = message::Entity::find()
        .filter(message::Column::PersonId.eq(me))
        .filter(message::Column::At.gt(viewer.now - chrono::Duration::minutes(1)))
        .count(conn)
        .await?;
    if lately < rules::MAX_IN_A_MINUTE {
        return Ok(());
    }
    let message = "You can send at most 30 messages a minute. Wait a minute, then try again.";
    Err(UserError::new(Code::LimitReached, message).into())
}
