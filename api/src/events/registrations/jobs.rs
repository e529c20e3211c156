//! Jobs of registrations: end offers that were not answered in time, offer free places to the waiting list, and delete
//! personal data.
//!
//! Readers see the end of an offer at its instant; the worker records it and continues with the waiting list. Each
//! change is a transaction that locks the row of the counts, so any number of workers may run.

use entity::{
    event, event_capacity, guest_request,
    registration::{self, Column, RegistrationState as State},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{super::reservations::consume, retention, waiting_list};
use crate::{
    App,
    events::{acts, capacity, scheduled},
    kit::{Error, Viewer, database::resource, failpoint},
};

/// Maximum number of rows that a worker reads at a time.
const BATCH: u64 = 200;

/// Does all due work and returns the number of changes.
pub async fn run(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    Ok(lapse(app, viewer, None).await?
        + offer(app, viewer).await?
        + forget(app, viewer).await?
        + forget_requests(app, viewer).await?)
}

/// Ends offers that were not answered in time, for all events or for one, and offers the places to others.
pub async fn lapse(app: &App, viewer: &Viewer, event_id: Option<Uuid>) -> Result<usize, Error> {
    let mut due = Condition::all()
        .add(Expr::cust("\"registration\".\"state\" = 'PLACE_OFFERED'"))
        .add(Column::AnswerBy.lte(viewer.now));
    if let Some(id) = event_id {
        due = due.add(Column::EventId.eq(id));
    }
    let rows = registration::Entity::find()
        .filter(due)
        .order_by_asc(Column::AnswerBy)
        .limit(BATCH)
        .all(&app.database.read)
        .await?;
    let mut touched = 0;
    for row in rows {
        let transaction = app.database.begin().await?;
        capacity::lock(&transaction, row.capacity_id, viewer.now).await?;
        let Some(event) = event::Entity::find_by_id(row.event_id)
            .one(&transaction)
            .await?
        else {
            continue;
        };
        let change = registration::ActiveModel {
            turn_until: Set(None),
            ..Default::default()
        };
        match waiting_list::step(
            &transaction,
            viewer,
            (&row, &event),
            State::Lapsed,
            change,
            acts::REGISTRATION_LAPSED,
        )
        .await
        {
            Ok(_) => {}
            // The person answered at this moment, or another worker was first.
            Err(Error::Refused(_)) => continue,
            Err(error) => return Err(error),
        }
        waiting_list::offer_in_order(&transaction, viewer, &event, row.capacity_id).await?;
        failpoint::point("registrations.lapsing");
        transaction.commit().await?;
        failpoint::point("registrations.lapsed");
        touched += 1;
    }
    Ok(touched)
}

/// Offers free places to registrations that wait: because the capacity grew, the turn of a large party ended, or a
/// waiting person verified an address for which places are reserved.
async fn offer(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    use event_capacity::{
        Column::{EventId, Id, Waiting},
        Entity,
    };

    let to_come = Query::select()
        .column(event::Column::Id)
        .from(event::Entity)
        .and_where(scheduled())
        .and_where(event::Column::StartsAt.gt(viewer.now))
        .to_owned();
    let rows = Entity::find()
        .filter(Waiting.gt(0))
        .filter(
            Condition::any()
                .add(capacity::some_free(viewer.now))
                .add(consume::meant_for_some_who_wait(viewer.now)),
        )
        .filter(EventId.in_subquery(to_come))
        .order_by_asc(Id)
        .limit(BATCH)
        .all(&app.database.read)
        .await?;
    let mut told = 0;
    for row in rows {
        let transaction = app.database.begin().await?;
        capacity::lock(&transaction, row.id, viewer.now).await?;
        if let Some(event) = event::Entity::find_by_id(row.event_id)
            .one(&transaction)
            .await?
        {
            told += waiting_list::offer_in_order(&transaction, viewer, &event, row.id).await?;
        }
        failpoint::point("registrations.offering");
        transaction.commit().await?;
        failpoint::point("registrations.offered");
    }
    Ok(told)
}

/// Deletes expired requests of guests, confirmed or not.
async fn forget_requests(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    use guest_request::{Column, Entity};

    let due = Column::ExpiresAt.lte(viewer.now);
    let some = Entity::find().filter(due.clone());
    if some.one(&app.database.read).await?.is_none() {
        return Ok(0);
    }
    failpoint::point("guest_requests.forgetting");
    let gone = Entity::delete_many()
        .filter(due)
        .exec(&app.database.write)
        .await?;
    failpoint::point("guest_requests.forgotten");
    Ok(usize::try_from(gone.rows_affected).unwrap_or(usize::MAX))
}

/// Deletes access needs, and the names, addresses and answers of guests, at the end of the retention. No activity
/// records it, as there is nothing to account for.
async fn forget(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let due = Condition::all()
        .add(
            Condition::any()
                .add(Column::AccessNeeds.is_not_null())
                .add(Column::GuestEmail.is_not_null()),
        )
        .add(Column::EventId.in_subquery(retention::over(viewer.now)));
    // People with an account may ask for their answers; a guest can no longer be identified.
    let answers = "CASE WHEN \"guest_email\" IS NULL THEN \"answers\" ELSE '[]' END";
    let some = registration::Entity::find()
        .filter(due.clone())
        .one(&app.database.read)
        .await?;
    if some.is_none() {
        return Ok(0);
    }
    let places = Query::select()
        .column(Column::CapacityId)
        .from(registration::Entity)
        .cond_where(due.clone())
        .to_owned();
    let transaction = app.database.begin().await?;
    let which = event_capacity::Column::Id.in_subquery(places);
    let which = Condition::all().add(which);
    resource::lock_in_order::<event_capacity::Entity>(
        &transaction,
        event_capacity::Column::Id,
        which,
    )
    .await?;
    failpoint::point("registrations.forgetting");
    let forgotten = registration::Entity::update_many()
        .col_expr(Column::AccessNeeds, Expr::val(None::<String>))
        .col_expr(Column::Answers, Expr::cust(answers))
        .col_expr(Column::GuestName, Expr::val(None::<String>))
        .col_expr(Column::GuestEmail, Expr::val(None::<String>))
        .filter(due)
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    failpoint::point("registrations.forgotten");
    Ok(usize::try_from(forgotten.rows_affected).unwrap_or(usize::MAX))
}
