//! What waits beside matches: listings that end, and people who ask to join.

use entity::{
    listing::{self, ExpiryPolicy},
    membership::{self, MembershipRole, MembershipState},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{
    rules::{TaskKind, Waiting},
    service::MOST,
};
use crate::{
    kit::{Error, Id, Viewer},
    listings::{published, rules},
};

/// The organisations in which the viewer holds a role, or a higher one.
fn own(viewer: &Viewer, role: MembershipRole) -> Vec<Uuid> {
    let held = |id: &Uuid| viewer.at_least(*id, role);
    viewer.organisations().filter(held).collect()
}

/// Listings that end soon, and standing ones that were not confirmed for long.
pub async fn listings(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Vec<Waiting>, Error> {
    use listing::Column::{ClosesAt, ConfirmedAt, ExpiryPolicy as Policy, OrganisationId};

    let soon = Condition::all()
        .add(Policy.eq(ExpiryPolicy::Fixed))
        .add(ClosesAt.lte(viewer.now + rules::REMIND_BEFORE))
        .add(ClosesAt.gt(viewer.now));
    let unconfirmed = Condition::all()
        .add(Policy.eq(ExpiryPolicy::Standing))
        .add(ConfirmedAt.lte(viewer.now - rules::CONFIRM_EVERY));
    let rows = listing::Entity::find()
        .filter(published())
        .filter(OrganisationId.is_in(own(viewer, MembershipRole::Editor)))
        .filter(Condition::any().add(soon).add(unconfirmed))
        .order_by_asc(ClosesAt)
        .limit(MOST)
        .all(conn)
        .await?;
    let tasks = rows.into_iter().map(|row| {
        let (kind, since, due) = match row.expiry_policy {
            ExpiryPolicy::Fixed => (
                TaskKind::RenewListing,
                row.closes_at - rules::REMIND_BEFORE,
                Some(row.closes_at),
            ),
            ExpiryPolicy::Standing => (
                TaskKind::ConfirmListing,
                row.confirmed_at.unwrap_or(row.created_at) + rules::CONFIRM_EVERY,
                None,
            ),
        };
        Waiting {
            kind,
            subject: Id::<listing::Entity>::new(row.id).to_string(),
            organisation: Some(row.organisation_id),
            since,
            due,
        }
    });
    Ok(tasks.collect())
}

/// People who ask to join an organisation that the viewer manages.
pub async fn joining(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Vec<Waiting>, Error> {
    let rows = membership::Entity::find()
        .filter(membership::Column::State.eq(MembershipState::Requested))
        .filter(membership::Column::OrganisationId.is_in(own(viewer, MembershipRole::Manager)))
        .order_by_asc(membership::Column::CreatedAt)
        .limit(MOST)
        .all(conn)
        .await?;
    let tasks = rows.into_iter().map(|row| Waiting {
        kind: TaskKind::AnswerJoinRequest,
        subject: Id::<membership::Entity>::new(row.id).to_string(),
        organisation: Some(row.organisation_id),
        since: row.updated_at,
        due: None,
    });
    Ok(tasks.collect())
}
