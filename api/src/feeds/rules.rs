//! What an act touches in the feeds, and the lengths that everybody may rely upon.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use entity::{
    activity, area, event,
    listing::{self, ListingKind},
    matching, organisation, place_reservation, registration, resource_type,
};
use uuid::Uuid;

use crate::kit::{Resource, activity::Catalogue};

/// How long a tombstone is kept. Readers are told seven days; the rest is for those who come late.
pub const KEPT: Duration = Duration::days(14);
/// How many changes a page has where the address does not say.
pub const CHANGES: u64 = 200;
/// The most changes on a page.
pub const MOST_CHANGES: u64 = 500;
/// How many of the newest a page has.
pub const NEWEST: i32 = 50;

/// What some acts may have changed for those who read the feeds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// These listings.
    pub listings: Vec<Uuid>,
    /// What these organisations posted.
    pub organisations: Vec<Uuid>,
    /// The two listings of each of these matches.
    pub matches: Vec<Uuid>,
    /// What is for these areas.
    pub areas: Vec<Uuid>,
    /// What is of these types.
    pub types: Vec<Uuid>,
    /// These events.
    pub events: Vec<Uuid>,
    /// The events for which these registrations are.
    pub registrations: Vec<Uuid>,
    /// The events at which these reservations hold places.
    pub reservations: Vec<Uuid>,
}

impl Touched {
    /// Subjects of those acts that may change open data. An act that this version does not know may change it too.
    #[must_use]
    pub fn by(catalogue: &Catalogue, acts: &[activity::Model]) -> Self {
        let mut touched = Self::default();
        let open =
            |act: &&activity::Model| catalogue.entry(act).is_none_or(|entry| entry.open_data);
        for act in acts.iter().filter(open) {
            match act.subject_kind.as_str() {
                listing::Entity::NAME => touched.listings.push(act.subject_id),
                matching::Entity::NAME => touched.matches.push(act.subject_id),
                event::Entity::NAME => touched.events.push(act.subject_id),
                registration::Entity::NAME => touched.registrations.push(act.subject_id),
                place_reservation::Entity::NAME => touched.reservations.push(act.subject_id),
                area::Entity::NAME => touched.areas.push(act.subject_id),
                resource_type::Entity::NAME => touched.types.push(act.subject_id),
                organisation::Entity::NAME => {
                    touched.organisations.push(act.subject_id);
                    touched.organisations.extend(act.organisation_id);
                    touched.organisations.extend(act.other_organisation_id);
                }
                _ => {}
            }
        }
        touched
    }

    /// Whether they changed nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What readers call a listing: schema.org's words.
#[must_use]
pub const fn kind(kind: ListingKind) -> &'static str {
    match kind {
        ListingKind::Offer => "Offer",
        ListingKind::Request => "Demand",
    }
}

/// When a feed that changed at one time last has changed now: whole seconds, and later than before, so that a time
/// tells readers whether they know everything.
#[must_use]
pub fn later(before: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let up = if now.timestamp_subsec_nanos() == 0 {
        now
    } else {
        now.trunc_subsecs(0) + Duration::seconds(1)
    };
    up.max(before + Duration::seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::clock;

    #[test]
    fn a_feed_changes_at_whole_seconds_each_later_than_the_last() {
        let at = |micros| clock::from_micros(micros);
        assert_eq!(later(at(0), at(1_500_000)), at(2_000_000));
        assert_eq!(later(at(0), at(2_000_000)), at(2_000_000));
        assert_eq!(later(at(2_000_000), at(1_700_000)), at(3_000_000));
        assert_eq!(later(at(9_000_000), at(1_700_000)), at(10_000_000));
    }
}
