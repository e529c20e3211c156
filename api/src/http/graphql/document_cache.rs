//! Cache of prepared documents: the server scans, parses, measures and validates each document only once.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use apollo_compiler::{ExecutableDocument as Validated, executable::Operation, validation::Valid};
use async_graphql::{
    ErrorExtensionValues, Name, ServerError, Value, Variables,
    indexmap::IndexMap,
    parser::{parse_query, types::ExecutableDocument},
};
use moka::sync::Cache;

use crate::http::{
    Limits, Metrics,
    graphql::{
        coercion,
        complexity::{self, Complexity},
        document_limits::measure,
        document_validation, introspection,
        lexer_limits::scan,
        workarounds::{empty_selection, string_escapes, subscription_root, type_spacing::tight},
    },
};
use crate::kit::graphql::response_limit::MOST_NAME;

/// Maximum nesting of brackets of all kinds.
const MOST_NESTED: usize = 64;
/// Memory for each byte of a document, which is parsed twice. Found by measurement.
const BYTES_PER_BYTE: usize = 60;

/// Prepares documents and caches them by their text.
pub struct DocumentCache {
    limits: Limits,
    known: Cache<Arc<str>, Arc<PreparedDocument>>,
}

/// Valid document, with the properties that its execution needs.
pub struct PreparedDocument {
    /// Document as the engine parsed it.
    pub document: ExecutableDocument,
    /// Document as apollo-compiler parsed and validated it.
    validated: Valid<Validated>,
    /// Properties of each operation by name; `None` for an anonymous operation.
    operations: Vec<(Option<String>, Known)>,
    /// True if any operation is a mutation.
    pub writes: bool,
}

/// Mutations that check a password, create an account or send mail to an address that the caller enters.
const SIGN_INS: [&str; 4] = ["signIn", "signUp", "changePassword", "registerAsGuest"];

/// Properties of an operation.
struct Known {
    complexity: Complexity,
    /// Name of its first field, by which metrics and traces name the operation.
    field: String,
    /// Number of its root fields that are in [`SIGN_INS`].
    sign_ins: u32,
    schema: introspection::Asks,
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
        let prepared = Arc::new(self.look_at(text)?);
        self.known.insert(text.into(), Arc::clone(&prepared));
        Ok(prepared)
    }

    fn look_at(&self, text: &str) -> Result<PreparedDocument, Vec<ServerError>> {
        self.look_over(text).map_err(|error| vec![error])?;
        let mut document = parse(text).map_err(|error| vec![error])?;
        // Measured before any other step follows fragment spreads, which may be circular.
        measure(&document, &self.limits).map_err(|error| vec![error])?;
        let validated = document_validation::validate(text)?;
        subscription_root::check(&document).map_err(|error| vec![error])?;
        empty_selection::fill(&mut document);
        let operations = validated.operations.iter().map(|operation| {
            let known = Known {
                complexity: complexity::measure(&validated, &operation.selection_set),
                field: first_field(&validated, operation),
                sign_ins: sign_ins(&validated, operation),
                schema: introspection::asks(&validated, operation),
                answered: OnceLock::new(),
            };
            (operation.name.as_ref().map(ToString::to_string), known)
        });
        let operations = operations.collect();
        let writes = validated.operations.iter().any(|one| one.is_mutation());
        Ok(PreparedDocument {
            document,
            validated,
            operations,
            writes,
        })
    }

    fn look_over(&self, text: &str) -> Result<(), ServerError> {
        let (longest, most) = (self.limits.max_document_bytes, self.limits.max_tokens);
        within(text.len() <= longest, "DOCUMENT_TOO_LONG", "bytes", longest)?;
        let found = scan(text).ok_or_else(no_document)?;
        within(
            found.nesting <= MOST_NESTED,
            "QUERY_TOO_DEEP",
            "brackets within brackets",
            MOST_NESTED,
        )?;
        within(found.tokens <= most, "TOO_MANY_TOKENS", "tokens", most)?;
        // A response repeats names many times.
        within(
            found.name <= MOST_NAME,
            "NAME_TOO_LONG",
            "characters in a name",
            MOST_NAME,
        )
    }
}

