//! Writes of partnerships: naming, accepting, declining and leaving.

use entity::{
    event::{self, EventState},
    event_partner::{self, Column, Entity, Model, PartnershipState as State},
    organisation,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    events::{acts, rules::state_at, service::EventId},
    kit::{
        Error, Id, UserError, UserErrorCode as Code, Viewer,
        activity::{self, ActivityKind, Concerns},
        database::resource,
        lifecycle::check_version,
    },
};

/// Selects the events of which one of these organisations is a partner.
#[must_use]
pub fn events_of(organisations: impl IntoIterator<Item = Uuid>) -> SelectStatement {
    in_states(organisations, [State::Accepted].to_vec())
}

/// Selects the events that name one of these organisations as a partner, unless it declined.
#[must_use]
pub fn events_naming(organisations: impl IntoIterator<Item = Uuid>) -> SelectStatement {
    in_states(organisations, [State::Requested, State::Accepted].to_vec())
}

fn in_states(organisations: impl IntoIterator<Item = Uuid>, states: Vec<State>) -> SelectStatement {
    Query::select()
        .column(Column::EventId)
        .from(Entity)
        .and_where(Column::OrganisationId.is_in(organisations))
        .and_where(Column::State.is_in(states))
        .to_owned()
}

/// Reads all partnerships of an event, in the order that its organisers chose.
pub async fn of(conn: &impl ConnectionTrait, event: Uuid) -> Result<Vec<Model>, Error> {
    let found = Entity::find().filter(Column::EventId.eq(event));
    let mut rows = found.all(conn).await?;
    rows.sort_by_key(|row| row.position);
    Ok(rows)
}

