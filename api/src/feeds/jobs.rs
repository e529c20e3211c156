//! The follower of the outbox that keeps the feeds. Any number of servers run it; one at a time gives numbers.

use std::{collections::HashMap, time::Duration};

use sea_orm::DatabaseTransaction;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    linked,
    rules::{self, Site, Touched},
    search::{self, LISTINGS},
    store::{self, Shown},
};
use crate::{
    App,
    kit::{Error, Viewer, crash},
    outbox,
};

/// The name under which it reads.
const READER: &str = "feeds";
/// How many acts are read at a time.
const BATCH: u64 = 200;
/// How many listings are read and written by one statement.
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
    let mut changed = anew(app, viewer).await?;
    // Most rounds find nothing, and should not ask for the right to write.
    while outbox::service::place_of(&database.read, READER).await?
        < outbox::service::end(&database.read).await?
    {
        let transaction = database.begin().await?;
        let acts = outbox::service::next(&transaction, READER, BATCH).await?;
        let touched = Touched::by(&acts);
        if !touched.is_empty() {
            let ids = search::touched(&transaction, viewer, &touched).await?;
            for ids in ids.chunks(AT_ONCE) {
                changed += write(app, &transaction, viewer, ids).await?;
            }
        }
        outbox::service::advance(&transaction, READER, &acts).await?;
        crash::point("feeds.followed");
        transaction.commit().await?;
        crash::point("feeds.committed");
    }
    Ok(changed)
}

/// Writes everything anew where it was written in another form, as in the beginning. What was shown then and is not
/// now has had its act: the follower meets it.
async fn anew(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let database = &app.database;
    if search::feed(&database.read, LISTINGS).await?.form == rules::FORM {
        return Ok(0);
    }
    let (mut changed, mut after) = (0, Uuid::nil());
    loop {
        let transaction = database.begin().await?;
        // Nobody else gives numbers meanwhile.
        outbox::service::next(&transaction, READER, 0).await?;
        let ids = search::all_after(&transaction, viewer, after, BATCH).await?;
        changed += write(app, &transaction, viewer, &ids).await?;
        if ids.is_empty() {
            store::written_as(&transaction, LISTINGS, rules::FORM).await?;
        }
        transaction.commit().await?;
        match ids.last() {
            Some(last) => after = *last,
            None => return Ok(changed),
        }
    }
}

async fn write(
    app: &App,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<usize, Error> {
    // Other servers change it too, and an old name must not come back.
    app.reference.refresh(transaction).await?;
    let (reference, site) = (app.reference.now(), Site::at(&app.config.public_url));
    let mut shown = HashMap::new();
    for row in search::those(transaction, viewer, ids).await? {
        let (row, organisation) = search::parts(&row)?;
        let data = linked::listing(&site, &reference, row, organisation, true);
        let kind = rules::kind(row.kind);
        let item = Shown {
            kind,
            data: data.to_string(),
            version: row.version,
        };
        shown.insert(row.id, item);
    }
    store::write(transaction, LISTINGS, ids, shown, viewer.now).await
}

/// Forgets what has been gone for long enough.
pub async fn forget(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    store::forget(&app.database.write, viewer.now - rules::KEPT).await
}
