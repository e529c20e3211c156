//! What goes on beside the requests: the rounds that the worker of every server makes.
//!
//! Any number of servers may make them at once: each step is a conditional update in a transaction of its
//! own, so a worker may stop anywhere, and what fails is tried again on the next round.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    App, accounts, amendments, events, feeds, intakes,
    kit::{Error, Viewer},
    listings, mail, matches, notifications, outbox, reference, registrations, reservations,
};

/// How often what time has done to listings is written down.
const LISTINGS: Duration = Duration::from_mins(1);
/// How often what time has done to events is written down.
const EVENTS: Duration = Duration::from_mins(1);
/// How often places are released that nobody drew, and offered on for which nobody answered.
const REGISTRATIONS: Duration = Duration::from_secs(5);
/// How often lapsed proposals are written down, and those who wait are told what became of it.
const MATCHES: Duration = Duration::from_secs(5);
/// How often links are mailed to those who told something, and contacts are deleted whose time is over.
const INTAKES: Duration = Duration::from_secs(15);
/// How often links are mailed to those who wait for them: to verify an address, to register as a guest.
const LINKS: Duration = Duration::from_secs(5);
/// How often what has long been gone is forgotten.
const LONG_GONE: Duration = Duration::from_hours(1);

/// Makes the rounds for as long as it is polled.
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
        // Each by itself: many links of one kind hold up none of another.
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

/// Makes one kind of round again and again.
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
