//! The round of every server: it gives places to what was committed, and announces what has one.
//!
//! Any number of servers make it. Each announces what all of them did, for it reads the order and not its own acts.

use std::time::Duration;

use super::service;
use crate::{App, kit::Error};

/// How long an act waits for its place where nobody says that there is one.
const ROUND: Duration = Duration::from_millis(250);
/// How many acts are read at a time.
const BATCH: u64 = 500;

/// Goes round for as long as it is polled.
pub async fn run(app: &App) {
    let mut last = None;
    loop {
        if let Err(error) = round(app, &mut last).await {
            tracing::error!(?error, "the round of the outbox failed");
        }
        app.outbox.wait(ROUND).await;
    }
}

/// Gives places and announces, once. `last` is the place that was announced last, none before the first round.
pub async fn round(app: &App, last: &mut Option<i64>) -> Result<(), Error> {
    service::sequence(&app.database).await?;
    let conn = &app.database.read;
    // Read before it is asked who listens: whoever begins to in between misses nothing.
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
