//! ARCHITECTURE.md as a test: reads the sources and fails with a sentence that says what to change.

pub mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use source::{Source, root, sources};

/// Features from left to right: acts call leftward only. `features.rs` has their order; `locations` and `demo` have no
/// descriptor.
fn features() -> Vec<&'static str> {
    let described = api::features::FEATURES.iter().map(|feature| feature.name);
    ["locations"]
        .into_iter()
        .chain(described)
        .chain(["demo"])
        .collect()
}

/// Folders of api/src that are no features: the assembly, and what all features are built from.
const OTHER_FOLDERS: [&str; 5] = ["kit", "http", "schema", "cli", "backup"];

/// Purpose of a file, which decides what it may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Summary of the feature, name and visibility of its rows.
    Summary,
    /// Pure rules: no database, no resolver, no waiting.
    Pure,
    /// Reads and writes: no resolver.
    Act,
    /// Schema: no statement.
    Schema,
    /// Columns that a selection needs.
    Projection,
}

/// File names that have the same meaning in every feature.
const NAMES: &[(&str, Kind)] = &[
    ("mod", Kind::Summary),
    ("feature", Kind::Summary),
    ("acts", Kind::Pure),
    ("routes", Kind::Summary),
    ("merge", Kind::Act),
    ("rules", Kind::Pure),
    ("content", Kind::Pure),
    ("emails", Kind::Pure),
    ("service", Kind::Act),
    ("persist", Kind::Act),
    ("transitions", Kind::Act),
    ("search", Kind::Act),
    ("jobs", Kind::Act),
    ("types", Kind::Schema),
    ("value_types", Kind::Schema),
    ("inputs", Kind::Schema),
    ("query", Kind::Schema),
    ("mutation", Kind::Schema),
    ("subscription", Kind::Schema),
    ("projection", Kind::Projection),
];

/// Further files that are pure. A file with a name of its own is part of the schema where it uses `async_graphql`, and
/// otherwise an act.
const PURE: &[&str] = &[
    "accounts/tokens",
    "calendars/icalendar",
    "demo/files",
    "demo/match_files",
    "events/recurrence",
    "feeds/atom",
    "feeds/event_jsonld",
    "feeds/item",
    "feeds/json_feed",
    "feeds/listing_jsonld",
    "feeds/request",
    "feeds/rpde",
    "feeds/site",
    "listings/search/limits",
    "listings/search/text",
    "matches/available_acts",
    "matches/terms",
    "notifications/sentences",
    "notifications/timing",
    "reference/hierarchy",
    "reference/normalise",
    "reference/seed",
    "statistics/contributions",
    "statistics/disclosure_control",
    "statistics/disclosure_control_tests",
    "statistics/figures",
    "statistics/filter_codes",
    "statistics/independence",
    "statistics/published_tables",
    "statistics/totals",
    "transfer/columns",
    "transfer/csv_cells",
    "transfer/files",
    "transfer/import_row",
    "transfer/mapping",
    "transfer/nested_values",
    "transfer/translation",
];

/// The place of the feature to which a path such as `events/reservations/rules` or `events::reservations` belongs.
fn place(path: &str) -> Option<usize> {
    let top = path.split(['/', ':']).next()?;
    features().iter().position(|feature| *feature == top)
}

fn kind(source: &Source) -> Option<Kind> {
    place(&source.path)?;
    let named = NAMES.iter().find(|(name, _)| *name == source.name());
    Some(match named {
        Some((_, kind)) => *kind,
        None if PURE.contains(&source.path.as_str()) => Kind::Pure,
        None if graphql(source) => Kind::Schema,
        None => Kind::Act,
    })
}

/// Reports whether a file uses more of the engine than the derive of enums, and than telling null from left out.
fn graphql(source: &Source) -> bool {
    let code = source
        .code
        .replace("async_graphql::Enum", "")
        .replace("async_graphql::MaybeUndefined", "");
    code.contains("async_graphql")
}

