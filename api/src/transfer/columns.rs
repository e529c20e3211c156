//! Names and types of the columns of a listings file.

/// Type of the values in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    Text,
    /// An enum value of the schema, or a code.
    Word,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A day.
    Day,
    /// A point in time.
    Instant,
    /// A list of texts.
    List,
    /// Availability windows.
    Windows,
    /// Requirements.
    Requirements,
    /// Pictures.
    Pictures,
}

impl Form {
    /// Returns the message for a cell with another type.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Text => "Enter a text.",
            Self::Word => "Enter a code, or one of the values of the schema, in capitals.",
            Self::Number => "Enter a number such as 40 or 2.5.",
            Self::Flag => "Enter TRUE or FALSE.",
            Self::Day => "Enter a day with four digits for the year, such as 2027-03-31.",
            Self::Instant => {
                "Enter a time such as 2027-03-31T17:00:00Z, or a day with four digits for the year, such as 2027-03-31."
            }
            Self::List => {
                "Enter a list. In CSV, separate its items with semicolons: laptops; tablets."
            }
            Self::Windows => {
                "Enter availability windows. In CSV, for example: 2026-12-01..2027-03-31 MON,TUE 18:00-21:00; 2027-05-01.."
            }
            Self::Requirements => {
                "Enter requirements. In CSV, for example: SAFEGUARDING_CHECK; MINIMUM_AGE 18 | with an adult from 16."
            }
            Self::Pictures => {
                "Enter pictures. In CSV, for example: https://example.org/hall.jpg | The hall from the road."
            }
        }
    }
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Name, in CSV and in JSON.
    pub name: &'static str,
    /// Type of its values.
    pub form: Form,
    /// True if an import reads the column. Other columns are for information.
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

/// All columns, in the order of an export.
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

/// Columns that a CSV file must have.
pub const NEEDED: [&str; 4] = ["kind", "externalReference", "title", "resourceType"];

/// Returns the column with exactly this name.
#[must_use]
pub fn exactly(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

/// Returns the column that a heading names, ignoring capitals, spaces, underscores and hyphens.
#[must_use]
pub fn meant(heading: &str) -> Option<&'static Column> {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
        letters.flat_map(char::to_lowercase).collect()
    };
    let heading = plain(heading);
    COLUMNS.iter().find(|column| plain(column.name) == heading)
}

/// Converts the path of an input field to the name of its column: `place.postcode` becomes `postcode`.
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
