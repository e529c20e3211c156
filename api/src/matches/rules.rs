//! What may be done to a match, by which side and in which state; and which step follows which.
//!
//! `PROPOSED → COUNTERED* → ACCEPTED → IN_DELIVERY → AWAITING_CONFIRMATION → FULFILLED`, with the exits `DECLINED`,
//! `WITHDRAWN`, `LAPSED`, `CANCELLED` and `DISPUTED → RESOLVED`.

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use entity::{
    match_step::MatchStepKind,
    matching::{self, MatchSide, MatchState},
    membership::MembershipRole,
    person::PlatformRole,
    resource_type::LendingMode,
};
use uuid::Uuid;

use crate::kit::{Error, UserError, UserErrorCode, Viewer};

/// After how long without a step an agreed match is stuck, and brokers look after it.
pub const STUCK_AFTER: Duration = Duration::days(21);

/// The states in which a match can still become something.
pub const LIVE: [MatchState; 6] = [
    MatchState::Proposed,
    MatchState::Countered,
    MatchState::Accepted,
    MatchState::InDelivery,
    MatchState::AwaitingConfirmation,
    MatchState::Disputed,
];

/// The steps by which somebody speaks for their side: whom the other side is to turn to.
pub const SPEAKS: [MatchStepKind; 5] = [
    MatchStepKind::Proposed,
    MatchStepKind::Countered,
    MatchStepKind::Accepted,
    MatchStepKind::AmendmentProposed,
    MatchStepKind::Amended,
];

/// The states in which terms wait for an answer.
pub const OPEN: [MatchState; 2] = [MatchState::Proposed, MatchState::Countered];

/// The states in which both sides have agreed, and nothing has ended it.
pub const UNDER_WAY: [MatchState; 4] = [
    MatchState::Accepted,
    MatchState::InDelivery,
    MatchState::AwaitingConfirmation,
    MatchState::Disputed,
];

/// Something that can be done to a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "MatchAct")]
pub enum Act {
    /// Answer the terms with other terms, or improve one's own: `counterMatch`.
    Counter,
    /// Agree to the terms: `acceptMatch`.
    Accept,
    /// Refuse the terms: `declineMatch`.
    Decline,
    /// Take the proposal back, or step out before anything is agreed: `withdrawMatch`.
    Withdraw,
    /// Let the match of an unverified organisation go on: `approveMatch`, for brokers.
    Approve,
    /// Ask to change what was agreed: `proposeAmendment`.
    ProposeAmendment,
    /// Agree to the change: `acceptAmendment`.
    AcceptAmendment,
    /// Refuse the change, or take it back: `declineAmendment`.
    DeclineAmendment,
    /// Say what was delivered: `recordDelivery`.
    RecordDelivery,
    /// Answer what the other side says was delivered: `confirmDelivery`.
    ConfirmDelivery,
    /// Take one's own record back: `withdrawDelivery`.
    WithdrawDelivery,
    /// Say that the two sides do not agree, and call a broker: `disputeMatch`.
    Dispute,
    /// Decide a dispute: `resolveDispute`, for brokers.
    Resolve,
    /// Call it off: `cancelMatch`.
    Cancel,
    /// Say that what was lent came back: `markReturned`, for the side that lent it.
    MarkReturned,
    /// Thank the other side: `giveThanks`.
    Thank,
}

/// All acts, in the order in which a page would show them.
const ACTS: [Act; 16] = [
    Act::Accept,
    Act::Counter,
    Act::Decline,
    Act::Withdraw,
    Act::Approve,
    Act::AcceptAmendment,
    Act::ProposeAmendment,
    Act::DeclineAmendment,
    Act::ConfirmDelivery,
    Act::RecordDelivery,
    Act::WithdrawDelivery,
    Act::Dispute,
    Act::Resolve,
    Act::Cancel,
    Act::MarkReturned,
    Act::Thank,
];

impl Act {
    /// The states in which it can be done.
    #[must_use]
    pub const fn states(self) -> &'static [MatchState] {
        use MatchState::{
            Accepted, AwaitingConfirmation, Cancelled, Disputed, Fulfilled, InDelivery, Resolved,
        };
        match self {
            Self::Counter | Self::Accept | Self::Decline | Self::Withdraw | Self::Approve => &OPEN,
            Self::ProposeAmendment
            | Self::AcceptAmendment
            | Self::DeclineAmendment
            | Self::RecordDelivery
            | Self::Cancel => &[Accepted, InDelivery],
            Self::ConfirmDelivery | Self::WithdrawDelivery | Self::Dispute => {
                &[InDelivery, AwaitingConfirmation]
            }
            Self::Resolve => &[Disputed],
            Self::MarkReturned => &[Fulfilled, Resolved, Cancelled],
            Self::Thank => &[Fulfilled, Resolved],
        }
    }

    /// The lowest role in a side's organisation that does it; `None` where only brokers do.
    const fn role(self) -> Option<MembershipRole> {
        match self {
            Self::Approve | Self::Resolve => None,
            Self::Accept | Self::AcceptAmendment | Self::Cancel => Some(MembershipRole::Manager),
            _ => Some(MembershipRole::Editor),
        }
    }
}

/// Whether what the offer gives comes back: as it says itself, or else the request.
#[must_use]
pub const fn comes_back(offer: Option<LendingMode>, request: Option<LendingMode>) -> bool {
    let mode = match offer {
        Some(mode) => Some(mode),
        None => request,
    };
    matches!(mode, Some(LendingMode::Lend | LendingMode::Share))
}

