//! Effect of acts on the feeds, and limits that consumers rely on.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use entity::{
    activity, area, event,
    listing::{self, ListingKind},
    matching, organisation, place_reservation, registration, resource_type,
};
use uuid::Uuid;

use crate::kit::{Resource, activity::Catalogue};

/// Period for which a tombstone is kept. The exchange requires seven days; the rest is for late consumers.
pub const KEPT: Duration = Duration::days(14);
/// Default number of changes on a page.
pub const CHANGES: u64 = 200;
/// Maximum number of changes on a page.
pub const MAX_CHANGES: u64 = 500;
/// Number of newly published items on a page.
pub const NEWEST: i32 = 50;

/// Objects whose public content may have changed by a set of acts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Listings.
    pub listings: Vec<Uuid>,
    /// Organisations, for all that they posted.
    pub organisations: Vec<Uuid>,
    /// Matches, for both listings of each.
    pub matches: Vec<Uuid>,
    /// Areas, for the objects in them.
    pub areas: Vec<Uuid>,
    /// Resource types, for the listings of these types.
    pub types: Vec<Uuid>,
    /// Events.
    pub events: Vec<Uuid>,
    /// Registrations, for their events.
    pub registrations: Vec<Uuid>,
    /// Place reservations, for their events.
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

    /// Returns true if no object is affected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Returns the schema.org type of a listing.
#[must_use]
pub const fn kind(kind: ListingKind) -> &'static str {
    match kind {
        ListingKind::Offer => "Offer",
        ListingKind::Request => "Demand",
    }
}

/// Returns the time of a feed's new change, from its previous one. Rounds up to whole seconds and always increases, so
/// that a consumer can tell from the time if it has all changes.
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