/// Writes the partners that an event names. Those that stay keep their answers; one that declined cannot be named again.
pub async fn name(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    event: Uuid,
    named: &[Uuid],
    before: &[Model],
) -> Result<(), Error> {
    let declined = |id: &Uuid| {
        let known = before.iter().find(|row| row.organisation_id == *id);
        known.is_some_and(|row| row.state == State::Declined)
    };
    if let Some(at) = named.iter().position(declined) {
        let message =
            "This organisation declined to be a partner, or left. Remove it from the partners.";
        return Err(UserError::at(&format!("partners.{at}"), Code::InvalidState, message).into());
    }
    let refused = before.iter().filter(|row| row.state == State::Declined);
    if refused.count() + named.len() > rules::MAX_PARTNERSHIPS {
        let message = "Too many organisations declined to be partners of this event. Name fewer.";
        return Err(UserError::at("partners", Code::LimitReached, message).into());
    }
    let gone: Vec<Uuid> = before
        .iter()
        .filter(|row| row.state != State::Declined && !named.contains(&row.organisation_id))
        .map(|row| row.organisation_id)
        .collect();
    if !gone.is_empty() {
        Entity::delete_many()
            .filter(Column::EventId.eq(event))
            .filter(Column::OrganisationId.is_in(gone))
            .exec(conn)
            .await?;
    }
    let mut new = Vec::new();
    for (position, id) in (0..).zip(named) {
        match before.iter().find(|row| row.organisation_id == *id) {
            Some(row) if row.position == position => {}
            Some(_) => {
                Entity::update_many()
                    .col_expr(Column::Position, Expr::val(position))
                    .filter(Column::EventId.eq(event))
                    .filter(Column::OrganisationId.eq(*id))
                    .exec(conn)
                    .await?;
            }
            None => {
                let state = rules::first_state(viewer, *id);
                new.push(event_partner::ActiveModel {
                    event_id: Set(event),
                    organisation_id: Set(*id),
                    position: Set(position),
                    state: Set(state),
                    answered_at: Set((state == State::Accepted).then_some(viewer.now)),
                });
            }
        }
    }
    if !new.is_empty() {
        Entity::insert_many(new)
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Deletes the partnerships of a draft.
pub async fn forget(conn: &impl ConnectionTrait, event: Uuid) -> Result<(), Error> {
    Entity::delete_many()
        .filter(Column::EventId.eq(event))
        .exec(conn)
        .await?;
    Ok(())
}

/// Asks the partners of an announced event that were named or changed since `before`. A draft asks nobody: it does when
/// it is announced.
pub async fn ask(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    event: &event::Model,
    before: &[Model],
) -> Result<(), Error> {
    if event.state == EventState::Draft {
        return Ok(());
    }
    for row in of(conn, event.id).await? {
        let asked = before.iter().any(|known| {
            known.organisation_id == row.organisation_id && known.state == State::Requested
        });
        if row.state == State::Requested && !asked {
            let act = acts::PARTNER_REQUESTED;
            record(conn, viewer, event, row.organisation_id, act, false).await?;
        }
    }
    Ok(())
}

/// Asks the partners again that accepted other content. Those for which the viewer answers stay.
pub async fn reset(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    before: &[Model],
) -> Result<(), Error> {
    for row in before.iter().filter(|row| row.state == State::Accepted) {
        if rules::may_answer(viewer, row.organisation_id).is_err() {
            let asked = set(conn, viewer, row, State::Requested).await;
            // Not there any more if the change also took it off the list.
            if !matches!(asked, Err(Error::Conflict)) {
                asked?;
            }
        }
    }
    Ok(())
}

/// Accepts a partnership. `version` is the version of the event that the viewer saw.
pub async fn accept(
    app: &App,
    viewer: &Viewer,
    event: EventId,
    organisation: Id<organisation::Entity>,
    version: i32,
) -> Result<event::Model, Error> {
    viewer.signed_in()?;
    let transaction = app.database.begin().await?;
    let row = resource::lock_shared(&transaction, viewer, event).await?;
    rules::may_answer(viewer, organisation.0)?;
    check_version("event", Some(version), row.version)?;
    let all = of(&transaction, row.id).await?;
    let own = all.iter().find(|own| own.organisation_id == organisation.0);
    rules::can_accept(own, state_at(&row, viewer.now))?;
    let own = own.ok_or(Error::NotFound)?;
    set(&transaction, viewer, own, State::Accepted).await?;
    let act = acts::PARTNER_ACCEPTED;
    record(&transaction, viewer, &row, organisation.0, act, true).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Declines a partnership, or leaves it.
pub async fn end(
    app: &App,
    viewer: &Viewer,
    event: EventId,
    organisation: Id<organisation::Entity>,
) -> Result<event::Model, Error> {
    viewer.signed_in()?;
    let transaction = app.database.begin().await?;
    let row = resource::lock_shared(&transaction, viewer, event).await?;
    rules::may_answer(viewer, organisation.0)?;
    let all = of(&transaction, row.id).await?;
    let own = all.iter().find(|own| own.organisation_id == organisation.0);
    rules::can_end(own)?;
    let own = own.ok_or(Error::NotFound)?;
    set(&transaction, viewer, own, State::Declined).await?;
    let act = acts::PARTNER_ENDED;
    record(&transaction, viewer, &row, organisation.0, act, true).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Writes an answer, if the partnership is still as it was read.
async fn set(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &Model,
    state: State,
) -> Result<(), Error> {
    let written = Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .col_expr(Column::AnsweredAt, Expr::val(viewer.now))
        .filter(Column::EventId.eq(row.event_id))
        .filter(Column::OrganisationId.eq(row.organisation_id))
        .filter(Column::State.eq(row.state))
        .exec(conn)
        .await?;
    if written.rows_affected == 1 {
        Ok(())
    } else {
        Err(Error::Conflict)
    }
}

/// Records an act of the host, or with `by_partner` of the partner, on an event.
async fn record(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    event: &event::Model,
    partner: Uuid,
    act: ActivityKind<event::Entity>,
    by_partner: bool,
) -> Result<(), Error> {
    let concerns = if by_partner {
        Concerns::between(partner, event.organisation_id)
    } else {
        Concerns::between(event.organisation_id, partner)
    };
    activity::record_for(conn, viewer, act, event.id, concerns, &["partners"]).await
}
