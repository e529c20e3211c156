//! Forged cursors: every list of the schema, in every order that it takes, is given texts that are no cursors, cursors of
//! other lists, and its own cursors with another key or id.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{
    AT_ONCE, both, known, none,
    shape::Shape,
    table::{COLUMNS, Table},
    world::County,
};
use crate::support::{Caller, Reply};

const ORDERS: &str = "{ __schema { types { name enumValues { name } fields { name args { name type { ofType { name } } } } } } }";
/// A search in which listings and events have every order.
const SEARCH: &str =
    "text: \"laptops\", near: {point: {latitude: 51.3, longitude: -0.3}, withinKm: 50}";

/// A list, as it is asked for: before and after the place of its paging arguments.
#[derive(Clone, Debug)]
struct List {
    column: &'static str,
    begin: String,
    end: String,
    field: String,
    /// Field and order: one way to each is tried.
    key: String,
}

impl List {
    async fn ask(&self, caller: &Caller, paging: &str, cursor: &str) -> Reply {
        let Self { begin, end, .. } = self;
        let variable = if paging.is_empty() {
            ""
        } else {
            "($cursor: String)"
        };
        let query = format!("query Page{variable} {{ {begin}{paging}{end} }}");
        caller.ask(&query, json!({"cursor": cursor})).await
    }
}

fn cursors(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| cursors(item, found)),
        Value::Object(fields) => {
            let own = fields.get("cursor").and_then(Value::as_str);
            found.extend(own.map(str::to_owned));
            fields.values().for_each(|field| cursors(field, found));
        }
        _ => {}
    }
}

/// Orders that a field of a type takes.
fn orders(types: &Value, kind: &str, field: &str) -> Vec<String> {
    let named = |list: &Value, name: &str| {
        let mut list = list.as_array().into_iter().flatten();
        list.find(|one| one["name"] == name).cloned()
    };
    let values = || {
        let field = named(&named(types, kind)?["fields"], field)?;
        let order = named(&field["args"], "orderBy")?;
        let values = named(types, order["type"]["ofType"]["name"].as_str()?)?;
        let values = values["enumValues"].as_array()?.iter();
        Some(
            values
                .map(|value| value["name"].as_str().unwrap().to_owned())
                .collect(),
        )
    };
    values().unwrap_or_default()
}

/// Every list, by every way in the table.
fn lists(county: &County, shape: &Shape, types: &Value, table: &Table) -> Vec<List> {
    const SHOWN: &str = "first: 2) { edges { cursor } }";
    let is_list = |kind: &str, field: &str| {
        let found = shape.fields(kind).get(field);
        found.is_some_and(|named| named.name.ends_with("Connection"))
    };
    let mut all = Vec::new();
    let mut add = |column, (kind, field): (&str, &str), begin: &str, end: &str| {
        let list = List {
            column,
            begin: begin.to_owned(),
            end: end.to_owned(),
            field: format!("{kind}.{field}"),
            key: format!("{kind}.{field}"),
        };
        all.push(list.clone());
        for order in orders(types, kind, field) {
            let ordered = format!("orderBy: {order}");
            let searched = format!("{ordered}, filter: {{{SEARCH}}}");
            for arguments in [ordered, searched] {
                all.push(List {
                    end: end.replacen(SHOWN, &format!("{arguments}, {SHOWN}"), 1),
                    key: format!("{} {order}", list.key),
                    ..list.clone()
                });
            }
        }
    };
    for row in table
        .reading
        .iter()
        .filter(|row| is_list("Query", row.field()))
    {
        let text = known(county, row.field(), "administrator");
        add(
            "administrator",
            ("Query", row.field()),
            &format!("{text}("),
            SHOWN,
        );
    }
    for row in &table.fields {
        let Some(column) = COLUMNS
            .iter()
            .rev()
            .find(|column| row.seen_by.contains(*column))
        else {
            continue;
        };
        let way = known(county, &row.way, column).replace("...", "... on ");
        let begin = format!("{} {{ ", way.replace(" > ", " { "));
        let end = format!("{SHOWN}{}", " }".repeat(way.matches(" > ").count() + 1));
        for name in row.names.iter().filter(|name| is_list(&row.kind, name)) {
            add(column, (&row.kind, name), &format!("{begin}{name}("), &end);
        }
    }
    all
}

