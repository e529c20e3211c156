//! Conversion between CSV cells and JSON values.
//!
//! A spreadsheet evaluates a cell that begins with `=`, `+`, `-` or `@` as a formula, and a title could smuggle one
//! in. Such a cell is written with an apostrophe in front, and read without it.

use serde_json::{Value, json};

use super::{
    columns::Form,
    nested_values::{
        self, PicturePart, RequirementPart, WindowPart, read_picture, read_requirement,
        read_window, write_picture, write_requirement, write_window,
    },
};
use crate::kit::clock;

/// Parses a cell: null if it is empty, `None` if it does not have this type.
#[must_use]
pub fn read(form: Form, cell: &str) -> Option<Value> {
    let cell = without_guard(cell);
    let text = cell.trim();
    if text.is_empty() {
        return Some(Value::Null);
    }
    match form {
        Form::Text => Some(cell.into()),
        Form::Word | Form::Number => Some(text.into()),
        Form::Flag => match text.to_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true.into()),
            "false" | "no" | "0" => Some(false.into()),
            _ => None,
        },
        Form::Day => Some(nested_values::read_day(text)?.to_string().into()),
        Form::Instant => Some(match nested_values::read_day(text) {
            Some(day) => clock::end_of_day(day).to_rfc3339().into(),
            None => text.into(),
        }),
        Form::List => {
            let members = nested_values::split(text).into_iter();
            members
                .map(|parts| Some(Value::String(<[String; 1]>::try_from(parts).ok()?.concat())))
                .collect()
        }
        Form::Windows => members(text, |parts| {
            let [text] = <[String; 1]>::try_from(parts).ok()?;
            read_window(&text)
        }),
        Form::Requirements => members(text, read_requirement),
        Form::Pictures => members(text, read_picture),
    }
}

fn members<T: serde::Serialize>(
    text: &str,
    read: impl Fn(Vec<String>) -> Option<T>,
) -> Option<Value> {
    let members = nested_values::split(text).into_iter();
    let members: Option<Vec<T>> = members.map(read).collect();
    Some(json!(members?))
}

/// Formats a value as a cell.
#[must_use]
pub fn write(form: Form, value: Value) -> String {
    let text = match (form, value) {
        (_, Value::Null) => String::new(),
        (_, Value::Bool(flag)) => flag.to_string().to_uppercase(),
        (_, Value::String(text)) => text,
        (Form::Windows, list) => {
            let windows: Vec<WindowPart> = serde_json::from_value(list).unwrap_or_default();
            let windows: Vec<_> = windows
                .iter()
                .map(|part| vec![write_window(part)])
                .collect();
            nested_values::join(&windows)
        }
        (Form::Requirements, list) => {
            let list: Vec<RequirementPart> = serde_json::from_value(list).unwrap_or_default();
            nested_values::join(&list.iter().map(write_requirement).collect::<Vec<_>>())
        }
        (Form::Pictures, list) => {
            let list: Vec<PicturePart> = serde_json::from_value(list).unwrap_or_default();
            nested_values::join(&list.iter().map(write_picture).collect::<Vec<_>>())
        }
        (_, Value::Array(list)) => {
            let text = |value: &Value| vec![value.as_str().unwrap_or_default().to_owned()];
            nested_values::join(&list.iter().map(text).collect::<Vec<_>>())
        }
        (_, other) => other.to_string(),
    };
    // A number is never a formula, and an apostrophe would turn it into text.
    if form != Form::Number && is_formula(&text) {
        return format!("'{text}");
    }
    text
}

