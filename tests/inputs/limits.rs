//! Limits of texts, for each text in an argument or input field of the schema.

use std::collections::BTreeMap;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::{
    both,
    support::{On, Reply, World},
};

const TYPE: &str =
    "type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
const ID: &str = "listing:00000000-0000-7000-8000-000000000000";
/// Content of a file, which has a limit in bytes.
const FILE: &str = "input.content";

/// One text: the field that takes it, and the arguments with the text `{}` in its place.
struct Place {
    operation: &'static str,
    /// Selection around the field, with `{}` for the field.
    around: String,
    field: String,
    arguments: Vec<(String, String, Value)>,
    /// Path from the argument, such as `input.tags.0`.
    path: String,
    description: String,
}

struct Schema(BTreeMap<String, Value>);

fn list<'a>(of: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    of[member].as_array().into_iter().flatten()
}

fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap_or_default()
}

fn written(of: &Value) -> String {
    match of["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&of["ofType"])),
        Some("LIST") => format!("[{}]", written(&of["ofType"])),
        _ => name(of).to_owned(),
    }
}

fn named(of: &Value) -> &str {
    if of["ofType"].is_null() {
        name(of)
    } else {
        named(&of["ofType"])
    }
}

impl Schema {
    async fn read(world: &World) -> Self {
        let query = format!(
            "{{ __schema {{ types {{ kind name possibleTypes {{ name }}
            fields {{ name {TYPE} args {{ name description defaultValue {TYPE} }} }}
            inputFields {{ name description defaultValue {TYPE} }} enumValues {{ name }} }} }} }}"
        );
        let reply = world.stranger().ask(&query, json!({})).await;
        let types = reply.at("__schema.types").as_array().unwrap().clone();
        Self(
            types
                .into_iter()
                .map(|of| (name(&of).to_owned(), of))
                .collect(),
        )
    }

    /// A value of a type, with what it must have.
    fn sample(&self, of: &Value) -> Value {
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.sample(&of["ofType"]),
            "LIST" => json!([]),
            "ENUM" => list(&self.0[name(of)], "enumValues").next().unwrap()["name"].clone(),
            "INPUT_OBJECT" => {
                let fields =
                    list(&self.0[name(of)], "inputFields").filter(|field| is_required(field));
                fields
                    .map(|field| (name(field).to_owned(), self.sample(&field["type"])))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }
            _ => match name(of) {
                "ID" => json!(ID),
                "Int" => json!(1),
                "Float" => json!(1.5),
                "Boolean" => json!(true),
                "Date" => json!("2027-04-01"),
                "DateTime" => json!("2027-04-01T09:30:00Z"),
                "LocalTime" => json!("09:00"),
                "Decimal" => json!("1"),
                _ => json!("x"),
            },
        }
    }

    /// The texts in a value of a type: path, description, and the value with `{}` for the text.
    fn texts(&self, argument: &Value, of: &Value, depth: usize) -> Vec<(String, String, Value)> {
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.texts(argument, &of["ofType"], depth),
            "LIST" => {
                let items = self.texts(argument, &of["ofType"], depth).into_iter();
                items
                    .map(|(path, description, value)| {
                        (format!(".0{path}"), description, json!([value]))
                    })
                    .collect()
            }
            "INPUT_OBJECT" if depth < 5 => {
                let fields = list(&self.0[name(of)], "inputFields");
                fields
                    .flat_map(|field| {
                        let below = self.texts(field, &field["type"], depth + 1).into_iter();
                        below.map(move |(path, description, value)| {
                            let mut object = self.sample(of);
                            object[name(field)] = value;
                            (format!(".{}{path}", name(field)), description, object)
                        })
                    })
                    .collect()
            }
            _ if name(of) == "String" => {
                let description = argument["description"].as_str().unwrap_or_default();
                vec![(String::new(), description.to_owned(), json!("{}"))]
            }
            _ => Vec::new(),
        }
    }

    /// All texts of the fields of a type.
    fn places(&self, operation: &'static str, around: &str, of: &str) -> Vec<Place> {
        let mut places = Vec::new();
        for field in list(&self.0[of], "fields") {
            let below = match self.0[named(&field["type"])]["kind"].as_str() {
                Some("OBJECT" | "INTERFACE" | "UNION") => " { __typename }",
                _ => "",
            };
            for argument in list(field, "args") {
                for (path, description, value) in self.texts(argument, &argument["type"], 0) {
                    let others = list(field, "args")
                        .filter(|other| is_required(other) && name(other) != name(argument));
                    let others = others.map(|other| {
                        (
                            name(other).to_owned(),
                            written(&other["type"]),
                            self.sample(&other["type"]),
                        )
                    });
                    let own = (name(argument).to_owned(), written(&argument["type"]), value);
                    places.push(Place {
                        operation,
                        around: around.to_owned(),
                        field: format!("{}{{}}{below}", name(field)),
                        arguments: others.chain([own]).collect(),
                        path: format!("{}{path}", name(argument)),
                        description,
                    });
                }
            }
        }
        places
    }

    /// All texts of all operations: of root fields, and of fields of everything that has an id, and of the viewer.
    fn all(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for (operation, root) in [
            ("query", "Query"),
            ("mutation", "Mutation"),
            ("subscription", "Subscription"),
        ] {
            places.extend(self.places(operation, "{}", root));
        }
        for node in list(&self.0["Node"], "possibleTypes").map(name) {
            let around = format!("node(id: {ID:?}) {{ ... on {node} {{ {{}} }} }}");
            places.extend(self.places("query", &around, node));
        }
        places.extend(self.places("query", "viewer { {} }", "Viewer"));
        let reached: Vec<&str> = list(&self.0["Node"], "possibleTypes")
            .map(name)
            .chain(["Query", "Mutation", "Subscription", "Viewer"])
            .collect();
        for (of, described) in &self.0 {
            let takes = list(described, "fields")
                .flat_map(|field| list(field, "args"))
                .any(|arg| !self.texts(arg, &arg["type"], 0).is_empty());
            assert!(
                !takes
                    || of.starts_with("__")
                    || described["kind"] == "INTERFACE"
                    || reached.contains(&of.as_str()),
                "{of} takes a text: say how it is reached"
            );
        }
        places
    }
}

