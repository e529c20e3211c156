//! Prepares and executes operations, for all transports: HTTP, WebSocket and server-sent events.

use std::{net::IpAddr, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use async_graphql::{
    ErrorExtensionValues, PathSegment, Request, Response as Answer, ServerError, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};
use tokio::time::timeout;
use tracing::Instrument;
use uuid::Uuid;

use crate::http::{
    Engine, LONGEST, Limits,
    graphql::{
        document_cache::{DocumentCache, PreparedDocument, refused},
        persisted_documents::Documents,
        request::GraphqlRequest,
        response,
        workarounds::{omitted_variables, subscription_root},
    },
    limits::{
        concurrency_limit::Permit,
        rate_limit::{RateLimitKey, RateLimited, RateLimits, Remaining, network, price},
    },
    server::metrics::Outcome,
};
use crate::{
    App,
    activities::live::Caller,
    context,
    kit::{
        Error, Viewer,
        database::{ConnectionLimits, RequestScope},
        failpoint,
        graphql::response_limit::ResponseLimit,
    },
};

/// Seconds after which an overloaded server should be asked again.
pub const RETRY_AFTER: u32 = 2;

/// Prepares and executes the operations of all transports. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    /// Application state.
    pub app: App,
    engine: Engine,
    admission: Arc<DocumentCache>,
    documents: Arc<Documents>,
    /// Rate limits of all callers.
    pub rates: Arc<RateLimits>,
    connections: Arc<ConnectionLimits>,
}

/// Viewer and client address of a request.
#[derive(Clone)]
pub struct RequestOrigin {
    /// Signed-in person, or an anonymous viewer.
    pub viewer: Arc<Viewer>,
    /// Client address; `None` if the request did not arrive over a network connection.
    pub address: Option<IpAddr>,
}

/// Operation that is validated, charged and ready to execute, with its document.
pub struct Operation {
    /// Cached document, with its complexity and other properties.
    prepared: Arc<PreparedDocument>,
    /// Document as the engine executes it, completed with the variables of the request.
    document: ExecutableDocument,
    text: Arc<str>,
    name: Option<String>,
    variables: Variables,
    /// Points that the caller has left after this operation; `None` if no rate limit applies.
    pub left: Option<Remaining>,
    scope: Arc<RequestScope>,
}

impl Executor {
    /// Creates the executor of one schema.
    pub fn new(app: App, engine: Engine) -> Self {
        let limits = app.config.limits.clone();
        let trusted = app.trusted_documents.clone();
        let documents = Documents::new(trusted, app.config.only_trusted_documents);
        let rates = RateLimits::new(&app.config.rate_limits);
        Self {
            rates: Arc::new(rates),
            connections: Arc::new(ConnectionLimits::new(
                app.config.database.database_connections,
                app.database.has_single_writer(),
            )),
            app,
            engine,
            admission: Arc::new(DocumentCache::new(limits)),
            documents: Arc::new(documents),
        }
    }

    /// Validates an operation, charges its price to the caller and completes its document for the engine. Fails if the
    /// document or its variables are invalid or exceed a limit, or if the caller exceeds a rate limit.
    pub fn prepare(
        &self,
        members: GraphqlRequest,
        origin: &RequestOrigin,
    ) -> Result<Operation, Vec<ServerError>> {
        let begun = Instant::now();
        let prepared = self.look_at(members, origin);
        if prepared.is_err() {
            self.app
                .metrics
                .ended("none", Outcome::Refused, begun.elapsed());
        }
        prepared
    }

