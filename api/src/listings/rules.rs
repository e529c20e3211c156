//! Acts on a listing: the states in which each is possible, the role that it takes, and the state to which it leads.
//!
//! `DRAFT → PUBLISHED ⇄ PAUSED → CLOSED → (reopen) PUBLISHED`; `PUBLISHED → EXPIRED → (renew) PUBLISHED`.

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use entity::{
    listing::{self, CloseReason, Column, ExpiryPolicy, ListingState},
    membership::MembershipRole,
};
use uuid::Uuid;

use super::acts;
use crate::kit::{
    Error, UserError, UserErrorCode, Viewer, clock,
    lifecycle::{self, Lifecycle, Rule},
};

/// Time before the end of a listing at which its organisation is reminded.
pub const REMIND_BEFORE: Duration = Duration::days(7);
/// Interval at which the organisation of a standing listing is asked to confirm it.
pub const CONFIRM_EVERY: Duration = Duration::days(180);

/// Action on a listing. `viewerActs` returns them in display order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, sea_orm::EnumIter)]
#[graphql(name = "ListingAct")]
pub enum Act {
    /// Change the content: `updateListing`.
    Edit,
    /// Publish a draft to its audience: `publishListing`.
    Publish,
    /// Hide the listing until it is resumed: `pauseListing`.
    Pause,
    /// Publish a paused listing again: `resumeListing`.
    Resume,
    /// Extend the listing, or confirm that it is still valid: `renewListing`.
    Renew,
    /// End the listing, with a reason: `closeListing`.
    Close,
    /// Publish a closed listing again: `reopenListing`.
    Reopen,
    /// Draft another listing with the same content: `copyListing`.
    Copy,
    /// Delete a draft that was never published: `deleteListing`.
    Delete,
}

impl Lifecycle for listing::Entity {
    type State = ListingState;
    type Act = Act;
    type Role = MembershipRole;
    type Context = ();
    type Side = ();

    const NOUN: &'static str = "listing";
    const STATE: Option<Column> = Some(Column::State);
    const VERSION: Option<Column> = Some(Column::Version);
    const UPDATED_AT: Column = Column::UpdatedAt;

    fn version(row: &listing::Model) -> i32 {
        row.version
    }

    fn state_at(row: &listing::Model, (): &(), now: DateTime<Utc>) -> ListingState {
        state_at(row, now)
    }

    fn state_name(state: ListingState) -> String {
        lifecycle::stored_name(&state)
    }

    fn rule(act: Act) -> Rule<Self> {
        use ListingState::{Closed, Draft, Expired, Paused, Published};
        use MembershipRole::{Editor, Member};

        let (from, by, to, record): (&'static [ListingState], _, _, _) = match act {
            Act::Edit => (
                &[Draft, Published, Paused, Expired],
                Editor,
                None,
                Some(acts::EDITED),
            ),
            Act::Publish => (&[Draft], Editor, Some(Published), Some(acts::PUBLISHED)),
            Act::Pause => (&[Published], Editor, Some(Paused), Some(acts::PAUSED)),
            Act::Resume => (&[Paused], Editor, Some(Published), Some(acts::RESUMED)),
            Act::Renew => (
                &[Published, Expired],
                Editor,
                Some(Published),
                Some(acts::RENEWED),
            ),
            Act::Close => {
                let from = &[Published, Paused, Expired];
                (from, Editor, Some(Closed), Some(acts::CLOSED))
            }
            Act::Reopen => (&[Closed], Editor, Some(Published), Some(acts::REOPENED)),
            Act::Copy => (
                &[Draft, Published, Paused, Expired, Closed],
                Member,
                None,
                None,
            ),
            Act::Delete => (&[Draft], Editor, None, Some(acts::DELETED)),
        };
        Rule {
            from,
            by,
            to,
            record,
        }
    }

    fn authorise(viewer: &Viewer, row: &listing::Model, (): &(), act: Act) -> Result<(), Error> {
        let me = viewer.signed_in()?;
        let own_draft = row.state == ListingState::Draft && row.posted_by == me.id;
        let role = match act {
            Act::Edit | Act::Delete if own_draft => MembershipRole::Member,
            _ => Self::rule(act).by,
        };
        if viewer.at_least(row.organisation_id, role) {
            return Ok(());
        }
        Err(Error::Forbidden(
            "Only editors of the listing's organisation can do this. Members can copy its listings, and edit or delete their own drafts.",
        ))
    }

    fn check(
        row: &listing::Model,
        (): &(),
        act: Act,
        (): &(),
        now: DateTime<Utc>,
    ) -> Result<(), UserError> {
        let message = match act {
            Act::Delete if clock::unless_never(row.first_published_at).is_some() => {
                "This listing has been published, so it cannot be deleted. Close it instead."
            }
            Act::Resume if row.closes_at <= now => {
                "This listing ended while it was paused. Set a later expiry or needed-by date first."
            }
            _ => return Ok(()),
        };
        Err(UserError::new(UserErrorCode::InvalidState, message))
    }
}

