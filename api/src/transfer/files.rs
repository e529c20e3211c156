//! Reading and writing of files: CSV as spreadsheets write it, and JSON Lines.

use std::collections::BTreeSet;

use entity::organisation::{OrganisationKind, OrganisationSize};
use serde_json::Value;

use super::{
    columns::{self, COLUMNS, Column, NEEDED},
    csv_cells,
    import_row::Members,
    rules,
};
use crate::kit::{Error, OrInternal, UserError, UserErrorCode as Code, error::MAX_USER_ERRORS};

/// File format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// JSON Lines: one JSON object per line.
    JsonLines,
}

/// A row as it was read from a file.
#[derive(Debug, Default)]
pub struct Entry {
    /// Row number, as a spreadsheet or an editor counts it.
    pub row: i32,
    /// Values by column name.
    pub members: Members,
    /// Problems found while reading.
    pub faults: Vec<UserError>,
    /// Warnings about values that were replaced or dropped.
    pub warnings: Vec<String>,
    /// Organisation to which the listing belongs, if the file names one.
    pub home: Option<Home>,
}

/// An organisation that represents organisations of another platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Name. A later import recognises the organisation by it.
    pub name: String,
    /// Kind.
    pub kind: OrganisationKind,
    /// Size.
    pub size: Option<OrganisationSize>,
    /// Codes of the areas where it works.
    pub areas: Vec<String>,
}

/// Reads the rows of a file.
pub fn read(format: Format, content: &str) -> Result<Vec<Entry>, Error> {
    rules::is_bearable(content)?;
    let content = content.trim_start_matches('\u{feff}');
    let entries = match format {
        Format::Csv => read_csv(content)?,
        Format::JsonLines => lines(content).collect(),
    };
    rules::is_countable(entries.len())?;
    Ok(entries)
}

/// Reads the rows of a JSON Lines file. A line that is not a JSON object becomes a row with a problem.
pub fn lines(content: &str) -> impl Iterator<Item = Entry> {
    let lines = content.trim_start_matches('\u{feff}').lines().zip(1..);
    let lines = lines.filter(|(line, _)| !line.trim().is_empty());
    lines.map(|(line, row)| {
        let mut entry = Entry {
            row,
            ..Entry::default()
        };
        if let Ok(Value::Object(members)) = serde_json::from_str(line) {
            entry.members = members;
        } else {
            let message = "This line is not a JSON object. Write one complete object per line.";
            entry.faults.push(UserError::new(Code::Invalid, message));
        }
        entry
    })
}

fn read_csv(content: &str) -> Result<Vec<Entry>, Error> {
    let (named, content) = named_delimiter(content);
    let mut rows = Rows::new(content);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(named.unwrap_or_else(|| delimiter(content)))
        .flexible(true)
        .from_reader(content.as_bytes());
    let headings = headings(reader.headers().internal()?)?;
    let mut entries = Vec::new();
    for record in reader.records() {
        let record = record.internal()?;
        let row = rows.at(record.position().map_or(0, csv::Position::byte));
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            entries.push(read_row(row, &headings, &record));
        }
    }
    Ok(entries)
}

/// Splits off a first line such as `sep=;`, in which Excel names the delimiter.
fn named_delimiter(content: &str) -> (Option<u8>, &str) {
    let (first, rest) = content.split_once('\n').unwrap_or((content, ""));
    let first = first.trim_end_matches('\r').trim_matches('"');
    match first.as_bytes() {
        [s, e, p, b'=', delimiter] if [s, e, p].map(u8::to_ascii_lowercase) == *b"sep" => {
            (Some(*delimiter), rest)
        }
        _ => (None, content),
    }
}

/// Counts rows as a spreadsheet shows them: empty lines count, and line breaks within quotes do not.
struct Rows<'a> {
    content: &'a [u8],
    read: usize,
    quoted: bool,
    row: i32,
}

impl<'a> Rows<'a> {
    const fn new(content: &'a str) -> Self {
        Self {
            content: content.as_bytes(),
            read: 0,
            quoted: false,
            row: 1,
        }
    }

    /// Row of the record that begins at a byte, or after the empty lines there.
    fn at(&mut self, byte: u64) -> i32 {
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(byte) = self.content.get(self.read) {
            if self.read >= start && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            match byte {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => self.row += 1,
                _ => {}
            }
            self.read += 1;
        }
        self.row
    }
}

/// Returns the most frequent delimiter in the headings: tab, semicolon or comma.
fn delimiter(content: &str) -> u8 {
    let headings = content.lines().next().unwrap_or_default();
    let often = |delimiter: &u8| headings.bytes().filter(|byte| byte == delimiter).count();
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(often)
        .unwrap_or(b',')
}

/// Returns the columns that the headings name. Fails if one is unknown, appears twice or is missing. A column without
/// a heading is ignored.
fn headings(record: &csv::StringRecord) -> Result<Vec<Option<&'static Column>>, Error> {
    let mut refusals = Vec::new();
    let mut seen = BTreeSet::new();
    let mut headings = Vec::new();
    for heading in record {
        if refusals.len() >= MAX_USER_ERRORS {
            break;
        }
        let column = columns::meant(heading);
        if column.is_none() && !heading.trim().is_empty() {
            let message = format!(
                "The column \"{}\" is unknown. Correct its name or remove it.",
                heading.trim()
            );
            refusals.push(rules::refusal(Code::Unknown, message));
        }
        if let Some(column) = column.filter(|column| !seen.insert(column.name)) {
            let message = format!(
                "The column {} appears twice. Remove one of the two.",
                column.name
            );
            refusals.push(rules::refusal(Code::Invalid, message));
        }
        headings.push(column);
    }
    for name in NEEDED.iter().filter(|name| !seen.contains(*name)) {
        let message = format!(
            "The column {name} is missing. Add it; the first row must contain the names of the columns."
        );
        refusals.push(rules::refusal(Code::Required, message));
    }
    if refusals.is_empty() {
        Ok(headings)
    } else {
        Err(Error::Refused(refusals))
    }
}

