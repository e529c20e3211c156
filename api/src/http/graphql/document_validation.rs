//! Validation of documents against the schema, by apollo-compiler, which knows all rules of the specification. The
//! validator of async-graphql omits some, so that an invalid mutation could be partly executed before it fails.

use std::sync::OnceLock;

use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    ast::Value,
    collections::HashMap,
    executable::{Selection, SelectionSet},
    schema::Implementers,
    validation::{DiagnosticData, DiagnosticList, Valid},
};
use async_graphql::{Pos, ServerError};

use crate::http::graphql::document_cache::refused;

/// Field of `__Type` that reports whether an input object takes exactly one of its fields.
pub const ONE_OF: &str = "isOneOf";
/// Maximum number of errors reported for one document.
const MOST_ERRORS: usize = 10;
/// Maximum length of an error message, in characters, because some messages quote the document.
const LONGEST_MESSAGE: usize = 300;

/// Schema against which documents are validated.
pub struct Contract {
    /// Types and directives of the schema.
    pub schema: Valid<Schema>,
    /// Object and interface types that implement each interface.
    pub implementers: HashMap<Name, Implementers>,
}

/// Schema of this server, parsed when it is first used.
pub fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let read = Schema::parse_and_validate(sdl(), "schema.graphql");
        // A test checks that there are no errors.
        let schema = read.unwrap_or_else(|errors| Valid::assume_valid(errors.partial));
        let implementers = schema.implementers_map();
        Contract {
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

/// Parses and validates a document. Fails with at most 10 errors.
pub fn validate(text: &str) -> Result<Valid<ExecutableDocument>, Vec<ServerError>> {
    let schema = &contract().schema;
    let document = match ExecutableDocument::parse_and_validate(schema, text, "document") {
        Ok(document) => document,
        // apollo-compiler counts repeated selections of one root field; `subscription_root` counts response keys.
        Err(errors) if errors.errors.iter().all(|error| counts_fields(error.error)) => {
            Valid::assume_valid(errors.partial)
        }
        Err(errors) => return Err(explain(&errors.errors)),
    };
    let sets = document
        .operations
        .iter()
        .map(|operation| &operation.selection_set);
    for set in sets.chain(
        document
            .fragments
            .values()
            .map(|fragment| &fragment.selection_set),
    ) {
        once_each(set).map_err(|error| vec![error])?;
    }
    Ok(document)
}

fn counts_fields(error: &DiagnosticData) -> bool {
    error.unstable_error_name() == Some("SubscriptionUsesMultipleFields")
}

fn explain(errors: &DiagnosticList) -> Vec<ServerError> {
    let errors = errors.iter().take(MOST_ERRORS).map(|error| {
        let told = error.unstable_to_json_compat();
        // Suggestions are removed, because they reveal names of the schema that are not in the document.
        let said = told.message.split(" Did you mean").next();
        let message: String = said
            .unwrap_or_default()
            .chars()
            .take(LONGEST_MESSAGE)
            .collect();
        let mut refused = refused("GRAPHQL_VALIDATION_FAILED", message);
        refused.locations = told
            .locations
            .iter()
            .map(|at| Pos {
                line: at.line,
                column: at.column,
            })
            .collect();
        refused
    });
    errors.collect()
}

/// Refuses an input object that names a field twice, which apollo-compiler does not check.
fn once_each(set: &SelectionSet) -> Result<(), ServerError> {
    for selection in &set.selections {
        let arguments = match selection {
            Selection::Field(field) => {
                once_each(&field.selection_set)?;
                field.arguments.as_slice()
            }
            Selection::InlineFragment(fragment) => {
                once_each(&fragment.selection_set)?;
                &[]
            }
            Selection::FragmentSpread(_) => &[],
        };
        for argument in arguments {
            keys_once(&argument.value)?;
        }
    }
    Ok(())
}

fn keys_once(value: &Value) -> Result<(), ServerError> {
    match value {
        Value::List(items) => items.iter().try_for_each(|item| keys_once(item)),
        Value::Object(fields) => {
            let mut seen = std::collections::HashSet::new();
            fields.iter().try_for_each(|(name, value)| {
                if seen.insert(name) {
                    return keys_once(value);
                }
                let message = format!("There can be only one input field named \"{name}\".");
                Err(refused("GRAPHQL_VALIDATION_FAILED", message))
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_is_a_schema_without_a_fault() {
        let read = Schema::parse_and_validate(sdl(), "schema.graphql");
        assert!(read.is_ok(), "{}", read.unwrap_err().errors);
    }

    #[test]
    fn an_input_names_a_field_once() {
        let valid = |text: &str| validate(text).is_ok();
        assert!(valid("{ offers(filter: {text: \"a\"}) { totalCount } }"));
        assert!(!valid(
            "{ offers(filter: {text: \"a\", text: \"b\"}) { totalCount } }"
        ));
        assert!(!valid(
            "{ ... { offers(filter: {near: {point: {latitude: 1, latitude: 1, longitude: 2}}}) { totalCount } } }"
        ));
    }
}