/// Returns the state of a listing at an instant. Expiry takes effect at once, before the worker has recorded it.
#[must_use]
pub fn state_at(row: &listing::Model, now: DateTime<Utc>) -> ListingState {
    match row.state {
        ListingState::Published if row.closes_at <= now => timed_out(row).0,
        state => state,
    }
}

/// Returns the state of a published listing after its end, and the reason if that state is `CLOSED`.
#[must_use]
pub fn timed_out(row: &listing::Model) -> (ListingState, Option<CloseReason>) {
    if row.closes_at == row.expires_at {
        (ListingState::Expired, None)
    } else {
        (ListingState::Closed, Some(CloseReason::NeededByPassed))
    }
}

/// Returns the end of a published listing: its expiry, or the end of the day by which it is needed if that is earlier.
#[must_use]
pub fn closes_at(expires_at: DateTime<Utc>, needed_by: Option<chrono::NaiveDate>) -> DateTime<Utc> {
    needed_by.map_or(expires_at, |day| expires_at.min(clock::end_of_day(day)))
}

/// Returns true if some of the listing is left, or if it is not counted.
#[must_use]
pub fn something_left(row: &listing::Model) -> bool {
    row.quantity.is_none_or(|quantity| row.allocated < quantity)
}

/// Checks that the viewer may draft listings for an organisation: its members may, except observers.
pub fn may_draft(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.at_least(organisation, MembershipRole::Member) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only members of the organisation can draft listings for it, and observers cannot.",
    ))
}

/// Returns the expiry of a listing that is published now: the time that its organisation chose if that is later than
/// now, otherwise `days` from now. Never for a standing listing.
#[must_use]
pub fn expiry(
    policy: ExpiryPolicy,
    chosen: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    days: i64,
) -> DateTime<Utc> {
    match policy {
        ExpiryPolicy::Standing => clock::never(),
        ExpiryPolicy::Fixed => chosen
            .filter(|end| *end > now)
            .unwrap_or(now + Duration::days(days)),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    fn can(row: &listing::Model, act: Act, now: DateTime<Utc>) -> bool {
        lifecycle::check::<listing::Entity>(row, &(), act, &(), now).is_ok()
    }

    fn row(state: ListingState) -> listing::Model {
        listing::Model {
            state,
            expires_at: clock::never(),
            closes_at: clock::never(),
            first_published_at: clock::never(),
            ..Default::default()
        }
    }

    #[test]
    fn every_act_in_every_state() {
        use ListingState::{Closed, Draft, Expired, Paused, Published};
        let now = clock::from_micros(1_800_000_000_000_000);
        for (state, expected) in [
            (Draft, "Edit Publish Copy Delete"),
            (Published, "Edit Pause Renew Close Copy"),
            (Paused, "Edit Resume Close Copy"),
            (Expired, "Edit Renew Close Copy"),
            (Closed, "Reopen Copy"),
        ] {
            let row = row(state);
            let acts = Act::iter().filter(|act| can(&row, *act, now));
            let acts: Vec<String> = acts.map(|act| format!("{act:?}")).collect();
            assert_eq!(acts.join(" "), expected, "{state:?}");
        }
    }

    #[test]
    fn time_ends_a_published_listing_at_its_instant_and_no_other() {
        let now = clock::from_micros(1_800_000_000_000_000);
        let mut expiring = row(ListingState::Published);
        (expiring.expires_at, expiring.closes_at) = (now, now);
        assert_eq!(state_at(&expiring, now), ListingState::Expired);
        assert_eq!(
            state_at(&expiring, now - Duration::microseconds(1)),
            ListingState::Published
        );
        expiring.expires_at = now + Duration::days(1);
        assert_eq!(state_at(&expiring, now), ListingState::Closed);
        expiring.state = ListingState::Paused;
        assert_eq!(state_at(&expiring, now), ListingState::Paused);
    }

    #[test]
    fn what_was_published_once_is_not_deleted() {
        let now = clock::from_micros(1_800_000_000_000_000);
        let mut draft = row(ListingState::Draft);
        assert!(can(&draft, Act::Delete, now));
        draft.first_published_at = now;
        assert!(!can(&draft, Act::Delete, now));
    }

    #[test]
    fn quantities_that_are_not_counted_never_run_out() {
        let mut row = row(ListingState::Published);
        assert!(something_left(&row));
        row.quantity = Some(5);
        row.allocated = 5;
        assert!(!something_left(&row));
    }
}
