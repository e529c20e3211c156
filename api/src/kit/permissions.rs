//! Permissions of a viewer as they are now, checked by the statement that records an act.
//!
//! The viewer is loaded when a request begins. Acts decide by it, and their transactions may commit much later: after a
//! wait for a lock, or as the last mutation of a long document. The record of an act is therefore written only if the
//! session is still valid and the viewer still has every role that they had.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    membership::{self, MembershipRole, MembershipState},
    person::{self, PlatformRoles},
    session,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, ExprTrait, Iterable,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Error, Viewer, viewer::SignedIn};

/// Condition that the viewer still has the permissions with which their request began; `None` for callers without a
/// session, such as the command line.
#[must_use]
pub fn unchanged(viewer: &Viewer) -> Option<Condition> {
    let me = with_session(viewer)?;
    let mut condition = Condition::all().add(Expr::exists(valid_session(viewer, me)));
    let mut roles: BTreeMap<MembershipRole, Vec<Uuid>> = BTreeMap::new();
    for (organisation, role) in &me.memberships {
        roles.entry(*role).or_default().push(*organisation);
    }
    if !roles.is_empty() {
        let held = roles
            .into_iter()
            .fold(Condition::any(), |any, (role, organisations)| {
                let enough = MembershipRole::iter().filter(|other| *other >= role);
                any.add(
                    Condition::all()
                        .add(membership::Column::OrganisationId.is_in(organisations))
                        .add(membership::Column::Role.is_in(enough)),
                )
            });
        let count = Query::select()
            .expr(Expr::cust("COUNT(*)"))
            .from(membership::Entity)
            .and_where(membership::Column::PersonId.eq(me.id))
            .and_where(membership::Column::State.eq(MembershipState::Active))
            .cond_where(held)
            .to_owned();
        let all = i64::try_from(me.memberships.len()).unwrap_or(i64::MAX);
        condition = condition.add(Expr::SubQuery(None, Box::new(count.into())).eq(all));
    }
    Some(condition)
}

/// Checks that the viewer still has the permissions with which their request began.
///
/// # Errors
/// [`Error::Unauthenticated`] if the session is no longer valid, [`Error::PermissionsChanged`] if a role is lost.
pub async fn check(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<(), Error> {
    let Some(unchanged) = unchanged(viewer) else {
        return Ok(());
    };
    let query = Query::select()
        .expr(Expr::val(1))
        .cond_where(unchanged)
        .to_owned();
    match conn.query_one(&query).await? {
        Some(_) => Ok(()),
        None => Err(lost(conn, viewer).await?),
    }
}

/// The error of an act whose viewer lost a permission while the request ran.
pub async fn lost(conn: &impl ConnectionTrait, viewer: &Viewer) -> Result<Error, Error> {
    if let Some(me) = with_session(viewer) {
        let any_role = SignedIn {
            roles: Vec::new(),
            ..me.clone()
        };
        if conn
            .query_one(&valid_session(viewer, &any_role))
            .await?
            .is_none()
        {
            return Ok(Error::Unauthenticated);
        }
    }
    Ok(Error::PermissionsChanged)
}

fn with_session(viewer: &Viewer) -> Option<&SignedIn> {
    viewer.person().filter(|me| !me.session_id.is_nil())
}

/// Condition that a session is valid: not ended, not expired, and begun with the current password.
#[must_use]
pub fn session_is_valid(now: DateTime<Utc>) -> Condition {
    let same_password = Expr::col((session::Entity, session::Column::PasswordVersion))
        .equals((person::Entity, person::Column::PasswordVersion));
    Condition::all()
        .add(session::Column::EndedAt.is_null())
        .add(session::Column::ExpiresAt.gt(now))
        .add(same_password)
}

/// Session of the viewer, if it is valid and they still have their platform roles.
fn valid_session(viewer: &Viewer, me: &SignedIn) -> SelectStatement {
    let own = Expr::col((person::Entity, person::Column::Id))
        .equals((session::Entity, session::Column::PersonId));
    let mut query = Query::select();
    query
        .expr(Expr::val(1))
        .from(session::Entity)
        .inner_join(person::Entity, own)
        .and_where(session::Column::Id.eq(me.session_id))
        .cond_where(session_is_valid(viewer.now));
    if !me.roles.is_empty() {
        query.and_where(person::Column::PlatformRoles.eq(PlatformRoles(me.roles.clone())));
    }
    query
}
