//! What may be done to a listing, by whom and in which state; and which step follows which.
//!
//! `DRAFT → PUBLISHED ⇄ PAUSED → CLOSED → (reopen) PUBLISHED`; `PUBLISHED → EXPIRED → (renew) PUBLISHED`.

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use entity::{
    listing::{self, CloseReason, ExpiryPolicy, ListingState},
    membership::MembershipRole,
};
use uuid::Uuid;

use crate::kit::{Error, UserError, UserErrorCode, Viewer, clock};

/// How long before its end a listing's organisation is reminded.
pub const REMIND_BEFORE: Duration = Duration::days(7);
/// How often the organisation of a standing listing is asked whether it still holds.
pub const CONFIRM_EVERY: Duration = Duration::days(180);

/// Something that can be done to a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "ListingAct")]
pub enum Act {
    /// Change what it says: `updateListing`.
    Edit,
    /// Open it to its audience: `publishListing`.
    Publish,
    /// Take it out of sight for a while: `pauseListing`.
    Pause,
    /// Bring it back after a pause: `resumeListing`.
    Resume,
    /// Give it more time, or confirm that it still holds: `renewListing`.
    Renew,
    /// End it: `closeListing`.
    Close,
    /// Open it again after it was closed: `reopenListing`.
    Reopen,
    /// Draft another one like it: `copyListing`.
    Copy,
    /// Throw away a draft that nobody has seen: `deleteListing`.
    Delete,
}

/// All acts, in the order in which a page would show them.
const ACTS: [Act; 9] = [
    Act::Edit,
    Act::Publish,
    Act::Pause,
    Act::Resume,
    Act::Renew,
    Act::Close,
    Act::Reopen,
    Act::Copy,
    Act::Delete,
];

impl Act {
    /// The states in which it can be done.
    const fn states(self) -> &'static [ListingState] {
        use ListingState::{Closed, Draft, Expired, Paused, Published};
        match self {
            Self::Edit => &[Draft, Published, Paused, Expired],
            Self::Publish | Self::Delete => &[Draft],
            Self::Pause => &[Published],
            Self::Resume => &[Paused],
            Self::Renew => &[Published, Expired],
            Self::Close => &[Published, Paused, Expired],
            Self::Reopen => &[Closed],
            Self::Copy => &[Draft, Published, Paused, Expired, Closed],
        }
    }
}

/// Where a listing stands at an instant: time takes effect at once, whether or not the worker has written it down.
#[must_use]
pub fn state_at(row: &listing::Model, now: DateTime<Utc>) -> ListingState {
    match row.state {
        ListingState::Published if row.closes_at <= now => timed_out(row).0,
        state => state,
    }
}

/// What a published listing becomes when its time runs out, and the reason where it is closed.
#[must_use]
pub fn timed_out(row: &listing::Model) -> (ListingState, Option<CloseReason>) {
    if row.closes_at == row.expires_at {
        (ListingState::Expired, None)
    } else {
        (ListingState::Closed, Some(CloseReason::NeededByPassed))
    }
}

/// When a listing stops being live: when it expires, or with the day by which it is needed.
#[must_use]
pub fn closes_at(expires_at: DateTime<Utc>, needed_by: Option<chrono::NaiveDate>) -> DateTime<Utc> {
    needed_by.map_or(expires_at, |day| expires_at.min(clock::end_of_day(day)))
}

/// Whether there is something left of it.
#[must_use]
pub fn something_left(row: &listing::Model) -> bool {
    row.quantity.is_none_or(|quantity| row.allocated < quantity)
}

/// Who may post for an organisation: its members, observers excepted.
pub fn may_draft(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.at_least(organisation, MembershipRole::Member) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only members of the organisation, observers excepted, draft listings for it.",
    ))
}

/// Who may do this to a listing that they see: editors everything, members what concerns their own drafts.
pub fn may(viewer: &Viewer, row: &listing::Model, act: Act) -> Result<(), Error> {
    let me = viewer.signed_in()?;
    let own_draft = row.state == ListingState::Draft && row.posted_by == me.id;
    let lowest = match act {
        Act::Copy => MembershipRole::Member,
        Act::Edit | Act::Delete if own_draft => MembershipRole::Member,
        _ => MembershipRole::Editor,
    };
    if viewer.at_least(row.organisation_id, lowest) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only editors of the listing's organisation do this; members edit and delete their own drafts.",
    ))
}

/// Whether this can be done to a listing as it stands.
pub fn can(row: &listing::Model, act: Act, now: DateTime<Utc>) -> Result<(), UserError> {
    let state = state_at(row, now);
    if act == Act::Delete && clock::unless_never(row.first_published_at).is_some() {
        return Err(UserError::new(
            UserErrorCode::InvalidState,
            "It has been published, so it stays. Close it instead.",
        ));
    }
    if act.states().contains(&state) {
        return Ok(());
    }
    let name = |state: &ListingState| format!("{state:?}").to_uppercase();
    let needed: Vec<String> = act.states().iter().map(name).collect();
    Err(UserError::new(
        UserErrorCode::InvalidState,
        format!(
            "The listing is {}; this needs one that is {}.",
            name(&state),
            needed.join(" or ")
        ),
    ))
}

/// What the viewer can do to a listing now.
#[must_use]
pub fn acts(viewer: &Viewer, row: &listing::Model) -> Vec<Act> {
    ACTS.into_iter()
        .filter(|act| may(viewer, row, *act).is_ok() && can(row, *act, viewer.now).is_ok())
        .collect()
}

/// When a listing that is published now expires, given what its organisation chose, if anything.
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
    use super::*;

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
            let acts = ACTS.iter().filter(|act| can(&row, **act, now).is_ok());
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
        assert!(can(&draft, Act::Delete, now).is_ok());
        draft.first_published_at = now;
        assert!(can(&draft, Act::Delete, now).is_err());
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
