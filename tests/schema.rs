//! The contract: written down as it is served, described everywhere, named alike, paged alike; and the saved
//! operations of the playground fit it.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::{Value, json};

use crate::support::{On, World};

/// Everything that introspection tells of types.
const TYPES: &str = "{ __schema { types { kind name description
    fields(includeDeprecated: true) { name description args { name description ...T } ...T }
    inputFields { name description ...T }
    enumValues(includeDeprecated: true) { name description } } } }
    fragment T on __Type { kind }";
const TYPE: &str =
    "type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }";

fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

/// The types of our own by their names.
async fn types() -> BTreeMap<String, Value> {
    let world = World::new(On::Sqlite).await;
    let query = TYPES
        .replace("...T", TYPE)
        .replace("fragment T on __Type { kind }", "");
    let reply = world.stranger().ask(&query, json!({})).await;
    let types = reply.at("__schema.types").as_array().unwrap().clone();
    types
        .into_iter()
        .map(|described| (name(&described).to_owned(), described))
        .filter(|(name, _)| !name.starts_with("__"))
        .collect()
}

fn name(described: &Value) -> &str {
    described["name"].as_str().unwrap()
}

fn list<'a>(of: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    of[member].as_array().into_iter().flatten()
}

/// A type as the contract writes it, such as `[String!]!`.
fn written(of: &Value) -> String {
    match of["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&of["ofType"])),
        Some("LIST") => format!("[{}]", written(&of["ofType"])),
        _ => name(of).to_owned(),
    }
}

/// A field or argument with its type and arguments.
fn signature(field: &Value) -> String {
    let args: Vec<String> = list(field, "args").map(signature).collect();
    format!(
        "{}({}): {}",
        name(field),
        args.join(", "),
        written(&field["type"])
    )
}

#[test]
fn the_contract_is_written_down_as_it_is_served() {
    let kept = fs::read_to_string(root("schema.graphql")).unwrap();
    let served = api::schema::sdl();
    let differs = kept
        .trim_end()
        .lines()
        .zip(served.trim_end().lines())
        .find(|(kept, served)| kept != served);
    assert!(
        kept.trim_end() == served.trim_end(),
        "schema.graphql is not what the program serves, first at {differs:?}: run `make schema` and look at what changed"
    );
}

#[tokio::test]
async fn every_type_field_argument_and_value_says_what_it_is() {
    let mut bare = Vec::new();
    let mut look = |path: String, described: &Value| {
        let words = described["description"].as_str().unwrap_or_default();
        if words.trim().is_empty() {
            bare.push(path);
        }
    };
    for (name_, described) in types().await {
        look(name_.clone(), &described);
        for members in ["fields", "inputFields", "enumValues"] {
            for member in list(&described, members) {
                let path = format!("{name_}.{}", name(member));
                look(path.clone(), member);
                for argument in list(member, "args") {
                    look(format!("{path}({})", name(argument)), argument);
                }
            }
        }
    }
    assert!(
        bare.is_empty(),
        "these have no description; give each a doc comment, or `desc` to an argument: {bare:#?}"
    );
}

/// What gateways ask has the names that Apollo Federation gave it.
fn for_gateways(name: &str) -> bool {
    ["_Any", "_Entity", "_Service", "_service", "_entities"].contains(&name)
}

#[tokio::test]
async fn names_follow_one_pattern() {
    let types = types().await;
    for (name_, described) in types.iter().filter(|(name, _)| !for_gateways(name)) {
        match described["kind"].as_str().unwrap() {
            "INPUT_OBJECT" => assert!(
                name_.ends_with("Input") || name_.ends_with("Filter"),
                "{name_}: inputs end in Input, and what narrows a list in Filter"
            ),
            "ENUM" => {
                for value in list(described, "enumValues") {
                    let fits = name(value).bytes().all(|byte| {
                        byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
                    });
                    assert!(
                        fits,
                        "{name_}.{}: values of enums are UPPER_CASE",
                        name(value)
                    );
                }
            }
            _ => {}
        }
        assert!(
            name_.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "{name_} is no name for people"
        );
        let fields = list(described, "fields").chain(list(described, "inputFields"));
        for field in fields.filter(|field| !for_gateways(name(field))) {
            let fits = name(field).bytes().all(|byte| byte.is_ascii_alphanumeric())
                && name(field).starts_with(|c: char| c.is_ascii_lowercase());
            assert!(fits, "{name_}.{}: fields are camelCase", name(field));
        }
    }
    for act in list(&types["Mutation"], "fields") {
        let (args, gives) = (list(act, "args").collect::<Vec<_>>(), written(&act["type"]));
        assert!(
            args.len() == 1 && name(args[0]) == "input",
            "{}: an act takes one input",
            name(act)
        );
        assert!(
            written(&args[0]["type"]).ends_with("Input!"),
            "{}: the input's type ends in Input",
            name(act)
        );
        assert!(
            gives.ends_with("Payload"),
            "{}: an act gives a payload, and null where it is not done",
            name(act)
        );
    }
    for (name_, described) in types.iter().filter(|(name, _)| name.ends_with("Payload")) {
        let refusals = list(described, "fields").find(|field| name(field) == "userErrors");
        let of = refusals.map(|field| written(&field["type"]));
        assert_eq!(
            of.as_deref(),
            Some("[UserError!]!"),
            "{name_} says why it was refused"
        );
    }
}

#[tokio::test]
async fn no_word_of_the_language_that_it_is_written_in_shows() {
    let schema = api::schema::sdl();
    for word in [
        "NaiveDate",
        "NaiveTime",
        "Utc>",
        "Uuid",
        "Vec<",
        "Option<",
        "Rust",
        "struct",
        "serde",
        "::",
        "i64",
        "SQL",
    ] {
        let line = schema.lines().find(|line| line.contains(word));
        assert_eq!(line, None, "clients have no use for `{word}`");
    }
}

