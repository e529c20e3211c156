//! Set-up of logging and, in builds with the feature `otlp`, of traces.

use tracing_subscriber::{
    EnvFilter, Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt,
};

/// Default filter if `RUST_LOG` is not set.
const USUAL: &str = "info,sqlx=warn,sea_orm_migration=warn";

/// Starts logging to standard error, as text or as JSON, and to an additional layer if one is given.
pub fn begin(json: bool, besides: Option<Box<dyn Layer<Registry> + Send + Sync>>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if json {
        lines.json().with_filter(filter).boxed()
    } else {
        lines.with_filter(filter).boxed()
    };
    let mut all = vec![lines];
    all.extend(besides);
    tracing_subscriber::registry().with(all).init();
}