impl PreparedDocument {
    /// Coerces the variables to the types of an operation, and returns its complexity with them. Fails if the document
    /// has no such operation, or if a value does not fit its type.
    pub fn coerce(
        &self,
        name: Option<&str>,
        variables: &mut Variables,
    ) -> Result<u64, ServerError> {
        let Some((operation, known)) = self.find(name) else {
            let message = match name {
                Some(_) => "The document has no operation of this name.",
                None => "The document has several operations: name one as operationName.",
            };
            return Err(refused("GRAPHQL_VALIDATION_FAILED", message.into()));
        };
        coercion::coerce(operation, variables)?;
        Ok(known.complexity.of(variables))
    }

    /// Name of the first field of an operation, for metrics and traces; `none` if there is no such operation.
    pub fn field(&self, name: Option<&str>) -> &str {
        self.find(name).map_or("none", |(_, known)| &known.field)
    }

    /// Number of sign-ins of an operation, as the rate limit counts them.
    pub fn sign_ins(&self, name: Option<&str>) -> u32 {
        self.find(name).map_or(0, |(_, known)| known.sign_ins)
    }

    /// Reports whether an operation selects `__schema`, `__type` or `_service`.
    pub fn asks_schema(&self, name: Option<&str>) -> bool {
        self.find(name).is_some_and(|(_, known)| known.schema.any)
    }

    /// Introspection result of an operation, and true if the operation selects nothing else. Returns `None` if it
    /// selects neither `__schema` nor `__type`.
    pub fn of_schema(
        &self,
        name: Option<&str>,
        variables: &Variables,
    ) -> Option<(IndexMap<Name, Value>, bool)> {
        let (operation, known) = self.find(name).filter(|(_, known)| known.schema.here)?;
        let answer = || introspection::answers(&self.validated, operation, variables);
        let answers = if operation.variables.is_empty() && known.schema.only {
            known.answered.get_or_init(answer).clone()
        } else {
            answer()
        };
        Some((answers?, known.schema.only))
    }

    fn find(&self, name: Option<&str>) -> Option<(&Operation, &Known)> {
        let operation = self.validated.operations.get(name).ok()?;
        let name = operation.name.as_ref().map(apollo_compiler::Name::as_str);
        let known = self
            .operations
            .iter()
            .find(|(known, _)| known.as_deref() == name);
        let (_, known) = known?;
        Some((operation, known))
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
        .filter(|field| SIGN_INS.contains(&field.name.as_str()))
        .count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Parses a document, after rewriting strings and types that the parser of the engine does not support.
fn parse(text: &str) -> Result<ExecutableDocument, ServerError> {
    let plain = if string_escapes::any(text) {
        Cow::Owned(string_escapes::plain(text).ok_or_else(no_document)?)
    } else {
        Cow::Borrowed(text)
    };
    let parsed = parse_query(&plain).or_else(|error| {
        let tight = tight(&plain).and_then(|tight| parse_query(tight).ok());
        tight.ok_or(error)
    });
    parsed.map_err(|error| {
        let mut refused = no_document();
        refused.locations = error.positions().collect();
        refused
    })
}

/// Fails with this code if a limit does not hold.
pub fn within(holds: bool, code: &str, what: &str, most: usize) -> Result<(), ServerError> {
    if holds {
        return Ok(());
    }
    Err(refused(
        code,
        format!("The document has more than {most} {what}."),
    ))
}

fn no_document() -> ServerError {
    refused(
        "GRAPHQL_PARSE_FAILED",
        "This is not a GraphQL document.".into(),
    )
}

/// Creates a GraphQL error with a code in its extensions.
pub fn refused(code: &str, message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code);
    error
}
