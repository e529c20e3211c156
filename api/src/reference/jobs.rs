//! What goes on beside the requests.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::App;

/// How often this server looks for what others changed.
const EVERY: Duration = Duration::from_secs(5);

/// Keeps what is in memory as fresh as the database, for other servers change it too. Never ends.
pub async fn keep_fresh(app: App) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = app.reference.refresh(&app.database.read).await {
            tracing::warn!(
                ?error,
                "reference data could not be read; what is known stays"
            );
        }
    }
}
