//! The acts that move a listing from one state to another.

use chrono::{DateTime, Utc};
use entity::listing::{self, CloseReason, ListingState};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{
    particulars::Particulars,
    rules::{self, Act},
    service::{ListingId, ready, record, write_if},
};
use crate::{
    App,
    kit::{Error, Transaction, UserError, UserErrorCode, Viewer, clock, input::Checks},
};

/// Opens a draft to its audience.
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
    let row = ready(transaction, viewer, id, Act::Publish, version).await?;
    open(app, transaction, viewer, &row, "listing.published").await
}

/// Opens a closed listing again.
pub async fn reopen(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = ready(&transaction, viewer, id, Act::Reopen, version).await?;
    let row = open(app, &transaction, viewer, &row, "listing.reopened").await?;
    transaction.commit().await?;
    Ok(row)
}

/// Opens what the viewer may open, where it says what it must.
pub(super) async fn open(
    app: &App,
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &listing::Model,
    act: &'static str,
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
        state: Set(ListingState::Published),
        expires_at: Set(expires_at),
        closes_at: Set(rules::closes_at(expires_at, row.needed_by)),
        first_published_at: Set(row.first_published_at.min(viewer.now)),
        confirmed_at: Set(Some(viewer.now)),
        reminded_at: Set(None),
        closed_at: Set(None),
        close_reason: Set(None),
        ..Default::default()
    };
    step(conn, viewer, row, change, act).await
}

/// Takes a listing out of sight for a while.
pub async fn pause(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let change = listing::ActiveModel {
        state: Set(ListingState::Paused),
        ..Default::default()
    };
    act(
        app,
        viewer,
        (id, version),
        Act::Pause,
        "listing.paused",
        change,
    )
    .await
}

/// Brings a paused listing back.
pub async fn resume(
    app: &App,
    viewer: &Viewer,
    id: ListingId,
    version: Option<i32>,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = ready(&transaction, viewer, id, Act::Resume, version).await?;
    if row.closes_at <= viewer.now {
        return Err(UserError::new(
            UserErrorCode::InvalidState,
            "Its time ran out during the pause. Set a later expiresAt or neededBy first.",
        )
        .into());
    }
    let change = listing::ActiveModel {
        state: Set(ListingState::Published),
        ..Default::default()
    };
    let row = step(&transaction, viewer, &row, change, "listing.resumed").await?;
    transaction.commit().await?;
    Ok(row)
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
    let row = ready(&transaction, viewer, id, Act::Renew, version).await?;
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
        state: Set(ListingState::Published),
        expires_at: Set(expires_at),
        closes_at: Set(rules::closes_at(expires_at, row.needed_by)),
        confirmed_at: Set(Some(viewer.now)),
        reminded_at: Set(None),
        ..Default::default()
    };
    let row = step(&transaction, viewer, &row, change, "listing.renewed").await?;
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
        state: Set(ListingState::Closed),
        closed_at: Set(Some(viewer.now)),
        close_reason: Set(Some(reason)),
        ..Default::default()
    };
    act(
        app,
        viewer,
        (id, version),
        Act::Close,
        "listing.closed",
        change,
    )
    .await
}

async fn act(
    app: &App,
    viewer: &Viewer,
    (id, version): (ListingId, Option<i32>),
    act: Act,
    name: &'static str,
    change: listing::ActiveModel,
) -> Result<listing::Model, Error> {
    let transaction = app.database.begin().await?;
    let row = ready(&transaction, viewer, id, act, version).await?;
    let row = step(&transaction, viewer, &row, change, name).await?;
    transaction.commit().await?;
    Ok(row)
}

async fn step(
    conn: &impl ConnectionTrait,
    viewer: &Viewer,
    row: &listing::Model,
    change: listing::ActiveModel,
    name: &'static str,
) -> Result<listing::Model, Error> {
    let changed = write_if(conn, viewer, row, change, |update| update).await?;
    record(conn, viewer, &changed, name, &["state"]).await?;
    Ok(changed)
}