#[tokio::test]
async fn every_list_by_the_page_pages_alike() {
    let types = types().await;
    let mut connections = 0;
    for (on, described) in &types {
        for field in list(described, "fields") {
            let gives = written(&field["type"]);
            let Some(of) = gives.strip_suffix("Connection!") else {
                assert!(
                    !gives.contains("Connection"),
                    "{on}.{}: a page is never null",
                    name(field)
                );
                continue;
            };
            connections += 1;
            let args: BTreeMap<&str, (String, &str)> = list(field, "args")
                .map(|arg| {
                    (
                        name(arg),
                        (
                            written(&arg["type"]),
                            arg["description"].as_str().unwrap_or_default(),
                        ),
                    )
                })
                .collect();
            for (arg, of, words) in [
                (
                    "first",
                    "Int",
                    "Returns the first n items after the cursor. Default 20, maximum 100.",
                ),
                (
                    "after",
                    "String",
                    "Returns items after this cursor, the `endCursor` of the previous page. At most 2,000 characters.",
                ),
                (
                    "last",
                    "Int",
                    "Returns the last n items before the cursor. Maximum 100. Cannot be combined with `first`.",
                ),
                (
                    "before",
                    "String",
                    "Returns items before this cursor, the `startCursor` of the following page. At most 2,000 characters.",
                ),
            ] {
                assert_eq!(
                    args.get(arg),
                    Some(&(of.to_owned(), words)),
                    "{on}.{}({arg})",
                    name(field)
                );
            }
            let page: Vec<String> = list(&types[gives.trim_end_matches('!')], "fields")
                .map(signature)
                .collect();
            for expected in [
                format!("edges(): [{of}Edge!]!"),
                format!("nodes(): [{of}!]!"),
                "pageInfo(): PageInfo!".into(),
                "totalCount(): Int".into(),
            ] {
                assert!(
                    page.contains(&expected),
                    "{gives} has no {expected}: {page:?}"
                );
            }
        }
    }
    assert!(connections > 10);
}

#[tokio::test]
async fn offers_and_requests_have_every_field_of_a_listing_and_no_other() {
    let types = types().await;
    let fields = |of: &str| {
        list(&types[of], "fields")
            .map(|field| (signature(field), field["description"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(fields("Offer"), fields("Listing"));
    assert_eq!(fields("Request"), fields("Listing"));
}

#[tokio::test]
async fn every_saved_operation_of_the_playground_fits_the_contract() {
    let world = World::new(On::Sqlite).await;
    let admin = world.admin().await;
    let mut seen = 0;
    let mut wrong = Vec::new();
    for file in fs::read_dir(root("playground/operations")).unwrap() {
        let path = file.unwrap().path();
        let saved = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|kind| kind != "graphql") {
            continue;
        }
        seen += 1;
        let query = fs::read_to_string(&path).unwrap();
        let variables =
            fs::read_to_string(path.with_extension("json")).unwrap_or_else(|_| "{}".into());
        let variables = serde_json::from_str(&variables).unwrap();
        if query.contains("\nsubscription ") {
            let events = admin.hear(&query, variables).await;
            if events.status != 200 {
                wrong.push(format!("{saved}: {}", events.json().await));
            }
            continue;
        }
        let reply = admin.ask(&query, variables).await;
        // Ids of things that are not there are told apart when they are used.
        let fits = reply
            .codes()
            .iter()
            .all(|code| ["BAD_USER_INPUT", "NOT_FOUND", "FORBIDDEN"].contains(code));
        if !fits {
            wrong.push(format!("{saved}: {}", reply.text));
        }
    }
    assert!(seen > 20);
    assert!(
        wrong.is_empty(),
        "these do not fit schema.graphql any more: {wrong:#?}"
    );
}

/// Answers whose input names no version, each with its reason.
const NOTHING_CHANGES: [(&str, &str); 9] = [
    ("acceptGuestPlace", "an offered place cannot change"),
    ("acceptInvitation", "an invitation cannot change"),
    ("acceptPlace", "an offered place cannot change"),
    ("approveMember", "a request to join has no content"),
    (
        "confirmDelivery",
        "a record of a delivery cannot change, only be withdrawn",
    ),
    (
        "confirmGuestRegistration",
        "the link is for one request, which cannot change",
    ),
    ("declineMember", "a request to join has no content"),
    (
        "resolveDispute",
        "nothing about a match changes while it is disputed",
    ),
    ("verifyEmail", "the link is for one address"),
];

#[test]
fn every_approval_and_answer_names_the_version_that_was_seen() {
    const ANSWERS: [&str; 8] = [
        "accept", "adopt", "approve", "confirm", "counter", "decline", "resolve", "verify",
    ];
    let sdl = api::schema::sdl();
    let mut seen = 0;
    for definition in sdl.split("\n}\n") {
        let Some((_, rest)) = definition.rsplit_once("\ninput ") else {
            continue;
        };
        let name = rest.split([' ', '{']).next().unwrap();
        let mutation = name.strip_suffix("Input").unwrap_or(name);
        let mutation = mutation[..1].to_lowercase() + &mutation[1..];
        if !ANSWERS.iter().any(|answer| mutation.starts_with(answer)) {
            continue;
        }
        seen += 1;
        let names = rest.contains("\tversion: Int!") || rest.contains("\ttermsVersion: Int!");
        let exempt = NOTHING_CHANGES.iter().any(|(other, _)| *other == mutation);
        assert!(
            names != exempt,
            "{mutation} must name the version that was seen, or say why not"
        );
    }
    assert!(seen > 12, "only {seen} answers were found");
}
