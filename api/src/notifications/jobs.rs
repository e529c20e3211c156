//! Jobs of every server: one writes notifications of new acts, the other sends the emails that are due.
//!
//! Any number of servers run them: see [`crate::activities::outbox`] and [`crate::mail`].

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

/// Name of the outbox consumer.
pub const READER: &str = "notifications";
/// Maximum number of acts read at a time.
const BATCH: u64 = 100;
/// Interval between runs if nothing wakes the job. Email becomes due without an act.
const ROUND: Duration = Duration::from_secs(5);

/// Runs both jobs until the future is dropped.
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
            Err(error) => tracing::error!(?error, "notifications could not be written"),
        }
        let _ = timeout(ROUND, done.recv()).await;
        while done.try_recv().is_ok() {}
    }
}

async fn mail_always(app: &App, told: &Notify) {
    loop {
        // Each email has its own instant: a slow mail server must not use up the lease of the others.
        match mail_next(app, &Viewer::system()).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(?error, "the email job failed"),
        }
        let _ = timeout(ROUND, told.notified()).await;
    }
}

/// Writes the notifications of all acts since the last run. Returns the number of people notified.
pub async fn tell(app: &App, viewer: &Viewer) -> Result<usize, Error> {
    let (database, mut told) = (&app.database, 0);
    // Most runs find nothing, and should not request the write lock.
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

/// Sends the email that has waited longest, if one is due. Another attempt respects the recipient's quiet hours.
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
