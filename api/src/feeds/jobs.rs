//! The follower of the outbox that keeps the feeds. Any number of servers run it; one at a time gives numbers.

use std::time::Duration;

use entity::{event, listing};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    feed_source::Fed,
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

/// The name under which it reads.
const READER: &str = "feeds";
/// How many acts are read at a time.
const BATCH: u64 = 200;
/// How many things are read and written by one statement.
const AT_ONCE: usize = 200;
/// How long a round waits for something to be done.
const ROUND: Duration = Duration::from_secs(5);

/// Goes round for as long as it is polled.
pub async fn run(app: &App) {
    let mut done = app.outbox.follow();
    loop {
        if let Err(error) = follow(app, &Viewer::system()).await {
            tracing::error!(?error, "the feeds could not be kept");
        }
        let _ = timeout(ROUND, done.recv()).await;
        while done.try_recv().is_ok() {}
    }
}

/// Writes down what was changed since this was last run, and says how many entries that changed.
pub async fn follow(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let database = &app.database;
    let mut changed = anew::<listing::Entity>(app, viewer).await?;
    changed += anew::<event::Entity>(app, viewer).await?;
    // Most rounds find nothing, and should not ask for the right to write.
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

/// Writes everything anew where it was written in another form, as in the beginning. What was shown then and is not
/// now has had its act: the follower meets it.
async fn anew<T: Fed>(app: &App, viewer: &Viewer) -> Result<usize, Error> {
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

/// Writes down the end of what time alone has ended.
async fn end<T: Fed>(app: &App, viewer: &Viewer) -> Result<usize, Error> {
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

/// A transaction in which nobody else gives numbers.
async fn numbering(app: &App) -> Result<Transaction, Error> {
    let transaction = app.database.begin().await?;
    outbox::service::next(&transaction, READER, 0).await?;
    Ok(transaction)
}

async fn write_touched<T: Fed>(
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

async fn write<T: Fed>(
    app: &App,
    transaction: &Transaction,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<usize, Error> {
    // Other servers change it too, and an old name must not come back.
    app.reference.refresh(transaction).await?;
    let (reference, site) = (app.reference.now(), Site::at(&app.config.public_url));
    let shown = T::write(&site, &reference, transaction, viewer, ids).await?;
    persist::write(transaction, T::FEED, ids, shown, viewer.now).await
}

/// Forgets what has been gone for long enough.
pub async fn forget(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    persist::forget(&app.database.write, viewer.now - rules::KEPT).await
}
