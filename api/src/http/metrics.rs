//! What is told to Prometheus: how many operations there are, how many fail, how long they take, and what the program is
//! made of at this moment. Nothing here names a person, nor anything that they typed: an operation goes by its first field.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

use super::moment::Moment;
use crate::App;

/// The text that Prometheus reads.
const MEDIA: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// An operation by its first field.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Operation {
    field: String,
}

/// What came of an operation.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    field: String,
    outcome: Outcome,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
pub enum Outcome {
    /// It was answered without an error.
    Ok,
    /// A part of it failed.
    Failed,
    /// A fault of ours.
    Fault,
    /// Nothing was executed.
    Refused,
}

/// The figures of one program.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    ended: Family<Ended, Counter>,
    took: Family<Operation, Histogram>,
    /// Documents that were known already.
    pub known: Counter,
    /// Documents that were looked over.
    pub new: Counter,
    moment: Moment,
}

impl Default for Metrics {
    fn default() -> Self {
        let buckets = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let took = Family::new_with_constructor(buckets as fn() -> Histogram);
        let mut metrics = Self {
            registry: Registry::with_prefix("marketplace"),
            ended: Family::default(),
            took,
            known: Counter::default(),
            new: Counter::default(),
            moment: Moment::default(),
        };
        let Self {
            registry,
            ended,
            took,
            known,
            new,
            moment,
        } = &mut metrics;
        registry.register(
            "operations",
            "Operations by their first field and what came of them",
            ended.clone(),
        );
        registry.register(
            "operation_seconds",
            "How long operations took",
            took.clone(),
        );
        registry.register(
            "documents_known",
            "Documents that were known already",
            known.clone(),
        );
        registry.register(
            "documents_looked_over",
            "Documents that were parsed and validated",
            new.clone(),
        );
        moment.register(registry);
        metrics
    }
}

impl Metrics {
    /// An operation has ended.
    pub fn ended(&self, field: &str, outcome: Outcome, took: Duration) {
        let field = field.to_owned();
        self.took
            .get_or_create(&Operation {
                field: field.clone(),
            })
            .observe(took.as_secs_f64());
        self.ended.get_or_create(&Ended { field, outcome }).inc();
    }

    /// All of it as text.
    fn text(&self, app: &App) -> Option<String> {
        self.moment.read(app);
        let mut text = String::new();
        encode(&mut text, &self.registry).ok()?;
        Some(text)
    }
}

/// What is served to Prometheus, on an address of its own.
pub fn metrics_router(app: App) -> Router {
    Router::new().route("/metrics", get(tell)).with_state(app)
}

async fn tell(State(app): State<App>) -> Response {
    app.metrics.text(&app).map_or_else(
        || axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |text| ([(header::CONTENT_TYPE, MEDIA)], text).into_response(),
    )
}
