//! The descriptors of the features are complete: compared with the sources, the database catalogue and the schema.

use std::collections::{BTreeMap, BTreeSet};

use api::{
    feature::Work,
    features::{self, FEATURES},
    schema,
};
use entity::notification::NotificationKind;
use sea_orm::{ConnectionTrait, DbBackend, Iterable, Statement};

use crate::{
    architecture::source::{root, sources},
    both,
    support::World,
};

#[test]
fn every_folder_with_a_descriptor_is_listed_once() {
    let described: BTreeSet<String> = sources("api/src")
        .into_iter()
        .filter_map(|source| source.path.strip_suffix("/feature").map(str::to_owned))
        .collect();
    let listed: Vec<String> = FEATURES
        .iter()
        .map(|feature| feature.name.to_owned())
        .collect();
    assert_eq!(listed.len(), described.len());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), described);
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for name in described {
        let row = format!("| `{name}` |");
        assert!(page.contains(&row), "ARCHITECTURE.md has no row {row}");
    }
}

#[test]
fn every_feature_with_acts_lists_them() {
    let sources = sources("api/src");
    let with_acts = sources.iter().filter(|source| source.name() == "acts");
    for acts in with_acts {
        let path = acts.folders().join("/");
        let feature = FEATURES
            .iter()
            .find(|feature| feature.name == acts.folders()[0])
            .unwrap_or_else(|| panic!("{path} has no descriptor"));
        for line in acts.text.lines() {
            let Some((_, rest)) = line.trim().split_once(" = \"") else {
                continue;
            };
            let name = rest.split('"').next().unwrap();
            assert!(
                feature.acts.iter().any(|act| act.name == name),
                "FEATURE of {} does not list {name} of {path}/acts.rs",
                feature.name
            );
        }
    }
}

#[test]
fn every_root_object_is_in_the_schema() {
    let roots = std::fs::read_to_string(root().join("api/src/features.rs")).unwrap();
    let mut found = 0;
    for source in sources("api/src") {
        for line in source.text.lines() {
            let name = line
                .strip_prefix("pub struct ")
                .and_then(|rest| rest.strip_suffix(';'));
            let Some(name) = name else { continue };
            let is_root = ["Query", "Mutation", "Subscription"]
                .iter()
                .any(|root| name.ends_with(root));
            if is_root {
                found += 1;
                let line = format!("    {name},");
                assert!(roots.contains(&line), "list {name} in api/src/features.rs");
            }
        }
    }
    assert!(found > 30, "only {found} root objects were found");
}

#[test]
fn every_test_file_is_compiled() {
    let main = std::fs::read_to_string(root().join("tests/main.rs")).unwrap();
    for entry in std::fs::read_dir(root().join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_file = path.extension().is_some_and(|kind| kind == "rs") && name != "main";
        if is_file || path.join("mod.rs").is_file() {
            let line = format!("mod {name};");
            assert!(main.contains(&line), "tests/main.rs has no `{line}`");
        }
    }
}

#[test]
fn every_act_has_one_name_and_is_recorded_somewhere() {
    let names: Vec<&str> = features::acts().map(|act| act.name).collect();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len(), "two acts have one name");
    let sources = sources("api/src");
    for acts in sources.iter().filter(|source| source.name() == "acts") {
        let feature = acts.folders().join("/");
        for line in acts.text.lines() {
            let Some((constant, _)) = line.trim().split_once(" = \"") else {
                continue;
            };
            let used = format!("::{constant}");
            let recorded = sources.iter().any(|source| {
                source.name() != "acts"
                    && source.code.contains("acts")
                    && source.code.contains(&used)
            });
            assert!(
                recorded,
                "nothing records {constant} of {feature}/acts.rs: delete it"
            );
        }
    }
}

#[test]
fn every_kind_of_notification_is_caused_by_an_act() {
    let caused: Vec<NotificationKind> = features::acts()
        .flat_map(|act| act.notifies)
        .map(|(kind, _)| *kind)
        .collect();
    for kind in NotificationKind::iter() {
        assert!(caused.contains(&kind), "no act causes {kind:?}");
    }
}

#[test]
fn every_feature_with_jobs_has_a_worker() {
    for source in sources("api/src")
        .iter()
        .filter(|source| source.name() == "jobs")
    {
        let folders = source.folders();
        let Some(top) = folders.first() else { continue };
        let feature = FEATURES.iter().find(|feature| feature.name == *top);
        let feature = feature.unwrap_or_else(|| panic!("{top} has jobs and no descriptor"));
        assert!(
            !feature.workers.is_empty(),
            "{} has jobs that nothing runs",
            source.path
        );
    }
    let names: Vec<&str> = FEATURES
        .iter()
        .flat_map(|feature| feature.workers)
        .map(|worker| worker.name)
        .collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len());
    let page = root().join("docs/data-protection.md");
    let page = std::fs::read_to_string(page).unwrap();
    for feature in FEATURES {
        for kept in feature.retention {
            let row = format!("| {} | {} | `{}` |", kept.data, kept.period, kept.worker);
            assert!(
                page.contains(&row),
                "docs/data-protection.md has no row {row}"
            );
            let worker = feature
                .workers
                .iter()
                .find(|worker| worker.name == kept.worker);
            let worker = worker.unwrap_or_else(|| panic!("no worker deletes {}", kept.data));
            assert!(matches!(worker.work, Work::Every(..)));
        }
    }
}

