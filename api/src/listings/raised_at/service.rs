//! Sets and removes the event at which a listing was raised.

use entity::{event, listing, listing_event};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    kit::{Error, Id, Viewer, activity, database::resource, lifecycle::Lifecycle},
    listings::{acts, rules::Act, service::ListingId},
};

/// Sets the event at which a listing was raised; `None` removes it. Setting the present event again changes nothing.
pub async fn set_event(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    event: Option<Id<event::Entity>>,
) -> Result<listing::Model, Error> {
    viewer.signed_in()?;
    let transaction = app.database.begin().await?;
    let row = resource::lock_shared(&transaction, viewer, id).await?;
    listing::Entity::authorise(viewer, &row, &(), Act::Edit)?;
    let known = listing_event::Entity::find_by_id(row.id)
        .one(&transaction)
        .await?;
    if known.map(|known| known.event_id) == event.map(|event| event.0) {
        return Ok(row);
    }
    match event {
        Some(event) => {
            let event = resource::lock_shared(&transaction, viewer, event).await?;
            rules::can_be_raised_at(&event)?;
            raise(&transaction, row.id, event.id).await?;
        }
        None => {
            clear(&transaction, row.id).await?;
        }
    }
    activity::record(&transaction, viewer, acts::RAISED, &row, &["raisedAtEvent"]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Stores the event at which a listing was raised, in a transaction of the caller. Replaces an earlier event.
pub async fn raise(conn: &impl ConnectionTrait, listing: Uuid, event: Uuid) -> Result<(), Error> {
    let row = listing_event::ActiveModel {
        listing_id: Set(listing),
        event_id: Set(event),
    };
    let anew = OnConflict::column(listing_event::Column::ListingId)
        .update_column(listing_event::Column::EventId)
        .to_owned();
    listing_event::Entity::insert(row)
        .on_conflict(anew)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Removes the event at which a listing was raised.
pub async fn clear(conn: &impl ConnectionTrait, listing: Uuid) -> Result<(), Error> {
    listing_event::Entity::delete_by_id(listing)
        .exec(conn)
        .await?;
    Ok(())
}
