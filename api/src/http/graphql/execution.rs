//! Executes prepared operations within the limits on time and on the size of responses.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{PathSegment, Response, ServerError, Value, parser::types::OperationType};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::{sleep, timeout};
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    accounts::sessions,
    activities::live::Caller,
    http::{
        Limits, REQUEST_TIMEOUT,
        graphql::{
            document_cache::SelectedOperation,
            errors::{add_code, graphql_error, internal, log_internal_of, overloaded, too_slow},
            executor::{Executor, Operation},
            null_arguments::{NullArgument, name_arguments},
            response,
        },
        server::metrics::Outcome,
    },
    kit::{Error, Viewer, failpoint, graphql::response_limit::ResponseLimit},
};

/// Number of times that a mutation is repeated after a deadlock.
const REPETITIONS: u64 = 3;

impl Executor {
    /// Executes a query or a mutation.
    pub async fn answer(&self, operation: Operation, viewer: Arc<Viewer>) -> Response {
        let begun = Instant::now();
        let selected = operation.selected.clone();
        let field = selected.field();
        let span = tracing::info_span!(
            "operation",
            field,
            kind = ?operation.kind(),
            signed_in = !viewer.is_anonymous(),
            outcome = tracing::field::Empty,
        );
        let scope = Arc::clone(&operation.scope);
        // Boxed, because this future is large and the stack frames of all resolvers lie above it.
        let response = scope.run(Box::pin(self.execute(operation, viewer)));
        let response = response.instrument(span.clone()).await;
        let outcome = outcome(&response);
        span.record("outcome", tracing::field::debug(outcome));
        self.app.metrics.ended(field, outcome, begun.elapsed());
        response
    }

    async fn execute(&self, operation: Operation, viewer: Arc<Viewer>) -> Response {
        let selected = operation.selected.clone();
        let nulls = selected.null_arguments(&operation.variables);
        let introspected = selected.introspect(&operation.variables);
        if let Some((values, true)) = introspected {
            return finished(&selected, &nulls, Response::new(Value::Object(values)));
        }
        let writes = operation.writes();
        let mut response = self.execute_repeatedly(operation, viewer).await;
        if writes {
            failpoint::point("act.answering");
            self.app.outbox.wake();
        }
        if let (Some((values, _)), Value::Object(data)) = (introspected, &mut response.data) {
            data.extend(values);
        }
        finished(&selected, &nulls, response)
    }

    /// Executes an operation. Repeats a single mutation that the database ended because of a deadlock, or whose caller
    /// lost a role meanwhile: then with the roles that they have now.
    async fn execute_repeatedly(&self, operation: Operation, mut viewer: Arc<Viewer>) -> Response {
        if operation.is_one_mutation() {
            for attempt in 1..=REPETITIONS {
                let response = self
                    .execute_once(operation.clone(), Arc::clone(&viewer))
                    .await;
                if failed_with(&response, |error| {
                    matches!(error, Error::PermissionsChanged)
                }) {
                    let Some(now) = self.reload(&viewer).await else {
                        return response;
                    };
                    viewer = Arc::new(now);
                } else if !failed_with(&response, |error| matches!(error, Error::Contended)) {
                    return response;
                }
                // Those that waited for each other come back one after the other.
                let chance = u64::from(Uuid::now_v7().as_bytes()[15] % 20 + 1);
                sleep(Duration::from_millis(chance * attempt)).await;
            }
        }
        self.execute_once(operation, viewer).await
    }

    /// The viewer with the roles that they have now; `None` if that cannot be read.
    async fn reload(&self, viewer: &Viewer) -> Option<Viewer> {
        let me = viewer.person()?;
        let found = sessions::load_viewer(&self.app, viewer.now, me.id, me.session_id);
        found.await.ok().flatten()
    }

