//! What time does to registrations: offers that nobody answered end, what is free is offered on, and what people need
//! to take part is forgotten.
//!
//! Readers see the end of an offer at its instant; the worker writes it down and goes on with the queue. Each place is
//! a transaction that holds the row of its counts, so that any number of workers may run.

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

/// How many a worker takes at a time.
const BATCH: u64 = 200;

/// Does everything that is due, and says how much it touched.
pub async fn run(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    Ok(lapse(app, viewer, None).await?
        + offer(app, viewer).await?
        + forget(app, viewer).await?
        + forget_requests(app, viewer).await?)
}

/// Ends offers that nobody answered in time, of all events or of one, and offers the places on.
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
            // Somebody answered at this moment, or another worker was first.
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

/// Offers what is free where somebody waits: there are more places than before, a party had its turn for long enough, or
/// somebody who waits has shown that an address is theirs for which places are held.
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

/// Forgets what guests asked for, whether or not they came back to it.
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

/// Forgets what people need, and who guests were and what they answered, some weeks after the event. No activity records
/// it: nothing was done that anybody would ask after.
async fn forget(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let due = Condition::all()
        .add(
            Condition::any()
                .add(Column::AccessNeeds.is_not_null())
                .add(Column::GuestEmail.is_not_null()),
        )
        .add(Column::EventId.in_subquery(retention::over(viewer.now)));
    // Who has an account may ask after their answers; who a guest was is not known any more.
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
