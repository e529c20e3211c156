//! Cache of prepared documents: the server parses, measures and validates each document only once.

use std::sync::{Arc, OnceLock};

use apollo_compiler::{
    ExecutableDocument as Validated, Node, executable::Operation, validation::Valid,
};
use async_graphql::{
    Name, Positioned, ServerError, Value, Variables,
    indexmap::IndexMap,
    parser::types::{OperationDefinition, OperationType},
};
use moka::sync::Cache;

use crate::http::{
    Limits, Metrics,
    graphql::{
        coercion,
        complexity::{self, Complexity},
        document_limits::measure,
        document_validation,
        errors::graphql_error,
        introspection,
        null_arguments::{self, NullArgument},
        parser::parse,
        to_engine::{EngineDocument, Fragments, to_engine},
        workarounds::{empty_selection, subscription_root},
    },
};

/// Memory for each byte of a document, which is kept as text, as apollo-compiler validated it, and as the engine
/// executes it. Found by measurement.
const BYTES_PER_BYTE: usize = 60;

/// Prepares documents and caches them by their text.
pub struct DocumentCache {
    limits: Limits,
    known: Cache<Arc<str>, Arc<PreparedDocument>>,
}

/// Valid document, with the properties that its execution needs.
pub struct PreparedDocument {
    operations: Vec<OperationInfo>,
    fragments: Fragments,
    validated: Valid<Validated>,
    /// True if any operation is a mutation.
    writes: bool,
}

/// Operation of a prepared document, with its properties.
struct OperationInfo {
    name: Option<Name>,
    /// Operation in the types of the engine.
    definition: Positioned<OperationDefinition>,
    /// Operation as apollo-compiler validated it.
    validated: Node<Operation>,
    complexity: Complexity,
    /// Name of its first field, by which metrics and traces name the operation.
    field: String,
    /// Number of its root fields with `@rateLimit`.
    sign_ins: u32,
    schema: introspection::Asks,
    /// Arguments that a variable may set to null, though they must not be null.
    null_arguments: Vec<NullArgument>,
    /// Cached introspection result of an operation that selects nothing else and has no variables.
    answered: OnceLock<Option<IndexMap<Name, Value>>>,
}

impl DocumentCache {
    /// Creates an empty cache.
    pub fn new(limits: Limits) -> Self {
        let weigh = |text: &Arc<str>, _: &Arc<PreparedDocument>| {
            u32::try_from(text.len() * BYTES_PER_BYTE).unwrap_or(u32::MAX)
        };
        let kept = limits.known_documents_bytes as u64;
        Self {
            limits,
            known: Cache::builder().weigher(weigh).max_capacity(kept).build(),
        }
    }

    /// Returns the prepared document of a text. Fails if the document is invalid or exceeds a limit.
    pub fn prepare(
        &self,
        text: &str,
        metrics: &Metrics,
    ) -> Result<Arc<PreparedDocument>, Vec<ServerError>> {
        if let Some(known) = self.known.get(text) {
            metrics.known.inc();
            return Ok(known);
        }
        metrics.new.inc();
        let prepared = Arc::new(PreparedDocument::new(text, &self.limits)?);
        self.known.insert(text.into(), Arc::clone(&prepared));
        Ok(prepared)
    }
}

impl PreparedDocument {
    fn new(text: &str, limits: &Limits) -> Result<Self, Vec<ServerError>> {
        let (parsed, source) = parse(text, limits).map_err(|error| vec![error])?;
        let mut document = to_engine(&parsed, &source).map_err(|error| vec![error])?;
        // Measured before any other step follows fragment spreads, which may be circular.
        measure(&document, limits).map_err(|error| vec![error])?;
        let validated = document_validation::validate(parsed, text)?;
        subscription_root::check(&document).map_err(|error| vec![error])?;
        empty_selection::fill(&mut document);
        let EngineDocument {
            operations,
            fragments,
        } = document;
        let writes = validated.operations.iter().any(|one| one.is_mutation());
        let mut infos = Vec::new();
        for (name, definition) in operations {
            let Ok(operation) = validated.operations.get(name.as_deref()) else {
                continue;
            };
            let nulls = null_arguments::find(&validated, operation, text);
            infos.push(OperationInfo {
                name,
                definition,
                validated: Node::clone(operation),
                complexity: complexity::measure(&validated, &operation.selection_set),
                field: first_field(&validated, operation),
                sign_ins: sign_ins(&validated, operation),
                schema: introspection::asks(&validated, operation),
                null_arguments: nulls.map_err(|error| vec![error])?,
                answered: OnceLock::new(),
            });
        }
        Ok(Self {
            operations: infos,
            fragments,
            writes,
            validated,
        })
    }