    fn look_at(
        &self,
        members: GraphqlRequest,
        origin: &RequestOrigin,
    ) -> Result<Operation, Vec<ServerError>> {
        let key = RateLimitKey {
            person: origin.viewer.person_id(),
            address: origin.address,
        };
        // Charged before the document is parsed, because parsing and validating take time too.
        let mut left = self
            .rates
            .charge(key, 1)
            .map_err(|soon| vec![soon.error()])?;
        let text = self.documents.text(&members).map_err(|error| vec![error])?;
        let prepared = self.admission.prepare(&text, &self.app.metrics)?;
        self.documents.keep(&members, &text);
        let name = members.operation_name.filter(|name| !name.is_empty());
        let mut variables = Variables::from_json(members.variables.unwrap_or_default().into());
        if prepared.asks_schema(name.as_deref())
            && self.app.config.production
            && !origin.viewer.is_staff()
        {
            let message =
                "The schema is shown to those who work for the programme: sign in as one of them.";
            return Err(vec![refused("INTROSPECTION_DISABLED", message.into())]);
        }
        let (document, weight) = self
            .ready(&prepared, name.as_deref(), &mut variables)
            .map_err(|error| vec![error])?;
        let rate_limited = |soon: RateLimited| vec![soon.error()];
        let sign_ins = prepared.sign_ins(name.as_deref());
        if sign_ins > 0 {
            self.rates.sign_in(key, sign_ins).map_err(rate_limited)?;
        }
        if price(weight) > 0 {
            left = self
                .rates
                .charge(key, price(weight))
                .map_err(rate_limited)?;
        }
        Ok(Operation {
            prepared,
            document,
            text,
            name,
            variables,
            left,
            scope: self.scope(key.person, key.address),
        })
    }

    /// Scope of a new request: the database connections that it may use, and the tasks that end with it.
    pub fn scope(&self, person: Option<Uuid>, address: Option<IpAddr>) -> Arc<RequestScope> {
        self.connections.request(person, address.map(network))
    }

    /// Waits for a permit to run a request. Returns `None` if the server is overloaded.
    pub async fn permit(&self) -> Option<Permit> {
        self.app.concurrency.permit().await
    }

    /// Document completed with these variables, and its complexity. Fails if a variable is missing or invalid, or if
    /// the complexity exceeds the limit.
    fn ready(
        &self,
        prepared: &PreparedDocument,
        name: Option<&str>,
        variables: &mut Variables,
    ) -> Result<(ExecutableDocument, u64), ServerError> {
        let mut document = prepared.document.clone();
        omitted_variables::complete(&mut document, name, variables).map_err(|name| {
            let message = format!("The variable ${name} is required.");
            refused("GRAPHQL_VALIDATION_FAILED", message)
        })?;
        let weight = prepared.coerce(name, variables)?;
        let most = self.app.config.limits.max_complexity;
        if weight > most as u64 {
            return Err(refused("QUERY_TOO_COMPLEX", too_complex(most)));
        }
        subscription_root::settle(&mut document, name)?;
        Ok((document, weight))
    }

    /// Executes a query or a mutation.
    pub async fn answer(&self, operation: Operation, viewer: Arc<Viewer>) -> Answer {
        let begun = Instant::now();
        let (prepared, name) = (Arc::clone(&operation.prepared), operation.name.clone());
        let field = prepared.field(name.as_deref());
        let span = tracing::info_span!(
            "operation",
            field,
            kind = ?operation.kind(),
            signed_in = !viewer.is_nobody(),
            outcome = tracing::field::Empty,
        );
        let scope = Arc::clone(&operation.scope);
        // Boxed, because this future is large and the stack frames of all resolvers lie above it.
        let answer = scope.run(Box::pin(self.execute(operation, viewer)));
        let answer = answer.instrument(span.clone()).await;
        let outcome = outcome(&answer);
        span.record("outcome", tracing::field::debug(outcome));
        self.app.metrics.ended(field, outcome, begun.elapsed());
        answer
    }

