//! Acts on events, series, registrations and reserved places.

use entity::{
    event, event_series,
    membership::MembershipRole,
    notification::{NotificationKind as Kind, Recipient},
    place_reservation, registration,
};

use crate::acts;

/// Editors of the organisation that did not act.
const OTHER_SIDE: &[Recipient] = &[Recipient::OtherSide(MembershipRole::Editor)];

acts! {
    event::Entity {
        open_data: true,
        grants_access: true,

        /// An event was drafted.
        DRAFTED = "event.drafted" => &[];
        /// The content of an event was changed.
        EDITED = "event.edited" => &[];
        /// A change that people who registered should know about was made.
        CHANGED = "event.changed" => &[(Kind::EventChanged, &[Recipient::Registered])];
        /// A draft was announced.
        SCHEDULED = "event.scheduled" => &[];
        /// An event was moved to another date.
        RESCHEDULED = "event.rescheduled" => &[(Kind::EventRescheduled, &[Recipient::Registered])];
        /// An event was postponed without a new date.
        POSTPONED = "event.postponed" => &[(Kind::EventPostponed, &[Recipient::Registered])];
        /// An event was cancelled.
        CANCELLED = "event.cancelled" => &[(Kind::EventCancelled, &[Recipient::Registered])];
        /// An event ended.
        COMPLETED = "event.completed" => &[];
        /// An event begins within a day.
        REMINDED = "event.reminded" => &[(Kind::EventReminder, &[Recipient::Confirmed])];
        /// The host named an organisation as a partner, or changed what a partner had accepted.
        PARTNER_REQUESTED = "event.partner_requested" => &[(Kind::PartnershipRequested, OTHER_SIDE)];
        /// An organisation accepted to be a partner.
        PARTNER_ACCEPTED = "event.partner_accepted" => &[(Kind::PartnershipAccepted, OTHER_SIDE)];
        /// An organisation declined to be a partner, or left.
        PARTNER_ENDED = "event.partner_ended" => &[(Kind::PartnershipEnded, OTHER_SIDE)];
        /// A draft was deleted.
        DELETED = "event.deleted" => &[];
        /// An organiser exported the list of attendees.
        ATTENDEES_EXPORTED = "event.attendees_exported" => &[];
    }

    event_series::Entity {
        open_data: false,
        grants_access: true,

        /// A series of events was drafted.
        SERIES_DRAFTED = "event_series.drafted" => &[];
    }

    registration::Entity {
        open_data: true,
        grants_access: true,

        /// A person registered and has a place.
        REGISTRATION_CONFIRMED = "registration.confirmed" => &[];
        /// A person registered and waits for a place.
        WAITLISTED = "registration.waitlisted" => &[];
        /// A person on the waiting list was offered a place.
        PLACE_OFFERED = "registration.place_offered" => &[(Kind::PlaceOffered, &[Recipient::Concerned])];
        /// A person accepted the place that they were offered.
        PLACE_ACCEPTED = "registration.place_accepted" => &[];
        /// An offered place was not accepted in time.
        REGISTRATION_LAPSED = "registration.lapsed" => &[(Kind::PlaceLapsed, &[Recipient::Concerned])];
        /// A person cancelled their registration.
        REGISTRATION_CANCELLED = "registration.cancelled" => &[];
        /// An organiser cancelled a registration.
        REGISTRATION_REVOKED = "registration.revoked" => &[(Kind::RegistrationRevoked, &[Recipient::Concerned])];
        /// An organiser checked a person in.
        CHECKED_IN = "registration.checked_in" => &[];
        /// A person with a place did not come.
        MISSED = "registration.missed" => &[];
    }

    place_reservation::Entity {
        open_data: true,
        grants_access: true,

        /// An organiser reserved places.
        PLACES_RESERVED = "place_reservation.made" => &[];
        /// An organiser changed a reservation of places.
        RESERVATION_UPDATED = "place_reservation.updated" => &[];
        /// Reserved places that were not used became free.
        RESERVATION_RELEASED = "place_reservation.released" => &[];
    }
}