    /// Selects the operation of a name or, without a name, the only operation. Fails if there is none.
    pub fn select_operation(
        self: &Arc<Self>,
        name: Option<&str>,
    ) -> Result<SelectedOperation, ServerError> {
        let index = match name {
            Some(name) => self
                .operations
                .iter()
                .position(|operation| operation.name.as_deref() == Some(name))
                .ok_or("The document has no operation of this name."),
            None if self.operations.len() == 1 => Ok(0),
            None => Err("The document has several operations: name one as operationName."),
        };
        let index = index
            .map_err(|message| graphql_error("GRAPHQL_VALIDATION_FAILED", message.to_owned()))?;
        Ok(SelectedOperation {
            document: Arc::clone(self),
            index,
        })
    }
}

/// Operation of a prepared document that a request selects. Cheap to clone.
#[derive(Clone)]
pub struct SelectedOperation {
    document: Arc<PreparedDocument>,
    /// Index in the operations of the document.
    index: usize,
}

impl SelectedOperation {
    fn info(&self) -> &OperationInfo {
        &self.document.operations[self.index]
    }

    /// Type of the operation.
    pub fn kind(&self) -> OperationType {
        self.definition().ty
    }

    /// Operation in the types of the engine.
    pub fn definition(&self) -> &OperationDefinition {
        &self.info().definition.node
    }

    /// Fragments of the document.
    pub fn fragments(&self) -> &Fragments {
        &self.document.fragments
    }

    /// Copies of the operation and of the fragments of its document, to be completed for one request.
    pub fn to_parts(&self) -> (Positioned<OperationDefinition>, Fragments) {
        let fragments = self.document.fragments.clone();
        (self.info().definition.clone(), fragments)
    }

    /// Reports whether the document contains a mutation.
    pub fn writes(&self) -> bool {
        self.document.writes
    }

    /// Coerces the variables to their types, and returns the complexity of the operation with them. Fails if a value
    /// does not fit its type.
    pub fn coerce(&self, variables: &mut Variables) -> Result<u64, ServerError> {
        let info = self.info();
        coercion::coerce(&info.validated, variables)?;
        Ok(info.complexity.of(variables))
    }

    /// Name of its first field, for metrics and traces.
    pub fn field(&self) -> &str {
        &self.info().field
    }

    /// Number of its sign-ins, as the rate limit counts them.
    pub fn sign_ins(&self) -> u32 {
        self.info().sign_ins
    }

    /// Arguments that must not be null, and are with these variables.
    pub fn null_arguments(&self, variables: &Variables) -> Vec<NullArgument> {
        let all = self.info().null_arguments.iter();
        all.filter(|argument| argument.is_null(variables))
            .cloned()
            .collect()
    }

    /// Reports whether it selects `__schema`, `__type` or `_service`.
    pub fn asks_schema(&self) -> bool {
        self.info().schema.any
    }

    /// Its introspection result, and true if it selects nothing else. Returns `None` if it selects neither `__schema`
    /// nor `__type`.
    pub fn introspect(&self, variables: &Variables) -> Option<(IndexMap<Name, Value>, bool)> {
        let info = self.info();
        if !info.schema.here {
            return None;
        }
        let answer =
            || introspection::answers(&self.document.validated, &info.validated, variables);
        let answers = if info.validated.variables.is_empty() && info.schema.only {
            info.answered.get_or_init(answer).clone()
        } else {
            answer()
        };
        Some((answers?, info.schema.only))
    }
}

fn first_field(document: &Validated, operation: &Operation) -> String {
    let first = operation.root_fields(document).next();
    first
        .map(|field| field.name.to_string())
        .unwrap_or_default()
}

fn sign_ins(document: &Validated, operation: &Operation) -> u32 {
    let fields = operation.root_fields(document);
    let count = fields
        .filter(|field| field.definition.directives.has("rateLimit"))
        .count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
