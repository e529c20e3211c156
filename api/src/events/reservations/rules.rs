//! What organisers can hold, for whom, and until when.

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
        validation::Checks,
    },
};

/// The most reservations that an event has, its sessions included.
pub const MOST: u64 = 50;
/// The most addresses on one list.
pub const MOST_ADDRESSES: usize = 200;

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
    /// Change how many places, for whom or until when.
    Update,
    /// Release the unused places now.
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

/// Allows organisers to reserve places.
pub fn may_reserve(viewer: &Viewer, event: &event::Model) -> Result<(), Error> {
    viewer.signed_in()?;
    if events::organises(viewer, event.organisation_id) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only editors of the event's organisation and programme administrators reserve places.",
    ))
}

/// Checks that places of an event can be reserved, and reservations changed: it has not begun and was not cancelled.
pub fn can_reserve(event: &event::Model, now: DateTime<Utc>) -> Result<(), UserError> {
    let to_come = match event.state {
        EventState::Draft | EventState::Scheduled => now < event.starts_at,
        EventState::Postponed => true,
        EventState::Cancelled | EventState::Completed => false,
    };
    if to_come {
        return Ok(());
    }
    let message = "The event has begun, is over or was cancelled.";
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
