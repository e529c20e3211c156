//! Introspection, executed by apollo-compiler. async-graphql 7.2.1 returns null for the `interfaces` of an interface;
//! the GraphQL specification (Section 4.2.2, The `__Type` Type) requires the list of interfaces that it implements.

use apollo_compiler::{
    ExecutableDocument, Name as Word, Node,
    executable::{Operation, Selection, SelectionSet},
    introspection::partial_execute,
    response::{JsonMap, JsonValue},
    validation::Valid,
};
use async_graphql::{Name, Value, Variables, indexmap::IndexMap};

use crate::http::graphql::document_validation::{ONE_OF, api_schema};

/// Prefix of response keys under which `kind` is selected in place of `isOneOf`.
const ASKED: &str = "isOneOf__";

/// Introspection fields that an operation selects.
#[derive(Clone, Copy, Debug)]
pub struct Asks {
    /// Selects `__schema`, `__type`, or `_service` as a federation gateway does.
    pub any: bool,
    /// Selects `__schema` or `__type`, which this module executes.
    pub here: bool,
    /// Selects nothing but `__schema`, `__type` and `__typename`.
    pub only: bool,
}

/// Finds the introspection fields that an operation selects.
pub fn asks(document: &ExecutableDocument, operation: &Operation) -> Asks {
    let asks = |names: &[&str]| {
        let mut fields = operation.root_fields(document);
        fields.any(|field| names.contains(&field.name.as_str()))
    };
    let here = asks(&["__schema", "__type"]);
    Asks {
        any: here || asks(&["_service"]),
        here,
        only: here && operation.is_introspection(document),
    }
}

/// Executes the introspection fields of an operation with variables that are coerced already. Returns the values by response key, `None` if execution failed.
pub fn answers(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Variables,
) -> Option<IndexMap<Name, Value>> {
    let api = api_schema();
    let mut given = JsonMap::new();
    for (name, value) in variables.iter() {
        let value = value.clone().into_json().ok()?;
        given.insert(name.as_str(), JsonValue::from(value));
    }
    let document = by_kind(document);
    let operation = document
        .operations
        .get(operation.name.as_ref().map(Word::as_str))
        .ok()?;
    let answer = partial_execute(
        &api.schema,
        &api.implementers,
        &document,
        operation,
        &Valid::assume_valid(given),
    )
    .ok()?;
    let mut data = serde_json::to_value(answer.data?).ok()?;
    answer_by_kind(&mut data);
    match Value::from_json(data).ok()? {
        Value::Object(answers) if answer.errors.is_empty() => Some(answers),
        _ => None,
    }
}

/// Document that selects `kind` in place of `isOneOf`, which apollo-compiler cannot execute.
fn by_kind(document: &Valid<ExecutableDocument>) -> Valid<ExecutableDocument> {
    let mut document = document.clone().into_inner();
    for operation in document
        .operations
        .anonymous
        .iter_mut()
        .chain(document.operations.named.values_mut())
    {
        ask_kind(&mut operation.make_mut().selection_set);
    }
    for fragment in document.fragments.values_mut() {
        ask_kind(&mut fragment.make_mut().selection_set);
    }
    Valid::assume_valid(document)
}

fn ask_kind(set: &mut SelectionSet) {
    let schema = &api_schema().schema;
    let on_type = set.ty == "__Type";
    for selection in &mut set.selections {
        match selection {
            Selection::Field(field) if on_type && field.name == ONE_OF => {
                let key = Word::new(&format!("{ASKED}{}", field.response_key()));
                let kind = schema.type_field("__Type", "kind");
                if let (Ok(key), Ok(kind)) = (key, kind) {
                    let asked = field.make_mut();
                    asked.alias = Some(key);
                    asked.name = Word::new_unchecked("kind");
                    asked.definition = Node::clone(&kind.node);
                }
            }
            Selection::Field(field) => ask_kind(&mut field.make_mut().selection_set),
            Selection::InlineFragment(fragment) => {
                ask_kind(&mut fragment.make_mut().selection_set);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Replaces each selected `kind` by the value of `isOneOf`: false for input objects, of which this schema has none with
/// `@oneOf`, and null for all other types.
fn answer_by_kind(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            let asked: Vec<String> = members
                .keys()
                .filter(|key| key.starts_with(ASKED))
                .cloned()
                .collect();
            for key in asked {
                let is_input = members
                    .remove(&key)
                    .is_some_and(|kind| kind == "INPUT_OBJECT");
                let answer = if is_input {
                    false.into()
                } else {
                    serde_json::Value::Null
                };
                members.insert(key[ASKED.len()..].to_owned(), answer);
            }
            members.values_mut().for_each(answer_by_kind);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(answer_by_kind),
        _ => {}
    }
}
