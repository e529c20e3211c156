//! Hostile requests, each of them another every time, so that nothing is known of it beforehand.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::wire::{post, with};

/// One kind of attack.
#[derive(Clone)]
pub struct Attack {
    pub name: &'static str,
    /// The request of a turn.
    pub request: fn(SocketAddr, usize) -> Vec<u8>,
}

/// A request for a document.
pub fn body(query: &str) -> String {
    json!({"query": query}).to_string()
}

fn of(address: SocketAddr, query: &str, turn: usize) -> Vec<u8> {
    post(address, &body(&format!("{query} # {turn}")))
}

fn given(address: SocketAddr, query: &str, variables: &Value, turn: usize) -> Vec<u8> {
    let query = format!("{query} # {turn}");
    post(
        address,
        &json!({"query": query, "variables": variables}).to_string(),
    )
}

fn many(times: usize, part: impl Fn(usize) -> String) -> String {
    (0..times).map(part).collect()
}

/// All of them.
#[expect(clippy::too_many_lines, reason = "a list, and no more")]
pub fn attacks() -> Vec<Attack> {
    let attack = |name, request| Attack { name, request };
    vec![
        attack("a fragment bomb of 30 levels", |to, turn| {
            let levels = many(30, |at| {
                format!(
                    "fragment F{at} on Query {{ ...F{} ...F{} }} ",
                    at + 1,
                    at + 1
                )
            });
            of(
                to,
                &format!("{{ ...F0 }} {levels} fragment F30 on Query {{ __typename }}"),
                turn,
            )
        }),
        attack("900 fragments in a row", |to, turn| {
            let row = many(900, |at| {
                format!("fragment F{at} on Query {{ ...F{} }} ", at + 1)
            });
            of(
                to,
                &format!("{{ ...F0 }} {row} fragment F900 on Query {{ __typename }}"),
                turn,
            )
        }),
        attack("10,000 aliases", |to, turn| {
            of(
                to,
                &format!("{{ {} }}", many(10_000, |at| format!("a{at}:__typename "))),
                turn,
            )
        }),
        attack("2,500 aliases", |to, turn| {
            of(
                to,
                &format!("{{ {} }}", many(2_500, |at| format!("a{at}:__typename "))),
                turn,
            )
        }),
        attack("40,000 brackets within brackets", |to, turn| {
            of(to, &"{a".repeat(40_000), turn)
        }),
        attack("values 40,000 deep", |to, turn| {
            of(to, &format!("{{ a(b: {}", "[".repeat(40_000)), turn)
        }),
        attack("2,900 directives in one place", |to, turn| {
            of(
                to,
                &format!(
                    "{{ viewer {} {{ kind }} }}",
                    "@skip(if: false) ".repeat(2_900)
                ),
                turn,
            )
        }),
        attack("ten directives on each of 150 fields", |to, turn| {
            let field = format!("kind {} ", "@skip(if: false) ".repeat(10));
            of(
                to,
                &format!("{{ viewer {{ {} }} }}", field.repeat(150)),
                turn,
            )
        }),
        attack("4,900 fields that there are not", |to, turn| {
            of(
                to,
                &format!("{{ {} }}", many(4_900, |at| format!("no{at} "))),
                turn,
            )
        }),
        attack("2,400 times the same field", |to, turn| {
            of(
                to,
                &format!("{{ {} nothing }}", "viewer { kind } ".repeat(2_400)),
                turn,
            )
        }),
        attack("sessions of events of sessions, five times", |to, turn| {
            let round = |times: usize, below: &str| {
                format!(
                    "{}{below}{}",
                    "sessions { event { ".repeat(times),
                    " } }".repeat(times)
                )
            };
            of(
                to,
                &format!("{{ events {{ nodes {{ {} }} }} }}", round(5, "id")),
                turn,
            )
        }),
        attack("100 searches with counts and facets", |to, turn| {
            let search = |at| {
                format!(
                    "a{at}: listings(filter: {{text: \"hall\"}}) {{ totalCount facets {{ kinds {{ count }} areas {{ count }} resourceTypes {{ count }} }} }} "
                )
            };
            of(to, &format!("{{ {} }}", many(100, search)), turn)
        }),
        attack("the dearest search that is let in", |to, turn| {
            let search = |at| {
                format!(
                    "a{at}: listings(filter: {{text: \"hall\"}}) {{ totalCount facets {{ kinds {{ count }} areas {{ count }} resourceTypes {{ count }} priorityAreas {{ count }} }} }} "
                )
            };
            of(to, &format!("{{ {} }}", many(5, search)), turn)
        }),
        attack(
            "the largest lists within lists that are let in",
            |to, turn| {
                let query = "{ listings(first: 100) { nodes { organisation { listings(first: 80) { nodes { id title } } } } } }";
                of(to, query, turn)
            },
        ),
        attack("190 aliases of the longest lists", |to, turn| {
            let list = |at| {
                format!(
                    "a{at}: listings(first: 100) {{ nodes {{ id title organisation {{ name }} }} }} "
                )
            };
            of(to, &format!("{{ {} }}", many(190, list)), turn)
        }),
        attack("lists within lists", |to, turn| {
            let deep = "listings(first: 100) { nodes { organisation { ".repeat(4);
            of(
                to,
                &format!("{{ {deep} name {} }}", "} } } ".repeat(4)),
                turn,
            )
        }),
        attack("the schema within the schema", |to, turn| {
            let deep = "fields { type { ofType { ".repeat(4);
            of(
                to,
                &format!(
                    "{{ __schema {{ types {{ {deep} name {} }} }} }}",
                    "} } } ".repeat(4)
                ),
                turn,
            )
        }),
        attack("a text of 95 kB", |to, turn| {
            of(
                to,
                &format!(
                    "{{ listing(reference: \"{}\") {{ id }} }}",
                    "x".repeat(95_000)
                ),
                turn,
            )
        }),
        attack("variables of 900 kB, of the wrong type", |to, turn| {
            given(
                to,
                "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                &json!({"ids": vec![true; 180_000]}),
                turn,
            )
        }),
        attack("80,000 ids in variables", |to, turn| {
            given(
                to,
                "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                &json!({"ids": vec!["listing:x"; 80_000]}),
                turn,
            )
        }),
        attack("80,000 variables that nobody asked for", |to, turn| {
            let more: serde_json::Map<String, Value> =
                (0..80_000).map(|at| (format!("v{at}"), json!(1))).collect();
            given(to, "{ nothing }", &Value::Object(more), turn)
        }),
        attack("JSON 100 deep and 900 kB long", |to, turn| {
            let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
            let list = vec![deep; 4_400].join(",");
            post(
                to,
                &format!(
                    "{{\"query\": \"{{ nothing }} # {turn}\", \"variables\": {{\"a\": [{list}]}}}}"
                ),
            )
        }),
        attack("a body of 2 MB", |to, turn| {
            of(to, &" ".repeat(2_000_000), turn)
        }),
        attack("what is no JSON, 900 kB of it", |to, turn| {
            post(to, &format!("{turn}{}", "x".repeat(900_000)))
        }),
        attack("a token that somebody made up", |to, turn| {
            let token = format!(
                "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.{}{turn}",
                "A".repeat(80)
            );
            with(
                to,
                &format!("Authorization: Bearer {token}\r\n"),
                &body("{ viewer { kind } }"),
            )
        }),
    ]
}
