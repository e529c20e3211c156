//! One operation, admitted and made ready: the same for a request, over a socket and for a stream of events.

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{
    ErrorExtensionValues, Request, Response as Answer, ServerError, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};
use tokio::time::timeout;

use super::{
    Engine, LONGEST,
    admission::{Admission, refused},
    complete,
    members::Members,
    source, variables,
};
use crate::{
    App, context,
    kit::{Error, Viewer, crash},
    live::Caller,
    schema::DEAREST,
};

/// Where everything that asks the engine comes through.
#[derive(Clone)]
pub struct Door {
    /// The program.
    pub app: App,
    engine: Engine,
    admission: Arc<Admission>,
}

/// One operation, and the document in which it stands.
pub struct Operation {
    /// The document as it came.
    admitted: Arc<ExecutableDocument>,
    /// What the engine gets.
    document: ExecutableDocument,
    text: String,
    name: Option<String>,
    variables: Variables,
}

impl Door {
    /// The door to one schema.
    pub fn new(app: App, engine: Engine) -> Self {
        Self {
            app,
            engine,
            admission: Arc::new(Admission::new()),
        }
    }

    /// Looks the document over and fills in what the engine would take for something else.
    pub fn admit(&self, members: Members) -> Result<Operation, ServerError> {
        let text = members.query.unwrap_or_default();
        let admitted = self.admission.admit(&text)?;
        let name = members.operation_name.filter(|name| !name.is_empty());
        let mut variables = Variables::from_json(members.variables.unwrap_or_default().into());
        let mut document = (*admitted).clone();
        variables::complete(&mut document, name.as_deref(), &mut variables).map_err(|name| {
            let message = format!("The variable ${name} is required.");
            refused("GRAPHQL_VALIDATION_FAILED", message)
        })?;
        source::settle(&mut document, name.as_deref())?;
        Ok(Operation {
            admitted,
            document,
            text,
            name,
            variables,
        })
    }

    /// Answers a query or a mutation.
    pub async fn answer(&self, operation: Operation, viewer: Arc<Viewer>) -> Answer {
        let (admitted, name) = (Arc::clone(&operation.admitted), operation.name.clone());
        let writes = operation.writes();
        let request = operation.request(&self.app, viewer);
        let answer = self.engine.execute(request).await;
        if writes {
            crash::point("act.answering");
            self.app.outbox.poke();
        }
        finished(&admitted, name.as_deref(), answer)
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
        let request = operation.request(&self.app, viewer).data(caller);
        let answers = self.engine.execute_stream(request);
        answers.map(move |answer| finished(&admitted, name.as_deref(), answer))
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
        let mut operations = self.admitted.operations.iter();
        operations.any(|(_, operation)| operation.node.ty == OperationType::Mutation)
    }

    fn request(self, app: &App, viewer: Arc<Viewer>) -> Request {
        let mut request = Request::new(self.text).variables(self.variables);
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

fn finished(admitted: &ExecutableDocument, name: Option<&str>, mut answer: Answer) -> Answer {
    log_faults(&answer);
    answer.errors.iter_mut().for_each(name_code);
    complete::complete(admitted, name, &mut answer);
    answer
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

/// Every error has a code, the engine's own too.
fn name_code(error: &mut ServerError) {
    let (code, message) = match error.message.as_str() {
        "Query is too complex." => (
            "QUERY_TOO_COMPLEX",
            Some(format!(
                "The document asks for more than {DEAREST} things, where a list counts what it selects once per row. Ask for less, or for shorter pages."
            )),
        ),
        _ if error.path.is_empty() => ("GRAPHQL_VALIDATION_FAILED", None),
        _ => ("BAD_USER_INPUT", None),
    };
    if let Some(message) = message {
        error.message = message;
    }
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
    if let Error::Internal(cause) = error {
        tracing::error!(?cause, "a request met a fault");
    }
}
