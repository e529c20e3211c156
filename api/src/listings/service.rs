//! Drafts, changes, copies and deletes listings. Each change reads the row, checks the rules, and writes on the
//! condition that the row has not changed since.

use entity::{
    listing::{self, Column, ListingKind, ListingState},
    organisation,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::{
    acts,
    content::{Checked, ListingContent},
    persist, raised_at,
    rules::{self, Act},
    transitions,
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode, Viewer, activity, clock,
        database::resource,
        idempotency::{Key, RetryKey},
        lifecycle,
        validation::Validator,
    },
    organisations::{rules::is_active, service as organisations},
};

/// Global id of a listing.
pub type ListingId = Id<listing::Entity>;

/// Listing to create.
#[derive(Debug)]
pub struct Draft {
    /// Offer or request.
    pub kind: ListingKind,
    /// Organisation that posts it.
    pub organisation: Id<organisation::Entity>,
    /// Content of the listing.
    pub content: ListingContent,
    /// If true, publishes it at once.
    pub publish: bool,
    /// Content of a listing that this one answers. Values equal to it are valid even if they have since gone out of
    /// force.
    pub like: Option<ListingContent>,
}

/// Drafts a listing, and publishes it at once if `draft.publish` is true. A retry with the same key returns the listing
/// of the first call.
pub async fn create(
    app: &App,
    viewer: &Viewer,
    draft: Draft,
    key: Option<RetryKey>,
) -> Result<listing::Model, Error> {
    let key = Key::new(viewer, key, "listing.drafted");
    Key::once::<listing::Entity>(key, &app.database, viewer, async |transaction| {
        create_in(app, transaction, viewer, draft).await
    })
    .await
}

/// Like [`create`], without a key and in a transaction of the caller.
pub async fn create_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    draft: Draft,
) -> Result<listing::Model, Error> {
    let Draft {
        kind,
        organisation,
        content,
        publish,
        like,
    } = draft;
    viewer.signed_in()?;
    let organisation = resource::lock_shared(transaction, viewer, organisation).await?;
    rules::may_draft(viewer, organisation.id)?;
    is_active(&organisation, "organisationId")?;
    let mut checks = Validator::new();
    let checked = content.check(
        &mut checks,
        kind,
        like.as_ref(),
        &app.reference.now(),
        viewer.now,
    );
    if let (true, Some(checked)) = (publish, &checked) {
        checked.content.check_publishable(&mut checks, viewer.now);
    }
    checks.finish()?;
    let checked = checked.ok_or(Error::NotFound)?;
    let row = insert(transaction, viewer, kind, organisation.id, &checked).await?;
    activity::record(transaction, viewer, acts::DRAFTED, &row, &[]).await?;
    if publish {
        lifecycle::permit::<listing::Entity>(viewer, &row, &(), Act::Publish, None)?;
        return transitions::open(app, transaction, viewer, &row, Act::Publish).await;
    }
    Ok(row)
}

async fn insert(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    kind: ListingKind,
    organisation_id: Uuid,
    checked: &Checked,
) -> Result<listing::Model, Error> {
    let id = Uuid::now_v7();
    let row = listing::ActiveModel {
        id: Set(id),
        kind: Set(kind),
        reference: Set(persist::reference(kind, id)),
        organisation_id: Set(organisation_id),
        posted_by: Set(viewer.signed_in()?.id),
        state: Set(ListingState::Draft),
        allocated: Set(0),
        created_at: Set(viewer.now),
        updated_at: Set(viewer.now),
        first_published_at: Set(clock::never()),
        confirmed_at: Set(None),
        reminded_at: Set(None),
        closed_at: Set(None),
        close_reason: Set(None),
        version: Set(1),
        ..persist::content_columns(checked)
    };
    let row = listing::Entity::insert(row)
        .exec_with_returning(conn)
        .await
        .map_err(|error| Error::from(error).on_conflict(reference_taken))?;
    persist::write_index(conn, id, checked, true).await?;
    Ok(row)
}

