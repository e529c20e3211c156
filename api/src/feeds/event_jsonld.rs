//! An event as schema.org JSON-LD. A change to the output needs a new [`super::feed_source::FeedSource::FORM`].

use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    event::{self, AttendanceMode, EventKind, EventState, RegistrationMode},
    event_capacity, event_series, organisation,
};
use serde_json::{Value, json};

use super::{
    listing_jsonld::{areas, priorities, said, without_nothing},
    site::Site,
};
use crate::{
    events::{capacity, recurrence},
    kit::Id,
    reference::Snapshot,
};

/// Builds the public JSON-LD of an event in this state. Excludes the online link, which is only for people who
/// registered.
pub fn event(
    site: &Site,
    reference: &Snapshot,
    (row, state): (&event::Model, EventState),
    organisation: &organisation::Model,
    places: Option<&event_capacity::Model>,
) -> Value {
    let address = site.event(&row.reference, "jsonld");
    let places = places.filter(|_| row.registration == RegistrationMode::Event);
    let date = |at| local(&row.time_zone, at);
    without_nothing(json!({
        "@context": "https://schema.org",
        "@type": kind(row.kind),
        "@id": address,
        "identifier": row.reference,
        "url": address,
        "name": row.title,
        "description": said(&row.description),
        "disambiguatingDescription": row.notice,
        "startDate": date(row.starts_at),
        "endDate": date(row.ends_at),
        "previousStartDate": row.previous_starts_at.map(date),
        "eventStatus": status(row, state),
        "eventAttendanceMode": mode(row.attendance_mode),
        "location": locations(row, &address),
        "organizer": {
            "@type": "Organization",
            "identifier": Id::<organisation::Entity>::new(organisation.id).to_string(),
            "name": organisation.name,
            "url": organisation.website,
        },
        "superEvent": row.series_id.map(|id| json!({
            "@type": "EventSeries",
            "identifier": Id::<event_series::Entity>::new(id).to_string(),
        })),
        "maximumAttendeeCapacity": places.and_then(|places| places.capacity),
        "remainingAttendeeCapacity": places.and_then(capacity::remaining),
        "about": priorities(reference, &row.priority_areas.0),
        "areaServed": areas(reference, &row.areas.0),
    }))
}

/// Returns the schema.org type of a kind of event.
pub const fn kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Showcase => "ExhibitionEvent",
        EventKind::Networking => "SocialEvent",
        EventKind::MarketEngagement => "BusinessEvent",
        EventKind::Training => "EducationEvent",
        EventKind::Volunteering | EventKind::Consultation | EventKind::Other => "Event",
    }
}

/// Returns the filter value of a kind of event, and its label.
pub fn word(kind: EventKind) -> (String, String) {
    let code = json!(kind).as_str().unwrap_or_default().to_owned();
    let name = code.replace('_', " ").to_lowercase();
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let name = first.into_iter().chain(letters).collect();
    (code, name)
}

/// Returns the text of an event for news readers: time, place and description.
pub fn told(row: &event::Model) -> String {
    let when = local(&row.time_zone, row.starts_at);
    let place = [row.venue_name.as_deref(), row.town.as_deref()];
    let place: Vec<&str> = place.into_iter().flatten().collect();
    let mut parts = vec![format!("{when} ({})", row.time_zone)];
    if !place.is_empty() {
        parts.push(place.join(", "));
    }
    format!("{}\n\n{}", parts.join("\n"), row.description)
}

/// Formats an instant in local time of a time zone, to the second; in UTC if the zone is unknown.
fn local(zone: &str, at: DateTime<Utc>) -> String {
    match recurrence::zone(zone) {
        Some(zone) => at
            .with_timezone(&zone)
            .to_rfc3339_opts(SecondsFormat::Secs, true),
        None => at.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}

fn status(row: &event::Model, state: EventState) -> &'static str {
    match state {
        EventState::Cancelled => "https://schema.org/EventCancelled",
        EventState::Postponed => "https://schema.org/EventPostponed",
        _ if row.previous_starts_at.is_some() => "https://schema.org/EventRescheduled",
        _ => "https://schema.org/EventScheduled",
    }
}

const fn mode(mode: AttendanceMode) -> &'static str {
    match mode {
        AttendanceMode::InPerson => "https://schema.org/OfflineEventAttendanceMode",
        AttendanceMode::Online => "https://schema.org/OnlineEventAttendanceMode",
        AttendanceMode::Hybrid => "https://schema.org/MixedEventAttendanceMode",
    }
}

/// Returns the venue, and for online events a virtual location whose address leads to the registration.
fn locations(row: &event::Model, address: &str) -> Vec<Value> {
    let mut locations = Vec::new();
    let lines = row.details.address_lines.join(", ");
    let somewhere = row.venue_name.is_some() || row.town.is_some() || row.postcode.is_some();
    if row.attendance_mode != AttendanceMode::Online && somewhere {
        let point = row.latitude.zip(row.longitude).map(|(latitude, longitude)| {
            json!({"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude})
        });
        let features = row.details.access_features.iter().map(
            |feature| json!({"@type": "LocationFeatureSpecification", "name": feature, "value": true}),
        );
        locations.push(json!({
            "@type": "Place",
            "name": row.venue_name,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": said(&lines),
                "addressLocality": row.town,
                "postalCode": row.postcode,
                "addressCountry": "GB",
            },
            "geo": point,
            "amenityFeature": features.collect::<Vec<_>>(),
        }));
    }
    if row.attendance_mode != AttendanceMode::InPerson {
        locations.push(json!({"@type": "VirtualLocation", "url": address}));
    }
    locations
}
