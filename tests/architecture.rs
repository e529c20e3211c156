//! ARCHITECTURE.md as a test: reads the sources, and says in a sentence what does not fit and what to do.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What is a feature's, from left to right: acts call leftward only.
const FEATURES: &[&str] = &[
    "outbox",
    "mail",
    "accounts",
    "reference",
    "areas",
    "resource_types",
    "priorities",
    "places",
    "registers",
    "organisations",
    "members",
    "invitations",
    "mergers",
    "listings",
    "matches",
    "fulfilments",
    "amendments",
    "thanks",
    "conversations",
    "finding",
    "events",
    "registrations",
    "reservations",
    "statistics",
    "outcomes",
    "activities",
    "notifications",
    "live",
    "feeds",
    "calendars",
    "intakes",
    "transfer",
    "tasks",
    "demo",
];

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The story of a feature, its name and visibility.
    Story,
    /// Pure: no database, no resolver, no waiting.
    Pure,
    /// Acts and reads: no resolver.
    Act,
    /// The schema: no statement.
    Schema,
    /// Reading that is planned from what is selected.
    Plan,
}

/// The names that mean the same everywhere.
const NAMES: [(&str, Kind); 9] = [
    ("mod", Kind::Story),
    ("rules", Kind::Pure),
    ("service", Kind::Act),
    ("search", Kind::Act),
    ("jobs", Kind::Act),
    ("types", Kind::Schema),
    ("query", Kind::Schema),
    ("mutation", Kind::Schema),
    ("subscription", Kind::Schema),
];