#[test]
fn every_object_with_an_id_is_a_node() {
    // A task is computed for its viewer; its id is a key for caches.
    const COMPUTED: [&str; 1] = ["type Task {"];
    let sdl = schema::sdl();
    for definition in sdl.split("\n}\n") {
        let Some(at) = definition.find("\ntype ") else {
            continue;
        };
        let head = definition[at + 1..].lines().next().unwrap_or_default();
        let has_id = definition[at..]
            .lines()
            .any(|line| line.starts_with("\tid: ID!"));
        assert!(
            !has_id || head.contains("Node") || COMPUTED.contains(&head),
            "{head} has an id and is no Node: list it in the `nodes` of its feature"
        );
    }
}

#[test]
fn every_mutation_with_a_password_or_a_new_address_counts_as_a_sign_in() {
    // Its address is the account's own, and a person gets a few mails a day.
    const OWN_ADDRESS: &str = "RequestEmailVerificationInput";
    let sdl = schema::sdl();
    let input = |name: &str| {
        let at = sdl.find(&format!("\ninput {name} {{")).unwrap();
        sdl[at..]
            .split("\n}\n")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let at = sdl.find("\ntype Mutation {").unwrap();
    let mutation = sdl[at..].split("\n}\n").next().unwrap_or_default();
    let mut checked = 0;
    let secret = ["\tpassword:", "\tcurrentPassword:", "\temail:"];
    let mut input_type = "";
    for line in mutation.lines() {
        if let Some(name) = line.trim().strip_prefix("input: ") {
            input_type = name.trim_end_matches('!');
        }
        if !line.starts_with("\t): ") || input_type == OWN_ADDRESS {
            continue;
        }
        let fields = input(input_type);
        if secret.iter().any(|field| fields.contains(field)) {
            checked += 1;
            assert!(
                line.contains("@rateLimit"),
                "the mutation with {input_type} needs `rate_limit::apply(SIGN_IN.into())`"
            );
        }
    }
    assert!(checked >= 3, "only {checked} mutations were checked");
}

/// Columns that refer to a table: those with a foreign key, and those whose name says so.
async fn references(world: &World, to: &str) -> BTreeSet<(String, String)> {
    let conn = &world.app.database.read;
    let sql = match conn.get_database_backend() {
        DbBackend::Sqlite => format!(
            "SELECT m.name AS t, f.\"from\" AS c FROM sqlite_master m, pragma_foreign_key_list(m.name) f
             WHERE m.type = 'table' AND f.\"table\" = '{to}'
             UNION SELECT m.name, i.name FROM sqlite_master m, pragma_table_info(m.name) i
             WHERE m.type = 'table' AND i.name LIKE '%{to}\\_id' ESCAPE '\\'"
        ),
        _ => format!(
            "SELECT k.table_name AS t, k.column_name AS c FROM information_schema.key_column_usage k
             JOIN information_schema.constraint_column_usage u USING (constraint_name, constraint_schema)
             JOIN information_schema.table_constraints c USING (constraint_name, constraint_schema)
             WHERE c.constraint_type = 'FOREIGN KEY' AND u.table_name = '{to}'
             UNION SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = current_schema() AND column_name LIKE '%{to}\\_id'"
        ),
    };
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let rows = conn.query_all_raw(statement).await.unwrap();
    let read = |row: &sea_orm::QueryResult| {
        (
            row.try_get::<String>("", "t").unwrap(),
            row.try_get::<String>("", "c").unwrap(),
        )
    };
    rows.iter().map(read).collect()
}

fn compare(actual: &BTreeSet<(String, String)>, declared: Vec<(&str, &str)>, list: &str) {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (table, column) in declared {
        *counts.entry((table.into(), column.into())).or_default() += 1;
    }
    let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "declared twice in `{list}`: {twice:?}");
    let declared: BTreeSet<_> = counts.into_keys().collect();
    let missing: Vec<_> = actual.difference(&declared).collect();
    let gone: Vec<_> = declared.difference(actual).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "decide on {missing:?} in `{list}` of the feature that writes the table; take {gone:?} out"
    );
}

both! {
    async fn every_column_that_refers_to_an_organisation_has_a_decision_for_mergers(on) {
        let world = World::new(on).await;
        let declared = FEATURES.iter().flat_map(|feature| feature.organisations);
        let declared = declared.map(|column| column.column).collect();
        compare(&references(&world, "organisation").await, declared, "organisations");
    }

    async fn every_column_that_refers_to_a_person_has_a_decision_for_erasure(on) {
        let world = World::new(on).await;
        let declared = FEATURES.iter().flat_map(|feature| feature.people);
        let declared = declared.map(|column| column.column).collect();
        compare(&references(&world, "person").await, declared, "people");
    }
}
