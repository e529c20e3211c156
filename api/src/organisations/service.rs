//! Acts on organisations.

use entity::{
    json::Texts,
    membership::{self, MembershipRole, MembershipState},
    organisation::{
        Column, Entity, Model, OrganisationKind, OrganisationState, VerificationMethod,
        VerificationStatus,
    },
    organisation_area, organisation_identifier,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{
    acts,
    rules::{self, Profile},
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode, Viewer, activity,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle,
    },
    locations::place::Point,
    organisations::registers::rules::Identifier,
    reference::Snapshot,
};

/// Maximum number of levels that the search for a cycle of parents goes up. No council has as many.
const HIGHEST: usize = 100;

/// Creates an organisation that the viewer owns. A retry with the same key returns the same organisation.
pub async fn create(
    app: &App,
    viewer: &Viewer,
    profile: Profile,
    idempotency_key: Option<RetryKey>,
) -> Result<Model, Error> {
    viewer.signed_in()?;
    let key = Key::new(viewer, idempotency_key, "organisation.created");
    Key::once::<Entity>(key, &app.database, viewer, async |transaction| {
        create_in(app, transaction, viewer, profile).await
    })
    .await
}

/// Like [`create`], inside the caller's transaction and without an idempotency key.
pub async fn create_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    profile: Profile,
) -> Result<Model, Error> {
    let me = viewer.signed_in()?;
    let snapshot = app.reference.now();
    let profile = rules::checked(profile, |code| snapshot.area(code).is_some())?;
    let row = rules::applied(blank(viewer), &profile, |areas| middle(&snapshot, areas));
    if let Some(parent) = profile.parent.flatten() {
        adopt(transaction, viewer, row.id, parent).await?;
    }
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(transaction)
        .await?;
    membership::Entity::insert(membership::ActiveModel {
        id: Set(Uuid::now_v7()),
        person_id: Set(me.id),
        organisation_id: Set(row.id),
        role: Set(MembershipRole::Owner),
        state: Set(MembershipState::Active),
        created_at: Set(viewer.now),
        updated_at: Set(viewer.now),
    })
    .exec_without_returning(transaction)
    .await?;
    write_areas(transaction, &row).await?;
    let sent = profile.identifiers.unwrap_or_default();
    write_identifiers(transaction, row.id, &[], &sent).await?;
    activity::record(transaction, viewer, acts::CREATED, &row, &[]).await?;
    Ok(row)
}

/// Changes the profile of an organisation, if it still has the given version.
pub async fn update(
    app: &App,
    viewer: &Viewer,
    id: Id<Entity>,
    version: i32,
    profile: Profile,
) -> Result<Model, Error> {
    rules::may_ask(viewer)?;
    let before = resource::get(&app.database.read, viewer, id).await?;
    rules::may_edit(viewer, before.id)?;
    rules::is_active(&before, "organisationId")?;
    let snapshot = app.reference.now();
    let profile = rules::checked(profile, |code| snapshot.area(code).is_some())?;
    lifecycle::check_version("organisation", Some(version), before.version)?;
    let mut after = rules::applied(before.clone(), &profile, |areas| middle(&snapshot, areas));
    let mut fields = rules::changed(&before, &after);
    let transaction = app.database.begin().await?;
    if let Some(parent) = profile
        .parent
        .flatten()
        .filter(|_| fields.contains(&"parent"))
    {
        adopt(&transaction, viewer, id.0, parent).await?;
    }
    let held = identifiers(&transaction, id.0).await?;
    let sent = profile.identifiers.unwrap_or_else(|| held.clone());
    if !same(&held, &sent) {
        fields.push("identifiers");
    }
    if fields.is_empty() {
        return Ok(before);
    }
    if rules::ends_verification(viewer, &before, &fields) {
        after.verification = VerificationStatus::Unverified;
        after.verification_method = None;
        after.verified_at = None;
    }
    let after = save(&transaction, viewer, after).await?;
    if before.areas != after.areas {
        write_areas(&transaction, &after).await?;
    }
    write_identifiers(&transaction, id.0, &held, &sent).await?;
    activity::record(&transaction, viewer, acts::UPDATED, &after, &fields).await?;
    transaction.commit().await?;
    Ok(after)
}