/// Further files, each with its reason.
const OTHERS: &[(&str, Kind, &str)] = &[
    (
        "accounts/addresses",
        Kind::Act,
        "showing that an address is one's own, with the mail that asks",
    ),
    (
        "accounts/passwords",
        Kind::Act,
        "hashing waits for its turn on a bounded number of threads",
    ),
    (
        "accounts/sessions",
        Kind::Act,
        "the acts on sessions, which are many",
    ),
    (
        "accounts/tokens",
        Kind::Pure,
        "what a token holds, and its signature",
    ),
    (
        "calendars/document",
        Kind::Pure,
        "events as calendar programs read them",
    ),
    (
        "conversations/inputs",
        Kind::Schema,
        "what people send, beside what they read",
    ),
    ("conversations/marks", Kind::Act, "how far people have read"),
    ("conversations/report", Kind::Schema, "what moderators see"),
    ("conversations/reports", Kind::Act, "the acts on reports"),
    (
        "conversations/writing",
        Kind::Act,
        "a message, numbered in the order of commits",
    ),
    (
        "demo/files",
        Kind::Pure,
        "the demonstration as readable files",
    ),
    (
        "demo/gatherings",
        Kind::Act,
        "its events come about by the product's own acts, which are many",
    ),
    (
        "demo/load",
        Kind::Act,
        "the demonstration comes about by the product's own acts",
    ),
    (
        "demo/matching",
        Kind::Act,
        "its matches come about by the product's own acts, which are many",
    ),
    (
        "demo/stories",
        Kind::Pure,
        "how its matches came about, as a readable file",
    ),
    (
        "events/capacity",
        Kind::Act,
        "how many places there are, in one place",
    ),
    (
        "events/held",
        Kind::Act,
        "places held for some, and the instant at which they are free",
    ),
    (
        "events/inputs",
        Kind::Schema,
        "inputs are as long as all other types together",
    ),
    (
        "events/moves",
        Kind::Act,
        "the acts that change the state or the date, which are many",
    ),
    (
        "events/particulars",
        Kind::Pure,
        "everything that an organisation says of an event",
    ),
    (
        "events/parts",
        Kind::Schema,
        "sessions and series, which are things of their own",
    ),
    (
        "events/recurrence",
        Kind::Pure,
        "when the events of a series take place",
    ),
    (
        "events/row",
        Kind::Plan,
        "the columns that a selection needs",
    ),
    ("events/series", Kind::Act, "the acts on series"),
    (
        "events/store",
        Kind::Act,
        "writing an event and what is beside it",
    ),
    ("feeds/address", Kind::Pure, "what an address asks for"),
    ("feeds/atom", Kind::Pure, "news as Atom"),
    (
        "feeds/fed",
        Kind::Act,
        "what differs between one kind of thing in the feeds and another",
    ),
    (
        "feeds/gathering",
        Kind::Pure,
        "an event as schema.org has it",
    ),
    (
        "feeds/item",
        Kind::Pure,
        "a piece of news, whatever the format",
    ),
    ("feeds/json_feed", Kind::Pure, "news as JSON Feed"),
    ("feeds/linked", Kind::Pure, "a listing as schema.org has it"),
    (
        "feeds/of_events",
        Kind::Act,
        "what the feeds have of events",
    ),
    (
        "feeds/of_listings",
        Kind::Act,
        "what the feeds have of listings",
    ),
    (
        "feeds/rpde",
        Kind::Pure,
        "a page of changes as OpenActive has it",
    ),
    ("feeds/single", Kind::Act, "one thing as linked data"),
    (
        "feeds/site",
        Kind::Pure,
        "the addresses that documents name",
    ),
    (
        "feeds/store",
        Kind::Act,
        "writing what has changed for readers, and numbering it",
    ),
    (
        "feeds/words",
        Kind::Act,
        "the words of an address, with the names of enums as they are kept",
    ),
    (
        "finding/asking",
        Kind::Pure,
        "what a filter may ask, whatever is searched",
    ),
    (
        "finding/conditions",
        Kind::Act,
        "what must hold of a listing, piece by piece",
    ),
    ("finding/facets", Kind::Act, "counts beside a search"),
    (
        "finding/reading",
        Kind::Act,
        "the statements that a search is made of",
    ),
    (
        "finding/text",
        Kind::Pure,
        "what people type into a search box",
    ),
    (
        "finding/watching",
        Kind::Act,
        "what is told of a listing to whoever watches it",
    ),
    (
        "fulfilments/endings",
        Kind::Act,
        "how a match that was agreed ends",
    ),
    (
        "intakes/inputs",
        Kind::Schema,
        "inputs are as long as all other types together",
    ),
    ("intakes/letters", Kind::Pure, "the mail with the link"),
    (
        "intakes/triage",
        Kind::Act,
        "the acts of brokers, which are many",
    ),
    (
        "listings/inputs",
        Kind::Schema,
        "inputs are as long as all other types together",
    ),
    (
        "listings/interface",
        Kind::Schema,
        "the interface that offers and requests share",
    ),
    (
        "listings/moves",
        Kind::Act,
        "the acts that change the state, which are many",
    ),
    (
        "listings/parts",
        Kind::Schema,
        "the small types of a listing",
    ),
    (
        "listings/particulars",
        Kind::Pure,
        "everything that an organisation says of a listing",
    ),
    (
        "listings/row",
        Kind::Plan,
        "the columns that a selection needs",
    ),
    (
        "listings/store",
        Kind::Act,
        "writing a listing and what finds it",
    ),
    (
        "mail/links",
        Kind::Act,
        "which link is to be mailed, and who mails it",
    ),
    ("mail/post", Kind::Act, "speaking SMTP"),
    (
        "notifications/audience",
        Kind::Act,
        "the people behind a row of the table",
    ),
    (
        "notifications/inputs",
        Kind::Schema,
        "what people say, beside what they read",
    ),
    (
        "notifications/letters",
        Kind::Act,
        "a mail in words, of what its reader may see",
    ),
    (
        "notifications/naming",
        Kind::Act,
        "what a sentence names, as its reader sees it",
    ),
    (
        "notifications/sentences",
        Kind::Pure,
        "what a notification says",
    ),
    (
        "notifications/store",
        Kind::Act,
        "writing down whom an act was told",
    ),
    ("notifications/timing", Kind::Pure, "when a mail goes out"),
    (
        "notifications/wishes",
        Kind::Act,
        "how people wish to have mail, as it is kept",
    ),
    (
        "fulfilments/inputs",
        Kind::Schema,
        "inputs are as long as all other types together",
    ),
    (
        "fulfilments/parts",
        Kind::Act,
        "the deliveries of a match, read and written together",
    ),
    (
        "events/components",
        Kind::Schema,
        "the parts of an event, as clients send them",
    ),
    (
        "matches/agreement",
        Kind::Schema,
        "what two sides agree upon",
    ),
    (
        "matches/steps",
        Kind::Act,
        "the history, written beside the record of acts",
    ),
    (
        "matches/store",
        Kind::Act,
        "reading a match for an act, and writing it under condition",
    ),
    (
        "matches/allocation",
        Kind::Act,
        "holding quantity, in one place",
    ),
    (
        "matches/history",
        Kind::Schema,
        "the steps of a match, which are a story of their own",
    ),
    (
        "matches/inputs",
        Kind::Schema,
        "inputs are as long as all other types together",
    ),
    (
        "matches/negotiation",
        Kind::Act,
        "the acts before an agreement, which are many",
    ),
    (
        "matches/terms",
        Kind::Pure,
        "what can be agreed, and how it is converted",
    ),
    (
        "live/caller",
        Kind::Act,
        "whoever holds a connection open, looked at again and again",
    ),
    ("mergers/conversations", Kind::Act, "conversations go along"),
    ("mergers/events", Kind::Act, "what was held goes along"),
    ("matches/openings", Kind::Pure, "which acts are open"),
    ("live/moments", Kind::Act, "when to look again"),
    (
        "live/changes",
        Kind::Act,
        "the acts as they happen, for one caller",
    ),
    (
        "organisations/inputs",
        Kind::Schema,
        "inputs are as long as all other types together",
    ),
    (
        "organisations/row",
        Kind::Plan,
        "the columns that a selection needs",
    ),
    (
        "outbox/hub",
        Kind::Act,
        "what is announced on this server, in memory",
    ),
    (
        "outbox/placing",
        Kind::Act,
        "giving places, beside reading in their order",
    ),
    (
        "reference/lineage",
        Kind::Pure,
        "what lies in what, and what came before",
    ),
    ("reference/shipped", Kind::Pure, "the files that ship"),
    (
        "reference/snapshot",
        Kind::Act,
        "all reference data at one moment, read at once",
    ),
    ("reference/words", Kind::Pure, "plural and singular"),
    (
        "tasks/sources",
        Kind::Act,
        "what waits for members, one query for each kind",
    ),
    (
        "transfer/attendees",
        Kind::Act,
        "who registered for an event, as a file",
    ),
    (
        "notifications/guests",
        Kind::Act,
        "what those are told who are nobody here",
    ),
    (
        "mail/outgoing",
        Kind::Act,
        "how mails and links are sent and marked",
    ),
    (
        "registrations/answering",
        Kind::Act,
        "the acts on what was registered, which are many",
    ),
    (
        "registrations/keeping",
        Kind::Act,
        "how long what is personal is kept, asked by several",
    ),
    (
        "registrations/tokens",
        Kind::Act,
        "what a link stands for, beside how it comes about",
    ),
    (
        "reservations/changes",
        Kind::Act,
        "the acts on what is held, beside holding it",
    ),
    (
        "registrations/guest",
        Kind::Schema,
        "what a guest sees, beside what everybody else does",
    ),
    (
        "registrations/introduction",
        Kind::Schema,
        "what guests send, beside what everybody else does",
    ),
    (
        "registrations/guests",
        Kind::Act,
        "the acts of those who have no account",
    ),
    (
        "registrations/letters",
        Kind::Pure,
        "what guests are mailed",
    ),
    (
        "registrations/reserved",
        Kind::Act,
        "who draws from what is held, beside who comes and who waits",
    ),
    (
        "reservations/inputs",
        Kind::Schema,
        "what organisers send, beside what they read",
    ),
    (
        "registrations/desk",
        Kind::Act,
        "the acts of organisers, beside those of people who come",
    ),
    (
        "registrations/inputs",
        Kind::Schema,
        "what people send, beside what they read",
    ),
    (
        "registrations/places",
        Kind::Act,
        "taking places and offering them, in one place",
    ),
    (
        "notifications/readers",
        Kind::Act,
        "who is told of a message",
    ),
    ("tasks/dealings", Kind::Act, "what waits in matches"),
    ("tasks/staff", Kind::Act, "what waits for staff"),
    ("tasks/standing", Kind::Act, "what waits beside matches"),
    (
        "statistics/codes",
        Kind::Pure,
        "the codes in a filter, each of which stands for something",
    ),
    (
        "statistics/figures",
        Kind::Pure,
        "what is counted, and by what it is told apart",
    ),
    (
        "statistics/inputs",
        Kind::Schema,
        "what may be asked, beside what is answered",
    ),
    (
        "statistics/keys",
        Kind::Act,
        "by what rows are counted together",
    ),
    (
        "statistics/reading",
        Kind::Act,
        "a row of figures as it comes from the database",
    ),
    (
        "statistics/scope",
        Kind::Act,
        "whose listings and matches are counted",
    ),
    (
        "statistics/secrecy",
        Kind::Pure,
        "what is kept back, so that nobody can be told from a number",
    ),
    (
        "statistics/sources",
        Kind::Act,
        "the four things that are counted, each on its day",
    ),
    ("statistics/sums", Kind::Pure, "figures added up"),
    ("transfer/cells", Kind::Pure, "a cell as a value, and back"),
    ("transfer/columns", Kind::Pure, "the columns of a file"),
    ("transfer/export", Kind::Act, "listings become rows"),
    ("transfer/files", Kind::Pure, "CSV and JSON lines"),
    (
        "transfer/mapping",
        Kind::Pure,
        "files in other people's words",
    ),
    (
        "transfer/parts",
        Kind::Pure,
        "the parts of a listing that are more than a word",
    ),
    ("transfer/record", Kind::Pure, "a row as named values"),
    (
        "transfer/translation",
        Kind::Pure,
        "a row in other people's words becomes one in ours",
    ),
];

