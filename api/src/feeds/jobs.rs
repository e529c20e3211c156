//! Outbox consumer that maintains the feeds. Any number of servers run it; the lock on its outbox position lets one at
//! a time assign change numbers.

use std::time::Duration;

use entity::{event, listing};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    feed_source::FeedSource,
    persist,
    rules::{self, Touched},
    search,
    site::Site,
};
use crate::{
    App,
    activities::outbox,
    kit::{Error, Transaction, Viewer, failpoint},
};

/// Name of the outbox consumer.
const READER: &str = "feeds";
/// Maximum number of acts read at a time.
const BATCH: u64 = 200;
/// Maximum number of objects read and written by one statement.
const AT_ONCE: usize = 200;
/// Interval between runs if no act is announced.
const ROUND: Duration = Duration::from_secs(5);

/// Runs the consumer until the future is dropped.
pub async fn run(app: &App) {
    let mut done = app.outbox.follow();
    loop {
        if let Err(error) = follow(app, &Viewer::system()).await {
            tracing::error!(?error, "the feeds could not be updated");
        }
        let _ = timeout(ROUND, done.recv()).await;
        while done.try_recv().is_ok() {}
    }
}

/// Updates the feeds with the acts since the last run. Returns the number of changed entries.
pub async fn follow(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let database = &app.database;
    let mut changed = anew::<listing::Entity>(app, viewer).await?;
    changed += anew::<event::Entity>(app, viewer).await?;
    // Most runs find nothing, and should not request the write lock.
    while outbox::service::place_of(&database.read, READER).await?
        < outbox::service::end(&database.read).await?
    {
        let transaction = database.begin().await?;
        let acts = outbox::service::next(&transaction, READER, BATCH).await?;
        let touched = Touched::by(&app.catalogue, &acts);
        changed += write_touched::<listing::Entity>(app, &transaction, viewer, &touched).await?;
        changed += write_touched::<event::Entity>(app, &transaction, viewer, &touched).await?;
        outbox::service::advance(&transaction, READER, &acts).await?;
        failpoint::point("feeds.followed");
        transaction.commit().await?;
        failpoint::point("feeds.committed");
    }
    Ok(changed + end::<event::Entity>(app, viewer).await?)
}

/// Writes all items again if they were written in another format, and when the feed is new. An object that was public
/// then and is not now had an act, which the consumer processes.
async fn anew<T: FeedSource>(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let database = &app.database;
    if search::feed(&database.read, T::FEED).await?.form == T::FORM {
        return Ok(0);
    }
    let (mut changed, mut after) = (0, Uuid::nil());
    loop {
        let transaction = numbering(app).await?;
        let ids = search::all_after::<T>(&transaction, viewer, after, BATCH).await?;
        changed += write::<T>(app, &transaction, viewer, &ids).await?;
        if ids.is_empty() {
            persist::written_as(&transaction, T::FEED, T::FORM).await?;
        }
        transaction.commit().await?;
        match ids.last() {
            Some(last) => after = *last,
            None => return Ok(changed),
        }
    }
}

/// Writes the end of objects that ended by time alone, without an act.
async fn end<T: FeedSource>(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let mut changed = 0;
    while !search::over::<T>(&app.database.read, viewer, 1)
        .await?
        .is_empty()
    {
        let transaction = numbering(app).await?;
        let ids = search::over::<T>(&transaction, viewer, BATCH).await?;
        changed += write::<T>(app, &transaction, viewer, &ids).await?;
        failpoint::point("feeds.followed");
        transaction.commit().await?;
        failpoint::point("feeds.committed");
    }
    Ok(changed)
}

/// Starts a transaction that locks the feeds' outbox position, so that no other server assigns change numbers.
async fn numbering(app: &App) -> Result<Transaction, Error> {
    let transaction = app.database.begin().await?;
    outbox::service::next(&transaction, READER, 0).await?;
    Ok(transaction)
}

async fn write_touched<T: FeedSource>(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    touched: &Touched,
) -> Result<usize, Error> {
    if touched.is_empty() {
        return Ok(0);
    }
    let mut changed = 0;
    let ids = search::touched::<T>(transaction, viewer, touched).await?;
    for ids in ids.chunks(AT_ONCE) {
        changed += write::<T>(app, transaction, viewer, ids).await?;
    }
    Ok(changed)
}

async fn write<T: FeedSource>(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<usize, Error> {
    // Other servers change the reference data too, and an outdated name must not be written.
    app.reference.refresh(transaction).await?;
    let (reference, site) = (app.reference.now(), Site::at(&app.config.public_url));
    let shown = T::write(&site, &reference, transaction, viewer, ids).await?;
    persist::write(transaction, T::FEED, ids, shown, viewer.now).await
}

/// Deletes tombstones that are older than [`rules::KEPT`].
pub async fn forget(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    persist::forget(&app.database.write, viewer.now - rules::KEPT).await
}
