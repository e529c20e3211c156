//! Permissions: one table for each feature in `permissions/`, and every cell of them tried over HTTP.
//!
//! `table` reads it, `shape` compares it with the schema, `world`, `furniture` and `subjects` make what its rows
//! speak of, `fields` looks at every field, `hearing` at what is told as it happens, and `absent` and `hidden` show that what is invisible cannot
//! be told from what is not there.

mod absent;
mod conversations;
mod cursors;
mod events;
mod fields;
mod furniture;
mod hearing;
mod hidden;
mod intakes;
mod matches;
mod shape;
mod subjects;
mod table;
mod world;

use std::{collections::BTreeMap, future::Future};

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::{both, support::Reply};
use shape::Shape;
use table::{COLUMNS, NOTHING, Row, Table};
use world::County;

/// How many cells are tried at once.
const AT_ONCE: usize = 8;

/// Acts that end sessions of whoever does them: they come last, one after the other.
const LAST: [&str; 2] = ["changePassword", "signOut"];

both! {
    async fn everything_in_the_schema_has_a_row_and_every_row_is_in_the_schema(on) {
        let world = crate::support::World::new(on).await;
        let shape = Shape::read(&world.stranger()).await;
        none(&shape.undecided(&Table::read()));
    }

    async fn every_act_is_for_those_whom_the_table_names(on) {
        let county = County::furnished(on).await;
        let (table, shape) = (Table::read(), Shape::read(&county.world.stranger()).await);
        let (last, acts): (Vec<&Row>, Vec<&Row>) = table.acts.iter().partition(|row| LAST.contains(&row.field()));
        let mut faults = each_cell(&acts, |row, column| act(&county, &shape, row, column)).await;
        for name in LAST {
            let rows: Vec<&Row> = last.iter().copied().filter(|row| row.field() == name).collect();
            faults.extend(each_cell(&rows, |row, column| act(&county, &shape, row, column)).await);
        }
        none(&faults);
    }

    async fn everybody_reads_what_the_table_says(on) {
        let county = County::furnished(on).await;
        let (table, shape) = (Table::read(), Shape::read(&county.world.stranger()).await);
        let rows: Vec<&Row> = table.reading.iter().collect();
        let mut faults = each_cell(&rows, |row, column| read(&county, &shape, row, column)).await;
        let things: Vec<&Row> = table.things.iter().collect();
        faults.extend(each_cell(&things, |row, column| absent::thing(&county, row, column)).await);
        faults.extend(fields::faults(&county, &shape, &table).await);
        none(&faults);
    }

    async fn everybody_hears_what_the_table_says(on) {
        let county = County::furnished(on).await;
        let table = Table::read();
        let shape = Shape::read(&county.world.stranger()).await;
        none(&hearing::faults(&county, &shape, &table).await);
    }
}

/// Fails with all sentences at once.
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Tries every cell of these rows, some at a time, and collects what is wrong.
async fn each_cell<'a, F: Future<Output = Option<String>>>(
    rows: &[&'a Row],
    attempt: impl Fn(&'a Row, &'static str) -> F,
) -> Vec<String> {
    let cells = rows
        .iter()
        .flat_map(|row| {
            COLUMNS
                .iter()
                .zip(&row.cells)
                .map(|(column, cell)| (*row, *column, cell))
        })
        .filter(|(_, _, cell)| *cell != NOTHING);
    let attempts = cells.map(|(row, column, cell)| {
        let attempt = attempt(row, column);
        async move {
            let fault = attempt.await?;
            Some(format!(
                "{}, {column}: the table says {cell}, but {fault}",
                row.text
            ))
        }
    });
    let found: Vec<Option<String>> = stream::iter(attempts.collect::<Vec<_>>())
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    found.into_iter().flatten().collect()
}

impl Row {
    fn cell(&self, column: &str) -> &str {
        &self.cells[COLUMNS.iter().position(|name| *name == column).unwrap()]
    }
}