/// Changes the content of a listing. `version` is the version that the caller loaded; `edit` merges the changes into
/// the content.
pub async fn update(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: i32,
    edit: impl FnOnce(&mut ListingContent) + Send,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = update_in(app, &transaction, viewer, id, version, edit).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Like [`update`], in a transaction of the caller.
pub async fn update_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    id: ListingId,
    version: i32,
    edit: impl FnOnce(&mut ListingContent) + Send,
) -> Result<listing::Model, Error> {
    let row = load(transaction, viewer, id, Act::Edit, Some(version)).await?;
    let before = ListingContent::of(&row);
    let mut content = before.clone();
    edit(&mut content);
    let mut checks = Validator::new();
    let checked = content.check(
        &mut checks,
        row.kind,
        Some(&before),
        &app.reference.now(),
        viewer.now,
    );
    if let (true, Some(checked)) = (row.state != ListingState::Draft, &checked) {
        checked.content.check_publishable(&mut checks, viewer.now);
    }
    if let Some(Some(quantity)) = checked.as_ref().map(|checked| checked.quantity) {
        checks.require(
            quantity >= row.allocated,
            "quantity.amount",
            UserErrorCode::QuantityBelowAllocated,
            "Accepted matches already take more than this quantity. Enter at least the allocated quantity.",
        );
    }
    if checked
        .as_ref()
        .is_some_and(|checked| checked.unit != row.unit)
    {
        let matched = persist::is_matched(transaction, &row).await?;
        let message = "The unit of a listing with matches cannot change. Copy the listing instead.";
        checks.require(
            !matched,
            "quantity.unit",
            UserErrorCode::InvalidState,
            message,
        );
    }
    checks.finish()?;
    let checked = checked.ok_or(Error::NotFound)?;
    let fields = checked.content.changed(&before);
    if fields.is_empty() {
        return Ok(row);
    }
    let mut change = persist::content_columns(&checked);
    let published = row.state != ListingState::Draft && checked.content.expires_at.is_none();
    if published {
        // A listing that was published keeps its expiry, or gets a new one if it had none.
        let kept = clock::unless_never(row.expires_at);
        let expires_at = rules::expiry(
            checked.content.expiry_policy,
            kept,
            viewer.now,
            app.config.listing_days,
        );
        change.expires_at = Set(expires_at);
        change.closes_at = Set(rules::closes_at(expires_at, checked.content.needed_by));
    }
    if fields.contains(&"expiresAt") || fields.contains(&"expiryPolicy") {
        change.reminded_at = Set(None);
    }
    let change_unit = checked.unit != row.unit;
    // An allocation does not increase the version, so the write checks the allocated quantity again.
    let enough = match checked.quantity {
        Some(_) if change_unit => Some(Condition::all().add(Column::Allocated.eq(0))),
        Some(quantity) => Some(Condition::all().add(Column::Allocated.lte(quantity))),
        None => None,
    };
    let changed = lifecycle::write(transaction, viewer, &row, change, enough)
        .await
        .map_err(|error| error.on_conflict(reference_taken))?;
    persist::write_index(transaction, row.id, &checked, false).await?;
    activity::record(transaction, viewer, acts::EDITED, &changed, &fields).await?;
    Ok(changed)
}

/// Drafts a new listing with the content of an existing one, except the external reference, the expiry, and a needed-by
/// day that has passed.
pub async fn copy(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    key: Option<RetryKey>,
) -> Result<listing::Model, Error> {
    let row = load(&app.database.read, viewer, id, Act::Copy, None).await?;
    // Every field is named, so that a new one fails to compile until somebody decides whether a copy has it.
    let ListingContent {
        title,
        description,
        resource_type,
        lending_mode,
        quantity,
        partial_allowed,
        availability,
        needed_by,
        place,
        remote,
        reach_km,
        areas,
        priority_areas,
        audience,
        expiry_policy,
        expires_at: _,
        requirements,
        pictures,
        tags,
        external_reference: _,
    } = ListingContent::of(&row);
    let content = ListingContent {
        title,
        description,
        resource_type,
        lending_mode,
        quantity,
        partial_allowed,
        availability,
        needed_by: needed_by.filter(|day| *day >= viewer.today()),
        place,
        remote,
        reach_km,
        areas,
        priority_areas,
        audience,
        expiry_policy,
        expires_at: None,
        requirements,
        pictures,
        tags,
        external_reference: None,
    };
    let draft = Draft {
        kind: row.kind,
        organisation: Id::new(row.organisation_id),
        content,
        publish: false,
        like: None,
    };
    create(app, viewer, draft, key).await
}

/// Deletes a draft that was never published, and its index rows.
pub async fn delete(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = load(&transaction, viewer, id, Act::Delete, version).await?;
    persist::clear_index(&transaction, row.id).await?;
    raised_at::service::clear(&transaction, row.id).await?;
    lifecycle::delete::<listing::Entity>(&transaction, &row).await?;
    activity::record(&transaction, viewer, acts::DELETED, &row, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Reads a listing for an act. Checks the act and the version, and that the organisation is active.
pub(super) async fn load(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: ListingId,
    act: Act,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let (row, ()) = lifecycle::load(conn, viewer, id, &(), act, version).await?;
    organisations::check_active(conn, row.organisation_id).await?;
    Ok(row)
}

fn reference_taken() -> UserError {
    UserError::at(
        "externalReference",
        UserErrorCode::AlreadyExists,
        "Another listing of your organisation already has this reference. Enter a different one.",
    )
}
