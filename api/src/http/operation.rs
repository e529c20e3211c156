//! One operation, admitted and made ready: the same for a request, over a socket and for a stream of events.

use std::{net::IpAddr, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use async_graphql::{
    ErrorExtensionValues, Request, Response as Answer, ServerError, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};
use tokio::time::timeout;
use tracing::Instrument;
use uuid::Uuid;

use super::{
    Engine, LONGEST, Limits,
    admission::{Admission, Admitted, refused},
    complete,
    documents::Documents,
    members::Members,
    metrics::Outcome,
    queue::Turn,
    rates::{Left, Payer, Rates, TooSoon, network, price},
    source, variables,
};
use crate::{
    App, context,
    kit::{
        Error, Viewer, crash,
        database::{ConnectionLimits, RequestScope},
        response_limit::ResponseLimit,
    },
    live::Caller,
};

/// Where everything that asks the engine comes through.
#[derive(Clone)]
pub struct Door {
    /// The program.
    pub app: App,
    engine: Engine,
    admission: Arc<Admission>,
    documents: Arc<Documents>,
    /// What callers have left.
    pub rates: Arc<Rates>,
    connections: Arc<ConnectionLimits>,
}

/// Who asks, and where they are.
#[derive(Clone)]
pub struct Asker {
    /// Who it is.
    pub viewer: Arc<Viewer>,
    /// Where the request comes from, if it came over a connection.
    pub address: Option<IpAddr>,
}

/// One operation, and the document in which it stands.
pub struct Operation {
    /// What is known of the document.
    admitted: Arc<Admitted>,
    /// What the engine gets.
    document: ExecutableDocument,
    text: Arc<str>,
    name: Option<String>,
    variables: Variables,
    /// What the caller has left after it.
    pub left: Option<Left>,
    scope: Arc<RequestScope>,
}

impl Door {
    /// The door to one schema.
    pub fn new(app: App, engine: Engine) -> Self {
        let limits = app.config.limits.clone();
        let trusted = app.trusted_documents.clone();
        let documents = Documents::new(trusted, app.config.only_trusted_documents);
        let rates = Rates::new(&app.config.allowance);
        Self {
            rates: Arc::new(rates),
            connections: Arc::new(ConnectionLimits::new(
                app.config.database.database_connections,
            )),
            app,
            engine,
            admission: Arc::new(Admission::new(limits)),
            documents: Arc::new(documents),
        }
    }

    /// Looks the document over and fills in what the engine would take for something else.
    pub fn admit(&self, members: Members, asker: &Asker) -> Result<Operation, Vec<ServerError>> {
        let begun = Instant::now();
        let admitted = self.look_at(members, asker);
        if admitted.is_err() {
            self.app
                .metrics
                .ended("none", Outcome::Refused, begun.elapsed());
        }
        admitted
    }

    fn look_at(&self, members: Members, asker: &Asker) -> Result<Operation, Vec<ServerError>> {
        let payer = Payer {
            person: asker.viewer.person_id(),
            address: asker.address,
        };
        // Paid before anything is looked at, for looking is work too.
        let mut left = self
            .rates
            .pay(payer, 1)
            .map_err(|soon| vec![soon.error()])?;
        let text = self.documents.text(&members).map_err(|error| vec![error])?;
        let admitted = self.admission.admit(&text, &self.app.metrics)?;
        self.documents.keep(&members, &text);
        let name = members.operation_name.filter(|name| !name.is_empty());
        let mut variables = Variables::from_json(members.variables.unwrap_or_default().into());
        if admitted.asks_schema(name.as_deref())
            && self.app.config.production
            && !asker.viewer.is_staff()
        {
            let message =
                "The schema is shown to those who work for the programme: sign in as one of them.";
            return Err(vec![refused("INTROSPECTION_DISABLED", message.into())]);
        }
        let (document, weight) = self
            .ready(&admitted, name.as_deref(), &mut variables)
            .map_err(|error| vec![error])?;
        let too_soon = |soon: TooSoon| vec![soon.error()];
        let sign_ins = admitted.sign_ins(name.as_deref());
        if sign_ins > 0 {
            self.rates.sign_in(payer, sign_ins).map_err(too_soon)?;
        }
        if price(weight) > 0 {
            left = self.rates.pay(payer, price(weight)).map_err(too_soon)?;
        }
        Ok(Operation {
            admitted,
            document,
            text,
            name,
            variables,
            left,
            scope: self.scope(payer.person, payer.address),
        })
    }

    /// Scope of a new request: the database connections that it may use, and the tasks that end with it.
    pub fn scope(&self, person: Option<Uuid>, address: Option<IpAddr>) -> Arc<RequestScope> {
        self.connections.request(person, address.map(network))
    }

    /// Waits until a request may be worked on.
    pub async fn turn(&self) -> Option<Turn> {
        self.app.queue.turn().await
    }

    /// The document with these variables, and what it comes to.
    fn ready(
        &self,
        admitted: &Admitted,
        name: Option<&str>,
        variables: &mut Variables,
    ) -> Result<(ExecutableDocument, u64), ServerError> {
        let mut document = admitted.document.clone();
        variables::complete(&mut document, name, variables).map_err(|name| {
            let message = format!("The variable ${name} is required.");
            refused("GRAPHQL_VALIDATION_FAILED", message)
        })?;
        let weight = admitted.coerce(name, variables)?;
        let most = self.app.config.limits.max_complexity;
        if weight > most as u64 {
            return Err(refused("QUERY_TOO_COMPLEX", too_complex(most)));
        }
        source::settle(&mut document, name)?;
        Ok((document, weight))
    }

    /// Answers a query or a mutation.
    pub async fn answer(&self, operation: Operation, viewer: Arc<Viewer>) -> Answer {
        let begun = Instant::now();
        let (admitted, name) = (Arc::clone(&operation.admitted), operation.name.clone());
        let field = admitted.field(name.as_deref());
        let span = tracing::info_span!(
            "operation",
            field,
            kind = ?operation.kind(),
            signed_in = !viewer.is_nobody(),
            outcome = tracing::field::Empty,
        );
        let scope = Arc::clone(&operation.scope);
        // On the heap, for it is large, and everything that a resolver does stands above it.
        let answer = Box::pin(scope.run(self.execute(operation, viewer)));
        let answer = answer.instrument(span.clone()).await;
        let outcome = outcome(&answer);
        span.record("outcome", tracing::field::debug(outcome));
        self.app.metrics.ended(field, outcome, begun.elapsed());
        answer
    }

    async fn execute(&self, operation: Operation, viewer: Arc<Viewer>) -> Answer {
        let (admitted, name) = (Arc::clone(&operation.admitted), operation.name.clone());
        let of_schema = admitted.of_schema(name.as_deref(), &operation.variables);
        if let Some((answers, true)) = of_schema {
            let answer = Answer::new(async_graphql::Value::Object(answers));
            return Self::finished(&admitted, name.as_deref(), answer);
        }
        let writes = operation.writes();
        let limit = self.response_limit();
        let request = operation
            .request(&self.app, viewer)
            .data(Arc::clone(&limit));
        let mut answer = tokio::select! {
            answer = self.engine.execute(request) => answer,
            () = limit.exceeded() => Answer::from_errors(vec![self.too_large(writes)]),
        };
        if writes {
            crash::point("act.answering");
            self.app.outbox.poke();
        }
        if let (Some((answers, _)), async_graphql::Value::Object(data)) =
            (of_schema, &mut answer.data)
        {
            data.extend(answers);
        }
        Self::finished(&admitted, name.as_deref(), answer)
    }

    /// Answers any operation: a query or a mutation once, a subscription with every event.
    pub fn run(
        &self,
        operation: Operation,
        caller: Arc<Caller>,
        viewer: Arc<Viewer>,
    ) -> BoxStream<'static, Answer> {
        let door = self.clone();
        let answers = if operation.kind() == OperationType::Subscription {
            self.events(operation, caller, viewer).boxed()
        } else {
            stream::once(async move {
                let Some(_turn) = door.turn().await else {
                    return Answer::from_errors(vec![overloaded()]);
                };
                let answer = timeout(LONGEST, door.answer(operation, viewer)).await;
                answer.unwrap_or_else(|_| Answer::from_errors(vec![too_slow()]))
            })
            .boxed()
        };
        // One operation that panics leaves the others on its connection alone.
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
        let (admitted, name) = (Arc::clone(&operation.admitted), operation.name.clone());
        let scope = Arc::clone(&operation.scope);
        let limit = self.response_limit();
        let request = operation.request(&self.app, viewer).data(caller);
        let answers = self.engine.execute_stream(request.data(Arc::clone(&limit)));
        let door = self.clone();
        let answers = stream::unfold(Some((answers.boxed(), limit)), move |state| {
            let too_large = door.too_large(false);
            async move {
                let (mut answers, limit) = state?;
                tokio::select! {
                    answer = answers.next() => Some((answer?, Some((answers, limit)))),
                    // The last event, for the engine never comes to an end with it.
                    () = limit.exceeded() => Some((Answer::from_errors(vec![too_large]), None)),
                }
            }
        });
        let answers = answers.map(move |answer| Self::finished(&admitted, name.as_deref(), answer));
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

    fn finished(admitted: &Admitted, name: Option<&str>, mut answer: Answer) -> Answer {
        log_faults(&answer);
        answer.errors.iter_mut().for_each(name_code);
        complete::complete(&admitted.document, name, &mut answer);
        answer
    }
}

impl Operation {
    /// Whether it is a query, a mutation or a subscription; where the name fits none, validation says so.
    pub fn kind(&self) -> OperationType {
        chosen(&self.document.operations, self.name.as_deref())
            .map_or(OperationType::Query, |operation| operation.ty)
    }

    /// Whether anything in its document writes.
    pub fn writes(&self) -> bool {
        self.admitted.writes
    }

    /// Whether it asks anything of the schema itself.
    pub fn asks_schema(&self) -> bool {
        self.admitted.asks_schema(self.name.as_deref())
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

/// The operation of this name, or the only one.
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

/// Whether anything was executed, rather than refused before.
pub fn executed(answer: &Answer) -> bool {
    answer.data != async_graphql::Value::Null
        || answer.errors.iter().any(|error| !error.path.is_empty())
}

/// What came of an operation, for the figures.
fn outcome(answer: &Answer) -> Outcome {
    let fault = |error: &ServerError| matches!(error.source::<Error>(), Some(Error::Internal(_)));
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

/// What is said where too much is asked for at once.
pub fn overloaded() -> ServerError {
    let message = "Too much is asked for at this moment. Try again in a few seconds.";
    let mut error = refused("OVERLOADED", message.into());
    if let Some(extensions) = &mut error.extensions {
        extensions.set("retryAfter", 2);
    }
    error
}

fn too_slow() -> ServerError {
    let message = "It took too long. Ask for less, or try again later.";
    refused("REQUEST_TIMEOUT", message.into())
}

/// What is said of a fault of ours; what it was is in the log.
pub fn internal() -> ServerError {
    let message = "Something went wrong on our side. Please try again later.";
    refused("INTERNAL", message.into())
}

fn too_complex(most: usize) -> String {
    format!(
        "The document asks for more than {most} things, where a list counts what it selects once per row. Ask for less, or for shorter pages."
    )
}

/// Every error has a code, the engine's own too.
fn name_code(error: &mut ServerError) {
    let code = if error.path.is_empty() {
        "GRAPHQL_VALIDATION_FAILED"
    } else {
        "BAD_USER_INPUT"
    };
    let extensions = error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
}

fn log_faults(answer: &Answer) {
    for error in &answer.errors {
        if let Some(error) = error.source::<Error>() {
            log_fault(error);
        }
    }
}

/// Writes a fault of ours into the log; clients learn nothing of it.
pub fn log_fault(error: &Error) {
    match error {
        Error::Internal(cause) => tracing::error!(?cause, "a request met a fault"),
        Error::TooSlow => tracing::warn!("a statement took too long and was stopped"),
        Error::Overloaded => tracing::warn!("no connection to the database became free in time"),
        _ => {}
    }
}
