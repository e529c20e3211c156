//! What is asked of the schema itself, answered from the contract: the engine leaves out which interfaces an
//! interface implements.

use apollo_compiler::{
    ExecutableDocument, Name as Word, Node,
    executable::{Operation, Selection, SelectionSet},
    introspection::partial_execute,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue},
    validation::Valid,
};
use async_graphql::{Name, Value, Variables, indexmap::IndexMap};

use super::contract::{ONE_OF, contract};

/// Stands before a key under which the kind of a type is asked for instead of whether it takes one of its fields.
const ASKED: &str = "isOneOf__";

/// What an operation asks of the schema itself.
#[derive(Clone, Copy, Debug)]
pub struct Asks {
    /// Anything at all, be it as a gateway does.
    pub any: bool,
    /// Something that is answered here.
    pub here: bool,
    /// Nothing else.
    pub only: bool,
}

/// What an operation asks of the schema.
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

/// The answers to what is asked of the schema, by their keys; `None` where it could not be answered.
pub fn answers(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Variables,
) -> Option<IndexMap<Name, Value>> {
    let contract = contract();
    let mut given = JsonMap::new();
    for (name, value) in variables.iter() {
        let value = value.clone().into_json().ok()?;
        given.insert(name.as_str(), JsonValue::from(value));
    }
    let given = coerce_variable_values(&contract.schema, operation, &given).ok()?;
    let document = by_kind(document);
    let operation = document
        .operations
        .get(operation.name.as_ref().map(Word::as_str))
        .ok()?;
    let answer = partial_execute(
        &contract.schema,
        &contract.implementers,
        &document,
        operation,
        &given,
    )
    .ok()?;
    let mut data = serde_json::to_value(answer.data?).ok()?;
    answer_by_kind(&mut data);
    match Value::from_json(data).ok()? {
        Value::Object(answers) if answer.errors.is_empty() => Some(answers),
        _ => None,
    }
}

/// The document asking for kinds where it asks what the library cannot answer.
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
    let schema = &contract().schema;
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

/// Only inputs can take one of their fields, and none of ours does.
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
