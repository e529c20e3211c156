//! Validation of documents against the schema, by apollo-compiler, which knows all rules of the specification. The
//! validator of async-graphql omits some, so that an invalid mutation could be partly executed before it fails.

use std::sync::OnceLock;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{Definition, Document, Value},
    collections::HashMap,
    diagnostic::ToCliReport,
    schema::Implementers,
    validation::{DiagnosticData, DiagnosticList, Valid},
};
use async_graphql::ServerError;

use crate::http::graphql::{errors::graphql_error, position::position};

/// Field of `__Type` that reports whether an input object takes exactly one of its fields.
pub const ONE_OF: &str = "isOneOf";
/// Maximum number of errors reported for one document.
const MAX_ERRORS: usize = 10;
/// Maximum length of an error message, in characters, because some messages quote the document.
const LONGEST_MESSAGE: usize = 300;

/// Schema against which documents are validated.
pub struct ApiSchema {
    /// Types and directives of the schema.
    pub schema: Valid<Schema>,
    /// Object and interface types that implement each interface.
    pub implementers: HashMap<Name, Implementers>,
}

/// Schema of this server, parsed when it is first used.
pub fn api_schema() -> &'static ApiSchema {
    static API_SCHEMA: OnceLock<ApiSchema> = OnceLock::new();
    API_SCHEMA.get_or_init(|| {
        let read = Schema::parse_and_validate(sdl(), "schema.graphql");
        // A test checks that there are no errors.
        let schema = read.unwrap_or_else(|errors| Valid::assume_valid(errors.partial));
        let implementers = schema.implementers_map();
        ApiSchema {
            schema,
            implementers,
        }
    })
}

/// SDL of the schema, with the introspection field `isOneOf`, which apollo-compiler does not define.
fn sdl() -> String {
    format!(
        "{}\nextend type __Type {{ {ONE_OF}: Boolean }}",
        crate::schema::sdl()
    )
}

/// Validates a document, whose text gives the positions of at most 10 errors. The valid document has no null defaults.
pub fn validate(
    mut document: Document,
    text: &str,
) -> Result<Valid<ExecutableDocument>, Vec<ServerError>> {
    remove_null_defaults(&mut document);
    match document.to_executable_validate(&api_schema().schema) {
        Ok(document) => Ok(document),
        // apollo-compiler counts repeated selections of one root field; `subscription_root` counts response keys.
        Err(errors) if errors.errors.iter().all(|error| counts_fields(error.error)) => {
            Ok(Valid::assume_valid(errors.partial))
        }
        Err(errors) => Err(explain(&errors.errors, text)),
    }
}

/// Removes the default null of nullable variables. The GraphQL specification (Section 5.8.5, All Variable Usages Are
/// Allowed) lets only another default admit a nullable variable where null is not allowed. apollo-compiler 1.33 takes
/// null for one.
fn remove_null_defaults(document: &mut Document) {
    for definition in &mut document.definitions {
        let Definition::OperationDefinition(operation) = definition else {
            continue;
        };
        let null = |default: &Node<Value>| **default == Value::Null;
        if !operation
            .variables
            .iter()
            .any(|variable| variable.default_value.as_ref().is_some_and(null))
        {
            continue;
        }
        for variable in &mut operation.make_mut().variables {
            if !variable.ty.is_non_null() && variable.default_value.as_ref().is_some_and(null) {
                variable.make_mut().default_value = None;
            }
        }
    }
}

fn counts_fields(error: &DiagnosticData) -> bool {
    error.unstable_error_name() == Some("SubscriptionUsesMultipleFields")
}

fn explain(errors: &DiagnosticList, text: &str) -> Vec<ServerError> {
    let errors = errors.iter().take(MAX_ERRORS).map(|error| {
        let told = error.unstable_to_json_compat();
        // Suggestions are removed, because they reveal names of the schema that are not in the document.
        let said = told.message.split(" Did you mean").next();
        let message: String = said
            .unwrap_or_default()
            .chars()
            .take(LONGEST_MESSAGE)
            .collect();
        let mut wrong = graphql_error("GRAPHQL_VALIDATION_FAILED", message);
        let place = error.error.location();
        let pos = place.map(|place| position(text, place.offset()));
        wrong.locations = pos.into_iter().collect();
        wrong
    });
    errors.collect()
}

/// Parses and validates a document, for tests.
#[cfg(test)]
pub fn validate_text(text: &str) -> Valid<ExecutableDocument> {
    validate(Document::parse(text, "document").unwrap(), text).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_schema_is_valid() {
        let read = Schema::parse_and_validate(sdl(), "schema.graphql");
        assert!(read.is_ok(), "{}", read.unwrap_err().errors);
    }
}