/// Words that a file may hold all the same, each with its reason.
const ALLOWED: &[(&str, &str, &str)] = &[
    (
        "listings/rules",
        "async_graphql",
        "`Act` is an enum of the schema, and the derive is all that is used",
    ),
    (
        "events/rules",
        "async_graphql",
        "`Act` is an enum of the schema, and the derive is all that is used",
    ),
    (
        "events/search",
        "DbBackend",
        "handed to `kit::dialect`, and never looked at",
    ),
    (
        "finding/search",
        "async_graphql",
        "a filter tells null and left out apart by `MaybeUndefined`",
    ),
    (
        "matches/rules",
        "async_graphql",
        "`Act` is an enum of the schema, and the derive is all that is used",
    ),
    (
        "registrations/rules",
        "async_graphql",
        "`Act` is an enum of the schema, and the derive is all that is used",
    ),
    (
        "tasks/rules",
        "async_graphql",
        "`TaskKind` is an enum of the schema, and the derive is all that is used",
    ),
    (
        "finding/conditions",
        "DbBackend",
        "handed to `kit::dialect`, and never looked at",
    ),
    (
        "finding/search",
        "DbBackend",
        "handed to `kit::dialect`, and never looked at",
    ),
];

/// One file of ours.
struct Source {
    /// Such as `listings/rules`.
    path: String,
    text: String,
    /// Without comments, texts and tests.
    code: String,
}