/// Texts that are no cursor of any list.
fn junk() -> Vec<String> {
    let encoded = ["", "|", "||", "a|b|c", "\0|\0|\0", "é", "\u{10ffff}||"];
    let mut all: Vec<String> = [
        "",
        " ",
        "x",
        "=",
        "%00",
        "null",
        "\0",
        "🏃",
        "AAAA====",
        "-_-_",
        &"A".repeat(100_000),
    ]
    .map(str::to_owned)
    .into();
    all.extend(encoded.map(|text| URL_SAFE_NO_PAD.encode(text)));
    all.push(URL_SAFE_NO_PAD.encode([0xff, 0xfe, 0x7c]));
    all
}

/// Cursors that begin like this one, with other keys and ids.
fn like(cursor: &str) -> Vec<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    let [key, id, tag] = text.rsplitn(3, '|').collect::<Vec<_>>().try_into().unwrap();
    let keys = [
        "",
        "x",
        "0",
        "-1",
        "1.5",
        "1e3",
        "NaN",
        "inf",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "99999999999999999999999999999999",
        "-62135596800000001",
        "253402300800000000",
        "8210266876799999999",
        "-8334601228800000000",
        "9218868437227405312",
        "9221120237041090560",
        "18446744073709551615",
        "a\0b",
        "\0",
        "é",
        "\u{10ffff}",
        "'; DROP TABLE listing; --",
        &"9".repeat(5_000),
    ];
    let ids = [
        "",
        "x",
        "0",
        "00000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffff",
        "{ffffffff-ffff-ffff-ffff-ffffffffffff}",
        "\0",
        &"f".repeat(33),
    ];
    let forged = keys.map(|key| format!("{tag}|{id}|{key}"));
    let others = ids.map(|id| format!("{tag}|{id}|{key}"));
    let tags = ["", &tag[1..], &format!("{tag} ")].map(|tag| format!("{tag}|{id}|{key}"));
    let all = forged.into_iter().chain(others).chain(tags);
    all.map(|text| URL_SAFE_NO_PAD.encode(text)).collect()
}

both! {
    async fn no_list_stumbles_over_a_forged_cursor(on) {
        let county = County::furnished(on).await;
        let (shape, table) = (Shape::read(&county.world.stranger()).await, Table::read());
        let types = county.world.stranger().ask(ORDERS, json!({})).await.at("__schema.types").clone();
        let lists = lists(&county, &shape, &types, &table);
        let caller = |list: &List| county.caller(list.column).clone();
        let (mut tried, mut samples, mut seen) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for list in &lists {
            if seen.contains(&list.key) {
                continue;
            }
            let reply = list.ask(&caller(list), "", "").await;
            if reply.codes().is_empty() {
                let mut own = Vec::new();
                cursors(&reply.body["data"], &mut own);
                seen.extend([list.key.clone(), list.field.clone()]);
                samples.extend(own.first().cloned());
                tried.push((list, own));
            }
        }
        let missed: Vec<String> = lists.iter().map(|list| list.field.clone()).filter(|field| !seen.contains(field)).collect();
        assert!(missed.is_empty(), "no cursor was tried on {missed:?}");
        let mut cases = Vec::new();
        for (list, own) in &tried {
            let forged = own.first().map(|cursor| like(cursor)).unwrap_or_default();
            let others = samples.iter().cloned().chain(forged).map(|cursor| (cursor, false));
            for (cursor, is_junk) in others.chain(junk().into_iter().map(|cursor| (cursor, true))) {
                cases.extend(["after", "before"].map(|argument| (*list, argument, cursor.clone(), is_junk)));
            }
        }
        let attempts = cases.iter().map(|(list, argument, cursor, is_junk)| async move {
            let reply = list.ask(&caller(list), &format!("{argument}: $cursor, "), cursor).await;
            let named = reply.body["errors"][0]["extensions"]["argument"] == *argument;
            let good = match reply.codes().as_slice() {
                [] => !is_junk,
                ["BAD_USER_INPUT"] => named,
                _ => false,
            };
            let shown: String = cursor.chars().take(80).collect();
            (!good).then(|| format!("{} {argument} {shown:?} {}{}: {}", list.field, list.begin, list.end, reply.text))
        });
        let faults: Vec<Option<String>> = stream::iter(attempts.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).collect().await;
        let faults: Vec<String> = faults.into_iter().flatten().collect();
        none(&faults[..faults.len().min(20)]);
    }
}
