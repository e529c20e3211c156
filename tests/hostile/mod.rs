//! Whatever is sent, it answers in words of its own: every argument of every query, act and subscription is given values
//! that look right, values at the edge of what is right, and values that nobody should send.

mod values;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::{runtime::Runtime, sync::OnceCell};

use self::values::{Schema, list, name, named, written};
use crate::{
    events::draft,
    front_door::LEAKS,
    listings::offer,
    registrations::reserved::reserve,
    support::{Caller, On, Reply, World},
};

/// Cases for each field.
const CASES: u32 = 32;
/// How long a subscription has to say what is wrong with it.
const AT_ONCE: Duration = Duration::from_millis(50);
/// Those that hash a password, which takes its time.
const SLOW: [&str; 3] = ["signUp", "signIn", "changePassword"];
/// Those that leave less to act on come last, and a session is ended by nobody who needs it.
const LAST: [&str; 8] = [
    "deleteListing",
    "deleteEvent",
    "closeListing",
    "releasePlaceReservation",
    "removeMember",
    "leaveOrganisation",
    "mergeOrganisation",
    "signOut",
];
/// Tables that the program writes for itself.
const OWN: [&str; 2] = ["seaql_migrations", "readiness"];

/// One request: who asks, with which arguments, and whether these stand in the document.
#[derive(Debug)]
struct Case {
    who: Index,
    arguments: Vec<(String, Value)>,
    literal: bool,
}

/// Words that mean something here, by the names of the fields that take them.
fn words() -> impl Iterator<Item = (&'static [&'static str], Vec<String>)> {
    let words: [(&'static [&'static str], &'static [&'static str]); 18] = [
        (
            &["title", "name", "displayName", "alt", "label"],
            &["Forty laptops", "A hall on weekday evenings"],
        ),
        (
            &["email", "publicEmail"],
            &["hello@riverside.example", "olive.owner@example.org"],
        ),
        (&["url", "website"], &["https://riverside.example/a.jpg"]),
        (&["phone", "publicPhone"], &["01632 960123"]),
        (
            &["password", "currentPassword", "newPassword"],
            &["seven wooden otters read", "nine purple kettles sing"],
        ),
        (&["postcode"], &["GU1 1AA"]),
        (&["scheme"], &["GB-COH", "GB-CHC"]),
        (&["value"], &["01234567", "1012345"]),
        (
            &["content"],
            &[
                "kind,externalReference,title,resourceType\nOFFER,1,Forty desks,other\n",
                "{\"kind\": \"OFFER\", \"externalReference\": \"2\", \"title\": \"Forty desks\", \"resourceType\": \"other\"}\n",
            ],
        ),
        (
            &["externalReference", "idempotencyKey", "clientKey"],
            &["key-1", "key-2", "key-3"],
        ),
        (
            &["areas", "area", "within", "parent"],
            &[
                "elmbridge",
                "woking",
                "surrey",
                "east-surrey",
                "north-towns",
            ],
        ),
        (
            &["resourceType", "resourceTypes", "replacedBy"],
            &["it-hardware", "hall", "other", "laptops"],
        ),
        (
            &["code", "edition", "copyFrom", "follows"],
            &[
                "2021-2026",
                "2027-2031",
                "draft-one",
                "elmbridge",
                "it-hardware",
            ],
        ),
        (
            &["priorityAreas", "predecessor"],
            &[
                "health-inequalities",
                "sustainable-economy",
                "2021-2026/health-inequalities",
            ],
        ),
        (&["text"], &["laptop", "elm", "\"lunch club\" hall*"]),
        (&["timeZone"], &["Europe/London", "America/New_York"]),
        (
            &["rule"],
            &[
                "FREQ=WEEKLY;COUNT=3",
                "FREQ=MONTHLY;BYDAY=1TU;UNTIL=20271231",
            ],
        ),
        (&["act", "acts"], &["listing.published"]),
    ];
    words.into_iter().map(|(fields, words)| {
        let words = words.iter().map(|word| (*word).to_owned());
        (fields, words.collect())
    })
}

struct Siege {
    runtime: Runtime,
    world: World,
    callers: Vec<Caller>,
    schema: Schema,
    /// How often something was done after all.
    done: AtomicUsize,
    /// Names of all tables.
    tables: OnceCell<Vec<String>>,
}

