//! Acts on invitations.

use chrono::{DateTime, Utc};
use entity::{
    invitation::{Column, Entity, Model},
    membership::{self, MembershipRole, MembershipState},
    organisation,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::rules;
use crate::{
    App,
    kit::{Error, Id, Resource, Viewer, activity, database::resource, secret},
    organisations::{
        acts,
        members::{
            rules::may_manage_role,
            service::{admit, place_of},
        },
        rules as organisations,
        service::lock,
    },
};

/// Creates an invitation and its token, which is returned only once.
pub async fn create(
    app: &App,
    viewer: &Viewer,
    organisation: Id<organisation::Entity>,
    role: MembershipRole,
    valid_days: i32,
) -> Result<(Model, String), Error> {
    let me = viewer.signed_in()?.id;
    resource::get(&app.database.read, viewer, organisation).await?;
    may_manage_role(viewer, organisation.0, role)?;
    let expires_at = rules::expiry(viewer.now, valid_days)?;
    let token = secret::token()?;
    let row = Model {
        id: Uuid::now_v7(),
        organisation_id: organisation.0,
        role,
        token_hash: secret::hash(&token),
        created_by: me,
        created_at: viewer.now,
        expires_at,
        accepted_at: None,
        accepted_by: None,
        revoked_at: None,
    };
    let transaction = app.database.begin().await?;
    let found = lock(&transaction, organisation.0).await?;
    organisations::is_active(&found, "organisationId")?;
    let waiting = Entity::find()
        .filter(Column::OrganisationId.eq(organisation.0))
        .filter(waiting(viewer.now));
    rules::one_more(waiting.count(&transaction).await?)?;
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&transaction)
        .await?;
    activity::record(&transaction, viewer, acts::INVITATION_CREATED, &row, &[]).await?;
    transaction.commit().await?;
    Ok((row, token))
}

/// Revokes an invitation. A repeated revocation changes nothing.
pub async fn revoke(app: &App, viewer: &Viewer, id: Id<Entity>) -> Result<Model, Error> {
    organisations::may_ask(viewer)?;
    let transaction = app.database.begin().await?;
    let found = resource::get(&transaction, viewer, id).await?;
    let changed = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::val(viewer.now))
        .filter(Column::Id.eq(id.0))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let Some(row) = changed.into_iter().next() else {
        let revoked = found.revoked_at.is_some();
        return if revoked {
            Ok(found)
        } else {
            Err(rules::used())
        };
    };
    activity::record(&transaction, viewer, acts::INVITATION_REVOKED, &row, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Makes the viewer a member by an invitation, which is then used. A retry by the viewer returns the same membership.
pub async fn accept(app: &App, viewer: &Viewer, token: &str) -> Result<membership::Model, Error> {
    let me = viewer.signed_in()?.id;
    let transaction = app.database.begin().await?;
    let Some(found) = by_hash(&transaction, token).await? else {
        return Err(rules::invalid());
    };
    lock(&transaction, found.organisation_id).await?;
    let used = Entity::update_many()
        .col_expr(Column::AcceptedAt, Expr::val(viewer.now))
        .col_expr(Column::AcceptedBy, Expr::val(me))
        .filter(Column::Id.eq(found.id))
        .filter(waiting(viewer.now))
        .exec(&transaction)
        .await?;
    if used.rows_affected == 0 {
        return joined_before(&transaction, me, token).await;
    }
    let member = admit(&transaction, viewer, found.organisation_id, found.role).await?;
    transaction.commit().await?;
    Ok(member)
}

/// Returns the membership for a retry: the one that this person has by this invitation.
async fn joined_before(
    conn: &impl ConnectionTrait,
    person: Uuid,
    token: &str,
) -> Result<membership::Model, Error> {
    let found = by_hash(conn, token).await?;
    let Some(own) = found.filter(|row| row.accepted_by == Some(person)) else {
        return Err(rules::invalid());
    };
    let place = place_of(conn, person, own.organisation_id).await?;
    place
        .filter(|place| place.state == MembershipState::Active)
        .ok_or_else(rules::invalid)
}

/// Reads the invitation with a token, if it can be accepted.
pub async fn by_token(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    token: &str,
) -> Result<Option<Model>, Error> {
    let found = by_hash(conn, token).await?;
    Ok(found.filter(|row| rules::is_waiting(row, viewer.now)))
}

/// Reads the open invitations of an organisation that the viewer may see, newest first.
pub async fn of_organisation(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    organisation: Uuid,
) -> Result<Vec<Model>, Error> {
    Ok(Entity::find()
        .filter(Column::OrganisationId.eq(organisation))
        .filter(Entity::visible_to(viewer))
        .filter(waiting(viewer.now))
        .order_by_desc(Column::Id)
        .limit(rules::MAX_WAITING)
        .all(conn)
        .await?)
}

async fn by_hash(conn: &impl ConnectionTrait, token: &str) -> Result<Option<Model>, Error> {
    Ok(Entity::find()
        .filter(Column::TokenHash.eq(secret::hash(token)))
        .one(conn)
        .await?)
}

fn waiting(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::AcceptedAt.is_null())
        .add(Column::RevokedAt.is_null())
        .add(Column::ExpiresAt.gt(now))
}
