//! The acts on listings. Each reads the row as it is, asks the rules, and writes under the condition that
//! the row is still as it was.

use entity::{
    listing::{self, Column, ListingKind, ListingState},
    listing_event,
    organisation::{self, OrganisationState},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    moves,
    particulars::{Checked, Particulars},
    rules::{self, Act},
    store,
};
use crate::{
    App,
    kit::{
        Error, Id, Transaction, UserError, UserErrorCode, Viewer, activity, clock,
        idempotency::Key, input::Checks, resource,
    },
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
    let organisation = resource::hold(transaction, viewer, organisation).await?;
    rules::may_draft(viewer, organisation.id)?;
    acting(&organisation)?;
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
    record(transaction, viewer, &row, "listing.drafted", &[]).await?;
    if publish {
        rules::may(viewer, &row, Act::Publish)?;
        return moves::open(app, transaction, viewer, &row, "listing.published").await;
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
    let mut row = listing::ActiveModel {
        id: Set(id),
        kind: Set(kind),
        reference: Set(store::reference(kind, id)),
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
        ..Default::default()
    };
    store::apply(&mut row, checked);
    let row = listing::Entity::insert(row)
        .exec_with_returning(conn)
        .await
        .map_err(|error| Error::from(error).on_conflict(reference_taken))?;
    store::link(conn, id, checked, true).await?;
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
    let row = ready(transaction, viewer, id, Act::Edit, Some(version)).await?;
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
        let matched = store::is_matched(transaction, &row).await?;
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
    let mut change = listing::ActiveModel::default();
    store::apply(&mut change, &checked);
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
    // What was allocated meanwhile does not raise the version, so it is asked for again here.
    let changed = write_if(transaction, viewer, &row, change, |update| {
        match checked.quantity {
            Some(_) if change_unit => update.filter(Column::Allocated.eq(0)),
            Some(quantity) => update.filter(Column::Allocated.lte(quantity)),
            None => update,
        }
    })
    .await?;
    store::link(transaction, row.id, &checked, false).await?;
    record(transaction, viewer, &changed, "listing.edited", &fields).await?;
    Ok(changed)
}

/// Drafts another listing that says the same, but for what belongs to one alone.
pub async fn copy(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    key: Option<String>,
) -> Result<listing::Model, Error> {
    let row = ready(&app.database.read, viewer, id, Act::Copy, None).await?;
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
    let row = ready(&transaction, viewer, id, Act::Delete, version).await?;
    store::unlink(&transaction, row.id).await?;
    listing_event::Entity::delete_by_id(row.id)
        .exec(&transaction)
        .await?;
    let gone = listing::Entity::delete_many()
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version))
        .exec(&transaction)
        .await?;
    if gone.rows_affected == 0 {
        return Err(outdated());
    }
    record(&transaction, viewer, &row, "listing.deleted", &[]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// The row, if the viewer may do this to it as it stands and saw this version.
pub(super) async fn ready(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    id: ListingId,
    act: Act,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    viewer.signed_in()?;
    let row = resource::get(conn, viewer, id).await?;
    rules::may(viewer, &row, act)?;
    if version.is_some_and(|seen| seen != row.version) {
        return Err(outdated());
    }
    rules::can(&row, act, viewer.now)?;
    let organisation = organisation::Entity::find_by_id(row.organisation_id)
        .one(conn)
        .await?
        .ok_or(Error::NotFound)?;
    acting(&organisation)?;
    Ok(row)
}

/// Writes a change if the row is still as it was read.
pub(super) async fn write_if(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &listing::Model,
    mut change: listing::ActiveModel,
    condition: impl FnOnce(sea_orm::UpdateMany<listing::Entity>) -> sea_orm::UpdateMany<listing::Entity>,
) -> Result<listing::Model, Error> {
    change.updated_at = Set(viewer.now);
    change.version = Set(row.version + 1);
    let update = listing::Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(row.state))
        .filter(Column::Version.eq(row.version));
    let changed = condition(update).exec_with_returning(conn).await;
    let changed = changed.map_err(|error| Error::from(error).on_conflict(reference_taken))?;
    changed.into_iter().next().ok_or_else(outdated)
}

/// Records an act on a listing.
pub(super) async fn record(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &listing::Model,
    act: &'static str,
    fields: &[&'static str],
) -> Result<(), Error> {
    let subject = ListingId::new(row.id);
    activity::record(
        conn,
        viewer,
        activity::Act {
            act,
            subject,
            organisation: Some(row.organisation_id),
            fields,
        },
    )
    .await
}

fn acting(organisation: &organisation::Model) -> Result<(), Error> {
    if organisation.state == OrganisationState::Active {
        return Ok(());
    }
    let message = "The organisation was merged into another. Act for that one.";
    Err(UserError::at("organisationId", UserErrorCode::InvalidState, message).into())
}

fn outdated() -> Error {
    let message = "Somebody changed it since you read it. Read it again and repeat your change.";
    UserError::at("version", UserErrorCode::VersionOutdated, message).into()
}

fn reference_taken() -> UserError {
    UserError::at(
        "externalReference",
        UserErrorCode::AlreadyExists,
        "Another listing of the organisation has this reference.",
    )
}
