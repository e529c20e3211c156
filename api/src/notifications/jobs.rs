//! The rounds of every server: people are told of what was done, and what is to be mailed is mailed.
//!
//! Any number of servers make them: see the stories of [`crate::outbox`] and [`crate::mail`].

use std::time::Duration;

use entity::mail::{Entity, Model};
use sea_orm::Condition;
use tokio::{sync::Notify, time::timeout};

use super::{compose, persist, preferences, timing};
use crate::{
    App,
    activities::outbox,
    kit::{Error, Viewer, failpoint},
    mail::send_next,
};

/// The name under which they read.
pub const READER: &str = "notifications";
/// How many acts are read at a time.
const BATCH: u64 = 100;
/// How long a round waits for something to be done. Mail falls due without anything being done.
const ROUND: Duration = Duration::from_secs(5);

/// Goes round for as long as it is polled.
pub async fn run(app: &App) {
    let told = Notify::new();
    tokio::join!(tell_always(app, &told), mail_always(app, &told));
}

async fn tell_always(app: &App, told: &Notify) {
    let mut done = app.outbox.follow();
    loop {
        match tell(app, &Viewer::system()).await {
            Ok(0) => {}
            Ok(_) => told.notify_one(),
            Err(error) => tracing::error!(?error, "people could not be told"),
        }
        let _ = timeout(ROUND, done.recv()).await;
        while done.try_recv().is_ok() {}
    }
}

async fn mail_always(app: &App, told: &Notify) {
    loop {
        // Each mail has its own instant: a slow mail server must not use up the time in which others are sent.
        match mail_next(app, &Viewer::system()).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(?error, "the round of the mail failed"),
        }
        let _ = timeout(ROUND, told.notified()).await;
    }
}

/// Tells everybody of what was done since this was last run, and says how many notifications that made.
pub async fn tell(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let (database, mut told) = (&app.database, 0);
    // Most rounds find nothing, and should not ask for the right to write.
    while outbox::service::place_of(&database.read, READER).await?
        < outbox::service::end(&database.read).await?
    {
        let transaction = database.begin().await?;
        let acts = outbox::service::next(&transaction, READER, BATCH).await?;
        for act in &acts {
            told += persist::tell(app, &transaction, viewer, act).await?;
        }
        outbox::service::advance(&transaction, READER, &acts).await?;
        failpoint::point("notifications.told");
        transaction.commit().await?;
        failpoint::point("notifications.committed");
    }
    Ok(told)
}

/// Mails what has waited longest, if anything is due. What is tried again keeps to its reader's quiet hours.
pub async fn mail_next(app: &App, viewer: &Viewer) -> Result<bool, Error> {
    let write = |row: Model| async move { compose::write(app, viewer, &row).await };
    let later = |row: Model, at| async move {
        let quiet = preferences::of(&app.database.write, row.person_id)
            .await?
            .quiet;
        Ok(timing::calm(quiet, at))
    };
    send_next::<Entity, _, _>(app, viewer, Condition::all(), write, later).await
}
