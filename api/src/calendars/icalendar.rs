//! Writes events as iCalendar (RFC 5545), with the non-standard properties that calendar programs support.

use chrono::{DateTime, Utc};
use entity::{
    event::{self, AttendanceMode, EventState},
    event_session,
    registration::{self, RegistrationState},
};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

use crate::{
    config::Config,
    events::{projection::Row, registrations::rules as registrations, rules as events},
    feeds::event_jsonld,
    kit::Id,
    mail::link_urls::{self, LinkKind},
};

/// Media type of iCalendar.
pub const MEDIA: &str = "text/calendar; charset=utf-8";
/// Refresh interval suggested to calendar programs (ISO 8601 duration).
const AGAIN: &str = "PT1H";
/// Maximum length of a description, in characters. The full text is on the event's page.
const LONGEST: usize = 2_000;

/// A person's registration for an event, and the session that it is for.
pub type Own<'a> = (&'a registration::Model, Option<&'a event_session::Model>);

/// Writes a calendar of these events.
pub fn write(name: &str, events: impl IntoIterator<Item = Event>) -> String {
    let mut calendar = Calendar::empty();
    let text = |key: &str, value: &str| {
        Property::new(key, plain(value))
            .add_parameter("VALUE", "TEXT")
            .done()
    };
    let interval = Property::new("REFRESH-INTERVAL", AGAIN)
        .add_parameter("VALUE", "DURATION")
        .done();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Social Value Marketplace//EN"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"))
        .append_property(text("NAME", name))
        .append_property(("X-WR-CALNAME", plain(name).as_str()))
        .append_property(interval)
        .append_property(("X-PUBLISHED-TTL", AGAIN));
    calendar.extend(events);
    folded(&calendar.to_string())
}

/// Maximum length of a line, in bytes (RFC 5545, 3.1).
const LINE: usize = 75;

/// Folds long lines anew: the library also folds between a backslash and the character that it escapes, which some
/// readers do not undo.
fn folded(calendar: &str) -> String {
    let mut text = String::with_capacity(calendar.len());
    for line in calendar.replace("\r\n ", "").split_inclusive("\r\n") {
        let (mut length, mut escaped) = (0, false);
        for character in line.chars() {
            // An escape sequence has two characters, and stays whole.
            let needed = character.len_utf8() + usize::from(character == '\\' && !escaped);
            let is_end = matches!(character, '\r' | '\n');
            if length + needed > LINE && !escaped && !is_end {
                text.push_str("\r\n ");
                length = 1;
            }
            length += character.len_utf8();
            escaped = character == '\\' && !escaped;
            text.push(character);
        }
    }
    text
}

/// Builds the entry of an event. With `own`, it shows the registration of its owner.
pub fn event(config: &Config, row: &Row, own: Option<Own<'_>>, now: DateTime<Utc>) -> Event {
    let organisation = row.organisation().map(|whose| whose.known().name.clone());
    let row = row.known();
    let session = own.and_then(|(_, session)| session);
    let (starts_at, ends_at) = session.map_or((row.starts_at, row.ends_at), |session| {
        (session.starts_at, session.ends_at)
    });
    let state = events::state_at(row, now);
    let standing = own.map(|(own, _)| registrations::state_at(own, now));
    let comes = standing.is_some_and(|standing| standing == RegistrationState::Confirmed);
    let online = row.online_url.as_deref().filter(|_| comes);
    let changed_at = own.map_or(row.updated_at, |(own, _)| {
        own.updated_at.max(row.updated_at)
    });
    let told = [row.notice.as_deref(), Some(&row.description)];
    let join = online.map(|url| format!("Join: {url}"));
    let told: Vec<String> = join
        .into_iter()
        .chain(told.into_iter().flatten().map(str::to_owned))
        .filter(|text| !text.is_empty())
        .collect();
    let summary = match session {
        Some(session) => format!("{}: {}", row.title, session.title),
        None => row.title.clone(),
    };
    let page = Id::<event::Entity>::new(row.id);
    let mut event = Event::new();
    event
        .uid(&session.map_or(row.id, |session| session.id).to_string())
        .sequence(row.version.unsigned_abs())
        .timestamp(changed_at)
        .last_modified(changed_at)
        .created(row.created_at)
        .starts(starts_at)
        .ends(ends_at)
        .summary(&plain(&headed(state, standing, &summary)))
        .description(
            &plain(&told.join("\n\n"))
                .chars()
                .take(LONGEST)
                .collect::<String>(),
        )
        .status(status(state, standing))
        .categories([event_jsonld::word(row.kind).1])
        .url(&link_urls::url(config, LinkKind::Event, &page.to_string()));
    if let Some(place) = place(row, session, online) {
        event.location(&plain(&place));
    }
    if let Some((latitude, longitude)) = row.latitude.zip(row.longitude) {
        event.append_property(("GEO", format!("{latitude};{longitude}").as_str()));
    }
    if let Some(organisation) = organisation {
        event.append_property(("CONTACT", plain(&organisation).as_str()));
    }
    event.done()
}

/// Prefixes the title with the state of the event or of the registration, if it matters to a person planning their
/// time.
fn headed(state: EventState, own: Option<RegistrationState>, summary: &str) -> String {
    let word = match (state, own) {
        (EventState::Cancelled, _) => "Cancelled",
        (EventState::Postponed, _) => "Postponed",
        (_, Some(RegistrationState::Waitlisted)) => "Waiting for a place",
        (_, Some(RegistrationState::PlaceOffered)) => "A place is offered",
        (_, Some(RegistrationState::Lapsed)) => "The offered place lapsed",
        _ => return summary.to_owned(),
    };
    format!("{word}: {summary}")
}

const fn status(state: EventState, own: Option<RegistrationState>) -> EventStatus {
    use RegistrationState::{Lapsed, PlaceOffered, Waitlisted};
    match (state, own) {
        (EventState::Cancelled, _) | (_, Some(Lapsed)) => EventStatus::Cancelled,
        (EventState::Postponed, _) | (_, Some(Waitlisted | PlaceOffered)) => EventStatus::Tentative,
        _ => EventStatus::Confirmed,
    }
}

fn place(
    row: &entity::event::Model,
    session: Option<&event_session::Model>,
    online: Option<&str>,
) -> Option<String> {
    if row.attendance_mode == AttendanceMode::Online {
        return Some(online.unwrap_or("Online").to_owned());
    }
    let room = session.and_then(|session| session.room.clone());
    let lines = row.details.address_lines.iter().cloned();
    let parts: Vec<String> = room
        .into_iter()
        .chain(row.venue_name.clone())
        .chain(lines)
        .chain(row.town.clone())
        .chain(row.postcode.clone())
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Removes the control characters that iCalendar does not allow, except line breaks.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}
