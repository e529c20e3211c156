//! Background jobs, which the worker of every server runs at intervals.
//!
//! Any number of servers may run them at once: each step is a conditional update in its own transaction, so a worker
//! may stop at any point, and a failed step is retried at the next interval.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    App, accounts, amendments, events, feeds, intakes,
    kit::{Error, Viewer},
    listings, mail, matches, notifications, outbox, reference, registrations, reservations,
};

/// Interval of the job that expires listings and reminds their organisations before.
const LISTINGS: Duration = Duration::from_mins(1);
/// Interval of the job that completes past events and reminds participants.
const EVENTS: Duration = Duration::from_mins(1);
/// Interval of the jobs that release unused reserved places, and offer on places whose offer was not answered.
const REGISTRATIONS: Duration = Duration::from_secs(5);
/// Interval of the jobs that record lapsed proposals and notify those who wait for an outcome.
const MATCHES: Duration = Duration::from_secs(5);
/// Interval of the jobs that mail claim links to people who submitted an intake, and delete contacts whose retention
/// has ended.
const INTAKES: Duration = Duration::from_secs(15);
/// Interval of the jobs that mail links to people who wait for them: to verify an address, or to register as a guest.
const LINKS: Duration = Duration::from_secs(5);
/// Interval of the job that deletes old mail, expired links and feed entries of removed items.
const LONG_GONE: Duration = Duration::from_hours(1);

/// Runs all jobs for as long as it is polled. Never completes.
pub async fn run(app: &App) {
    tokio::join!(
        outbox::jobs::run(app),
        notifications::jobs::run(app),
        feeds::jobs::run(app),
        rounds(app, "long gone", LONG_GONE, |app| async move {
            let viewer = Viewer::system();
            Ok(feeds::jobs::forget(&app, &viewer).await?
                + mail::service::forget(&app, &viewer).await?)
        }),
        rounds(app, "listings", LISTINGS, |app| async move {
            listings::jobs::run(&app, &Viewer::system()).await
        }),
        rounds(app, "events", EVENTS, |app| async move {
            events::jobs::run(&app, &Viewer::system()).await
        }),
        rounds(app, "registrations", REGISTRATIONS, |app| async move {
            let viewer = Viewer::system();
            Ok(reservations::jobs::run(&app, &viewer).await?
                + registrations::jobs::run(&app, &viewer).await?)
        }),
        rounds(app, "matches", MATCHES, |app| async move {
            let viewer = Viewer::system();
            Ok(matches::jobs::run(&app, &viewer).await?
                + amendments::jobs::run(&app, &viewer).await?)
        }),
        rounds(app, "claims", INTAKES, |app| async move {
            intakes::jobs::mail(&app, &Viewer::system()).await
        }),
        rounds(app, "intakes", INTAKES, |app| async move {
            intakes::jobs::forget(&app, &Viewer::system()).await
        }),
        // Separate jobs, so that a backlog of one kind of link does not delay the others.
        rounds(app, "addresses", LINKS, |app| async move {
            accounts::addresses::mail(&app, &Viewer::system()).await
        }),
        rounds(app, "guests", LINKS, |app| async move {
            registrations::guests::mail(&app, &Viewer::system()).await
        }),
        rounds(app, "news of guests", LINKS, |app| async move {
            notifications::guests::mail(&app, &Viewer::system()).await
        }),
        reference::jobs::keep_fresh(app.clone()),
    );
}

/// Runs one job at an interval, for ever. Errors are logged.
async fn rounds<F: Future<Output = Result<usize, Error>> + Send>(
    app: &App,
    of: &'static str,
    every: Duration,
    round: impl Fn(App) -> F + Send,
) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match round(app.clone()).await {
            Ok(0) => {}
            Ok(touched) => {
                app.outbox.poke();
                tracing::info!(touched, of, "time has moved on");
            }
            Err(error) => tracing::error!(?error, of, "the round failed"),
        }
    }
}
