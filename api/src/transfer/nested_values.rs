//! Composite values of a listing in both formats: JSON objects, and compact text in a CSV cell. In a cell, `;`
//! separates the items of a list and `|` the parts of an item; a backslash escapes these characters and itself.

use chrono::{NaiveDate, NaiveTime};
use entity::listing::{Picture, Requirement, RequirementKind, Weekday, Window};
use serde::{Deserialize, Serialize};

/// An availability window in JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WindowPart {
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    weekdays: Vec<Weekday>,
    #[serde(with = "hours")]
    start_time: Option<NaiveTime>,
    #[serde(with = "hours")]
    end_time: Option<NaiveTime>,
}

/// A requirement in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequirementPart {
    kind: RequirementKind,
    detail: Option<String>,
    minimum_age: Option<i32>,
}

/// A picture in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PicturePart {
    url: String,
    alt: String,
}

/// Implements the conversions between two structs with the same fields.
macro_rules! alike {
    ($part:ident $whole:ident { $($field:ident),* }) => {
        impl From<$part> for $whole {
            fn from($part { $($field),* }: $part) -> Self {
                Self { $($field),* }
            }
        }

        impl From<$whole> for $part {
            fn from($whole { $($field),* }: $whole) -> Self {
                Self { $($field),* }
            }
        }
    };
}

alike!(WindowPart Window { from, until, weekdays, start_time, end_time });
alike!(RequirementPart Requirement { kind, detail, minimum_age });
alike!(PicturePart Picture { url, alt });

mod hours {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde asks for it")]
    pub fn serialize<S: Serializer>(time: &Option<NaiveTime>, to: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => to.serialize_str(&super::write_time(*time)),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveTime>, D::Error> {
        let text: Option<String> = Option::deserialize(from)?;
        text.map(|text| {
            super::read_time(&text)
                .ok_or_else(|| D::Error::custom("expected a time of day such as 18:30"))
        })
        .transpose()
    }
}

fn write_time(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// Parses a time of day. Spreadsheets add seconds, and drop a leading zero of the hour.
fn read_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    ["%H:%M", "%H:%M:00"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// Parses a day, in the form of the schema (2027-03-31) or of British spreadsheets (31/03/2027).
#[must_use]
pub fn read_day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    ["%Y-%m-%d", "%d/%m/%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}

/// Text for a window without any limit.
const ANY: &str = "any";

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MON", Weekday::Monday),
    ("TUE", Weekday::Tuesday),
    ("WED", Weekday::Wednesday),
    ("THU", Weekday::Thursday),
    ("FRI", Weekday::Friday),
    ("SAT", Weekday::Saturday),
    ("SUN", Weekday::Sunday),
];

/// Formats a window, such as `2026-12-01..2027-03-31 MON,TUE 18:00-21:00`. Every part is optional.
#[must_use]
pub fn write_window(part: &WindowPart) -> String {
    let mut words = Vec::new();
    if part.from.is_some() || part.until.is_some() {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        words.push(format!("{}..{}", day(part.from), day(part.until)));
    }
    if !part.weekdays.is_empty() {
        let short = |day: &Weekday| WEEKDAYS.iter().find(|(_, long)| long == day);
        let days = part.weekdays.iter().filter_map(short);
        words.push(days.map(|(short, _)| *short).collect::<Vec<_>>().join(","));
    }
    if let (Some(start), Some(end)) = (part.start_time, part.end_time) {
        words.push(format!("{}-{}", write_time(start), write_time(end)));
    }
    if words.is_empty() {
        return ANY.into();
    }
    words.join(" ")
}

/// Parses a window.
#[must_use]
pub fn read_window(text: &str) -> Option<WindowPart> {
    let mut part = WindowPart::default();
    if text.trim().eq_ignore_ascii_case(ANY) {
        return Some(part);
    }
    for word in text.split_whitespace() {
        if let Some((from, until)) = word.split_once("..") {
            let day = |text: &str| match text {
                "" => Some(None),
                text => read_day(text).map(Some),
            };
            (part.from, part.until) = (day(from)?, day(until)?);
        } else if let Some((start, end)) = word.split_once('-').filter(|_| word.contains(':')) {
            (part.start_time, part.end_time) = (Some(read_time(start)?), Some(read_time(end)?));
        } else {
            for day in word.split(',').filter(|day| !day.is_empty()) {
                let day = day.to_uppercase();
                let (_, long) = WEEKDAYS.iter().find(|(short, _)| day.starts_with(short))?;
                part.weekdays.push(*long);
            }
        }
    }
    (part != WindowPart::default()).then_some(part)
}

/// Formats a requirement, such as `MINIMUM_AGE 18 | with an adult`: the kind, the age if any, and the detail.
#[must_use]
pub fn write_requirement(part: &RequirementPart) -> Vec<String> {
    let kind = serde_json::to_value(part.kind).unwrap_or_default();
    let mut first = kind.as_str().unwrap_or_default().to_owned();
    if let Some(age) = part.minimum_age {
        first = format!("{first} {age}");
    }
    [Some(first), part.detail.clone()]
        .into_iter()
        .flatten()
        .collect()
}

/// Parses the parts of a requirement.
#[must_use]
pub fn read_requirement(parts: Vec<String>) -> Option<RequirementPart> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let (kind, age) = match first.split_once(char::is_whitespace) {
        Some((kind, age)) => (kind, Some(age.trim().parse().ok()?)),
        None => (first.as_str(), None),
    };
    let part = RequirementPart {
        kind: serde_json::from_value(kind.to_uppercase().into()).ok()?,
        detail: parts.next(),
        minimum_age: age,
    };
    parts.next().is_none().then_some(part)
}

/// Formats a picture, such as `https://example.org/hall.jpg | The hall`: the URL and the alternative text.
#[must_use]
pub fn write_picture(part: &PicturePart) -> Vec<String> {
    vec![part.url.clone(), part.alt.clone()]
}

/// Parses the parts of a picture.
#[must_use]
pub fn read_picture(parts: Vec<String>) -> Option<PicturePart> {
    let [url, alt] = <[String; 2]>::try_from(parts).ok()?;
    Some(PicturePart { url, alt })
}

/// Joins the items of a list, each of several parts, to one text.
#[must_use]
pub fn join(members: &[Vec<String>]) -> String {
    let plain = |text: &String| {
        text.replace('\\', "\\\\")
            .replace(';', "\\;")
            .replace('|', "\\|")
    };
    let member = |parts: &Vec<String>| parts.iter().map(plain).collect::<Vec<_>>().join(" | ");
    members.iter().map(member).collect::<Vec<_>>().join("; ")
}

/// Splits a text into items and their parts, trimmed. Drops empty items.
#[must_use]
pub fn split(text: &str) -> Vec<Vec<String>> {
    let mut members = vec![vec![String::new()]];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let Some(parts) = members.last_mut() else {
            break;
        };
        match letter {
            ';' => members.push(vec![String::new()]),
            '|' => parts.push(String::new()),
            letter => {
                let letter = match letter {
                    '\\' => letters.next().unwrap_or('\\'),
                    letter => letter,
                };
                if let Some(part) = parts.last_mut() {
                    part.push(letter);
                }
            }
        }
    }
    for part in members.iter_mut().flatten() {
        *part = part.trim().to_owned();
    }
    members.retain(|parts| parts.iter().any(|part| !part.is_empty()));
    members
}
