//! What goes on beside the requests: the rounds that the worker of every server makes.
//!
//! Any number of servers may make them at once: each step is a conditional update in a transaction of its
//! own, so a worker may stop anywhere, and what fails is tried again on the next round.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::{App, kit::Viewer, listings};

/// How often what time has done to listings is written down.
const LISTINGS: Duration = Duration::from_secs(60);
/// How often this server looks whether others have changed reference data.
const REFERENCE: Duration = Duration::from_secs(5);

/// Makes the rounds for as long as it is polled.
pub async fn run(app: &App) {
    tokio::join!(end_listings(app), keep_reference_fresh(app));
}

async fn end_listings(app: &App) {
    let mut round = every(LISTINGS);
    loop {
        round.tick().await;
        match listings::jobs::run(app, &Viewer::system()).await {
            Ok(0) => {}
            Ok(touched) => tracing::info!(touched, "listings ended or were reminded"),
            Err(error) => tracing::error!(?error, "the round of the listings failed"),
        }
    }
}

async fn keep_reference_fresh(app: &App) {
    let mut round = every(REFERENCE);
    loop {
        round.tick().await;
        if let Err(error) = app.reference.refresh(&app.database.read).await {
            tracing::error!(
                ?error,
                "reference data could not be read; what is known stays"
            );
        }
    }
}

/// Rounds of this length, the first at once. One that takes longer pushes the next ones back.
fn every(length: Duration) -> tokio::time::Interval {
    let mut round = interval(length);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    round
}