impl Source {
    fn read(path: &Path, below: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let path = path.strip_prefix(below).unwrap().with_extension("");
        Self {
            path: path.to_string_lossy().replace('\\', "/"),
            code: code(&text),
            text,
        }
    }

    fn feature(&self) -> Option<&str> {
        let (folder, _) = self.path.split_once('/')?;
        FEATURES.contains(&folder).then_some(folder)
    }

    fn kind(&self) -> Option<Kind> {
        let (_, name) = self.path.split_once('/')?;
        let known = NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind);
        let other = OTHERS
            .iter()
            .find(|(path, ..)| *path == self.path)
            .map(|(_, kind, _)| *kind);
        known.or(other)
    }

    /// Whether a word stands in the code, and is not allowed to.
    fn mentions(&self, word: &str) -> bool {
        let allowed = ALLOWED
            .iter()
            .any(|(path, allowed, _)| *path == self.path && *allowed == word);
        !allowed && has_word(&self.code, word)
    }

    /// What is used of the program: the names that follow `crate::`.
    fn uses(&self) -> BTreeSet<String> {
        let mut uses = BTreeSet::new();
        for (at, _) in self.code.match_indices("crate::") {
            let rest = &self.code[at + "crate::".len()..];
            if let Some(list) = rest.strip_prefix('{') {
                uses.extend(first_names(list));
            } else {
                uses.insert(name_at(rest));
            }
        }
        uses
    }
}

