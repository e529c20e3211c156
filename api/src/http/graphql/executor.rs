//! Prepares operations for all transports: HTTP, WebSocket and server-sent events. `execution` executes them.

use std::{net::IpAddr, sync::Arc, time::Instant};

use async_graphql::{
    Request, ServerError, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType},
};
use uuid::Uuid;

use crate::{
    App, context,
    http::{
        Engine,
        graphql::{
            document_cache::{DocumentCache, SelectedOperation},
            errors::{graphql_error, too_complex},
            null_arguments::check_directives,
            persisted_documents::Documents,
            request::GraphqlRequest,
            workarounds::{omitted_variables, subscription_root},
        },
        limits::{
            body_limit::BodyLimit,
            concurrency_limit::Permit,
            rate_limit::{RateLimitKey, RateLimited, RateLimits, Remaining, network, price},
        },
        server::metrics::Outcome,
    },
    kit::{
        Viewer,
        database::{ConnectionLimits, RequestScope},
    },
};

/// Prepares and executes the operations of all transports. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    /// Application state.
    pub app: App,
    pub(super) engine: Engine,
    cache: Arc<DocumentCache>,
    documents: Arc<Documents>,
    /// Rate limits of all callers.
    pub rates: Arc<RateLimits>,
    /// Limit on the memory of request bodies.
    pub bodies: Arc<BodyLimit>,
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

/// Operation that is validated, charged and ready to execute.
pub struct Operation {
    /// Operation in its cached document, with its complexity and other properties.
    pub(super) selected: SelectedOperation,
    /// Document as the engine executes it: this operation, completed with the variables of the request.
    document: ExecutableDocument,
    text: Arc<str>,
    pub(super) variables: Variables,
    /// Points that the caller has left after this operation; `None` if no rate limit applies.
    pub remaining: Option<Remaining>,
    pub(super) scope: Arc<RequestScope>,
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
            bodies: BodyLimit::new(limits.max_bodies_bytes),
            connections: Arc::new(ConnectionLimits::new(
                app.config.database.database_connections,
                app.database.has_single_writer(),
            )),
            app,
            engine,
            cache: Arc::new(DocumentCache::new(limits)),
            documents: Arc::new(documents),
        }
    }

    /// Validates an operation, charges its price to the caller and completes its document for the engine. Fails if the
    /// document or its variables are invalid or exceed a limit, or if the caller exceeds a rate limit.
    pub fn prepare(
        &self,
        request: GraphqlRequest,
        origin: &RequestOrigin,
    ) -> Result<Operation, Vec<ServerError>> {
        let begun = Instant::now();
        let prepared = self.prepare_charged(request, origin);
        if prepared.is_err() {
            self.app
                .metrics
                .ended("none", Outcome::Refused, begun.elapsed());
        }
        prepared
    }

    fn prepare_charged(
        &self,
        request: GraphqlRequest,
        origin: &RequestOrigin,
    ) -> Result<Operation, Vec<ServerError>> {
        let key = RateLimitKey {
            person: origin.viewer.person_id(),
            address: origin.address,
        };
        let rate_limited = |soon: RateLimited| vec![soon.error()];
        // Charged before the document is parsed, because parsing and validating take time too.
        let mut remaining = self.rates.charge(key, 1).map_err(rate_limited)?;
        let text = self.documents.text(&request).map_err(|error| vec![error])?;
        let prepared = self.cache.prepare(&text, &self.app.metrics)?;
        self.documents.keep(&request, &text);
        let name = request.operation_name.filter(|name| !name.is_empty());
        let selected = prepared
            .select_operation(name.as_deref())
            .map_err(|error| vec![error])?;
        if selected.asks_schema() && self.app.config.production && !origin.viewer.is_staff() {
            let message =
                "The schema is shown to those who work for the programme: sign in as one of them.";
            return Err(vec![graphql_error(
                "INTROSPECTION_DISABLED",
                message.into(),
            )]);
        }
        let mut variables = request.variables;
        let (document, weight) = self
            .complete_document(&selected, &mut variables)
            .map_err(|error| vec![error])?;
        if selected.sign_ins() > 0 {
            let sign_ins = selected.sign_ins();
            self.rates.sign_in(key, sign_ins).map_err(rate_limited)?;
        }
        if price(weight) > 0 {
            remaining = self
                .rates
                .charge(key, price(weight))
                .map_err(rate_limited)?;
        }
        Ok(Operation {
            selected,
            document,
            text,
            variables,
            remaining,
            scope: self.scope(key.person, key.address),
        })
    }

    /// Document of one operation, completed with these variables, and its complexity. Fails if a variable is missing or
    /// invalid, or if the complexity exceeds the limit.
    fn complete_document(
        &self,
        selected: &SelectedOperation,
        variables: &mut Variables,
    ) -> Result<(ExecutableDocument, u64), ServerError> {
        let (mut operation, mut fragments) = selected.to_parts();
        omitted_variables::complete(&mut operation.node, &mut fragments, variables).map_err(
            |name| {
                let message = format!("The variable ${name} is required.");
                graphql_error("GRAPHQL_VALIDATION_FAILED", message)
            },
        )?;
        let weight = selected.coerce(variables)?;
        check_directives(&selected.null_arguments(variables))?;
        let most = self.app.config.limits.max_complexity;
        if weight > most as u64 {
            return Err(too_complex(most));
        }
        subscription_root::inline_root_field(&mut operation.node, &mut fragments)?;
        let document = ExecutableDocument {
            operations: DocumentOperations::Single(operation),
            fragments,
        };
        Ok((document, weight))
    }

    /// Scope of a new request: the database connections that it may use, and the tasks that end with it.
    pub fn scope(&self, person: Option<Uuid>, address: Option<IpAddr>) -> Arc<RequestScope> {
        self.connections.request(person, address.map(network))
    }

    /// Waits for a permit to run a request. Returns `None` if the server is overloaded.
    pub async fn permit(&self) -> Option<Permit> {
        self.app.concurrency.permit().await
    }
}

impl Operation {
    /// Type of the operation.
    pub fn kind(&self) -> OperationType {
        self.selected.kind()
    }

    /// Reports whether its document contains a mutation.
    pub fn writes(&self) -> bool {
        self.selected.writes()
    }

    /// Reports whether it selects `__schema`, `__type` or `_service`.
    pub fn asks_schema(&self) -> bool {
        self.selected.asks_schema()
    }

    /// Request for the engine.
    pub(super) fn into_request(self, app: &App, viewer: Arc<Viewer>) -> Request {
        let mut request = Request::new(&*self.text).variables(self.variables);
        request.data = context::request_data(app, viewer);
        request.set_parsed_query(self.document);
        request
    }
}
