//! Rules of reservations: the places that organisers can reserve, and until when.

use chrono::{DateTime, Utc};
use entity::{
    event::{self, EventState, RegistrationMode},
    event_capacity,
    place_reservation::{Column, Entity, Model},
};

use crate::{
    events::{acts, reservations::release, rules as events},
    kit::{
        Error, UserError, UserErrorCode as Code, Viewer,
        activity::Concerns,
        lifecycle::{Lifecycle, Rule},
        validation::Validator,
    },
};

/// Maximum number of reservations of an event, including those of its sessions.
pub const MAX: u64 = 50;
/// Maximum number of email addresses of a reservation.
pub const MAX_ADDRESSES: usize = 200;

/// State of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationState {
    /// Its unused places are reserved.
    Held,
    /// Its unused places are free for all.
    Released,
}

/// Act on a reservation of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum Act {
    /// Changes the number of places, the addresses, the label or the release time.
    Update,
    /// Releases the unused places now.
    Release,
}

impl Lifecycle for Entity {
    type State = ReservationState;
    type Act = Act;
    type Role = ();
    type Context = event::Model;
    type Side = ();

    const NOUN: &'static str = "reservation";
    const STATE: Option<Column> = None;
    const VERSION: Option<Column> = Some(Column::Version);
    const UPDATED_AT: Column = Column::UpdatedAt;

    fn version(row: &Model) -> i32 {
        row.version
    }

    fn state_at(row: &Model, event: &event::Model, now: DateTime<Utc>) -> ReservationState {
        match release::released_at(row, event.state, now) {
            Some(_) => ReservationState::Released,
            None => ReservationState::Held,
        }
    }

    fn state_name(state: ReservationState) -> String {
        match state {
            ReservationState::Held => "HELD".into(),
            ReservationState::Released => "RELEASED".into(),
        }
    }

    fn rule(act: Act) -> Rule<Self> {
        Rule {
            from: &[ReservationState::Held],
            by: (),
            to: None,
            record: Some(match act {
                Act::Update => acts::RESERVATION_UPDATED,
                Act::Release => acts::RESERVATION_RELEASED,
            }),
        }
    }

    fn authorise(viewer: &Viewer, _: &Model, event: &event::Model, _: Act) -> Result<(), Error> {
        may_reserve(viewer, event)
    }

    fn check(
        _: &Model,
        event: &event::Model,
        _: Act,
        (): &(),
        now: DateTime<Utc>,
    ) -> Result<(), UserError> {
        can_reserve(event, now)
    }

    fn concerns_in(_: &Model, event: &event::Model, (): &()) -> Concerns {
        Concerns::organisation(event.organisation_id)
    }
}

/// Checks that the viewer may reserve places of an event, as one of its organisers.
pub fn may_reserve(viewer: &Viewer, event: &event::Model) -> Result<(), Error> {
    viewer.signed_in()?;
    if events::organises(viewer, event.organisation_id) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only editors of the event's organisation and programme administrators can reserve places.",
    ))
}

/// Checks that places of an event can be reserved and reservations changed: the event has not begun, or is postponed,
/// and is not cancelled.
pub fn can_reserve(event: &event::Model, now: DateTime<Utc>) -> Result<(), UserError> {
    let to_come = match event.state {
        EventState::Draft | EventState::Scheduled => now < event.starts_at,
        EventState::Postponed => true,
        EventState::Cancelled | EventState::Completed => false,
    };
    if to_come {
        return Ok(());
    }
    let message =
        "The event has begun, is over or was cancelled. Reserve places before an event begins.";
    Err(UserError::new(Code::InvalidState, message))
}

/// Checks that people register for the event or session and that its places are limited.
pub fn fits(
    checks: &mut Validator,
    event: &event::Model,
    places: &event_capacity::Model,
    session: bool,
) {
    let fits = match event.registration {
        RegistrationMode::None => false,
        RegistrationMode::Event => !session,
        RegistrationMode::Sessions => session,
    };
    let message = "Choose a session if people register for sessions of the event, and no session if they register for the whole event. Without registration, no places can be reserved.";
    checks.require(fits, "sessionId", Code::Invalid, message);
    let message = "Places can be reserved only if their number is limited. Set a capacity first.";
    checks.require(
        places.capacity.is_some(),
        "eventId",
        Code::InvalidState,
        message,
    );
}

/// Checks a release time: after `now`, and not after the start of the event.
pub fn release_at(
    checks: &mut Validator,
    event: &event::Model,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) {
    let later = at > now && at <= event.starts_at;
    let message = "Enter a time in the future, at the latest the start of the event. To release places now, use releasePlaceReservation.";
    checks.require(later, "releaseAt", Code::OutOfRange, message);
}

/// Validates the addresses of a list and removes duplicates.
pub fn addresses(checks: &mut Validator, said: &[String]) -> Vec<String> {
    if !checks.at_most("addresses", said.len(), MAX_ADDRESSES) {
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