/// The names at the beginnings of a list such as `App, kit::{Error, Id}}`.
fn first_names(list: &str) -> BTreeSet<String> {
    let (mut depth, mut fresh, mut names) = (0, true, BTreeSet::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && c.is_alphabetic() => {
                names.insert(name_at(&list[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn name_at(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

/// The lines that are neither comments nor tests, without what stands between quotes.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut code = String::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for (at, part) in line.split('"').enumerate() {
            if at % 2 == 0 {
                code.push_str(part);
            }
        }
        code.push('\n');
    }
    code
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(below: &str) -> Vec<Source> {
    fn walk(folder: &Path, below: &Path, found: &mut Vec<Source>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, below, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(Source::read(&path, below));
            }
        }
    }
    let below = root().join(below);
    let mut found = Vec::new();
    walk(&below, &below, &mut found);
    assert!(found.len() > 3, "{} holds no sources", below.display());
    found
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_file_of_a_feature_has_a_name_that_says_what_it_is() {
    let faults = sources("api/src").into_iter().filter(|source| source.feature().is_some() && source.kind().is_none()).map(|source| {
        format!("{}.rs has a name of its own: use one of rules, service, types, query, mutation, subscription, jobs, search, \
            or list it in tests/architecture.rs with its reason.", source.path)
    });
    none(&faults.collect::<Vec<_>>());
    let paths: BTreeSet<String> = sources("api/src")
        .into_iter()
        .map(|source| source.path)
        .collect();
    let gone = OTHERS.iter().filter(|(path, ..)| !paths.contains(*path));
    none(
        &gone
            .map(|(path, ..)| {
                format!("{path}.rs is gone: take it off the list in tests/architecture.rs.")
            })
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_folder_is_a_feature_in_its_place() {
    let known = ["kit", "http", "schema", "cli"];
    let folders = fs::read_dir(root().join("api/src"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let names = folders
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
    let new =
        names.filter(|name| !known.contains(&name.as_str()) && !FEATURES.contains(&name.as_str()));
    none(&new.map(|name| format!("api/src/{name} is new: say in tests/architecture.rs which features stand to its left.")).collect::<Vec<_>>());
}

#[test]
fn each_kind_of_file_keeps_to_its_own() {
    let mut faults = Vec::new();
    for source in sources("api/src") {
        let Some(kind) = source.feature().and_then(|_| source.kind()) else {
            continue;
        };
        let (words, advice): (&[&str], _) = match kind {
            Kind::Story => (
                &["Object", "MergedObject"],
                "move resolvers to query.rs, mutation.rs or types.rs",
            ),
            Kind::Pure => (
                &["async_graphql", "sea_orm", "async", "context"],
                "rules are pure: move it to service.rs or types.rs",
            ),
            Kind::Act => (
                &["async_graphql", "context"],
                "acts know nothing of GraphQL: move it to types.rs, query.rs or mutation.rs",
            ),
            Kind::Schema => (
                &["sea_orm", "find"],
                "resolvers ask the service, the loader or search.rs: move the statement there",
            ),
            Kind::Plan => (&["Database"], "a plan names columns and sends no statement"),
        };
        for word in words.iter().filter(|word| source.mentions(word)) {
            let called = *word == "find" && !source.code.contains("Entity::find(");
            let in_path = *word == "context" && !source.uses().contains("context");
            if !called && !in_path {
                faults.push(format!("{}.rs mentions `{word}`: {advice}.", source.path));
            }
        }
    }
    none(&faults);
}

#[test]
fn acts_call_leftward_only() {
    let mut faults = Vec::new();
    let place = |feature: &str| FEATURES.iter().position(|known| *known == feature);
    for source in sources("api/src") {
        let (Some(feature), Some(kind)) = (source.feature(), source.kind()) else {
            continue;
        };
        if matches!(kind, Kind::Story | Kind::Schema) {
            continue;
        }
        for used in source.uses() {
            if place(&used) > place(feature) {
                faults.push(format!(
                    "{}.rs uses `{used}`, which stands to its right: let {used} read what was done \
                    from the activities, or move the act there.",
                    source.path
                ));
            }
            if ["http", "schema", "cli"].contains(&used.as_str()) {
                faults.push(format!("{}.rs uses `{used}`: the assembly knows the features, and they do not know it.", source.path));
            }
        }
    }
    none(&faults);
}

#[test]
fn the_kit_knows_no_feature() {
    let mut faults = Vec::new();
    for source in sources("api/src")
        .iter()
        .filter(|source| source.path.starts_with("kit/"))
    {
        for used in source.uses().iter().filter(|used| *used != "kit") {
            faults.push(format!(
                "{}.rs uses `{used}`: what knows more than the kit does not belong there.",
                source.path
            ));
        }
    }
    none(&faults);
}

#[test]
fn rows_and_their_history_know_nothing_of_ours_nor_of_each_other() {
    let mut faults = Vec::new();
    for (folder, others) in [
        ("migration/src", ["entity", "api"]),
        ("entity/src", ["migration", "api"]),
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
        let graphql = source.code.matches("async_graphql").count();
        let enums = source.code.matches("async_graphql::Enum").count();
        if graphql != enums {
            faults.push(format!("entity/src/{}.rs uses more of async_graphql than `Enum`: give the type to its feature.", source.path));
        }
    }
    none(&faults);
}

#[test]
fn dialects_connections_and_backups_know_which_database_it_is() {
    let mut faults = Vec::new();
    for source in sources("api/src") {
        let knows = ["kit/dialect", "kit/database/", "kit/backup/"];
        if knows.iter().any(|path| source.path.starts_with(path)) {
            continue;
        }
        for word in ["DbBackend", "DatabaseBackend", "Sqlite", "Postgres"] {
            if source.mentions(word) {
                faults.push(format!("{}.rs mentions `{word}`: give kit/dialect.rs a function that says it for both.", source.path));
            }
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
            .map(|(length, path)| format!("{path}.rs has {length} lines: it is two files."))
            .collect::<Vec<_>>(),
    );
    let (median, _) = &lengths[lengths.len() / 2];
    assert!(
        *median <= 120,
        "half of the files of api/src are over {median} lines: 120 is the aim."
    );
}

#[test]
fn the_test_tells_code_from_words_about_it() {
    let source = Source {
        path: "listings/service".into(),
        text: String::new(),
        code: code(
            "//! async_graphql\nuse crate::{\n    App,\n    kit::{Error, page::{self}},\n    places::Place,\n};\nlet a = \"sea_orm\"; crate::finding::x();\n#[cfg(test)]\nuse crate::demo;",
        ),
    };
    assert!(!source.mentions("async_graphql") && !source.mentions("sea_orm"));
    assert_eq!(
        source.uses().into_iter().collect::<Vec<_>>(),
        ["App", "finding", "kit", "places"]
    );
}
