//! What organisers send to hold places.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use entity::{event_session, organisation};

use super::{
    changes::Edit,
    service::{NewReservation, ReservationId},
};
use crate::{
    events::{content, service::EventId},
    kit::{Error, Id, validation::Checks},
};

/// Which places to hold, and for whom: for an organisation, or for those on a list.
#[derive(InputObject, Debug)]
pub struct ReservePlacesInput {
    /// The event.
    pub event_id: EventId,
    /// The session, where people register for sessions.
    pub session_id: Option<Id<event_session::Entity>>,
    /// The organisation for which they are held: its members draw from them when they register for it.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// The e-mail addresses for which they are held, at most 200: whoever has shown that one is theirs draws from them.
    /// Only organisers read them, and they are deleted 28 days after the event.
    pub addresses: Option<Vec<String>>,
    /// What you call it, such as "Speakers": at most 100 characters, read by organisers only.
    pub label: Option<String>,
    /// How many places.
    pub places: i32,
    /// When what nobody drew is released: at the latest when the event begins. Where the event moves, it moves with it.
    pub release_at: DateTime<Utc>,
    /// A key of your own, unique for each thing that you create: a retry with the same key gets the same answer.
    pub idempotency_key: Option<String>,
}

/// How to change what is held; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdatePlaceReservationInput {
    /// The reservation.
    pub reservation_id: ReservationId,
    /// The version that you saw, so that nobody's change is overwritten unseen.
    pub version: i32,
    /// How many places: more where so many are free, fewer down to those that are used.
    pub places: Option<i32>,
    /// The addresses on the list, instead of those that are on it.
    pub addresses: Option<Vec<String>>,
    /// What you call it; null for nothing.
    pub label: MaybeUndefined<String>,
    /// When what nobody drew is released.
    pub release_at: Option<DateTime<Utc>>,
}

/// Which reservation to release.
#[derive(InputObject)]
pub struct ReleasePlaceReservationInput {
    /// The reservation.
    pub reservation_id: ReservationId,
}

impl ReservePlacesInput {
    /// What is to be held, and under which key.
    pub fn wish(self) -> Result<(NewReservation, Option<String>), Error> {
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
        let mut checks = Checks::new();
        let key = checks.optional("idempotencyKey", idempotency_key.as_deref(), 100);
        checks.finish()?;
        let wish = NewReservation {
            event: event_id,
            session: session_id,
            organisation: organisation_id,
            addresses: addresses.unwrap_or_default(),
            label,
            places,
            release_at: content::whole(release_at),
        };
        Ok((wish, key))
    }
}

impl UpdatePlaceReservationInput {
    /// What is to be changed, of which reservation.
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
