//! The columns of a file: what they are called and what stands in them.

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    Text,
    /// One of the schema's enum values, or a code.
    Word,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// An instant.
    Instant,
    /// Texts.
    List,
    /// Windows of availability.
    Windows,
    /// Requirements.
    Requirements,
    /// Pictures.
    Pictures,
}

impl Form {
    /// What should have stood there, for whoever wrote something else.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Text => "Expected a text.",
            Self::Word => {
                "Expected a code or one of the values that the schema names, in capitals."
            }
            Self::Number => "Expected a number such as 40 or 2.5.",
            Self::Flag => "Expected TRUE or FALSE.",
            Self::Day => "Expected a day such as 2027-03-31.",
            Self::Instant => "Expected a time such as 2027-03-31T17:00:00Z, or a day.",
            Self::List => {
                "Expected a list; in CSV its members are separated by ; as in laptops; tablets."
            }
            Self::Windows => {
                "Expected windows of availability; in CSV such as 2026-12-01..2027-03-31 MON,TUE 18:00-21:00; 2027-05-01.."
            }
            Self::Requirements => {
                "Expected requirements; in CSV such as SAFEGUARDING_CHECK; MINIMUM_AGE 18 | with an adult from 16."
            }
            Self::Pictures => {
                "Expected pictures; in CSV such as https://example.org/hall.jpg | The hall from the road."
            }
        }
    }
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// What it is called, in CSV and in JSON.
    pub name: &'static str,
    /// What stands in it.
    pub form: Form,
    /// Whether an import reads it. The others only inform.
    pub read: bool,
}

const fn column(name: &'static str, form: Form) -> Column {
    Column {
        name,
        form,
        read: true,
    }
}

const fn shown(name: &'static str, form: Form) -> Column {
    Column {
        name,
        form,
        read: false,
    }
}

/// All columns, in the order in which they are written.
pub const COLUMNS: [Column; 33] = [
    column("kind", Form::Word),
    column("externalReference", Form::Text),
    column("title", Form::Text),
    column("description", Form::Text),
    column("resourceType", Form::Word),
    column("lendingMode", Form::Word),
    column("quantity", Form::Number),
    column("unit", Form::Word),
    column("unitLabel", Form::Text),
    column("partialAllowed", Form::Flag),
    column("availability", Form::Windows),
    column("neededBy", Form::Day),
    column("addressLines", Form::List),
    column("town", Form::Text),
    column("postcode", Form::Text),
    column("latitude", Form::Number),
    column("longitude", Form::Number),
    column("remote", Form::Flag),
    column("reachKm", Form::Number),
    column("areas", Form::List),
    column("priorityAreas", Form::List),
    column("audience", Form::Word),
    column("expiryPolicy", Form::Word),
    column("expiresAt", Form::Instant),
    column("requirements", Form::Requirements),
    column("pictures", Form::Pictures),
    column("tags", Form::List),
    shown("id", Form::Word),
    shown("reference", Form::Word),
    shown("state", Form::Word),
    shown("organisation", Form::Text),
    shown("publishedAt", Form::Instant),
    shown("remainingQuantity", Form::Number),
];

/// The columns without which a CSV file is no list of listings.
pub const NEEDED: [&str; 4] = ["kind", "externalReference", "title", "resourceType"];

/// The column with exactly this name.
#[must_use]
pub fn exactly(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

/// The column that a heading means, whatever its capitals, spaces and hyphens.
#[must_use]
pub fn meant(heading: &str) -> Option<&'static Column> {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
        letters.flat_map(char::to_lowercase).collect()
    };
    let heading = plain(heading);
    COLUMNS.iter().find(|column| plain(column.name) == heading)
}

/// The path of an input field, as the columns have it: `place.postcode` is `postcode`.
#[must_use]
pub fn path(field: Vec<String>) -> Vec<String> {
    let words: Vec<&str> = field.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["place", "point", ..] => vec!["latitude".into()],
        ["quantity", "amount"] => vec!["quantity".into()],
        ["place" | "quantity", _, ..] => field[1..].to_vec(),
        _ => field,
    }
}
