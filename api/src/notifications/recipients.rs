//! Determines the current recipients of a notification.

use std::collections::BTreeSet;

use entity::{
    activity, listing, matching,
    membership::{Column, Entity, MembershipRole, MembershipState},
    notification::Recipient,
    person::{self, PlatformRole},
    registration::{self, RegistrationState as State},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Iterable, PaginatorTrait, QueryFilter,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, LikeExpr},
};
use uuid::Uuid;

use super::{message_readers, rules};
use crate::{
    kit::{Error, Viewer},
    matches,
};

/// Returns the recipients of an act, each once and without the actor.
pub async fn of(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: &activity::Model,
    recipients: &[Recipient],
) -> Result<BTreeSet<Uuid>, Error> {
    let mut people = BTreeSet::new();
    for recipient in recipients {
        people.extend(meant(conn, viewer, act, *recipient).await?);
    }
    if let Some(actor) = act.actor_id {
        people.remove(&actor);
    }
    Ok(people)
}

async fn meant(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    act: &activity::Model,
    recipient: Recipient,
) -> Result<Vec<Uuid>, Error> {
    let people = match recipient {
        Recipient::Members(role) => {
            let sides = rules::sides(recipient, act, &BTreeSet::new());
            members(role).filter(Column::OrganisationId.is_in(sides))
        }
        Recipient::OtherSide(role) => {
            let sides = rules::sides(recipient, act, &organisations(conn, act.actor_id).await?);
            members(role).filter(Column::OrganisationId.is_in(sides))
        }
        Recipient::Poster => {
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
        Recipient::Concerned => return Ok(act.person_id.into_iter().collect()),
        Recipient::Readers => {
            // The act names the other side of the message, whichever organisations its writer belongs to.
            let other = act.other_organisation_id;
            members(MembershipRole::Member)
                .filter(Column::OrganisationId.is_in(other))
                .filter(message_readers::caught_up(conn, act.subject_id).await?)
        }
        Recipient::Staff(role) => return staff(conn, act, role).await,
        Recipient::Approvers => {
            let waiting = matching::Entity::find_by_id(act.subject_id)
                .filter(matches::search::unapproved(viewer));
            if waiting.count(conn).await? == 0 {
                return Ok(Vec::new());
            }
            return staff(conn, act, PlatformRole::Broker).await;
        }
        Recipient::Registered => {
            return registered(
                conn,
                act.subject_id,
                &[State::Confirmed, State::PlaceOffered, State::Waitlisted],
            )
            .await;
        }
        Recipient::Confirmed => return registered(conn, act.subject_id, &[State::Confirmed]).await,
    };
    let ids = people.select_only().column(Column::PersonId);
    Ok(ids.into_tuple().all(conn).await?)
}

/// Returns the people with a registration for an event in one of these states.
async fn registered(
    conn: &impl ConnectionTrait,
    event: Uuid,
    states: &[State],
) -> Result<Vec<Uuid>, Error> {
    let people = registration::Entity::find()
        .filter(registration::Column::EventId.eq(event))
        .filter(registration::Column::State.is_in(states.iter().copied()))
        .filter(registration::Column::PersonId.is_not_null())
        .select_only()
        .column(registration::Column::PersonId)
        .distinct();
    Ok(people.into_tuple().all(conn).await?)
}

/// Selects active members with this role or a higher one.
fn members(role: MembershipRole) -> Select<Entity> {
    Entity::find()
        .filter(Column::State.eq(MembershipState::Active))
        .filter(Column::Role.is_in(MembershipRole::iter().filter(|held| *held >= role)))
}

/// Returns the organisations of which a person is an active member.
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

/// The organisations that an act concerns.
fn sides(act: &activity::Model) -> impl Iterator<Item = Uuid> {
    [act.organisation_id, act.other_organisation_id]
        .into_iter()
        .flatten()
}

/// Returns the people with a platform role who belong to no organisation that the act concerns. Without any, the
/// programme administrators who belong to none.
async fn staff(
    conn: &impl ConnectionTrait,
    act: &activity::Model,
    role: PlatformRole,
) -> Result<Vec<Uuid>, Error> {
    let insiders = members(MembershipRole::Observer)
        .filter(Column::OrganisationId.is_in(sides(act)))
        .select_only()
        .column(Column::PersonId)
        .into_query();
    let holding = |role: PlatformRole| {
        let name = serde_json::to_string(&role).unwrap_or_default();
        let roles = Expr::col(person::Column::PlatformRoles).cast_as("text");
        person::Entity::find()
            .filter(roles.like(LikeExpr::new(format!("%{name}%"))))
            .filter(person::Column::Id.not_in_subquery(insiders.clone()))
            .select_only()
            .column(person::Column::Id)
            .into_tuple()
            .all(conn)
    };
    let found: Vec<Uuid> = holding(role).await?;
    if found.is_empty() {
        return Ok(holding(PlatformRole::ProgrammeAdmin).await?);
    }
    Ok(found)
}