fn is_required(input: &Value) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}

impl Place {
    async fn ask(&self, world: &World, text: &str, literal: bool) -> Reply {
        let (mut uses, mut passes, mut variables) =
            (Vec::new(), Vec::new(), serde_json::Map::new());
        for (name, of, value) in &self.arguments {
            let value: Value = serde_json::from_str(
                &value
                    .to_string()
                    .replace("\"{}\"", &json!(text).to_string()),
            )
            .unwrap();
            // Only a text is written as a literal: JSON writes names of enums as texts too.
            if literal && of.trim_end_matches('!') == "String" {
                passes.push(format!("{name}: {value}"));
            } else {
                uses.push(format!("${name}: {of}"));
                passes.push(format!("{name}: ${name}"));
                variables.insert(name.clone(), value);
            }
        }
        let uses = if uses.is_empty() {
            String::new()
        } else {
            format!("({})", uses.join(", "))
        };
        let field = self
            .field
            .replace("{}", &format!("({})", passes.join(", ")));
        let query = format!(
            "{} Q{uses} {{ {} }}",
            self.operation,
            self.around.replacen("{}", &field, 1)
        );
        world.stranger().ask(&query, Value::Object(variables)).await
    }
}

async fn world(on: On) -> World {
    World::with(on, |config| {
        config.rate_limits.points_per_address = 0;
        config.rate_limits.sign_ins_per_address = 0;
    })
    .await
}

both! {
    async fn every_text_that_is_too_long_or_has_a_nul_is_refused_by_its_name(on) {
        let world = world(on).await;
        let places = Schema::read(&world).await.all();
        assert!(places.len() > 250, "{}", places.len());
        let (long, nul) = ("é".repeat(50_000), "a\u{0}b".to_owned());
        for place in &places {
            for (text, literal) in [(&long, false), (&nul, false), (&nul, true)] {
                if place.path == FILE && text == &long {
                    continue;
                }
                let reply = place.ask(&world, text, literal).await;
                let error = &reply.body["errors"][0];
                assert_eq!((reply.codes(), &error["extensions"]["argument"]), (vec!["BAD_USER_INPUT"], &json!(place.path)),
                    "{} {}: {}", place.field, place.path, reply.text.chars().take(500).collect::<String>());
            }
        }
    }

    async fn a_surrogate_that_stands_alone_is_refused(on) {
        let world = world(on).await;
        let body = |text: &str| Request::post("/graphql").header("content-type", "application/json").body(Body::from(text.to_owned())).unwrap();
        for (text, code) in [
            (r#"{"query": "query ($t: String) { people(text: $t) { totalCount } }", "variables": {"t": "a\ud800b"}}"#, "BAD_REQUEST"),
            (r#"{"query": "{ people(text: \"a\\uD800b\") { totalCount } }"}"#, "GRAPHQL_PARSE_FAILED"),
        ] {
            let reply = world.stranger().send(body(text)).await;
            assert_eq!(reply.codes(), [code], "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn every_text_says_how_long_it_may_be() {
    let world = World::new(On::Sqlite).await;
    let silent: Vec<String> = Schema::read(&world)
        .await
        .all()
        .into_iter()
        .filter(|place| {
            let states = |unit: &&str| place.description.contains(*unit);
            // The limit of what has none of its own says nothing about the text.
            !["character", "bytes"].iter().any(states) || place.description.contains("20,000")
        })
        .map(|place| format!("{} {}", place.field, place.path))
        .collect();
    assert!(
        silent.is_empty(),
        "state the limit of each in its description, or give it one in `kit/graphql/text_limits.rs`: {silent:#?}"
    );
}
