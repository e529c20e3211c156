//! What the program is made of at the moment that Prometheus asks: its statements, listeners, requests, connections and memory.

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::App;

/// Connections of one pool in one state.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Connections {
    pool: &'static str,
    state: State,
}

/// What a connection does.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
enum State {
    /// It serves somebody.
    Busy,
    /// It waits for somebody.
    Idle,
    /// It may be opened yet.
    Closed,
}

/// Figures that are read when they are asked for.
#[derive(Debug, Default)]
pub struct Moment {
    statements: Gauge,
    followers: Gauge,
    connections: Family<Connections, Gauge>,
    in_work: Gauge,
    waiting: Gauge,
    turned_away: Gauge,
    reference_uses: Gauge,
    reference_readings: Gauge,
}

impl Moment {
    /// Says what they are.
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
            self.in_work.clone(),
        );
        registry.register(
            "requests_waiting",
            "Requests that wait for their turn",
            self.waiting.clone(),
        );
        registry.register(
            "requests_turned_away",
            "Requests that found too many waiting, or waited in vain, since the start",
            self.turned_away.clone(),
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

    /// Reads them.
    pub fn read(&self, app: &App) {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.statements.set(number(app.database.statements()));
        self.followers.set(number(app.outbox.followers() as u64));
        self.reference_uses.set(number(app.reference.uses()));
        self.reference_readings
            .set(number(app.reference.readings()));
        self.in_work.set(number(app.queue.in_work() as u64));
        self.waiting.set(number(app.queue.waiting() as u64));
        self.turned_away.set(number(app.queue.turned_away()));
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
