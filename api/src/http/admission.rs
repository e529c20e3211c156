//! Admitting documents: each is looked over, parsed, measured and validated once, and known from then on.

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

use super::{
    Limits, Metrics, coercion,
    complexity::{self, Complexity},
    contract, escapes, filler, introspection,
    measure::measure,
    scan::scan,
    source,
    tight::tight,
};

/// The most brackets that are open at once.
const MOST_NESTED: usize = 64;
/// How many bytes a document takes for each of its text, parsed twice; measured.
const BYTES_PER_BYTE: usize = 60;

/// The documents that were admitted.
pub struct Admission {
    limits: Limits,
    known: Cache<Arc<str>, Arc<Admitted>>,
}

/// A document of which every rule holds, and what was found out about it.
pub struct Admitted {
    /// What the engine gets.
    pub document: ExecutableDocument,
    /// What it was validated as.
    validated: Valid<Validated>,
    /// What is known of each operation; the one without a name under none.
    operations: Vec<(Option<String>, Known)>,
    /// Whether any of them writes.
    pub writes: bool,
}

/// Acts that try a password, make an account or mail an address that somebody names.
const SIGN_INS: [&str; 4] = ["signIn", "signUp", "changePassword", "registerAsGuest"];

/// What is known of an operation.
struct Known {
    complexity: Complexity,
    /// Its first field, by which figures name it.
    field: String,
    /// How many passwords it tries, accounts it makes or guests it mails.
    sign_ins: u32,
    schema: introspection::Asks,
    /// The answer, where it asks only the schema and takes no variables.
    answered: OnceLock<Option<IndexMap<Name, Value>>>,
}

impl Admission {
    /// None known yet.
    pub fn new(limits: Limits) -> Self {
        let weigh = |text: &Arc<str>, _: &Arc<Admitted>| {
            u32::try_from(text.len() * BYTES_PER_BYTE).unwrap_or(u32::MAX)
        };
        let kept = limits.known_documents_bytes as u64;
        Self {
            limits,
            known: Cache::builder().weigher(weigh).max_capacity(kept).build(),
        }
    }

    /// The document of a text, unless something is wrong with it.
    pub fn admit(&self, text: &str, metrics: &Metrics) -> Result<Arc<Admitted>, Vec<ServerError>> {
        if let Some(known) = self.known.get(text) {
            metrics.known.inc();
            return Ok(known);
        }
        metrics.new.inc();
        let admitted = Arc::new(self.look_at(text)?);
        self.known.insert(text.into(), Arc::clone(&admitted));
        Ok(admitted)
    }

    fn look_at(&self, text: &str) -> Result<Admitted, Vec<ServerError>> {
        self.look_over(text).map_err(|error| vec![error])?;
        let mut document = parse(text).map_err(|error| vec![error])?;
        // Before anything follows fragments, or they could be followed for ever.
        measure(&document, &self.limits).map_err(|error| vec![error])?;
        let validated = contract::validate(text)?;
        source::check(&document).map_err(|error| vec![error])?;
        filler::fill(&mut document);
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
        Ok(Admitted {
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
        within(found.tokens <= most, "TOO_MANY_TOKENS", "tokens", most)
    }
}

impl Admitted {
    /// Holds the variables against the types of an operation; says what it comes to with them.
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

    /// The first field of an operation, by which figures name it.
    pub fn field(&self, name: Option<&str>) -> &str {
        self.find(name).map_or("none", |(_, known)| &known.field)
    }

    /// How many passwords an operation tries, or accounts it makes.
    pub fn sign_ins(&self, name: Option<&str>) -> u32 {
        self.find(name).map_or(0, |(_, known)| known.sign_ins)
    }

    /// Whether an operation asks anything of the schema itself.
    pub fn asks_schema(&self, name: Option<&str>) -> bool {
        self.find(name).is_some_and(|(_, known)| known.schema.any)
    }

    /// What the schema answers, where it is asked, and whether nothing else is.
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

/// The document of a text. The engine's parser does not know all forms of a text within it.
fn parse(text: &str) -> Result<ExecutableDocument, ServerError> {
    let plain = if escapes::any(text) {
        Cow::Owned(escapes::plain(text).ok_or_else(no_document)?)
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

/// A refusal of what goes beyond a limit.
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

/// A refusal with a code of its own.
pub fn refused(code: &str, message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code);
    error
}
