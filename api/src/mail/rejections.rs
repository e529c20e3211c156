//! Accounts whose addresses mail servers reject: they get no notifications by email until the address is verified again.

use chrono::{DateTime, Utc};
use entity::{
    person,
    rejected_address::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict,
};
use uuid::Uuid;

use super::acts;
use crate::kit::{
    Child, Error, Transaction, Viewer,
    activity::{self, Concerns},
};

/// Lets a person's account be read with the rejection of its address.
impl Child for Entity {
    const PARENT: Column = Column::PersonId;

    fn parent(row: &Model) -> Uuid {
        row.person_id
    }
}

/// Marks the address of an account as rejected, and records it if it is new.
pub(super) async fn mark(
    transaction: &Transaction,
    viewer: &Viewer,
    person: Uuid,
) -> Result<(), Error> {
    if since(transaction, person).await?.is_some() {
        return Ok(());
    }
    let row = Model {
        person_id: person,
        at: viewer.now,
    };
    let again = OnConflict::column(Column::PersonId)
        .update_column(Column::At)
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(transaction)
        .await?;
    let concerns = Concerns::ACTOR.and_person(Some(person));
    let (act, fields) = (acts::EMAIL_REJECTED, ["emailRejectedAt"]);
    activity::record_for::<person::Entity>(transaction, viewer, act, person, concerns, &fields)
        .await
}

/// Returns the instant at which the address of an account was rejected; `None` if it was not.
pub async fn since(
    conn: &impl ConnectionTrait,
    person: Uuid,
) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(Entity::find_by_id(person)
        .one(conn)
        .await?
        .map(|row| row.at))
}

/// Returns those of these people whose addresses were rejected.
pub async fn among(
    conn: &impl ConnectionTrait,
    people: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Uuid>, Error> {
    let found = Entity::find().filter(Column::PersonId.is_in(people));
    let rows = found.all(conn).await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// Unmarks the address of an account, because it was verified.
pub async fn clear(conn: &impl ConnectionTrait, person: Uuid) -> Result<(), Error> {
    Entity::delete_by_id(person).exec(conn).await?;
    Ok(())
}
