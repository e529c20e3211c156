//! The acts that move a listing from one state to another.

use chrono::{DateTime, Utc};
use entity::listing::{self, CloseReason};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{
    content::Particulars,
    rules::{self, Act},
    service::{ListingId, load},
};
use crate::{
    App,
    kit::{Error, Transaction, Viewer, clock, lifecycle, validation::Checks},
};

/// Fields that a change of state records.
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

/// The same inside a transaction of somebody else's.
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

/// Opens a closed listing again.
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

/// Opens what the viewer may open, where it says what it must.
pub(super) async fn open(
    app: &App,
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &listing::Model,
    act: Act,
) -> Result<listing::Model, Error> {
    let mut checks = Checks::new();
    Particulars::of(row).check_publishable(&mut checks, viewer.now);
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

/// Hides a listing for a while.
pub async fn pause(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let change = listing::ActiveModel::default();
    perform(app, viewer, (id, version), Act::Pause, change).await
}

/// Shows a paused listing again.
pub async fn resume(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let change = listing::ActiveModel::default();
    perform(app, viewer, (id, version), Act::Resume, change).await
}

/// Gives a listing more time, or confirms that a standing one still holds. It keeps its place among the newest.
pub async fn renew(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
    until: Option<DateTime<Utc>>,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = load(&transaction, viewer, id, Act::Renew, version).await?;
    let mut checks = Checks::new();
    if let Some(until) = until {
        let said = Particulars {
            expires_at: Some(until),
            ..Particulars::of(&row)
        };
        let _ = said.check(
            &mut checks,
            row.kind,
            Some(&Particulars::of(&row)),
            &app.reference.now(),
            viewer.now,
        );
    }
    Particulars::of(&row).check_publishable(&mut checks, viewer.now);
    checks.finish()?;
    // Renewing never takes time away.
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

/// Ends a listing.
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
