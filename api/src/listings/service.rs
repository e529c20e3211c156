//! The acts on listings. Each reads the row as it is, asks the rules, and writes under the condition that
//! the row is still as it was.

use entity::{
    listing::{self, Column, ListingKind, ListingState},
    organisation,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::{
    acts,
    content::{Checked, Particulars},
    persist, raised_at,
    rules::{self, Act},
    transitions,
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode, Viewer, activity, clock,
        database::resource, idempotency::Key, lifecycle, validation::Checks,
    },
    organisations::{rules::is_active, service as organisations},
};

/// The id of a listing.
pub type ListingId = Id<listing::Entity>;

/// What is to be posted.
#[derive(Debug)]
pub struct Draft {
    /// Offer or request.
    pub kind: ListingKind,
    /// Whose it is.
    pub organisation: Id<organisation::Entity>,
    /// What it says.
    pub said: Particulars,
    /// Whether to publish it at once.
    pub publish: bool,
    /// What another listing says that it follows: what has gone out of force since may stand in both.
    pub like: Option<Particulars>,
}

/// Drafts a listing, and publishes it at once where that is asked for.
pub async fn create(
    app: &App,
    viewer: &Viewer,
    draft: Draft,
    key: Option<String>,
) -> Result<listing::Model, Error> {
    let key = Key::new(viewer, key, "listing.drafted", &draft);
    Key::once::<listing::Entity>(key, &app.database, viewer, async |transaction| {
        create_in(app, transaction, viewer, draft).await
    })
    .await
}

/// The same inside a transaction of somebody else's.
pub async fn create_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    draft: Draft,
) -> Result<listing::Model, Error> {
    let Draft {
        kind,
        organisation,
        said,
        publish,
        like,
    } = draft;
    viewer.signed_in()?;
    let organisation = resource::lock_shared(transaction, viewer, organisation).await?;
    rules::may_draft(viewer, organisation.id)?;
    is_active(&organisation, "organisationId")?;
    let mut checks = Checks::new();
    let checked = said.check(
        &mut checks,
        kind,
        like.as_ref(),
        &app.reference.now(),
        viewer.now,
    );
    if let (true, Some(checked)) = (publish, &checked) {
        checked.said.check_publishable(&mut checks, viewer.now);
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
    persist::link(conn, id, checked, true).await?;
    Ok(row)
}

/// Changes what a listing says. `version` is the one that the editor saw; `edit` lays the changes over what it says.
pub async fn update(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: i32,
    edit: impl FnOnce(&mut Particulars) + Send,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = update_in(app, &transaction, viewer, id, version, edit).await?;
    transaction.commit().await?;
    Ok(row)
}

/// The same inside a transaction of somebody else's.
pub async fn update_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    id: ListingId,
    version: i32,
    edit: impl FnOnce(&mut Particulars) + Send,
) -> Result<listing::Model, Error> {
    let row = load(transaction, viewer, id, Act::Edit, Some(version)).await?;
    let before = Particulars::of(&row);
    let mut said = before.clone();
    edit(&mut said);
    let mut checks = Checks::new();
    let checked = said.check(
        &mut checks,
        row.kind,
        Some(&before),
        &app.reference.now(),
        viewer.now,
    );
    if let (true, Some(checked)) = (row.state != ListingState::Draft, &checked) {
        checked.said.check_publishable(&mut checks, viewer.now);
    }
    if let Some(Some(quantity)) = checked.as_ref().map(|checked| checked.quantity) {
        checks.demand(
            quantity >= row.allocated,
            "quantity.amount",
            UserErrorCode::QuantityBelowAllocated,
            "Accepted matches hold more than this.",
        );
    }
    if checked
        .as_ref()
        .is_some_and(|checked| checked.unit != row.unit)
    {
        let matched = persist::is_matched(transaction, &row).await?;
        let message =
            "It has matches, which count in the unit that it has. Copy the listing instead.";
        checks.demand(
            !matched,
            "quantity.unit",
            UserErrorCode::InvalidState,
            message,
        );
    }
    checks.finish()?;
    let checked = checked.ok_or(Error::NotFound)?;
    let fields = checked.said.changed(&before);
    if fields.is_empty() {
        return Ok(row);
    }
    let mut change = persist::content_columns(&checked);
    let published = row.state != ListingState::Draft && checked.said.expires_at.is_none();
    if published {
        // What was published keeps an end: the one it had, or a new one where it stood without.
        let kept = clock::unless_never(row.expires_at);
        let expires_at = rules::expiry(
            checked.said.expiry_policy,
            kept,
            viewer.now,
            app.config.listing_days,
        );
        change.expires_at = Set(expires_at);
        change.closes_at = Set(rules::closes_at(expires_at, checked.said.needed_by));
    }
    if fields.contains(&"expiresAt") || fields.contains(&"expiryPolicy") {
        change.reminded_at = Set(None);
    }
    let change_unit = checked.unit != row.unit;
    // Allocating does not raise the version, so the write checks the allocation once more.
    let enough = match checked.quantity {
        Some(_) if change_unit => Some(Condition::all().add(Column::Allocated.eq(0))),
        Some(quantity) => Some(Condition::all().add(Column::Allocated.lte(quantity))),
        None => None,
    };
    let changed = lifecycle::write(transaction, viewer, &row, change, enough)
        .await
        .map_err(|error| error.on_conflict(reference_taken))?;
    persist::link(transaction, row.id, &checked, false).await?;
    activity::record(transaction, viewer, acts::EDITED, &changed, &fields).await?;
    Ok(changed)
}

/// Drafts another listing that says the same, but for what belongs to one alone.
pub async fn copy(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    key: Option<String>,
) -> Result<listing::Model, Error> {
    let row = load(&app.database.read, viewer, id, Act::Copy, None).await?;
    let said = Particulars {
        external_reference: None,
        expires_at: None,
        needed_by: row.needed_by.filter(|day| *day >= viewer.today()),
        ..Particulars::of(&row)
    };
    let draft = Draft {
        kind: row.kind,
        organisation: Id::new(row.organisation_id),
        said,
        publish: false,
        like: None,
    };
    create(app, viewer, draft, key).await
}

/// Throws away a draft that nobody has seen.
pub async fn delete(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = load(&transaction, viewer, id, Act::Delete, version).await?;
    persist::unlink(&transaction, row.id).await?;
    raised_at::service::clear(&transaction, row.id).await?;
    lifecycle::delete::<listing::Entity>(&transaction, &row).await?;
    activity::record(&transaction, viewer, acts::DELETED, &row, &[]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Reads a listing for an act of an organisation that is active.
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
        "Another listing of the organisation has this reference.",
    )
}