/// The other side.
#[must_use]
pub const fn other(side: MatchSide) -> MatchSide {
    match side {
        MatchSide::Offerer => MatchSide::Requester,
        MatchSide::Requester => MatchSide::Offerer,
    }
}

/// The organisation that stands on a side.
#[must_use]
pub const fn organisation(row: &matching::Model, side: MatchSide) -> Uuid {
    match side {
        MatchSide::Offerer => row.offerer_id,
        MatchSide::Requester => row.requester_id,
    }
}

/// Where a match stands at an instant: a deadline takes effect at once, whether or not the worker has written it down.
#[must_use]
pub fn state_at(row: &matching::Model, now: DateTime<Utc>) -> MatchState {
    if OPEN.contains(&row.state) && row.answer_by <= now {
        MatchState::Lapsed
    } else {
        row.state
    }
}

/// Whether a change of what was agreed waits for an answer.
#[must_use]
pub fn amendment_waits(row: &matching::Model, now: DateTime<Utc>) -> bool {
    let agreed = [MatchState::Accepted, MatchState::InDelivery].contains(&row.state);
    agreed && row.turn.is_some() && row.answer_by > now
}

/// Whose turn it is at an instant.
#[must_use]
pub fn turn_at(row: &matching::Model, now: DateTime<Utc>) -> Option<MatchSide> {
    let asked = OPEN.contains(&state_at(row, now))
        || amendment_waits(row, now)
        || row.state == MatchState::AwaitingConfirmation;
    row.turn.filter(|_| asked)
}

/// The sides for which the viewer has at least a role.
pub fn sides(
    viewer: &Viewer,
    row: &matching::Model,
    role: MembershipRole,
) -> impl Iterator<Item = MatchSide> {
    let held = move |side: &MatchSide| viewer.at_least(organisation(row, *side), role);
    [MatchSide::Offerer, MatchSide::Requester]
        .into_iter()
        .filter(held)
}

/// The side for which the viewer does this, `None` for brokers. `natural` is the side whose act it is, for those who
/// belong to both.
pub fn may(
    viewer: &Viewer,
    row: &matching::Model,
    act: Act,
    natural: Option<MatchSide>,
) -> Result<Option<MatchSide>, Error> {
    viewer.signed_in()?;
    let Some(role) = act.role() else {
        let party = sides(viewer, row, MembershipRole::Observer)
            .next()
            .is_some();
        if viewer.holds(PlatformRole::Broker) && !party {
            return Ok(None);
        }
        return Err(Error::Forbidden(
            "Only brokers do this, and none who belong to one of the two sides.",
        ));
    };
    let held: Vec<MatchSide> = sides(viewer, row, role).collect();
    let side = natural.filter(|side| held.contains(side));
    side.or_else(|| held.first().copied())
        .map(Some)
        .ok_or(Error::Forbidden(
            "Editors of the two organisations negotiate, deliver and confirm; managers agree, and call off what was agreed.",
        ))
}

/// Whether this can be done to a match as it stands, by a side.
pub fn can(
    row: &matching::Model,
    act: Act,
    side: Option<MatchSide>,
    now: DateTime<Utc>,
) -> Result<(), UserError> {
    let state = state_at(row, now);
    if !act.states().contains(&state) {
        return Err(wrong_state(state, act.states()));
    }
    let refuse = |code, message: &str| Err(UserError::new(code, message));
    let answers = [
        Act::Accept,
        Act::Decline,
        Act::AcceptAmendment,
        Act::DeclineAmendment,
    ];
    match act {
        Act::AcceptAmendment | Act::DeclineAmendment if !amendment_waits(row, now) => refuse(
            UserErrorCode::InvalidState,
            "No change of the terms waits for an answer.",
        ),
        // Whoever asked for a change may take it back.
        Act::DeclineAmendment => Ok(()),
        _ if answers.contains(&act) && row.turn != side => refuse(
            UserErrorCode::NotYourTurn,
            "The other side is to answer. You can change your terms with counterMatch, or withdraw.",
        ),
        Act::Approve if row.approved_at.is_some() => {
            refuse(UserErrorCode::InvalidState, "It is approved already.")
        }
        Act::MarkReturned if side == Some(MatchSide::Requester) => refuse(
            UserErrorCode::InvalidState,
            "The side that lent it says that it came back.",
        ),
        Act::MarkReturned if row.returned_at.is_some() || row.offer_allocated == 0 => {
            refuse(UserErrorCode::InvalidState, "Nothing of it is out on loan.")
        }
        _ => Ok(()),
    }
}

/// What the viewer can do to a match now.
#[must_use]
pub fn acts(viewer: &Viewer, row: &matching::Model) -> Vec<Act> {
    let possible = |act: &Act| {
        let side = match act {
            Act::MarkReturned => Some(MatchSide::Offerer),
            _ => row.turn,
        };
        may(viewer, row, *act, side).is_ok_and(|side| can(row, *act, side, viewer.now).is_ok())
    };
    ACTS.into_iter().filter(possible).collect()
}

/// A refusal that names the state, and those that would do.
fn wrong_state(state: MatchState, needed: &[MatchState]) -> UserError {
    let name = |state: &MatchState| async_graphql::resolver_utils::enum_value(*state).to_string();
    let needed: Vec<String> = needed.iter().map(name).collect();
    UserError::new(
        UserErrorCode::InvalidState,
        format!(
            "The match is {}; this needs one that is {}.",
            name(&state),
            needed.join(" or ")
        ),
    )
}
