//! Background workers of all features, which every server runs.
//!
//! Any number of servers may run them at once: each step is a conditional update in its own transaction, so a worker
//! may stop at any point, and a failed step is retried at the next interval.

use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    App,
    feature::{Work, Worker},
    features::FEATURES,
    kit::Error,
};

/// Runs all workers for as long as it is polled.
pub async fn run(app: &App) {
    let workers = FEATURES.iter().flat_map(|feature| feature.workers);
    join_all(workers.map(|worker| work(app, worker))).await;
}

async fn work(app: &App, worker: &Worker) {
    match worker.work {
        Work::Every(every, run) => at_intervals(app, worker.name, every, run).await,
        Work::Always(run) => run(app.clone()).await,
    }
}

/// Runs a job at an interval and logs how many rows it changed.
async fn at_intervals(
    app: &App,
    worker: &'static str,
    every: Duration,
    run: fn(App) -> BoxFuture<'static, Result<usize, Error>>,
) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match run(app.clone()).await {
            Ok(0) => {}
            Ok(changed) => {
                app.outbox.wake();
                tracing::info!(changed, worker, "worker changed rows");
            }
            Err(error) => tracing::error!(?error, worker, "worker failed"),
        }
    }
}
