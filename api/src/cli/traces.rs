//! Export of traces to an OpenTelemetry collector over HTTP: one span per request, and one per operation inside it.
//! Spans contain what the metrics contain, and durations, but no data that users typed: no events, no variables, no
//! personal addresses. Available in builds with the feature `otlp`.

use std::time::Duration;

use clap::Args;
use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, hyper::HyperClient};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};
use url::Url;

/// Default service name.
const NAME: &str = "marketplace";
/// Timeout of one export.
const LONGEST: Duration = Duration::from_secs(10);

/// Settings of the trace export.
#[derive(Args, Clone, Debug)]
pub struct Traces {
    /// URL of an OpenTelemetry collector that accepts traces over HTTP, such as `http://127.0.0.1:4318`. Without it no
    /// traces are sent. Other settings follow OpenTelemetry: `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`,
    /// `OTEL_EXPORTER_OTLP_HEADERS` and so on.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_parser = collector)]
    pub otlp_endpoint: Option<Url>,

    /// URL for traces only, including its path. Takes precedence over the general URL.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value_parser = collector)]
    pub otlp_traces_endpoint: Option<Url>,
}

/// Parses the URL of a collector. Only http is supported: reach a remote collector through a local one, which uses
/// TLS.
fn collector(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http");
    url.ok_or_else(|| "expected an http URL such as http://127.0.0.1:4318".into())
}

/// Exporter of traces.
pub struct Sender(SdkTracerProvider);

impl Traces {
    /// Creates the exporter; `None` if no URL is set.
    pub fn sender(&self) -> Result<Option<Sender>, String> {
        let whole = self.otlp_endpoint.as_ref().map(|url| {
            let base = url.as_str().trim_end_matches('/');
            format!("{base}/v1/traces")
        });
        let own = self.otlp_traces_endpoint.as_ref().map(Url::to_string);
        let Some(endpoint) = own.or(whole) else {
            return Ok(None);
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client {
                http: HyperClient::with_default_connector(LONGEST, None),
                runtime: Handle::current(),
            })
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(endpoint)
            .build()
            .map_err(|error| format!("traces cannot be sent: {error}"))?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource())
            .build();
        Ok(Some(Sender(provider)))
    }
}

/// Returns the resource attributes from the environment, with the default service name if none is set.
fn resource() -> Resource {
    let said = Resource::builder().build();
    let named = said.iter().any(|(key, value)| {
        key.as_str() == "service.name" && !value.as_str().starts_with("unknown_service")
    });
    if named {
        return said;
    }
    let name = KeyValue::new("service.name", NAME);
    Resource::builder().with_attribute(name).build()
}

impl Sender {
    /// Returns the layer that passes the spans of this program to the exporter. Log events are excluded, because they
    /// may contain personal data.
    pub fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(&self) -> impl Layer<S> + use<S> {
        let ours = |of: &Metadata<'_>| {
            of.is_span() && *of.level() <= Level::INFO && of.target().starts_with("api")
        };
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(NAME))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(filter_fn(ours))
    }

    /// Sends the remaining traces and stops the exporter.
    pub async fn end(self) {
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// HTTP client for a thread without a runtime: it sends on the runtime of the program.
#[derive(Debug)]
struct Client {
    http: HyperClient,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self
            .runtime
            .spawn(async move { http.send_bytes(request).await });
        sent.await?
    }
}
