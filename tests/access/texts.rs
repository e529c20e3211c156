//! Texts in acts: each act of the tables is repeated with one of its texts replaced by one that must be refused, and the
//! refusal names that text.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{parse_query, types::Selection};
use serde_json::{Map, Value, json};

use super::{COLUMNS, Row, Table, filled, names, none, world::County};
use crate::both;

/// Texts whose refusal names no field, and the answer to a question, which has to be one of the event.
const SECRETS: [&str; 8] = [
    "answer",
    "token",
    "refreshToken",
    "password",
    "currentPassword",
    "newPassword",
    "idempotencyKey",
    "content",
];

const TYPES: &str = "{ __schema { types { name inputFields { name description defaultValue type { kind name ofType { kind name
    ofType { kind name ofType { kind name } } } } } enumValues { name } } } }";

struct Inputs(BTreeMap<String, Value>);

fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap_or_default()
}

fn is_required(of: &Value) -> bool {
    of["kind"] == "NON_NULL"
}

impl Inputs {
    async fn read(county: &County) -> Self {
        let reply = county.world.stranger().ask(TYPES, json!({})).await;
        let types = reply.at("__schema.types").as_array().unwrap().clone();
        Self(
            types
                .into_iter()
                .map(|of| (name(&of).to_owned(), of))
                .collect(),
        )
    }

    fn fields(&self, of: &str) -> &[Value] {
        let of = self
            .0
            .get(of)
            .unwrap_or_else(|| panic!("the schema has no {of}"));
        of["inputFields"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Paths to the texts of an input that meet a condition on the field and its type.
    fn texts(&self, of: &str, fits: &dyn Fn(&Value) -> bool) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        for field in self.fields(of) {
            let (mut inner, mut path) = (&field["type"], vec![name(field).to_owned()]);
            while !inner["ofType"].is_null() {
                if inner["kind"] == "LIST" {
                    path.push("0".into());
                }
                inner = &inner["ofType"];
            }
            if name(inner) == "String" && fits(field) {
                paths.push(path);
            } else if inner["kind"] == "INPUT_OBJECT" {
                let below = self.texts(name(inner), fits).into_iter();
                paths.extend(below.map(|below| [path.clone(), below].concat()));
            }
        }
        paths
    }

    /// Puts a text at a path, and what the objects above it must have.
    fn put(&self, into: &mut Value, of: &Value, path: &[String], text: &str) {
        if is_required(of) {
            return self.put(into, &of["ofType"], path, text);
        }
        let Some((step, rest)) = path.split_first() else {
            *into = json!(text);
            return;
        };
        if of["kind"] == "LIST" {
            if !into.is_array() || into == &json!([]) {
                *into = json!([null]);
            }
            return self.put(&mut into[0], &of["ofType"], rest, text);
        }
        if !into.is_object() {
            *into = self.sample("", of);
        }
        let field = self
            .fields(name(of))
            .iter()
            .find(|field| name(field) == step)
            .unwrap();
        self.put(&mut into[step.as_str()], &field["type"], rest, text);
    }

    fn sample(&self, field: &str, of: &Value) -> Value {
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.sample(field, &of["ofType"]),
            "LIST" => json!([]),
            "ENUM" => self.0[name(of)]["enumValues"][0]["name"].clone(),
            "INPUT_OBJECT" => {
                let fields = self.fields(name(of)).iter();
                let needed = fields
                    .filter(|field| is_required(&field["type"]) && field["defaultValue"].is_null());
                needed
                    .map(|field| {
                        (
                            name(field).to_owned(),
                            self.sample(name(field), &field["type"]),
                        )
                    })
                    .collect::<Map<_, _>>()
                    .into()
            }
            _ => match name(of) {
                _ if field == "url" => json!("https://hub.example/"),
                _ if field == "scheme" => json!("GB-COH"),
                "Int" | "Float" => json!(1),
                "Boolean" => json!(true),
                "DateTime" => json!("2031-04-01T09:30:00Z"),
                "Date" => json!("2031-04-01"),
                _ => json!("forty"),
            },
        }
    }
}

