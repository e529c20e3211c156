//! Prometheus metrics: count, outcome and duration of operations, and the current values of the gauges. They contain no
//! personal data and nothing that a caller typed: an operation is labelled with its first field.

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

use crate::App;
use crate::http::server::gauges::Gauges;

/// Media type of the metrics.
const MEDIA: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Label of an operation: its first field.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Operation {
    field: String,
}

/// Labels of a finished operation.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    field: String,
    outcome: Outcome,
}

/// Outcome of an operation.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
pub enum Outcome {
    /// Executed without an error.
    Ok,
    /// Executed, with an error in part of the response.
    Failed,
    /// Failed with an internal error.
    Fault,
    /// Refused before execution.
    Refused,
}

/// Metrics of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    ended: Family<Ended, Counter>,
    took: Family<Operation, Histogram>,
    /// Number of documents that were found in the document cache.
    pub known: Counter,
    /// Number of documents that were parsed and validated.
    pub new: Counter,
    moment: Gauges,
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
            moment: Gauges::default(),
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
    /// Records a finished operation.
    pub fn ended(&self, field: &str, outcome: Outcome, took: Duration) {
        let field = field.to_owned();
        self.took
            .get_or_create(&Operation {
                field: field.clone(),
            })
            .observe(took.as_secs_f64());
        self.ended.get_or_create(&Ended { field, outcome }).inc();
    }

    /// Encodes all metrics as text; `None` if that fails.
    fn text(&self, app: &App) -> Option<String> {
        self.moment.read(app);
        let mut text = String::new();
        encode(&mut text, &self.registry).ok()?;
        Some(text)
    }
}

/// Router of the metrics endpoint, which is served on its own address.
pub fn metrics_router(app: App) -> Router {
    Router::new().route("/metrics", get(tell)).with_state(app)
}

async fn tell(State(app): State<App>) -> Response {
    app.metrics.text(&app).map_or_else(
        || axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |text| ([(header::CONTENT_TYPE, MEDIA)], text).into_response(),
    )
}
