//! The people behind a row of the table in [`super::rules`], as they are at this moment.

use std::collections::BTreeSet;

use entity::{
    activity, listing,
    membership::{Column, Entity, MembershipRole, MembershipState},
    registration::{self, RegistrationState as State},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QuerySelect, Select,
};
use uuid::Uuid;

use super::rules::{self, Telling, Whom};
use crate::kit::Error;

/// Everybody who is told of an act: each once, and not whoever did it.
pub async fn of(
    conn: &impl ConnectionTrait,
    act: &activity::Model,
    telling: &Telling,
) -> Result<BTreeSet<Uuid>, Error> {
    let mut people = BTreeSet::new();
    for whom in telling.whom {
        people.extend(meant(conn, act, *whom).await?);
    }
    if let Some(actor) = act.actor_id {
        people.remove(&actor);
    }
    Ok(people)
}

async fn meant(
    conn: &impl ConnectionTrait,
    act: &activity::Model,
    whom: Whom,
) -> Result<Vec<Uuid>, Error> {
    let people = match whom {
        Whom::Members(role) => {
            let sides = rules::sides(whom, act, &BTreeSet::new());
            members(role).filter(Column::OrganisationId.is_in(sides))
        }
        Whom::OtherSide(role) => {
            let sides = rules::sides(whom, act, &organisations(conn, act.actor_id).await?);
            members(role).filter(Column::OrganisationId.is_in(sides))
        }
        Whom::Poster => {
            let found = listing::Entity::find_by_id(act.subject_id)
                .one(conn)
                .await?;
            let Some(row) = found else {
                return Ok(Vec::new());
            };
            members(MembershipRole::Observer)
                .filter(Column::OrganisationId.eq(row.organisation_id))
                .filter(Column::PersonId.eq(row.posted_by))
        }
        Whom::Registrant => {
            let found = registration::Entity::find_by_id(act.subject_id)
                .one(conn)
                .await?;
            return Ok(found.into_iter().map(|row| row.person_id).collect());
        }
        Whom::Registered => {
            return registered(
                conn,
                act.subject_id,
                &[State::Confirmed, State::PlaceOffered, State::Waitlisted],
            )
            .await;
        }
        Whom::Coming => return registered(conn, act.subject_id, &[State::Confirmed]).await,
        Whom::Concerned => Entity::find().filter(Column::Id.eq(act.subject_id)),
    };
    let ids = people.select_only().column(Column::PersonId);
    Ok(ids.into_tuple().all(conn).await?)
}

/// Everybody with a registration for an event in one of these states.
async fn registered(
    conn: &impl ConnectionTrait,
    event: Uuid,
    states: &[State],
) -> Result<Vec<Uuid>, Error> {
    let people = registration::Entity::find()
        .filter(registration::Column::EventId.eq(event))
        .filter(registration::Column::State.is_in(states.iter().copied()))
        .select_only()
        .column(registration::Column::PersonId)
        .distinct();
    Ok(people.into_tuple().all(conn).await?)
}

/// Active members from this role up.
fn members(role: MembershipRole) -> Select<Entity> {
    Entity::find()
        .filter(Column::State.eq(MembershipState::Active))
        .filter(Column::Role.is_in(MembershipRole::iter().filter(|held| *held >= role)))
}

/// The organisations that somebody belongs to.
async fn organisations(
    conn: &impl ConnectionTrait,
    person: Option<Uuid>,
) -> Result<BTreeSet<Uuid>, Error> {
    let Some(person) = person else {
        return Ok(BTreeSet::new());
    };
    let ids = members(MembershipRole::Observer)
        .filter(Column::PersonId.eq(person))
        .select_only()
        .column(Column::OrganisationId);
    let ids: Vec<Uuid> = ids.into_tuple().all(conn).await?;
    Ok(ids.into_iter().collect())
}