impl Siege {
    fn begin(on: On) -> Self {
        let runtime = Runtime::new().unwrap();
        let (world, callers, known) = runtime.block_on(async {
            // It looks at everything at once, which is more than clients do.
            let world = World::with(on, |config| {
                config.limits.max_complexity = 10_000_000;
                config.rate_limits.points_per_person = 0;
                config.rate_limits.points_per_address = 0;
            }).await;
            let (owner, other, admin) = (
                world.person("Olive Owner").await,
                world.person("Otto Other").await,
                world.admin().await,
            );
            let (mut organisations, mut listings, mut events) =
                (Vec::new(), Vec::new(), Vec::new());
            for at in 0..6 {
                let organisation = owner.organisation(&format!("Elm Works {at}")).await;
                for publish in [false, true, true] {
                    listings.push(offer(&owner, &organisation, json!({"publish": publish})).await);
                }
                for schedule in [false, true] {
                    let more = json!({"schedule": schedule});
                    let event = draft(&owner, &organisation, more).await;
                    listings.push(event.text("act.event.id"));
                    events.push(event.text("act.event.id"));
                }
                organisations.push(organisation);
            }
            let mut memberships = Vec::new();
            for organisation in &organisations[..4] {
                memberships.push(other.asks_to_join(organisation).await);
            }
            let people = [&owner, &other, &admin]
                .map(|caller| caller.id.clone().unwrap())
                .to_vec();
            let tokens = vec![
                owner.invitation(&organisations[0], "MEMBER").await,
                owner.invitation(&organisations[1], "EDITOR").await,
            ];
            let mut intakes = Vec::new();
            for key in ["one", "two", "three"] {
                let take = "mutation ($key: String!, $host: ID!) { takeIntake(input: {clientKey: $key, hostId: $host,
                    kind: OFFER, source: EVENT, title: \"Six chairs\"}) { intake { id } userErrors { code } } }";
                let reply = owner.ask(take, json!({"key": key, "host": organisations[0]})).await;
                intakes.push(reply.text("takeIntake.intake.id"));
            }
            let mut held = Vec::new();
            for event in &events {
                let wish = json!({"organisationId": organisations[0], "places": 1});
                held.push(reserve(&owner, event, wish).await.text("act.reservation.id"));
            }
            let mut invitations = Vec::new();
            for organisation in &organisations[..2] {
                let query = "query ($id: ID!) { organisation(id: $id) { invitations { id } } }";
                let reply = owner.ask(query, json!({"id": organisation})).await;
                invitations.extend(reply.each("organisation.invitations", "id"));
            }
            let mut known: Vec<(&'static [&'static str], Vec<String>)> = vec![
                (
                    &["organisationId", "parentId", "intoId", "organisations", "hostId"],
                    organisations.clone(),
                ),
                (&["id", "ids"], [listings, organisations].concat()),
                (&["eventId"], events),
                (&["intakeId", "intoId"], intakes),
                (&["reservationId"], held),
                (&["invitationId"], invitations),
                (&["membershipId"], memberships),
                (&["personId", "actorId", "subjectId"], people),
                (&["token"], tokens),
            ];
            known.extend(words());
            (world, vec![owner, other, admin], known)
        });
        let types = runtime.block_on(async {
            let of = "type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
            let query = format!("{{ __schema {{ types {{ kind name fields {{ name args {{ name defaultValue {of} }} {of} }}
                inputFields {{ name defaultValue {of} }} enumValues {{ name }} }} }} }}");
            let reply = world.stranger().ask(&query, json!({})).await;
            list(reply.at("__schema"), "types").into_iter().map(|of| (name(of).to_owned(), of.clone())).collect()
        });
        Self {
            runtime,
            schema: Schema { types, known },
            callers: [vec![world.stranger()], callers].concat(),
            world,
            done: AtomicUsize::new(0),
            tables: OnceCell::new(),
        }
    }

    /// All tables of the database.
    async fn tables(&self) -> &[String] {
        let read = &self.world.app.database.read;
        let sql = match read.get_database_backend() {
            DbBackend::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
                 AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE '%\\_search\\_%' ESCAPE '\\'"
            }
            _ => {
                "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()"
            }
        };
        self.tables
            .get_or_init(async || {
                let statement = Statement::from_string(read.get_database_backend(), sql);
                let rows = read.query_all_raw(statement).await.unwrap();
                let names = rows.iter().map(|row| row.try_get("", "name").unwrap());
                names
                    .filter(|name: &String| !OWN.contains(&name.as_str()))
                    .collect()
            })
            .await
    }

    /// The rows of each table.
    async fn rows(&self) -> Vec<i64> {
        let tables = self.tables().await;
        assert!(tables.len() > 40, "{tables:?}");
        let counts: Vec<String> = tables
            .iter()
            .map(|table| format!("(SELECT COUNT(*) FROM \"{table}\") AS \"{table}\""))
            .collect();
        let read = &self.world.app.database.read;
        let statement = Statement::from_string(
            read.get_database_backend(),
            format!("SELECT {}", counts.join(", ")),
        );
        let row = read.query_one_raw(statement).await.unwrap().unwrap();
        tables
            .iter()
            .map(|table| row.try_get("", table).unwrap())
            .collect()
    }

    async fn try_out(
        &self,
        operation: &str,
        field: &Value,
        case: &Case,
    ) -> Result<(), TestCaseError> {
        let caller = if name(field) == "signOut" {
            &self.callers[0]
        } else {
            case.who.get(&self.callers)
        };
        let of = |argument: &str| {
            let found = list(field, "args")
                .into_iter()
                .find(|arg| name(arg) == argument);
            found.map(|arg| &arg["type"]).unwrap()
        };
        let selection = match self.schema.types[named(&field["type"])]["kind"].as_str() {
            Some("OBJECT" | "INTERFACE") => self.schema.selection(named(&field["type"]), 1),
            _ => String::new(),
        };
        let (mut uses, mut passes, mut variables) =
            (Vec::new(), Vec::new(), serde_json::Map::new());
        for (argument, value) in &case.arguments {
            if case.literal {
                passes.push(format!(
                    "{argument}: {}",
                    self.schema.literal(value, of(argument))
                ));
            } else {
                uses.push(format!("${argument}: {}", written(of(argument))));
                passes.push(format!("{argument}: ${argument}"));
                variables.insert(argument.clone(), value.clone());
            }
        }
        let brackets = |items: &[String]| {
            if items.is_empty() {
                String::new()
            } else {
                format!("({})", items.join(", "))
            }
        };
        let query = format!(
            "{operation} {} {{ {}{} {selection} }}",
            brackets(&uses),
            name(field),
            brackets(&passes)
        );
        let before = self.rows().await;
        let variables = Value::Object(variables);
        let reply = if operation == "subscription" {
            caller.hear(&query, variables).await.first(AT_ONCE).await
        } else {
            caller.ask(&query, variables).await
        };
        self.judge(field, &reply)?;
        let done = reply.body["errors"].is_null()
            && list(&reply.body["data"][name(field)], "userErrors").is_empty();
        if done {
            self.done.fetch_add(1, Ordering::Relaxed);
        } else {
            prop_assert_eq!(
                before,
                self.rows().await,
                "half of it was done: {}",
                reply.text
            );
        }
        Ok(())
    }

    fn judge(&self, field: &Value, reply: &Reply) -> Result<(), TestCaseError> {
        prop_assert!(
            reply.status.as_u16() < 500,
            "{}: {}",
            reply.status,
            reply.text
        );
        prop_assert!(reply.body.is_object(), "no JSON: {}", reply.text);
        for error in list(&reply.body, "errors") {
            let code = error["extensions"]["code"].as_str().unwrap_or_default();
            let message = error["message"].as_str().unwrap_or_default();
            prop_assert!(
                !code.is_empty() && code != "INTERNAL" && !message.is_empty(),
                "{}",
                reply.text
            );
            for word in LEAKS {
                prop_assert!(!message.contains(word), "`{}` in {}", word, reply.text);
            }
        }
        let input = list(field, "args")
            .first()
            .map(|arg| named(&arg["type"]).to_owned())
            .unwrap_or_default();
        for refusal in list(&reply.body["data"][name(field)], "userErrors") {
            let (code, message) = (
                refusal["code"].as_str().unwrap_or_default(),
                refusal["message"].as_str().unwrap_or_default(),
            );
            prop_assert!(
                !code.is_empty() && message.ends_with(['.', '/', '?']),
                "{}",
                refusal
            );
            for word in LEAKS {
                prop_assert!(!message.contains(word), "`{}` in {}", word, refusal);
            }
            let path: Vec<&str> = list(refusal, "field")
                .into_iter()
                .filter_map(Value::as_str)
                .collect();
            prop_assert!(
                refusal["field"].is_null() || !path.is_empty(),
                "an empty path: {}",
                refusal
            );
            prop_assert!(
                self.schema.leads_somewhere(&input, &path),
                "{} is no field of {}",
                path.join("."),
                input
            );
        }
        Ok(())
    }

    /// Sends what each field may be sent, and more.
    fn lay(&self, operation: &str, root: &str) {
        let mut fields = list(&self.schema.types[root], "fields");
        fields.sort_by_key(|field| {
            LAST.iter()
                .position(|last| *last == name(field))
                .map_or(0, |at| at + 1)
        });
        for field in fields {
            let arguments: Vec<BoxedStrategy<Option<(String, Value)>>> = list(field, "args")
                .into_iter()
                .map(|arg| {
                    let key = name(arg).to_owned();
                    let required =
                        arg["type"]["kind"] == "NON_NULL" && arg["defaultValue"].is_null();
                    let present = prop::bool::weighted(if required { 0.97 } else { 0.35 });
                    let value = self.schema.value(&key, &arg["type"], 0);
                    (present, value)
                        .prop_map(move |(present, value)| present.then(|| (key.clone(), value)))
                        .boxed()
                })
                .collect();
            let cases = (any::<Index>(), arguments, prop::bool::weighted(0.25)).prop_map(
                |(who, arguments, literal)| Case {
                    who,
                    arguments: arguments.into_iter().flatten().collect(),
                    literal,
                },
            );
            let config = Config {
                cases: if SLOW.contains(&name(field)) {
                    CASES / 4
                } else {
                    CASES
                },
                failure_persistence: None,
                max_shrink_iters: 60,
                ..Config::default()
            };
            let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            let met = TestRunner::new_with_rng(config, rng).run(&cases, |case| {
                self.runtime.block_on(self.try_out(operation, field, &case))
            });
            if let Err(fault) = met {
                panic!(
                    "{operation} {}: {}",
                    name(field),
                    fault.to_string().chars().take(3_000).collect::<String>()
                );
            }
        }
    }

    /// What was taken in can be shown to everybody.
    fn look_around(&self) {
        for field in list(&self.schema.types["Query"], "fields") {
            if list(field, "args")
                .iter()
                .any(|arg| arg["type"]["kind"] == "NON_NULL")
                || ["listing", "event", "match", "exportListings"].contains(&name(field))
            {
                continue;
            }
            for caller in &self.callers {
                let query = format!(
                    "{{ {} {} }}",
                    name(field),
                    self.schema.selection(named(&field["type"]), 1)
                );
                let reply = self.runtime.block_on(caller.ask(&query, json!({})));
                assert!(
                    reply.body["errors"].is_null() && reply.status == 200,
                    "{query}: {}",
                    reply.text
                );
            }
        }
    }
}

fn whatever_is_sent_is_answered_in_words_of_its_own(on: On) {
    let siege = Siege::begin(on);
    siege.lay("query", "Query");
    siege.lay("mutation", "Mutation");
    siege.lay("subscription", "Subscription");
    siege.look_around();
    let done = siege.done.into_inner();
    assert!(
        done > 300,
        "nothing was hard to refuse: only {done} requests were right"
    );
}

mod whatever_is_sent_is_answered_in_words_of_its_own {
    #[test]
    fn sqlite() {
        crate::support::with_room(|| {
            super::whatever_is_sent_is_answered_in_words_of_its_own(super::On::Sqlite);
        });
    }

    #[test]
    fn postgres() {
        crate::support::with_room(|| {
            super::whatever_is_sent_is_answered_in_words_of_its_own(super::On::Postgres);
        });
    }
}