    async fn execute_once(&self, operation: Operation, viewer: Arc<Viewer>) -> Response {
        let (writes, field) = (operation.writes(), operation.selected.field().to_owned());
        let limit = self.response_limit();
        let request = operation
            .into_request(&self.app, viewer)
            .data(Arc::clone(&limit));
        tokio::select! {
            response = self.engine.execute(request) => response,
            () = limit.exceeded() => {
                let mut error = self.too_large(writes);
                if writes {
                    // A path says that the operation was executed: clients must not take it for refused.
                    error.path.push(PathSegment::Field(field));
                }
                Response::from_errors(vec![error])
            }
        }
    }

    /// Executes any operation. Yields one response for a query or a mutation, and one for each event of a subscription.
    pub fn run(
        &self,
        operation: Operation,
        caller: Arc<Caller>,
        viewer: Arc<Viewer>,
    ) -> BoxStream<'static, Response> {
        let executor = self.clone();
        let responses = if operation.kind() == OperationType::Subscription {
            self.events(operation, caller, viewer).boxed()
        } else {
            stream::once(async move {
                let Some(permit) = executor.permit().await else {
                    return Response::from_errors(vec![overloaded()]);
                };
                let _held = operation.scope.hold(permit);
                let response = timeout(REQUEST_TIMEOUT, executor.answer(operation, viewer)).await;
                response.unwrap_or_else(|_| Response::from_errors(vec![too_slow()]))
            })
            .boxed()
        };
        // A panic ends only this operation, not the others on the same connection.
        AssertUnwindSafe(responses)
            .catch_unwind()
            .map(|response| response.unwrap_or_else(|_| Response::from_errors(vec![internal()])))
            .fuse()
            .boxed()
    }

    fn events(
        &self,
        operation: Operation,
        caller: Arc<Caller>,
        viewer: Arc<Viewer>,
    ) -> impl Stream<Item = Response> + Send + use<> {
        let selected = operation.selected.clone();
        let nulls = selected.null_arguments(&operation.variables);
        let scope = Arc::clone(&operation.scope);
        let limit = self.response_limit();
        let request = operation.into_request(&self.app, viewer).data(caller);
        let responses = self.engine.execute_stream(request.data(Arc::clone(&limit)));
        let executor = self.clone();
        let responses = stream::unfold(Some((responses.boxed(), limit)), move |state| {
            let too_large = executor.too_large(false);
            async move {
                let (mut responses, limit) = state?;
                tokio::select! {
                    response = responses.next() => Some((response?, Some((responses, limit)))),
                    // Ends the subscription, because the engine never finishes a response that exceeds the limit.
                    () = limit.exceeded() => Some((Response::from_errors(vec![too_large]), None)),
                }
            }
        });
        let responses = responses.map(move |response| finished(&selected, &nulls, response));
        scope.stream(responses.boxed())
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
        graphql_error("RESPONSE_TOO_LARGE", message)
    }
}

/// Response with codes in its errors, completed as the specification requires.
fn finished(
    selected: &SelectedOperation,
    nulls: &[NullArgument],
    mut response: Response,
) -> Response {
    log_internal_of(&response);
    name_arguments(nulls, &mut response);
    response.errors.iter_mut().for_each(add_code);
    response::complete(selected.definition(), selected.fragments(), &mut response);
    response
}

/// Reports whether the operation was executed, rather than refused before execution.
pub fn executed(response: &Response) -> bool {
    response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty())
}

/// Reports whether the operation failed with such an error.
fn failed_with(response: &Response, such: impl Fn(&Error) -> bool) -> bool {
    let errors = response.errors.iter();
    errors.filter_map(|error| error.source::<Error>()).any(such)
}

/// Outcome of an operation, for the metrics.
fn outcome(response: &Response) -> Outcome {
    let fault = |error: &ServerError| {
        matches!(
            error.source::<Error>(),
            Some(Error::Internal(_) | Error::TooSlow | Error::Overloaded | Error::Contended)
        )
    };
    if response.errors.is_empty() {
        Outcome::Ok
    } else if response.errors.iter().any(fault) {
        Outcome::Fault
    } else if executed(response) {
        Outcome::Failed
    } else {
        Outcome::Refused
    }
}