/// Reports whether a file uses more of sea-orm than the derive by which the acts of a lifecycle are listed.
fn database(source: &Source) -> bool {
    source
        .code
        .replace("sea_orm::EnumIter", "")
        .contains("sea_orm")
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_folder_is_a_feature() {
    let mut faults = BTreeSet::new();
    for source in sources("api/src") {
        let Some(top) = source.folders().first().map(|top| (*top).to_owned()) else {
            continue;
        };
        if !OTHER_FOLDERS.contains(&top.as_str()) && !features().contains(&top.as_str()) {
            faults.insert(format!(
                "api/src/{top} is new: add it to FEATURES in api/src/features.rs, below everything that its acts call."
            ));
        }
    }
    none(&faults.into_iter().collect::<Vec<_>>());
    let gone = PURE
        .iter()
        .filter(|path| !root().join(format!("api/src/{path}.rs")).is_file());
    none(
        &gone
            .map(|path| format!("{path} is gone: take it off PURE in tests/architecture."))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn each_kind_of_file_keeps_to_its_own() {
    let mut faults = Vec::new();
    for source in sources("api/src") {
        let Some(kind) = kind(&source) else { continue };
        let (words, advice): (&[&str], _) = match kind {
            Kind::Summary => (
                &["Object", "MergedObject"],
                "move resolvers to query.rs, mutation.rs or types.rs",
            ),
            Kind::Pure => (
                &["async", "context"],
                "rules are pure: move it to service.rs or types.rs",
            ),
            Kind::Act => (
                &["context"],
                "acts know nothing of GraphQL: move it to types.rs, query.rs or mutation.rs",
            ),
            Kind::Schema => (
                &["sea_orm", "find"],
                "resolvers ask the service, the loader or search.rs: move the statement there",
            ),
            Kind::Projection => (
                &["Database"],
                "a projection names columns and sends no statement",
            ),
        };
        for word in words.iter().filter(|word| source.mentions(word)) {
            let called = *word != "find" || source.code.contains("Entity::find(");
            let used =
                *word != "context" || source.uses().iter().any(|path| path.starts_with("context"));
            if called && used {
                faults.push(format!("{}.rs mentions `{word}`: {advice}.", source.path));
            }
        }
        if kind == Kind::Pure && database(&source) {
            faults.push(format!(
                "{}.rs uses `sea_orm`: move it to service.rs.",
                source.path
            ));
        }
        if matches!(kind, Kind::Pure | Kind::Act) && graphql(&source) {
            faults.push(format!(
                "{}.rs uses `async_graphql`: move it to types.rs, query.rs or mutation.rs.",
                source.path
            ));
        }
    }
    none(&faults);
}

#[test]
fn acts_call_leftward_only() {
    let mut faults = Vec::new();
    for source in sources("api/src") {
        let (Some(own), Some(kind)) = (place(&source.path), kind(&source)) else {
            continue;
        };
        if matches!(kind, Kind::Summary | Kind::Schema) {
            continue;
        }
        for used in source.uses() {
            let Some(other) = place(&used) else {
                let first = used.split("::").next().unwrap_or_default();
                if ["http", "schema", "cli", "features"].contains(&first) {
                    faults.push(format!(
                        "{}.rs uses `{used}`: the assembly knows the features, and they do not know it.",
                        source.path
                    ));
                }
                continue;
            };
            if other > own {
                faults.push(format!(
                    "{}.rs uses `{used}`, which stands to its right: let {} read what was done from the activities, or \
                     move the act there.",
                    source.path, features()[other]
                ));
            }
        }
    }
    none(&faults);
}

/// Features that write a table of another one, each with its reason.
const WRITES: [(&str, &str, &str); 1] = [(
    "mail",
    "notification",
    "deleting a mail clears the reference to it in the same transaction",
)];

#[test]
fn each_table_is_written_by_one_feature() {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources("api/src") {
        let Some(top) = source.folders().first().map(|top| (*top).to_owned()) else {
            continue;
        };
        for table in source.written() {
            let allowed = WRITES
                .iter()
                .any(|(feature, other, _)| *feature == top && *other == table);
            if !allowed {
                writers.entry(table).or_default().insert(top.clone());
            }
        }
    }
    assert!(writers.len() > 40, "{writers:?}");
    let faults = writers.iter().filter(|(_, features)| features.len() > 1);
    none(
        &faults
            .map(|(table, features)| {
                format!(
                    "{table} is written by {features:?}: call the feature that owns it instead."
                )
            })
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_kit_knows_no_feature() {
    let mut faults = Vec::new();
    for source in sources("api/src") {
        if !source.path.starts_with("kit/") {
            continue;
        }
        for used in source.uses() {
            // Macros of the kit are named from the root of the crate.
            let own = used == "kit" || used.starts_with("kit::") || used == "inputs";
            if !own {
                faults.push(format!(
                    "{}.rs uses `{used}`: what knows more than the kit does not belong there.",
                    source.path
                ));
            }
        }
    }
    none(&faults);
}

#[test]
fn entities_migrations_and_texts_know_nothing_of_the_program_nor_of_each_other() {
    let mut faults = Vec::new();
    for (folder, others) in [
        ("migration/src", ["entity", "api"]),
        ("entity/src", ["migration", "api"]),
        ("text/src", ["migration", "api"]),
        ("text/src", ["entity", "api"]),
    ] {
        for source in sources(folder) {
            for other in others.iter().filter(|other| source.mentions(other)) {
                faults.push(format!(
                    "{folder}/{}.rs mentions `{other}`: write out what it needs of it.",
                    source.path
                ));
            }
        }
    }
    for source in sources("entity/src") {
        if graphql(&source) {
            faults.push(format!("entity/src/{}.rs uses more of async_graphql than `Enum`: give the type to its feature.", source.path));
        }
    }
    none(&faults);
}

#[test]
fn only_dialect_connections_and_backups_know_which_database_it_is() {
    let mut faults = Vec::new();
    for source in sources("api/src") {
        if source.path.starts_with("kit/database/") || source.path.starts_with("backup/") {
            continue;
        }
        for word in ["Sqlite", "Postgres"] {
            if source.mentions(word) {
                faults.push(format!("{}.rs mentions `{word}`: give kit/database/dialect.rs a function that says it for both.", source.path));
            }
        }
    }
    none(&faults);
}

#[test]
fn locks_leave_foreign_keys_alone() {
    let mut faults = Vec::new();
    for source in sources("api/src") {
        if source.mentions("lock_exclusive") {
            faults.push(format!(
                "{}.rs locks rows with FOR UPDATE, which waits for every row that refers to them and can deadlock: use \
                 .lock(LockType::NoKeyUpdate).",
                source.path
            ));
        }
    }
    none(&faults);
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, String)> = sources("api/src")
        .into_iter()
        .map(|source| (source.text.lines().count(), source.path))
        .collect();
    lengths.sort();
    let long = lengths.iter().filter(|(length, _)| *length > 500);
    none(
        &long
            .map(|(length, path)| format!("{path}.rs has {length} lines: divide it."))
            .collect::<Vec<_>>(),
    );
    let (median, _) = &lengths[lengths.len() / 2];
    assert!(
        *median <= 120,
        "half of the files of api/src are over {median} lines: 120 is the aim."
    );
}

#[test]
fn documents_name_files_that_exist() {
    let mut faults = Vec::new();
    let known: BTreeSet<String> = sources("api/src")
        .into_iter()
        .map(|source| source.path + ".rs")
        .collect();
    let mut documents = vec![
        "ARCHITECTURE.md".to_owned(),
        "CONTRIBUTING.md".to_owned(),
        "README.md".to_owned(),
    ];
    let pages = fs::read_dir(root().join("docs")).unwrap();
    documents.extend(pages.map(|page| format!("docs/{}", page.unwrap().file_name().display())));
    for document in documents {
        let text = fs::read_to_string(root().join(&document)).unwrap();
        for word in text.split('`').skip(1).step_by(2) {
            let is_source = word.strip_suffix(".rs").is_some();
            if !is_source || !word.contains('/') || word.contains(['<', '*', ' ']) {
                continue;
            }
            let below = word.strip_prefix("api/src/").unwrap_or(word);
            if !known.contains(below) && !root().join(word).is_file() {
                faults.push(format!("{document} names `{word}`, which does not exist."));
            }
        }
    }
    none(&faults);
}
