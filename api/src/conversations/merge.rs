//! Merger of an organisation into another: moves its conversations, and joins those about the same listing.

use entity::{
    conversation::{self, Column, Entity},
    conversation_mark, message,
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use crate::{
    feature::Merger,
    kit::{Error, Transaction},
};

/// Moves the conversations of the merged organisation. Conversations between the two organisations stay as they are.
pub async fn merge(merger: Merger<'_>) -> Result<(), Error> {
    let transaction = merger.transaction;
    let (source, into) = (merger.source.id, merger.into.id);
    Entity::update_many()
        .col_expr(Column::AskedId, Expr::val(into))
        .filter(Column::AskedId.eq(source))
        .filter(Column::AskerId.ne(into))
        .exec(transaction)
        .await?;
    let asked_by = async |asker: Uuid| {
        Entity::find()
            .filter(Column::AskerId.eq(asker))
            .filter(Column::AskedId.ne(source))
            .filter(Column::AskedId.ne(into))
            .order_by_asc(Column::Id)
            .lock(LockType::NoKeyUpdate)
            .all(transaction)
            .await
    };
    let (theirs, ours) = (asked_by(source).await?, asked_by(into).await?);
    for row in theirs {
        match ours.iter().find(|own| own.listing_id == row.listing_id) {
            Some(own) => join(transaction, &row, own).await?,
            None => {
                Entity::update_many()
                    .col_expr(Column::AskerId, Expr::val(into))
                    .filter(Column::Id.eq(row.id))
                    .exec(transaction)
                    .await?;
            }
        }
    }
    Ok(())
}

/// Joins two conversations about one listing. The messages of the merged organisation come after the existing ones, so
/// that no read mark covers a message that was moved in.
async fn join(
    transaction: &Transaction,
    theirs: &conversation::Model,
    ours: &conversation::Model,
) -> Result<(), Error> {
    let number = Expr::col(message::Column::Number).add(ours.messages);
    message::Entity::update_many()
        .col_expr(message::Column::ConversationId, Expr::val(ours.id))
        .col_expr(message::Column::Number, number)
        .filter(message::Column::ConversationId.eq(theirs.id))
        .exec(transaction)
        .await?;
    conversation_mark::Entity::delete_many()
        .filter(conversation_mark::Column::ConversationId.eq(theirs.id))
        .exec(transaction)
        .await?;
    let last = std::cmp::max(ours.last_message_at, theirs.last_message_at);
    Entity::update_many()
        .col_expr(Column::Messages, Expr::val(ours.messages + theirs.messages))
        .col_expr(Column::LastMessageAt, Expr::val(last))
        .filter(Column::Id.eq(ours.id))
        .exec(transaction)
        .await?;
    Entity::delete_by_id(theirs.id).exec(transaction).await?;
    Ok(())
}
