//! What organisers can hold, for whom, and until when.

use chrono::{DateTime, Utc};
use entity::{
    event::{self, EventState, RegistrationMode},
    event_capacity, place_reservation,
};

use crate::{
    events::{held, rules as events},
    kit::{Error, UserError, UserErrorCode as Code, Viewer, input::Checks},
};

/// The most reservations that an event has, its sessions included.
pub const MOST: u64 = 50;
/// The most addresses on one list.
pub const MOST_ADDRESSES: usize = 200;

/// Organisers hold places.
pub fn may(viewer: &Viewer, event: &event::Model) -> Result<(), Error> {
    viewer.signed_in()?;
    if events::organises(viewer, event.organisation_id) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only editors of the event's organisation and programme administrators hold places.",
    ))
}

/// Whether places of an event can be held, or what is held be changed: it has not begun, and was not called off.
pub fn can(event: &event::Model, now: DateTime<Utc>) -> Result<(), UserError> {
    let to_come = match event.state {
        EventState::Draft | EventState::Scheduled => now < event.starts_at,
        EventState::Postponed => true,
        EventState::Cancelled | EventState::Completed => false,
    };
    if to_come {
        return Ok(());
    }
    let message = "The event has begun, is over or was called off.";
    Err(UserError::new(Code::InvalidState, message))
}

/// Whether a reservation can still be changed.
pub fn is_open(
    row: &place_reservation::Model,
    event: &event::Model,
    now: DateTime<Utc>,
) -> Result<(), UserError> {
    if held::released_at(row, event.state, now).is_none() {
        return Ok(());
    }
    let message = "What nobody drew has been released. Hold places anew, if there are some.";
    Err(UserError::new(Code::InvalidState, message))
}

/// Notes what is not registered for, or is not counted.
pub fn fits(
    checks: &mut Checks,
    event: &event::Model,
    places: &event_capacity::Model,
    session: bool,
) {
    let fits = match event.registration {
        RegistrationMode::None => false,
        RegistrationMode::Event => !session,
        RegistrationMode::Sessions => session,
    };
    let message = "Places are held of what people register for: of sessions where the event says so, else of the whole event.";
    checks.demand(fits, "sessionId", Code::Invalid, message);
    let message = "Places are held only where they are counted. Give it a capacity first.";
    checks.demand(
        places.capacity.is_some(),
        "eventId",
        Code::InvalidState,
        message,
    );
}

/// Notes a time at which nothing can be released.
pub fn release_at(
    checks: &mut Checks,
    event: &event::Model,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) {
    let later = at > now && at <= event.starts_at;
    let message = "Say a time that is to come, at the latest when the event begins. To release places now, use releasePlaceReservation.";
    checks.demand(later, "releaseAt", Code::OutOfRange, message);
}

/// The addresses of a list: each once, and checked.
pub fn addresses(checks: &mut Checks, said: &[String]) -> Vec<String> {
    if !checks.at_most("addresses", said.len(), MOST_ADDRESSES) {
        return Vec::new();
    }
    let mut kept: Vec<String> = Vec::with_capacity(said.len());
    for (at, address) in said.iter().enumerate() {
        let address = checks.email(&format!("addresses.{at}"), address);
        if !kept.contains(&address) {
            kept.push(address);
        }
    }
    kept
}