/// Returns true if a spreadsheet would evaluate the text as a formula, ignoring apostrophes in front.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn without_guard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts as they are kept: trimmed, and full of what could be mistaken.
    fn text() -> impl Strategy<Value = String> {
        r#"[-=+@';|\\"a-z€ ,./]{0,12}"#
            .prop_map(|text| text.trim().to_owned())
            .prop_filter("empty texts are not kept", |text| !text.is_empty())
    }

    fn window() -> impl Strategy<Value = Value> {
        let day = || prop::option::of((2000..2100_i32, 1..13_u32, 1..29_u32));
        let days = prop::sample::subsequence(
            vec![
                "MONDAY",
                "TUESDAY",
                "WEDNESDAY",
                "THURSDAY",
                "FRIDAY",
                "SATURDAY",
                "SUNDAY",
            ],
            0..=7,
        );
        let times = prop::option::of(((0..24_u32, 0..60_u32), (0..24_u32, 0..60_u32)));
        (day(), day(), days, times).prop_map(|(from, until, days, times)| {
            let day = |day: Option<(i32, u32, u32)>| day.map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
            let time = |(h, m): (u32, u32)| format!("{h:02}:{m:02}");
            json!({"from": day(from), "until": day(until), "weekdays": days,
                "startTime": times.map(|(start, _)| time(start)), "endTime": times.map(|(_, end)| time(end))})
        })
    }

    fn requirement() -> impl Strategy<Value = Value> {
        let kinds = vec![
            "SAFEGUARDING_CHECK",
            "MINIMUM_AGE",
            "ACCESS",
            "INSURANCE",
            "OTHER",
        ];
        (
            prop::sample::select(kinds),
            prop::option::of(text()),
            prop::option::of(0..121),
        )
            .prop_map(
                |(kind, detail, age)| json!({"kind": kind, "detail": detail, "minimumAge": age}),
            )
    }

    fn is_loan(form: Form, value: &Value) -> Result<(), TestCaseError> {
        let cell = write(form, value.clone());
        let back = read(form, &cell);
        prop_assert_eq!(back.as_ref(), Some(value), "{}", cell);
        prop_assert!(
            !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
            "{}",
            cell
        );
        Ok(())
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again_and_computes_nothing(
            text in text(), list in prop::collection::vec(text(), 1..4), flag in any::<bool>(),
            windows in prop::collection::vec(window(), 1..4), requirements in prop::collection::vec(requirement(), 1..4),
            pictures in prop::collection::vec((text(), text()), 1..3),
        ) {
            is_loan(Form::Text, &json!(text))?;
            is_loan(Form::Word, &json!(text))?;
            is_loan(Form::List, &json!(list))?;
            is_loan(Form::Flag, &json!(flag))?;
            is_loan(Form::Windows, &json!(windows))?;
            is_loan(Form::Requirements, &json!(requirements))?;
            let pictures: Vec<Value> = pictures.iter().map(|(url, alt)| json!({"url": url, "alt": alt})).collect();
            is_loan(Form::Pictures, &json!(pictures))?;
        }

        #[test]
        fn no_cell_panics(cell in any::<String>(), wild in r"[-0-9:.,;| \\MONFRI]{0,20}") {
            for form in super::super::columns::COLUMNS.iter().map(|column| column.form) {
                let _ = (read(form, &cell), read(form, &wild));
            }
        }
    }

    #[test]
    fn a_negative_number_stays_one() {
        assert_eq!(write(Form::Number, json!(-0.5629)), "-0.5629");
        assert_eq!(read(Form::Number, "-0.5629"), Some(json!("-0.5629")));
    }

    #[test]
    fn cells_are_read_as_people_and_spreadsheets_write_them() {
        for (form, cell, value) in [
            (Form::Flag, " Yes ", json!(true)),
            (Form::Flag, "FALSE", json!(false)),
            (Form::Day, "31/03/2027", json!("2027-03-31")),
            (
                Form::Instant,
                "2027-07-01",
                json!("2027-07-01T23:00:00+00:00"),
            ),
            (
                Form::List,
                "laptops;; tablets ;",
                json!(["laptops", "tablets"]),
            ),
            (
                Form::Windows,
                "..2027-03-31 mon,Tuesday 9:00-17:30:00; any",
                json!([
                {"from": null, "until": "2027-03-31", "weekdays": ["MONDAY", "TUESDAY"], "startTime": "09:00", "endTime": "17:30"},
                {"from": null, "until": null, "weekdays": [], "startTime": null, "endTime": null}]),
            ),
            (
                Form::Requirements,
                "minimum_age 16|with an adult",
                json!([
                {"kind": "MINIMUM_AGE", "detail": "with an adult", "minimumAge": 16}]),
            ),
        ] {
            assert_eq!(read(form, cell), Some(value), "{cell}");
        }
    }

    #[test]
    fn what_is_no_such_thing_is_told_so() {
        for (form, cell) in [
            (Form::Flag, "perhaps"),
            (Form::Day, "soon"),
            (Form::List, "a | b"),
            (Form::Windows, "whenever"),
            (Form::Windows, "2027-01-01"),
            (Form::Windows, "10:00-"),
            (Form::Requirements, "HEIGHT 180"),
            (Form::Requirements, "MINIMUM_AGE old"),
            (Form::Pictures, "https://example.org/picture.jpg"),
        ] {
            assert_eq!(read(form, cell), None, "{cell}");
        }
    }
}
