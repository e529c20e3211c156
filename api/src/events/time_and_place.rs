//! Time and place of an event, as text for mail and notifications.

use chrono_tz::{Europe::London, Tz};
use entity::event::{AttendanceMode, Model};

use crate::kit::times;

/// Returns the time zone of an event.
#[must_use]
pub fn zone(row: &Model) -> Tz {
    row.time_zone.parse().unwrap_or(London)
}

/// Returns start and end of an event in its time zone.
#[must_use]
pub fn when(row: &Model) -> String {
    times::period(row.starts_at, row.ends_at, zone(row))
}

/// Returns the start before the event was last rescheduled; `None` if it never was.
#[must_use]
pub fn before(row: &Model) -> Option<String> {
    Some(times::start(row.previous_starts_at?, zone(row)))
}

/// Returns venue and address, or that the event is online; `None` if there is no address.
#[must_use]
pub fn place(row: &Model) -> Option<String> {
    let parts = row.venue_name.iter().chain(&row.details.address_lines);
    let parts = parts.chain(&row.town).chain(&row.postcode);
    let parts: Vec<&str> = parts.map(String::as_str).collect();
    let venue = (!parts.is_empty()).then(|| parts.join(", "));
    match row.attendance_mode {
        AttendanceMode::InPerson => venue,
        AttendanceMode::Online => Some("online".into()),
        AttendanceMode::Hybrid => Some(match venue {
            Some(venue) => format!("{venue}, or online"),
            None => "online".into(),
        }),
    }
}
