//! Gauges that are read when Prometheus scrapes: database statements and connections, subscriptions, requests and
//! reference data.

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::App;

/// Labels of the connection gauge: the pool and the state.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Connections {
    pool: &'static str,
    state: State,
}

/// State of a database connection.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
enum State {
    /// Open and in use.
    Busy,
    /// Open and not in use.
    Idle,
    /// Not open, within the maximum of the pool.
    Closed,
}

/// Gauges whose values are read at each scrape.
#[derive(Debug, Default)]
pub struct Gauges {
    statements: Gauge,
    followers: Gauge,
    connections: Family<Connections, Gauge>,
    running: Gauge,
    waiting: Gauge,
    rejected: Gauge,
    reference_uses: Gauge,
    reference_readings: Gauge,
}

impl Gauges {
    /// Registers the gauges under their names.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "statements",
            "Statements sent to the database since the start",
            self.statements.clone(),
        );
        registry.register(
            "subscriptions",
            "Subscriptions that are followed",
            self.followers.clone(),
        );
        registry.register(
            "database_connections",
            "Connections to the database by their pool and by what they do",
            self.connections.clone(),
        );
        registry.register(
            "requests_in_work",
            "Requests that are worked on",
            self.running.clone(),
        );
        registry.register(
            "requests_waiting",
            "Requests that wait for their turn",
            self.waiting.clone(),
        );
        registry.register(
            "requests_turned_away",
            "Requests that found too many waiting, or waited in vain, since the start",
            self.rejected.clone(),
        );
        registry.register(
            "reference_uses",
            "How often reference data was found in memory since the start",
            self.reference_uses.clone(),
        );
        registry.register(
            "reference_readings",
            "How often reference data was read from the database since the start",
            self.reference_readings.clone(),
        );
    }

    /// Sets the gauges to the current values.
    pub fn read(&self, app: &App) {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.statements.set(number(app.database.statements()));
        self.followers.set(number(app.outbox.followers() as u64));
        self.reference_uses.set(number(app.reference.uses()));
        self.reference_readings
            .set(number(app.reference.readings()));
        self.running.set(number(app.concurrency.running() as u64));
        self.waiting.set(number(app.concurrency.waiting() as u64));
        self.rejected.set(number(app.concurrency.rejected()));
        for one in app.database.pools() {
            for (state, count) in [
                (State::Busy, one.open.saturating_sub(one.idle)),
                (State::Idle, one.idle),
                (State::Closed, one.most.saturating_sub(one.open)),
            ] {
                let which = Connections {
                    pool: one.name,
                    state,
                };
                self.connections.get_or_create(&which).set(count.into());
            }
        }
    }
}