/// The names in a text, such as `draft` for `$draft`.
fn names(text: &str) -> Vec<&str> {
    let names = text.split('$').skip(1);
    names
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric())
                .next()
                .unwrap_or_default()
        })
        .collect()
}

/// The text with each name replaced by what it stands for; longer names first, for one may begin another.
fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (name, value) in values.iter().rev() {
        text = text.replace(&format!("${name}"), value);
    }
    text
}

/// The same with every id and code replaced by one of the same length that never was.
fn never_were(values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    values
        .iter()
        .map(|(name, value)| (name.clone(), absent::like(value)))
        .collect()
}

/// Tries an act in a cell.
async fn act(county: &County, shape: &Shape, row: &Row, column: &str) -> Option<String> {
    let mut values = BTreeMap::new();
    for name in names(&row.text) {
        if !values.contains_key(name) {
            values.insert(name.to_owned(), county.subject(name, column).await);
        }
    }
    let selection = shape.selection("Mutation", row.field());
    let query = |values: &BTreeMap<String, String>| {
        format!(
            "mutation {{ act: {} {selection} }}",
            filled(&row.text, values)
        )
    };
    let caller = county.caller(column);
    let reply = caller.ask(&query(&values), json!({})).await;
    let (got, refusals) = outcome(&reply);
    if got != row.cell(column) {
        return Some(format!("the answer was {got} {refusals}: {}", reply.text));
    }
    if got == "refused" && refusals != row.refusal {
        return Some(format!(
            "with {refusals}, not {}: {}",
            row.refusal, reply.text
        ));
    }
    if got == "ok" {
        let payload = reply.peek("act").as_object().unwrap();
        let empty = payload.iter().find(|(_, value)| value.is_null());
        return empty.map(|(name, _)| format!("the answer has no {name}: {}", reply.text));
    }
    let blind = row.text.contains("$unseen") || got == "not_found" || got == "unauthenticated";
    if !blind {
        return None;
    }
    let absent = caller.ask(&query(&never_were(&values)), json!({})).await;
    absent::differs(&reply, &absent)
}

/// Tries a field of `Query` in a cell.
async fn read(county: &County, shape: &Shape, row: &Row, column: &str) -> Option<String> {
    let query = format!(
        "{{ it: {} {} }}",
        known(county, &row.text, column),
        shape.selection("Query", row.field())
    );
    let reply = county.caller(column).ask(&query, json!({})).await;
    let got = match reply.peek("it") {
        _ if !reply.codes().is_empty() => outcome(&reply).0,
        Value::Null => "null".into(),
        Value::Array(list) if list.iter().all(Value::is_null) => "empty".into(),
        found if found["nodes"] == json!([]) && found["totalCount"] == json!(0) => "empty".into(),
        _ => "ok".into(),
    };
    (got != row.cell(column)).then(|| format!("the answer was {got}: {}", reply.text))
}

/// The text with the names that everybody knows replaced.
fn known(county: &County, text: &str, column: &str) -> String {
    let value = |name: &str| {
        let value = county.known(name, column);
        (
            name.to_owned(),
            value.unwrap_or_else(|| {
                panic!("nothing is called ${name}: furniture.rs makes what has a name")
            }),
        )
    };
    filled(text, &names(text).into_iter().map(value).collect())
}

/// What became of an act, and the codes of its refusals.
fn outcome(reply: &Reply) -> (String, String) {
    if let Some(code) = reply.codes().first() {
        return (code.to_lowercase(), String::new());
    }
    let refusals = reply
        .peek("act.userErrors")
        .as_array()
        .cloned()
        .unwrap_or_default();
    if refusals.is_empty() {
        return ("ok".into(), String::new());
    }
    let codes = refusals
        .iter()
        .map(|refusal| refusal["code"].as_str().unwrap_or_default());
    ("refused".into(), codes.collect::<Vec<_>>().join(" "))
}