    async fn execute(&self, operation: Operation, viewer: Arc<Viewer>) -> Answer {
        let (prepared, name) = (Arc::clone(&operation.prepared), operation.name.clone());
        let of_schema = prepared.of_schema(name.as_deref(), &operation.variables);
        if let Some((answers, true)) = of_schema {
            let answer = Answer::new(async_graphql::Value::Object(answers));
            return Self::finished(&prepared, name.as_deref(), answer);
        }
        let writes = operation.writes();
        let limit = self.response_limit();
        let request = operation
            .request(&self.app, viewer)
            .data(Arc::clone(&limit));
        let mut answer = tokio::select! {
            answer = self.engine.execute(request) => answer,
            () = limit.exceeded() => {
                let mut error = self.too_large(writes);
                if writes {
                    // A path says that the operation was executed: clients must not take it for refused.
                    let field = prepared.field(name.as_deref());
                    error.path.push(PathSegment::Field(field.to_owned()));
                }
                Answer::from_errors(vec![error])
            }
        };
        if writes {
            failpoint::point("act.answering");
            self.app.outbox.poke();
        }
        if let (Some((answers, _)), async_graphql::Value::Object(data)) =
            (of_schema, &mut answer.data)
        {
            data.extend(answers);
        }
        Self::finished(&prepared, name.as_deref(), answer)
    }

    /// Executes any operation. Yields one response for a query or a mutation, and one for each event of a subscription.
    pub fn run(
        &self,
        operation: Operation,
        caller: Arc<Caller>,
        viewer: Arc<Viewer>,
    ) -> BoxStream<'static, Answer> {
        let executor = self.clone();
        let answers = if operation.kind() == OperationType::Subscription {
            self.events(operation, caller, viewer).boxed()
        } else {
            stream::once(async move {
                let Some(_permit) = executor.permit().await else {
                    return Answer::from_errors(vec![overloaded()]);
                };
                let answer = timeout(LONGEST, executor.answer(operation, viewer)).await;
                answer.unwrap_or_else(|_| Answer::from_errors(vec![too_slow()]))
            })
            .boxed()
        };
        // A panic ends only this operation, not the others on the same connection.
        AssertUnwindSafe(answers)
            .catch_unwind()
            .map(|answer| answer.unwrap_or_else(|_| Answer::from_errors(vec![internal()])))
            .fuse()
            .boxed()
    }

    fn events(
        &self,
        operation: Operation,
        caller: Arc<Caller>,
        viewer: Arc<Viewer>,
    ) -> impl Stream<Item = Answer> + Send + use<> {
        let (prepared, name) = (Arc::clone(&operation.prepared), operation.name.clone());
        let scope = Arc::clone(&operation.scope);
        let limit = self.response_limit();
        let request = operation.request(&self.app, viewer).data(caller);
        let answers = self.engine.execute_stream(request.data(Arc::clone(&limit)));
        let executor = self.clone();
        let answers = stream::unfold(Some((answers.boxed(), limit)), move |state| {
            let too_large = executor.too_large(false);
            async move {
                let (mut answers, limit) = state?;
                tokio::select! {
                    answer = answers.next() => Some((answer?, Some((answers, limit)))),
                    // Ends the subscription, because the engine never finishes a response that exceeds the limit.
                    () = limit.exceeded() => Some((Answer::from_errors(vec![too_large]), None)),
                }
            }
        });
        let answers = answers.map(move |answer| Self::finished(&prepared, name.as_deref(), answer));
        scope.stream(answers.boxed())
    }

    fn response_limit(&self) -> Arc<ResponseLimit> {
        let limits = &self.app.config.limits;
        Arc::new(ResponseLimit::new(
            limits.max_response_values,
            limits.max_response_bytes,
        ))
    }

    fn too_large(&self, writes: bool) -> ServerError {
        let Limits {
            max_response_values: values,
            max_response_bytes: bytes,
            ..
        } = self.app.config.limits;
        let mut message = format!(
            "The response has more than {values} values or {bytes} bytes. Ask for fewer fields, or for shorter pages."
        );
        if writes {
            message.push_str(" Mutations before that may have been carried out: read before you send them again.");
        }
        refused("RESPONSE_TOO_LARGE", message)
    }

    fn finished(prepared: &PreparedDocument, name: Option<&str>, mut answer: Answer) -> Answer {
        log_faults(&answer);
        answer.errors.iter_mut().for_each(name_code);
        response::complete(&prepared.document, name, &mut answer);
        answer
    }
}