fn read_row(row: i32, headings: &[Option<&'static Column>], record: &csv::StringRecord) -> Entry {
    let mut entry = Entry {
        row,
        ..Entry::default()
    };
    for (at, heading) in headings.iter().enumerate() {
        let Some(column) = heading.filter(|column| column.read) else {
            continue;
        };
        if let Some(value) = csv_cells::read(column.form, record.get(at).unwrap_or_default()) {
            entry.members.insert(column.name.to_owned(), value);
        } else {
            let message = column.form.expected();
            entry
                .faults
                .push(UserError::at(column.name, Code::Invalid, message));
        }
    }
    let beyond = record.iter().skip(headings.len());
    if beyond.filter(|cell| !cell.trim().is_empty()).count() > 0 {
        let message = "This row has more cells than there are columns. Check it for a missing quotation mark.";
        entry.faults.push(UserError::new(Code::Invalid, message));
    }
    entry
}

/// Writes rows to a file. A CSV file begins with a byte order mark, by which spreadsheets recognise UTF-8.
pub fn write(format: Format, rows: Vec<Members>) -> Result<String, Error> {
    match format {
        Format::JsonLines => {
            let line = |members| Value::Object(members).to_string() + "\n";
            Ok(rows.into_iter().map(line).collect())
        }
        Format::Csv => write_csv(rows),
    }
}

fn write_csv(rows: Vec<Members>) -> Result<String, Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::from("\u{feff}"));
    writer
        .write_record(COLUMNS.iter().map(|column| column.name))
        .internal()?;
    for mut row in rows {
        let cell = |column: &Column| {
            let value = row.get_mut(column.name).map(Value::take);
            csv_cells::write(column.form, value.unwrap_or_default())
        };
        writer.write_record(COLUMNS.iter().map(cell)).internal()?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error);
    String::from_utf8(bytes.internal()?).internal()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(format: Format, content: &str) -> Value {
        let entries = read(format, content).unwrap();
        assert!(
            entries.iter().all(|entry| entry.faults.is_empty()),
            "{entries:?}"
        );
        let rows = entries
            .into_iter()
            .map(|entry| json!([entry.row, entry.members]));
        rows.collect()
    }

    fn refused(format: Format, content: &str) -> Vec<Code> {
        match read(format, content) {
            Err(Error::Refused(errors)) => errors.into_iter().map(|error| error.code).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn csv_is_read_as_spreadsheets_write_it() {
        let expected = json!([[2, {"kind": "OFFER", "externalReference": "1", "title": "Desks, \"as new\"\nwith chairs",
            "resourceType": "other", "tags": ["office"]}]]);
        let comma = "\u{feff}Kind,External reference,title,resource_type,tags,state\r\nOFFER,1,\"Desks, \"\"as new\"\"\nwith chairs\",other,office,DRAFT\r\n,,,,,\r\n";
        assert_eq!(row(Format::Csv, comma), expected);
        let semicolon = "kind;externalReference;title;resourceType;tags\nOFFER;1;\"Desks, \"\"as new\"\"\nwith chairs\";other;office\n";
        assert_eq!(row(Format::Csv, semicolon), expected);
        let tab = semicolon.replace(';', "\t");
        assert_eq!(row(Format::Csv, &tab), expected);
    }

    #[test]
    fn what_is_no_list_of_listings_is_refused() {
        assert_eq!(refused(Format::Csv, ""), [Code::Required; 4]);
        let unknown = "kind,externalReference,title,resourceType,colour,title\n";
        assert_eq!(
            refused(Format::Csv, unknown),
            [Code::Unknown, Code::Invalid]
        );
        let headings = "kind,externalReference,title,resourceType\n";
        assert_eq!(refused(Format::Csv, headings), [Code::Required]);
        assert_eq!(refused(Format::JsonLines, "\n\n"), [Code::Required]);
        assert_eq!(
            refused(Format::JsonLines, &"{}\n".repeat(1_001)),
            [Code::TooMany]
        );
        assert_eq!(
            refused(Format::JsonLines, &" ".repeat(900_001)),
            [Code::TooLong]
        );
    }

    #[test]
    fn rows_that_cannot_be_read_are_told_apart() {
        let lines = "{\"title\": \"A\"}\n\n[]\n{\"title\": \n";
        let entries = read(Format::JsonLines, lines).unwrap();
        let rows: Vec<_> = entries
            .iter()
            .map(|entry| (entry.row, entry.faults.len()))
            .collect();
        assert_eq!(rows, [(1, 0), (3, 1), (4, 1)]);
        let cells = "kind,externalReference,title,resourceType,remote\nOFFER,1,A,other,perhaps,more\nOFFER,2,B\n";
        let entries = read(Format::Csv, cells).unwrap();
        let rows: Vec<_> = entries
            .iter()
            .map(|entry| (entry.row, entry.faults.len()))
            .collect();
        assert_eq!(rows, [(2, 2), (3, 0)]);
    }
}
