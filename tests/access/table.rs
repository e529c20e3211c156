//! The tables in `permissions/` as data: what may be done and seen, and by whom. One file for each feature.

use std::collections::BTreeSet;

/// The columns, in their order.
pub const COLUMNS: [&str; 10] = [
    "anonymous",
    "outsider",
    "observer",
    "member",
    "editor",
    "manager",
    "owner",
    "broker",
    "moderator",
    "administrator",
];

/// What stands in a cell that has nothing to prove.
pub const NOTHING: &str = "-";

/// A selection of one field, such as `publishListing(input: {id: $draft})`, and what each caller gets.
#[derive(Debug)]
pub struct Row {
    pub text: String,
    /// The type of a thing; empty in other sections.
    pub kind: String,
    pub cells: Vec<String>,
    /// The code of refusals, where the row has any.
    pub refusal: String,
    /// What is done so that there is something to hear of, and by whom.
    pub cause: String,
}

impl Row {
    /// The field that is selected.
    pub fn field(&self) -> &str {
        self.text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default()
    }
}

/// Fields of a type, the way to them, and who sees a value there.
#[derive(Debug)]
pub struct Fields {
    pub kind: String,
    pub names: Vec<String>,
    pub way: String,
    /// Names of columns.
    pub seen_by: BTreeSet<&'static str>,
}

/// The whole of it.
pub struct Table {
    pub acts: Vec<Row>,
    pub reading: Vec<Row>,
    pub hearing: Vec<Row>,
    pub things: Vec<Row>,
    pub fields: Vec<Fields>,
    /// Types that are answers to acts, with their fields.
    pub answers: Vec<(String, Vec<String>)>,
}

impl Table {
    pub fn read() -> Self {
        let row = |cells: &[String]| Row {
            text: bare(&cells[0]),
            kind: String::new(),
            cells: cells[1..11].to_vec(),
            refusal: cells.get(11).cloned().unwrap_or_default(),
            cause: String::new(),
        };
        let heard = |cells: &[String]| Row {
            text: bare(&cells[0]),
            cause: bare(&cells[1]),
            ..row(&cells[1..])
        };
        let thing = |cells: &[String]| Row {
            kind: cells[0].clone(),
            ..row(&cells[1..])
        };
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Self {
            acts: section("Acts", 12).iter().map(|cells| row(cells)).collect(),
            reading: section("Reading", 11)
                .iter()
                .map(|cells| row(cells))
                .collect(),
            hearing: section("Subscriptions", 12)
                .iter()
                .map(|cells| heard(cells))
                .collect(),
            things: section("Things by their ids", 12)
                .iter()
                .map(|cells| thing(cells))
                .collect(),
            fields: section("Fields", 4)
                .iter()
                .map(|cells| Fields {
                    kind: cells[0].clone(),
                    names: words(&cells[1]),
                    way: bare(&cells[2]),
                    seen_by: callers(&cells[3]),
                })
                .collect(),
            answers: section("Answers to acts", 2)
                .iter()
                .map(|cells| (cells[0].clone(), words(&cells[1])))
                .collect(),
        }
    }
}

/// The rows of the tables under a heading, of all features; each must have so many cells.
fn section(name: &str, width: usize) -> Vec<Vec<String>> {
    let heading = format!("## {name}");
    let mut all = Vec::new();
    for (file, text) in files() {
        let rows = text
            .lines()
            .zip(1..)
            .skip_while(|(line, _)| *line != heading)
            .skip(1)
            .take_while(|(line, _)| !line.starts_with("## "))
            .filter(|(line, _)| line.starts_with('|'));
        all.extend(rows.skip(2).map(|(line, number)| {
            let cells = line.trim().trim_matches('|').split(" | ");
            let cells: Vec<String> = cells.map(|cell| cell.trim().to_owned()).collect();
            assert_eq!(
                cells.len(),
                width,
                "line {number} of {file} has another number of cells"
            );
            cells
        }));
    }
    assert!(
        !all.is_empty(),
        "no file in permissions/ has a section {name}"
    );
    all
}

/// The names and texts of all files, sorted by name.
fn files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/access/permissions");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                text,
            )
        })
        .filter(|(name, _)| name != "README.md")
        .collect();
    files.sort();
    files
}

fn bare(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

/// The columns that words such as `members broker` stand for.
fn callers(words: &str) -> BTreeSet<&'static str> {
    let group = |word: &str| -> &[&'static str] {
        match word {
            "all" => &COLUMNS,
            "signed-in" => &COLUMNS[1..],
            "members" => &COLUMNS[2..7],
            "managers" => &COLUMNS[5..7],
            "staff" => &COLUMNS[7..],
            "nobody" => &[],
            _ => COLUMNS
                .iter()
                .position(|column| *column == word)
                .map_or_else(
                    || panic!("permissions/: {word} is no column and no group"),
                    |at| &COLUMNS[at..=at],
                ),
        }
    };
    words.split_whitespace().flat_map(group).copied().collect()
}