impl Operation {
    /// Type of the operation. Returns `Query` if the document has no operation of this name, which validation reports.
    pub fn kind(&self) -> OperationType {
        chosen(&self.document.operations, self.name.as_deref())
            .map_or(OperationType::Query, |operation| operation.ty)
    }

    /// Reports whether its document contains a mutation.
    pub fn writes(&self) -> bool {
        self.prepared.writes
    }

    /// Reports whether it selects `__schema`, `__type` or `_service`.
    pub fn asks_schema(&self) -> bool {
        self.prepared.asks_schema(self.name.as_deref())
    }

    fn request(self, app: &App, viewer: Arc<Viewer>) -> Request {
        let mut request = Request::new(&*self.text).variables(self.variables);
        request.data = context::eyes(app, viewer);
        if let Some(name) = self.name {
            request = request.operation_name(name);
        }
        request.set_parsed_query(self.document);
        request
    }
}

/// Operation of this name or, without a name, the only operation.
pub fn chosen<'a>(
    operations: &'a DocumentOperations,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    match (operations, name) {
        (DocumentOperations::Single(operation), _) => Some(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).map(|operation| &operation.node)
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().map(|operation| &operation.node)
        }
        _ => None,
    }
}

/// Reports whether the operation was executed, rather than refused before execution.
pub fn executed(answer: &Answer) -> bool {
    answer.data != async_graphql::Value::Null
        || answer.errors.iter().any(|error| !error.path.is_empty())
}

/// Outcome of an operation, for the metrics.
fn outcome(answer: &Answer) -> Outcome {
    let fault = |error: &ServerError| {
        matches!(
            error.source::<Error>(),
            Some(Error::Internal(_) | Error::TooSlow | Error::Overloaded)
        )
    };
    if answer.errors.is_empty() {
        Outcome::Ok
    } else if answer.errors.iter().any(fault) {
        Outcome::Fault
    } else if executed(answer) {
        Outcome::Failed
    } else {
        Outcome::Refused
    }
}

/// Error with the code `OVERLOADED`, for requests without a permit. Asks the client to retry after 2 seconds.
pub fn overloaded() -> ServerError {
    let message = "Too much is asked for at this moment. Try again in a few seconds.";
    let mut error = refused("OVERLOADED", message.into());
    if let Some(extensions) = &mut error.extensions {
        extensions.set("retryAfter", RETRY_AFTER);
    }
    error
}

fn too_slow() -> ServerError {
    let message = "It took too long. Ask for less, or try again later.";
    refused("REQUEST_TIMEOUT", message.into())
}

/// Error with the code `INTERNAL`. The cause is written only to the log.
pub fn internal() -> ServerError {
    let message = "Something went wrong on our side. Please try again later.";
    refused("INTERNAL", message.into())
}

fn too_complex(most: usize) -> String {
    format!(
        "The document asks for more than {most} things, where a list counts what it selects once per row. Ask for less, or for shorter pages."
    )
}

/// Adds a code to errors that have none, such as those of the engine.
fn name_code(error: &mut ServerError) {
    let code = if error.path.is_empty() {
        "GRAPHQL_VALIDATION_FAILED"
    } else {
        "BAD_USER_INPUT"
    };
    let overloaded = matches!(error.source::<Error>(), Some(Error::Overloaded));
    let extensions = error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    if overloaded {
        extensions.set("retryAfter", RETRY_AFTER);
    }
}

fn log_faults(answer: &Answer) {
    for error in &answer.errors {
        if let Some(error) = error.source::<Error>() {
            log_fault(error);
        }
    }
}

/// Logs an error that the server caused. Clients do not see its cause.
pub fn log_fault(error: &Error) {
    match error {
        Error::Internal(cause) => tracing::error!(?cause, "a request met a fault"),
        Error::TooSlow => tracing::warn!("a statement took too long and was stopped"),
        Error::Overloaded => tracing::warn!("no connection to the database became free in time"),
        _ => {}
    }
}
