//! Acts that change the state of a listing.

use chrono::{DateTime, Utc};
use entity::listing::{self, CloseReason};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{
    content::ListingContent,
    rules::{self, Act},
    service::{ListingId, load},
};
use crate::{
    App,
    kit::{Error, Transaction, Viewer, clock, lifecycle, validation::Validator},
};

/// Names of the changed fields that a change of state records.
const STATE: &[&str] = &["state"];

/// Publishes a draft to its audience.
pub async fn publish(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = publish_in(app, &transaction, viewer, id, version).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Like [`publish`], in a transaction of the caller.
pub async fn publish_in(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let row = load(transaction, viewer, id, Act::Publish, version).await?;
    open(app, transaction, viewer, &row, Act::Publish).await
}

/// Publishes a closed listing again.
pub async fn reopen(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = load(&transaction, viewer, id, Act::Reopen, version).await?;
    let row = open(app, &transaction, viewer, &row, Act::Reopen).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Publishes a listing whose act is already permitted, if its content is complete.
pub(super) async fn open(
    app: &App,
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &listing::Model,
    act: Act,
) -> Result<listing::Model, Error> {
    let mut checks = Validator::new();
    ListingContent::of(row).check_publishable(&mut checks, viewer.now);
    checks.finish()?;
    let chosen = clock::unless_never(row.expires_at);
    let expires_at = rules::expiry(
        row.expiry_policy,
        chosen,
        viewer.now,
        app.config.listing_days,
    );
    let change = listing::ActiveModel {
        expires_at: Set(expires_at),
        closes_at: Set(rules::closes_at(expires_at, row.needed_by)),
        first_published_at: Set(row.first_published_at.min(viewer.now)),
        confirmed_at: Set(Some(viewer.now)),
        reminded_at: Set(None),
        closed_at: Set(None),
        close_reason: Set(None),
        ..Default::default()
    };
    lifecycle::apply(conn, viewer, row, act, change, STATE).await
}

/// Hides a listing until it is resumed.
pub async fn pause(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let change = listing::ActiveModel::default();
    perform(app, viewer, (id, version), Act::Pause, change).await
}

/// Publishes a paused listing again.
pub async fn resume(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let change = listing::ActiveModel::default();
    perform(app, viewer, (id, version), Act::Resume, change).await
}

/// Extends a listing, or confirms that a standing one is still valid. The listing keeps its position in the order
/// `NEWEST`.
pub async fn renew(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
    until: Option<DateTime<Utc>>,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = load(&transaction, viewer, id, Act::Renew, version).await?;
    let mut checks = Validator::new();
    if let Some(until) = until {
        let content = ListingContent {
            expires_at: Some(until),
            ..ListingContent::of(&row)
        };
        let _ = content.check(
            &mut checks,
            row.kind,
            Some(&ListingContent::of(&row)),
            &app.reference.now(),
            viewer.now,
        );
    }
    ListingContent::of(&row).check_publishable(&mut checks, viewer.now);
    checks.finish()?;
    // A renewal without a time never shortens the listing.
    let longer = rules::expiry(row.expiry_policy, None, viewer.now, app.config.listing_days)
        .max(row.expires_at);
    let expires_at = until.unwrap_or(longer);
    let change = listing::ActiveModel {
        expires_at: Set(expires_at),
        closes_at: Set(rules::closes_at(expires_at, row.needed_by)),
        confirmed_at: Set(Some(viewer.now)),
        reminded_at: Set(None),
        ..Default::default()
    };
    let row = lifecycle::apply(&transaction, viewer, &row, Act::Renew, change, STATE).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Closes a listing with a reason.
pub async fn close(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
    reason: CloseReason,
) -> Result<listing::Model, Error> {
    let change = listing::ActiveModel {
        closed_at: Set(Some(viewer.now)),
        close_reason: Set(Some(reason)),
        ..Default::default()
    };
    perform(app, viewer, (id, version), Act::Close, change).await
}

async fn perform(
    app: &App,
    viewer: &Viewer,
    (id, version): (ListingId, Option<i32>),
    act: Act,
    change: listing::ActiveModel,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = load(&transaction, viewer, id, act, version).await?;
    let row = lifecycle::apply(&transaction, viewer, &row, act, change, STATE).await?;
    transaction.commit().await?;
    Ok(row)
}
