//! The schema as introspection tells it, and what to select of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::table::Table;
use crate::support::Caller;

const ASK: &str =
    "{ __schema { types { kind name possibleTypes { name } fields { name type { ...named } } } } }
    fragment named on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A field's own type, without `!` and `[]`.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: String,
    leaf: bool,
}

/// The types of objects with their fields.
pub struct Shape {
    objects: BTreeMap<String, BTreeMap<String, Named>>,
    /// The types that have global ids.
    pub nodes: Vec<String>,
}

impl Shape {
    pub async fn read(caller: &Caller) -> Self {
        let reply = caller.ask(ASK, json!({})).await;
        let types = reply.at("__schema.types").as_array().unwrap().clone();
        let own = |kind: &Value| {
            kind["kind"] == "OBJECT" && !kind["name"].as_str().unwrap().starts_with("__")
        };
        let fields = |kind: &Value| {
            let fields = kind["fields"].as_array().unwrap().iter();
            fields
                .map(|field| (text(&field["name"]), named(&field["type"])))
                .collect()
        };
        let node = types.iter().find(|kind| kind["name"] == "Node").unwrap();
        let nodes = node["possibleTypes"].as_array().unwrap().iter();
        Self {
            nodes: nodes.map(|kind| text(&kind["name"])).collect(),
            objects: types
                .iter()
                .filter(|kind| own(kind))
                .map(|kind| (text(&kind["name"]), fields(kind)))
                .collect(),
        }
    }

    /// The fields of a type of objects.
    pub fn fields(&self, kind: &str) -> &BTreeMap<String, Named> {
        self.objects
            .get(kind)
            .unwrap_or_else(|| panic!("the schema has no type {kind}"))
    }

    /// A field with enough below it to tell whether anything is there.
    pub fn glance(&self, kind: &str, field: &str) -> String {
        let named = &self.fields(kind)[field];
        match named.name.as_str() {
            _ if named.leaf => field.to_owned(),
            name if name.ends_with("Connection") => format!("{field} {{ totalCount }}"),
            "UserError" => format!("{field} {{ code field message }}"),
            _ => format!("{field} {{ __typename }}"),
        }
    }

    /// What to select of a root field: lists with their nodes, payloads with all that they hold.
    pub fn selection(&self, root: &str, field: &str) -> String {
        let named = &self.fields(root)[field];
        let Some(fields) = self.objects.get(&named.name) else {
            return if named.leaf {
                String::new()
            } else {
                "{ __typename }".into()
            };
        };
        if named.name.ends_with("Connection") {
            return "{ nodes { __typename } totalCount }".into();
        }
        let fields = fields.keys().map(|name| self.glance(&named.name, name));
        if root == "Mutation" {
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "))
        } else {
            "{ __typename }".into()
        }
    }

    /// Sentences about what the table leaves undecided, and about what it decides that is not there.
    pub fn undecided(&self, table: &Table) -> Vec<String> {
        let mut faults = Vec::new();
        for (root, rows) in [
            ("Query", &table.reading),
            ("Mutation", &table.acts),
            ("Subscription", &table.hearing),
        ] {
            let decided: Vec<&str> = rows.iter().map(super::table::Row::field).collect();
            self.compare(root, &decided, &mut faults);
        }
        let mut kinds: Vec<&str> = table
            .answers
            .iter()
            .map(|(kind, _)| kind.as_str())
            .collect();
        kinds.extend(table.fields.iter().map(|row| row.kind.as_str()));
        for kind in self.objects.keys().map(String::as_str) {
            let of_answers = table.answers.iter().filter(|(name, _)| name == kind);
            let of_fields = table.fields.iter().filter(|row| row.kind == kind);
            let decided = of_answers
                .flat_map(|(_, names)| names)
                .chain(of_fields.flat_map(|row| &row.names));
            let decided: Vec<&str> = decided.map(String::as_str).collect();
            if !["Query", "Mutation", "Subscription"].contains(&kind) {
                self.compare(kind, &decided, &mut faults);
            }
        }
        for kind in kinds {
            if !self.objects.contains_key(kind) {
                faults.push(format!(
                    "{kind} has a row, but the schema has no such type."
                ));
            }
        }
        let things: Vec<&str> = table.things.iter().map(|row| row.kind.as_str()).collect();
        for kind in &self.nodes {
            if !things.contains(&kind.as_str()) {
                faults.push(format!(
                    "{kind} has a global id, but no row under \"Things by their ids\"."
                ));
            }
        }
        for kind in things {
            if !self.nodes.iter().any(|node| node == kind) {
                faults.push(format!("{kind} has a row as a thing, but no global id."));
            }
        }
        faults
    }

    fn compare(&self, kind: &str, decided: &[&str], faults: &mut Vec<String>) {
        let fields = self.fields(kind);
        for name in fields.keys() {
            if !decided.contains(&name.as_str()) {
                faults.push(format!(
                    "Nobody has decided who may use {kind}.{name}: give it a row."
                ));
            }
        }
        for name in decided {
            if !fields.contains_key(*name) {
                faults.push(format!(
                    "{kind}.{name} has a row, but the schema has no such field."
                ));
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn named(kind: &Value) -> Named {
    if kind["name"].is_null() {
        return named(&kind["ofType"]);
    }
    Named {
        name: text(&kind["name"]),
        leaf: kind["kind"] == "SCALAR" || kind["kind"] == "ENUM",
    }
}
