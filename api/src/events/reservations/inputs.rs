//! Inputs of mutations on reserved places.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use entity::{event_session, organisation};

use super::{
    changes::Edit,
    service::{NewReservation, ReservationId},
};
use crate::{
    events::{content, service::EventId},
    kit::{Error, Id, validation::Validator},
};

/// Places to reserve, either for an organisation or for a list of email addresses.
#[derive(InputObject, Debug)]
pub struct ReservePlacesInput {
    /// Event at which to reserve places.
    pub event_id: EventId,
    /// Session in which to reserve places. Required for registration mode `SESSIONS`, not allowed for others.
    pub session_id: Option<Id<event_session::Entity>>,
    /// Organisation for which to reserve the places. Its members use them when they register for it.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Email addresses for which to reserve the places: at most 200 of 254 characters. People use them after they confirm that an address
    /// is theirs. Only organisers see the addresses, which are deleted 28 days after the event.
    pub addresses: Option<Vec<String>>,
    /// Label, such as "Speakers": at most 100 characters. Only organisers see it.
    pub label: Option<String>,
    /// Number of places: at least 1, at most the number of free places.
    pub places: i32,
    /// Time at which unused places become free for all: in the future, at the latest the start of the event. It moves
    /// with the event.
    pub release_at: DateTime<Utc>,
    /// Key chosen by the client, unique for each object that it creates: a retry with the same key returns the first
    /// result. At most 100 characters.
    pub idempotency_key: Option<String>,
}

/// Changes to a reservation. Fields that are left out stay as they are.
#[derive(InputObject)]
pub struct UpdatePlaceReservationInput {
    /// Reservation to change.
    pub reservation_id: ReservationId,
    /// Version that the caller loaded. An outdated version is refused with `VERSION_OUTDATED`.
    pub version: i32,
    /// Number of places. Not less than the used places; an increase needs free places.
    pub places: Option<i32>,
    /// Email addresses of a reservation for a list: 1 to 200 of at most 254 characters. Replaces the list.
    pub addresses: Option<Vec<String>>,
    /// Label: at most 100 characters; null removes it.
    pub label: MaybeUndefined<String>,
    /// Time at which unused places become free for all: in the future, at the latest the start of the event.
    pub release_at: Option<DateTime<Utc>>,
}

/// Reservation to release.
#[derive(InputObject)]
pub struct ReleasePlaceReservationInput {
    /// Global id of the reservation.
    pub reservation_id: ReservationId,
}

impl ReservePlacesInput {
    /// Returns the places to reserve and the idempotency key.
    pub fn into_reservation(self) -> Result<(NewReservation, Option<String>), Error> {
        let Self {
            event_id,
            session_id,
            organisation_id,
            addresses,
            label,
            places,
            release_at,
            idempotency_key,
        } = self;
        let mut checks = Validator::new();
        let key = checks.optional("idempotencyKey", idempotency_key.as_deref(), 100);
        checks.finish()?;
        let new = NewReservation {
            event: event_id,
            session: session_id,
            organisation: organisation_id,
            addresses: addresses.unwrap_or_default(),
            label,
            places,
            release_at: content::whole(release_at),
        };
        Ok((new, key))
    }
}

impl UpdatePlaceReservationInput {
    /// Returns the reservation and the changes to it.
    #[must_use]
    pub fn edit(self) -> (ReservationId, Edit) {
        let Self {
            reservation_id,
            version,
            places,
            addresses,
            label,
            release_at,
        } = self;
        let label = match label {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(label) => Some(Some(label)),
        };
        let edit = Edit {
            version,
            places,
            addresses,
            label,
            release_at: release_at.map(content::whole),
        };
        (reservation_id, edit)
    }
}
