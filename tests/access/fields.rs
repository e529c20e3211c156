//! Every field of every type, as each caller sees it.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{
    AT_ONCE, known,
    shape::Shape,
    table::{COLUMNS, Fields, Table},
    world::County,
};

/// What is wrong with any field, for any caller.
pub async fn faults(county: &County, shape: &Shape, table: &Table) -> Vec<String> {
    let cells = table.fields.iter().flat_map(|row| {
        COLUMNS
            .iter()
            .map(move |column| cell(county, shape, row, column))
    });
    let found: Vec<Vec<String>> = stream::iter(cells.collect::<Vec<_>>())
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    found.into_iter().flatten().collect()
}

async fn cell(county: &County, shape: &Shape, row: &Fields, column: &'static str) -> Vec<String> {
    let Fields {
        kind,
        names,
        way,
        seen_by,
    } = row;
    let fields = shape.fields(kind);
    // What is not in the schema is told of elsewhere.
    let names: Vec<&String> = names
        .iter()
        .filter(|name| fields.contains_key(*name))
        .collect();
    let wanted: Vec<String> = names.iter().map(|name| shape.glance(kind, name)).collect();
    let steps: Vec<String> = way
        .split(" > ")
        .map(|step| known(county, step, column))
        .collect();
    let mut query = format!("{{ __typename {} }}", wanted.join(" "));
    for step in steps.iter().rev() {
        query = format!("{{ {} {query} }}", step.replace("...", "... on "));
    }
    let reply = county.caller(column).ask(&query, json!({})).await;
    let told = |fault: &str| {
        vec![format!(
            "{kind} by way of {way}, {column}: {fault}: {}",
            reply.text
        )]
    };
    if !reply.codes().is_empty() {
        return told("the answer has errors");
    }
    let found = steps.iter().filter(|step| !step.starts_with("...")).fold(
        &reply.body["data"],
        |value, step| {
            let name: String = step
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            first(&value[name])
        },
    );
    if !found.is_null() && found["__typename"] != json!(kind) {
        return told("the way leads to another type");
    }
    let wrong = names
        .into_iter()
        .filter(|name| seen(&found[*name]) != seen_by.contains(column));
    wrong
        .flat_map(|name| {
            let fault = if seen(&found[name]) {
                "is seen, and should not be"
            } else {
                "should be seen, and is not"
            };
            told(&format!("{name} {fault}"))
        })
        .collect()
}

fn first(value: &Value) -> &Value {
    value
        .as_array()
        .map_or(value, |list| list.first().unwrap_or(&Value::Null))
}

/// Whether anything stands there: an empty list and a count of nothing tell nothing.
fn seen(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => list.iter().any(seen),
        Value::Object(fields) => fields.get("totalCount").is_none_or(seen),
        Value::Bool(_) => true,
    }
}