/// Records the result of the verification of an organisation, if it still has the given version.
pub async fn verify(
    app: &App,
    viewer: &Viewer,
    id: Id<Entity>,
    version: i32,
    status: VerificationStatus,
    method: Option<VerificationMethod>,
) -> Result<Model, Error> {
    rules::may_verify(viewer)?;
    let mut row = resource::get(&app.database.read, viewer, id).await?;
    rules::is_active(&row, "organisationId")?;
    rules::verification(status, method)?;
    lifecycle::check_version("organisation", Some(version), row.version)?;
    row.verification = status;
    row.verification_method = method.filter(|_| status != VerificationStatus::Unverified);
    row.verified_at = (status == VerificationStatus::Verified).then_some(viewer.now);
    let transaction = app.database.begin().await?;
    let row = save(&transaction, viewer, row).await?;
    let act = match status {
        VerificationStatus::Verified => acts::VERIFIED,
        VerificationStatus::Failed => acts::VERIFICATION_FAILED,
        VerificationStatus::Unverified => acts::VERIFICATION_WITHDRAWN,
    };
    activity::record(&transaction, viewer, act, &row, &["verification"]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Locks an organisation until the transaction ends and returns its current row.
///
/// Sets a column to its own value, which locks the row on both databases. A transaction that locks two organisations
/// locks the one with the lower id first.
pub async fn lock(transaction: &Transaction, id: Uuid) -> Result<Model, Error> {
    let locked = Entity::update_many()
        .col_expr(Column::UpdatedAt, Expr::col(Column::UpdatedAt))
        .filter(Column::Id.eq(id))
        .exec_with_returning(transaction)
        .await?;
    locked.into_iter().next().ok_or(Error::NotFound)
}

/// Locks an organisation against changes until the transaction ends. Refuses one that was merged into another.
pub async fn lock_active(
    transaction: &Transaction,
    viewer: &Viewer,
    id: Id<Entity>,
) -> Result<Model, Error> {
    let row = resource::lock_shared(transaction, viewer, id).await?;
    rules::is_active(&row, "organisationId")?;
    Ok(row)
}

/// Locks two organisations like [`lock_active`], in the order of their ids, in which a merger locks them too.
pub async fn lock_both_active(
    transaction: &Transaction,
    viewer: &Viewer,
    mut ids: [Uuid; 2],
) -> Result<[Model; 2], Error> {
    ids.sort_unstable();
    let [lower, higher] = ids.map(Id::new);
    Ok([
        lock_active(transaction, viewer, lower).await?,
        lock_active(transaction, viewer, higher).await?,
    ])
}

/// Like [`lock_active`], but returns false if the organisation does not exist or was merged; true if `id` is `None`.
pub async fn lock_if_active(
    transaction: &Transaction,
    viewer: &Viewer,
    id: Option<Id<Entity>>,
) -> Result<bool, Error> {
    let Some(id) = id else {
        return Ok(true);
    };
    match resource::lock_shared(transaction, viewer, id).await {
        Ok(row) => Ok(row.state == OrganisationState::Active),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Refuses an organisation that was merged into another.
pub async fn check_active(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
    let row = Entity::find_by_id(id).one(conn).await?;
    rules::is_active(&row.ok_or(Error::NotFound)?, "organisationId")
}

/// Writes an active organisation, if it still has the version with which it was read, and increases its version.
pub async fn save(
    transaction: &Transaction,
    viewer: &Viewer,
    mut row: Model,
) -> Result<Model, Error> {
    let (id, version) = (row.id, row.version);
    row.version += 1;
    row.updated_at = viewer.now;
    let mut change = row.into_active_model().reset_all();
    change.id = NotSet;
    let saved = Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(version))
        .filter(Column::State.eq(OrganisationState::Active))
        .exec_with_returning(transaction)
        .await?;
    if let Some(saved) = saved.into_iter().next() {
        return Ok(saved);
    }
    let now = Entity::find_by_id(id).one(transaction).await?;
    let versions = now.map(|now| (version, now.version));
    Err(lifecycle::outdated("organisation", versions).into())
}

/// Checks that an organisation may become a child of another: the viewer may adopt it, and no cycle results.
async fn adopt(
    transaction: &Transaction,
    viewer: &Viewer,
    child: Uuid,
    parent: Id<Entity>,
) -> Result<(), Error> {
    let refuse = |code, message: &str| Err(UserError::at("parentId", code, message).into());
    let circular = "An organisation cannot be under itself or one of its own child organisations.";
    if child == parent.0 {
        return refuse(UserErrorCode::Circular, circular);
    }
    let Some(found) = resource::find(transaction, viewer, parent).await? else {
        return refuse(
            UserErrorCode::Unknown,
            "There is no organisation with this id. Choose another parent.",
        );
    };
    rules::may_adopt(viewer, found.id)?;
    let mut turns = [child, parent.0];
    turns.sort_unstable();
    for turn in turns {
        match lock(transaction, turn).await {
            Ok(row) if turn == parent.0 => rules::is_active(&row, "parentId")?,
            // A new organisation is not inserted yet, so no other transaction waits for it.
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    if ancestors(transaction, parent.0).await?.contains(&child) {
        return refuse(UserErrorCode::Circular, circular);
    }
    Ok(())
}

/// Returns an organisation and all its ancestors, from the bottom up.
pub async fn ancestors(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Uuid>, Error> {
    let mut path = vec![id];
    while path.len() < HIGHEST {
        let last = path.last().copied().unwrap_or(id);
        let row = Entity::find_by_id(last).one(conn).await?;
        match row.and_then(|row| row.parent_id) {
            Some(parent) if !path.contains(&parent) => path.push(parent),
            _ => break,
        }
    }
    Ok(path)
}

async fn write_areas(transaction: &Transaction, row: &Model) -> Result<(), Error> {
    organisation_area::Entity::delete_many()
        .filter(organisation_area::Column::OrganisationId.eq(row.id))
        .exec(transaction)
        .await?;
    let areas = row
        .areas
        .0
        .iter()
        .map(|area| organisation_area::ActiveModel {
            organisation_id: Set(row.id),
            area: Set(area.clone()),
        });
    if areas.len() > 0 {
        organisation_area::Entity::insert_many(areas)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

async fn identifiers(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Identifier>, Error> {
    let rows = organisation_identifier::Entity::find()
        .filter(organisation_identifier::Column::OrganisationId.eq(id))
        .all(conn)
        .await?;
    let identifier = |row: organisation_identifier::Model| Identifier {
        scheme: row.scheme,
        value: row.value,
    };
    Ok(rows.into_iter().map(identifier).collect())
}

fn same(held: &[Identifier], sent: &[Identifier]) -> bool {
    held.len() == sent.len() && held.iter().all(|identifier| sent.contains(identifier))
}

async fn write_identifiers(
    transaction: &Transaction,
    id: Uuid,
    held: &[Identifier],
    sent: &[Identifier],
) -> Result<(), Error> {
    for gone in held.iter().filter(|identifier| !sent.contains(identifier)) {
        let key = (gone.scheme.clone(), gone.value.clone());
        organisation_identifier::Entity::delete_by_id(key)
            .exec(transaction)
            .await?;
    }
    // Fixed order for all transactions, so that two that insert the same numbers cannot deadlock.
    let mut new: Vec<(&Identifier, usize)> = sent.iter().zip(0..).collect();
    new.retain(|(identifier, _)| !held.contains(identifier));
    new.sort_unstable();
    for (identifier, at) in new {
        organisation_identifier::Entity::insert(organisation_identifier::ActiveModel {
            scheme: Set(identifier.scheme.clone()),
            value: Set(identifier.value.clone()),
            organisation_id: Set(id),
        })
        .exec_without_returning(transaction)
        .await
        .map_err(|error| Error::from(error).on_conflict(|| taken(at)))?;
    }
    Ok(())
}

fn middle(snapshot: &Snapshot, areas: &[String]) -> Option<Point> {
    let area = snapshot.area(areas.first()?)?;
    Point::new(area.latitude?, area.longitude?)
}

/// Returns an organisation with default values.
pub(super) fn blank(viewer: &Viewer) -> Model {
    Model {
        id: Uuid::now_v7(),
        name: String::new(),
        sort_name: String::new(),
        search_text: String::new(),
        kind: OrganisationKind::CommunityGroup,
        size: None,
        description: String::new(),
        website: None,
        public_email: None,
        public_phone: None,
        parent_id: None,
        address_lines: Texts(Vec::new()),
        town: None,
        postcode: None,
        latitude: None,
        longitude: None,
        areas: Texts(Vec::new()),
        state: OrganisationState::Active,
        merged_into: None,
        verification: VerificationStatus::Unverified,
        verification_method: None,
        verified_at: None,
        created_at: viewer.now,
        updated_at: viewer.now,
        version: 1,
    }
}

fn taken(at: usize) -> UserError {
    UserError::at(
        &format!("identifiers.{at}.value"),
        UserErrorCode::AlreadyExists,
        "An organisation with this number already exists. Ask to join it, or contact the programme team.",
    )
}
