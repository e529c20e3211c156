//! Read marks of people in conversations.

use entity::{conversation, conversation_mark, message};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    posting,
    service::{ConversationId, MessageId},
};
use crate::{
    App,
    kit::{Error, UserError, UserErrorCode as Code, Viewer, database::resource},
};

/// Marks a conversation as read up to a message. The mark never moves back. It is private, so no activity records it.
pub async fn read(
    app: &App,
    viewer: &Viewer,
    id: ConversationId,
    up_to: MessageId,
) -> Result<conversation::Model, Error> {
    let me = viewer.signed_in()?.id;
    let transaction = app.database.begin().await?;
    let row = resource::get(&transaction, viewer, id).await?;
    let found = message::Entity::find_by_id(up_to.0)
        .filter(message::Column::ConversationId.eq(row.id))
        .one(&transaction)
        .await?;
    let Some(last) = found else {
        let message = "This message does not belong to the conversation.";
        return Err(UserError::at("upTo", Code::Unknown, message).into());
    };
    posting::lock_person(&transaction, me).await?;
    let before = of(&transaction, row.id, me).await?;
    if before.is_none_or(|mark| mark.up_to < last.number) {
        let own = message::Entity::find()
            .filter(message::Column::ConversationId.eq(row.id))
            .filter(message::Column::PersonId.eq(me))
            .filter(message::Column::Number.gt(last.number))
            .count(&transaction)
            .await?;
        let own = i64::try_from(own).unwrap_or(i64::MAX);
        write(&transaction, (row.id, me), (last.number, own)).await?;
    }
    transaction.commit().await?;
    Ok(row)
}

/// Reads the read mark of a person in a conversation.
pub async fn of(
    conn: &impl ConnectionTrait,
    conversation: Uuid,
    me: Uuid,
) -> Result<Option<conversation_mark::Model>, Error> {
    let found = conversation_mark::Entity::find_by_id((conversation, me));
    Ok(found.one(conn).await?)
}

/// Inserts or updates a read mark.
pub async fn write(
    conn: &impl ConnectionTrait,
    (conversation_id, person_id): (Uuid, Uuid),
    (up_to, own): (i64, i64),
) -> Result<(), Error> {
    use conversation_mark::Column::{ConversationId, Own, PersonId, UpTo};

    conversation_mark::Entity::insert(conversation_mark::ActiveModel {
        conversation_id: Set(conversation_id),
        person_id: Set(person_id),
        up_to: Set(up_to),
        own: Set(own),
    })
    .on_conflict(
        OnConflict::columns([ConversationId, PersonId])
            .update_columns([UpTo, Own])
            .to_owned(),
    )
    .exec_without_returning(conn)
    .await?;
    Ok(())
}
