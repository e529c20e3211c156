//! Facts in sentences of notifications, as text: titles, names, times and places.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::event;

use crate::{
    events::time_and_place,
    kit::{clock, times},
};

/// Facts that a recipient may see. `None` is unknown, or may not be seen.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Title of the listing or the event.
    pub title: Option<String>,
    /// Name of the organisation.
    pub organisation: Option<String>,
    /// Day of the act, in Europe/London.
    pub on: Option<String>,
    /// Start and end of the event, in its time zone.
    pub when: Option<String>,
    /// Start of the event before it was last rescheduled.
    pub before: Option<String>,
    /// Place of the event.
    pub place: Option<String>,
    /// Names of the changed fields.
    pub changed: Option<String>,
    /// Time until which an answer is possible, or at which something ends.
    pub deadline: Option<String>,
}

impl Facts {
    /// Facts about an act at a time.
    #[must_use]
    pub fn at(at: DateTime<Utc>) -> Self {
        Self {
            on: Some(times::day(clock::local_day(at))),
            ..Self::default()
        }
    }

    /// Adds the facts of an event. `words` is false to leave out what its organisers wrote: title and place.
    #[must_use]
    pub fn of_event(self, row: &event::Model, words: bool) -> Self {
        Self {
            title: words.then(|| row.title.clone()),
            when: Some(time_and_place::when(row)),
            before: time_and_place::before(row),
            place: time_and_place::place(row).filter(|_| words),
            ..self
        }
    }

    /// Adds a deadline, in the time zone of the event, or in Europe/London.
    #[must_use]
    pub fn until(self, at: Option<DateTime<Utc>>, zone: Tz) -> Self {
        Self {
            deadline: at.map(|at| times::deadline(at, zone)),
            ..self
        }
    }

    /// Adds the names of the changed fields.
    #[must_use]
    pub fn with_changes(self, fields: &[String]) -> Self {
        let changed: Vec<String> = fields.iter().map(|field| in_words(field)).collect();
        Self {
            changed: (!changed.is_empty()).then(|| changed.join(", ")),
            ..self
        }
    }
}

/// Words of a name such as `venueName`.
fn in_words(field: &str) -> String {
    let mut words = String::with_capacity(field.len() + 4);
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_fields_are_named_in_words() {
        let facts = Facts::default().with_changes(&["venueName".into(), "title".into()]);
        assert_eq!(facts.changed.as_deref(), Some("venue name, title"));
    }
}
