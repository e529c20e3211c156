//! What goes on beside the requests: the rounds that the worker of every server makes.
//!
//! Any number of servers may make them at once: each step is a conditional update in a transaction of its
//! own, so a worker may stop anywhere, and what fails is tried again on the next round.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::{App, kit::Viewer, listings, matches, notifications, outbox, reference};

/// How often what time has done to listings is written down.
const LISTINGS: Duration = Duration::from_mins(1);

/// How often lapsed proposals are written down, and those who wait are told what became of it.
const MATCHES: Duration = Duration::from_secs(5);

/// Makes the rounds for as long as it is polled.
pub async fn run(app: &App) {
    tokio::join!(
        outbox::jobs::run(app),
        notifications::jobs::run(app),
        end_listings(app),
        lapse_matches(app),
        reference::jobs::keep_fresh(app.clone()),
    );
}

async fn end_listings(app: &App) {
    let mut round = interval(LISTINGS);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        round.tick().await;
        match listings::jobs::run(app, &Viewer::system()).await {
            Ok(0) => {}
            Ok(touched) => {
                app.outbox.poke();
                tracing::info!(touched, "listings ended or were reminded");
            }
            Err(error) => tracing::error!(?error, "the round of the listings failed"),
        }
    }
}

async fn lapse_matches(app: &App) {
    let mut round = interval(MATCHES);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        round.tick().await;
        match matches::jobs::run(app, &Viewer::system()).await {
            Ok(0) => {}
            Ok(touched) => {
                app.outbox.poke();
                tracing::info!(touched, "matches lapsed or were told of others");
            }
            Err(error) => tracing::error!(?error, "the round of the matches failed"),
        }
    }
}
