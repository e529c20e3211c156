//! Null for each argument of the schema, from a variable that may be null.

use serde_json::{Value, json};

use super::speaks_plainly;
use crate::{both, support::World};

/// Types and arguments of the schema.
const SCHEMA: &str = "{ __schema { queryType { name } types { kind name enumValues { name }
    inputFields { name defaultValue type { ...t } } fields { name args { name defaultValue type { ...t } } type { ...t } } } } }
    fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The schema, as introspection tells it.
struct Schema(Vec<Value>);

impl Schema {
    fn of(&self, name: &str) -> &Value {
        self.0.iter().find(|of| of["name"] == name).unwrap()
    }

    /// A value of a type that the document may hold.
    fn literal(&self, of: &Value) -> String {
        let name = of["name"].as_str().unwrap_or_default();
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.literal(&of["ofType"]),
            "LIST" => format!("[{}]", self.literal(&of["ofType"])),
            "ENUM" => self.of(name)["enumValues"][0]["name"]
                .as_str()
                .unwrap()
                .into(),
            "INPUT_OBJECT" => format!("{{{}}}", self.required(&self.of(name)["inputFields"], "")),
            _ => match name {
                "Int" => "1".into(),
                "Float" => "1.5".into(),
                "Boolean" => "true".into(),
                _ => "\"x\"".into(),
            },
        }
    }

    /// Arguments or input fields that are required, but for one.
    fn required(&self, of: &Value, but: &str) -> String {
        let all = of.as_array().into_iter().flatten();
        let required = all.filter(|one| {
            one["type"]["kind"] == "NON_NULL" && one["defaultValue"].is_null() && one["name"] != but
        });
        let written = required.map(|one| {
            format!(
                "{}: {}",
                one["name"].as_str().unwrap(),
                self.literal(&one["type"])
            )
        });
        written.collect::<Vec<_>>().join(", ")
    }

    /// Ways to give `$v` to an argument or input field of a root field: the arguments, the name with dots, and the type.
    fn places(&self, of: &Value, depth: usize) -> Vec<(String, String, Value)> {
        let mut places = Vec::new();
        for one in of.as_array().into_iter().flatten() {
            let (name, kind) = (one["name"].as_str().unwrap(), &one["type"]);
            let others = self.required(of, name);
            places.push((
                format!("{name}: $v, {others}"),
                name.to_owned(),
                kind.clone(),
            ));
            let bare = if kind["kind"] == "NON_NULL" {
                &kind["ofType"]
            } else {
                kind
            };
            if bare["kind"] == "INPUT_OBJECT" && depth > 0 {
                let fields = &self.of(bare["name"].as_str().unwrap())["inputFields"];
                for (written, path, kind) in self.places(fields, depth - 1) {
                    places.push((
                        format!("{name}: {{{written}}}, {others}"),
                        format!("{name}.{path}"),
                        kind,
                    ));
                }
            }
        }
        places
    }
}

fn written(of: &Value) -> String {
    match of["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&of["ofType"])),
        Some("LIST") => format!("[{}]", written(&of["ofType"])),
        _ => of["name"].as_str().unwrap_or_default().to_owned(),
    }
}

both! {
    async fn null_for_any_argument_fails_in_its_field_and_names_it_or_is_as_good_as_nothing(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let schema = Schema(owner.ask(SCHEMA, json!({})).await.at("__schema.types").as_array().unwrap().clone());
        let (mut refused, mut taken, mut faults) = (0, 0, Vec::new());
        for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
            for field in schema.of(root)["fields"].as_array().unwrap() {
                let name = field["name"].as_str().unwrap();
                let composite = written(&field["type"]).trim_matches(['[', ']', '!']).to_owned();
                let kind = schema.of(&composite)["kind"].as_str().unwrap();
                let shown = if matches!(kind, "OBJECT" | "INTERFACE" | "UNION") { "{ __typename }" } else { "" };
                for (arguments, path, of) in schema.places(&field["args"], 2) {
                    let strict = of["kind"] == "NON_NULL";
                    // A name of an input object of exactly one field may not be null at all.
                    let default = format!("{} = {}", written(if strict { &of["ofType"] } else { &of }), schema.literal(&of));
                    let query = format!("{operation} ($v: {default}) {{ {name}({arguments}) {shown} }}");
                    let reply = owner.ask(&query, json!({"v": null})).await;
                    let error = &reply.body["errors"][0];
                    speaks_plainly(&reply);
                    let good = if strict {
                        refused += 1;
                        reply.body.get("data").is_some() && error["path"] == json!([name]) && error["extensions"]["argument"] == json!(path)
                            && reply.codes() == ["BAD_USER_INPUT"] && error["message"].as_str().unwrap().starts_with(&path)
                    } else {
                        taken += 1;
                        // Other inputs may be wrong.
                        !reply.codes().contains(&"INTERNAL")
                    };
                    if !good {
                        faults.push(format!("{query}: {}", reply.text));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{} of {}: {:#?}", faults.len(), refused + taken, &faults[..faults.len().min(12)]);
        assert!(refused > 100 && taken > 100, "{refused} and {taken}");
    }

    async fn null_below_the_root_fails_where_it_stands(on) {
        let world = World::new(on).await;
        let owner = world.person("Olive Owner").await;
        let elm = owner.organisation("Elm Works").await;
        let query = "query ($id: ID!, $o: ListingOrder, $skip: Boolean = false) {
            organisation(id: $id) { name listings(orderBy: $o) { totalCount } ...More }
            nodes(ids: [$id]) { id ... on Organisation { again: listings(orderBy: $o) { totalCount } } } viewer { kind } }
            fragment More on Organisation { kind @skip(if: $skip) }";
        let good = owner.ask(query, json!({"id": elm})).await;
        assert_eq!(good.at("organisation.listings.totalCount"), 0);
        let null = owner.ask(query, json!({"id": elm, "o": null})).await;
        assert_eq!(null.body["data"], json!({"organisation": null, "nodes": [null], "viewer": {"kind": "PERSON"}}), "{}", null.text);
        let errors = null.body["errors"].as_array().unwrap();
        assert!(errors.iter().all(|error| error["extensions"]["argument"] == "orderBy" && error["extensions"]["code"] == "BAD_USER_INPUT"), "{}", null.text);
        let paths: Vec<&Value> = errors.iter().map(|error| &error["path"][0]).collect();
        assert_eq!(paths, ["organisation", "nodes"], "{}", null.text);
        // The fields that exist must be known before.
        let skipped = owner.ask(query, json!({"id": elm, "skip": null})).await;
        crate::front_door::refused(&skipped, 200, "BAD_USER_INPUT");
        assert_eq!(skipped.body["errors"][0]["extensions"]["argument"], "if");
    }
}