/// The input of an act, as JSON.
fn input(act: &str) -> Value {
    let document = parse_query(format!("mutation {{ {act} {{ __typename }} }}")).unwrap();
    let operation = document.operations.iter().next().unwrap().1;
    let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else {
        panic!("{act} is no field");
    };
    let (_, value) = field
        .node
        .arguments
        .iter()
        .find(|(name, _)| name.node == "input")
        .unwrap();
    let value = value.node.clone().into_const().unwrap();
    value.into_json().unwrap()
}

/// Tries each text that fits with each wrong value, in one act of each name. Gives the texts that were tried.
async fn refused(
    county: &County,
    fits: &dyn Fn(&Value) -> bool,
    wrong: &[&str],
) -> BTreeSet<String> {
    let inputs = Inputs::read(county).await;
    let (mut faults, mut tried, mut done) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let possible = |row: &Row| {
        COLUMNS
            .into_iter()
            .find(|column| row.cell(column) == "ok" || row.cell(column) == "refused")
    };
    for row in &Table::read().acts {
        let act = row.field();
        // Its refusal is one for every wrong address and password.
        if act == "signIn" {
            continue;
        }
        let of = format!("{}{}Input", act[..1].to_uppercase(), &act[1..]);
        let Some(column) = possible(row)
            .filter(|_| row.text.contains("input:") && row.cells.iter().any(|cell| cell == "ok"))
        else {
            continue;
        };
        let paths = inputs.texts(&of, fits);
        if paths.is_empty() || !done.insert(act.to_owned()) {
            continue;
        }
        let mut values = BTreeMap::new();
        for name in names(&row.text) {
            if !values.contains_key(name) {
                values.insert(name.to_owned(), county.subject(name, column).await);
            }
        }
        let right = input(&filled(&row.text, &values));
        let query = format!(
            "mutation ($input: {of}!) {{ act: {act}(input: $input) {{ userErrors {{ code field message }} }} }}"
        );
        for path in paths {
            for text in wrong {
                let mut sent = right.clone();
                let of = json!({"kind": "INPUT_OBJECT", "name": of});
                inputs.put(&mut sent, &of, &path, text);
                let reply = county
                    .caller(column)
                    .ask(&query, json!({"input": sent}))
                    .await;
                let errors = reply
                    .peek("act.userErrors")
                    .as_array()
                    .cloned()
                    .unwrap_or_default();
                if !errors.iter().any(|error| error["field"] == json!(path)) {
                    faults.push(format!("{act} {} {text:?}: {}", path.join("."), reply.text));
                }
                tried.insert(format!("{of}.{}", path.join(".")));
            }
        }
    }
    none(&faults);
    tried
}

both! {
    async fn a_text_that_must_not_be_empty_is_refused_if_nobody_sees_it(on) {
        let county = County::furnished(on).await;
        let fits = |field: &Value| is_required(&field["type"]) && field["defaultValue"].is_null() && field["type"]["ofType"]["kind"] == "SCALAR" && !SECRETS.contains(&name(field));
        let invisible = ["\u{200b}\u{2060}", "\u{2800}\u{3164}\u{301}", " \u{e0041}\u{200e}"];
        let tried = refused(&county, &fits, &invisible).await;
        assert!(tried.len() > 40, "{tried:#?}");
    }

    async fn a_web_address_that_leads_nowhere_safe_is_refused(on) {
        let county = County::furnished(on).await;
        let fits = |field: &Value| {
            let description = field["description"].as_str().unwrap_or_default();
            ["https", "Web address", "website"].iter().any(|word| description.contains(word))
        };
        let wrong = ["https://user:pw@hub.example/", "https://", "https:///hub.example", "javascript:alert(1)", "ftp://hub.example/", "hub.example"];
        let tried = refused(&county, &fits, &wrong).await;
        assert!(tried.len() >= 8, "{tried:#?}");
    }

    async fn an_email_address_that_no_mail_reaches_is_refused(on) {
        let county = County::furnished(on).await;
        let fits = |field: &Value| {
            let description = field["description"].as_str().unwrap_or_default();
            description.to_lowercase().contains("email address")
        };
        let wrong = ["a.@x.example", "<a@x.example>", "mailto:a@x.example", "a..b@x.example"];
        let tried = refused(&county, &fits, &wrong).await;
        assert!(tried.len() >= 6, "{tried:#?}");
    }
}
