//! What goes on beside the requests: the rounds that the worker of every server makes.
//!
//! Any number of servers may make them at once: each step is a conditional update in a transaction of its
//! own, so a worker may stop anywhere, and what fails is tried again on the next round.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    App,
    kit::{Error, Viewer},
    listings, matches, notifications, outbox, reference,
};

/// How often what time has done to listings and matches is written down.
const ENDINGS: Duration = Duration::from_mins(1);

/// Makes the rounds for as long as it is polled.
pub async fn run(app: &App) {
    tokio::join!(
        outbox::jobs::run(app),
        notifications::jobs::run(app),
        end(app),
        reference::jobs::keep_fresh(app.clone()),
    );
}

async fn end(app: &App) {
    let mut round = interval(ENDINGS);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        round.tick().await;
        note(
            app,
            "listings ended or were reminded",
            listings::jobs::run(app, &Viewer::system()).await,
        );
        note(
            app,
            "matches lapsed, or were told of room",
            matches::jobs::run(app, &Viewer::system()).await,
        );
    }
}

/// Logs what a round did, and has it looked for at once.
fn note(app: &App, what: &'static str, touched: Result<usize, Error>) {
    match touched {
        Ok(0) => {}
        Ok(touched) => {
            app.outbox.poke();
            tracing::info!(touched, what);
        }
        Err(error) => tracing::error!(?error, what, "a round failed"),
    }
}
