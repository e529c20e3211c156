//! Traces, sent to a collector of OpenTelemetry over HTTP: one span for each request, and within it one for each operation.
//! They hold what the figures hold besides how long it took, and nothing that anybody typed: no events, no
//! variables, no addresses of people. Only in a program that is built with the feature `otlp`.

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

/// How a service is known that does not say.
const NAME: &str = "marketplace";
/// How long one sending may take.
const LONGEST: Duration = Duration::from_secs(10);

/// Where traces go.
#[derive(Args, Clone, Debug)]
pub struct Traces {
    /// Where a collector of OpenTelemetry takes traces over HTTP, such as `http://127.0.0.1:4318`; without it none are sent. The
    /// other settings are OpenTelemetry's own: `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS` and so on.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_parser = collector)]
    pub otlp_endpoint: Option<Url>,

    /// The same for traces alone, with its path.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value_parser = collector)]
    pub otlp_traces_endpoint: Option<Url>,
}

/// The address of a collector. One that is far away is reached through one beside the server, which speaks TLS.
fn collector(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http");
    url.ok_or_else(|| "an http address, such as http://127.0.0.1:4318".into())
}

/// What sends traces.
pub struct Sender(SdkTracerProvider);

impl Traces {
    /// What sends them, if they are to be sent.
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

/// What the environment says of this service, and its name where it does not.
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
    /// What hands spans of ours to it. What is logged stays in the log: it may tell of people.
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

    /// Sends what was not sent yet.
    pub async fn end(self) {
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Sends from a thread that has no runtime of its own.
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
