//! Outbox job of every server: assigns positions to committed acts, then broadcasts the acts that have one.
//!
//! Any number of servers run it. Each broadcasts the acts of all servers, because it reads the order of commits and not
//! its own acts.

use std::time::Duration;

use super::service;
use crate::{App, kit::Error};

/// Interval between runs if nothing wakes the job.
const ROUND: Duration = Duration::from_millis(250);
/// Maximum number of acts read at a time.
const BATCH: u64 = 500;

/// Runs the job until the future is dropped.
pub async fn run(app: &App) {
    let mut last = None;
    loop {
        if let Err(error) = round(app, &mut last).await {
            tracing::error!(?error, "the outbox job failed");
        }
        app.outbox.wait(ROUND).await;
    }
}

/// Assigns positions and broadcasts, once. `last` is the position broadcast last, `None` before the first run.
pub async fn round(app: &App, last: &mut Option<i64>) -> Result<(), Error> {
    service::sequence(&app.database).await?;
    let conn = &app.database.read;
    // Read before checking for subscribers: a subscriber that arrives in between misses nothing.
    let end = service::end(conn).await?;
    let begin = last.get_or_insert(end);
    if !app.outbox.is_followed() {
        *begin = end;
    }
    while *begin < end {
        for act in service::after(conn, *begin, BATCH).await? {
            *begin = act.seq.unwrap_or(end);
            app.outbox.announce(act);
        }
    }
    Ok(())
}
