//! Background job: keeps the reference data in memory up to date.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::App;

/// Interval between two checks of the version in the database.
const EVERY: Duration = Duration::from_secs(5);

/// Reloads the reference data whenever another server has changed it. Never ends.
pub async fn keep_fresh(app: App) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = app.reference.refresh(&app.database.read).await {
            tracing::warn!(
                ?error,
                "reference data could not be reloaded; the copy in memory stays in use"
            );
        }
    }
}
