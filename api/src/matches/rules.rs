//! What may be done to a match, by which side and in which state; and which step follows which.
//!
//! `PROPOSED → COUNTERED* → ACCEPTED → IN_DELIVERY → AWAITING_CONFIRMATION → FULFILLED`, with the exits `DECLINED`,
//! `WITHDRAWN`, `LAPSED`, `CANCELLED` and `DISPUTED → RESOLVED`.

use async_graphql::Enum;
use chrono::{DateTime, Duration, Utc};
use entity::{
    match_step::MatchStepKind,
    matching::{self, Column, MatchSide, MatchState},
    membership::MembershipRole,
    person::PlatformRole,
    resource_type::LendingMode,
};
use uuid::Uuid;

use super::acts;
use crate::kit::{
    Error, UserError, UserErrorCode, Viewer,
    activity::Concerns,
    lifecycle::{self, Lifecycle, Rule},
};

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

/// Act on a match, in the order in which a page shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, sea_orm::EnumIter)]
#[graphql(name = "MatchAct")]
pub enum Act {
    /// Accept the terms: `acceptMatch`.
    Accept,
    /// Answer the terms with other terms, or change your own: `counterMatch`.
    Counter,
    /// Decline the terms: `declineMatch`.
    Decline,
    /// Withdraw before anything is agreed: `withdrawMatch`.
    Withdraw,
    /// Approve the match of an unverified organisation, for brokers: `approveMatch`.
    Approve,
    /// Accept a change of what was agreed: `acceptAmendment`.
    AcceptAmendment,
    /// Propose a change of what was agreed: `proposeAmendment`.
    ProposeAmendment,
    /// Decline the change, or take your own back: `declineAmendment`.
    DeclineAmendment,
    /// Confirm or contradict a delivery that the other side recorded: `confirmDelivery`.
    ConfirmDelivery,
    /// Record a delivery: `recordDelivery`.
    RecordDelivery,
    /// Withdraw your own record of a delivery: `withdrawDelivery`.
    WithdrawDelivery,
    /// Dispute what was delivered, so that a broker decides: `disputeMatch`.
    Dispute,
    /// Decide a dispute, for brokers: `resolveDispute`.
    Resolve,
    /// Cancel what was agreed: `cancelMatch`.
    Cancel,
    /// Record that what was lent came back, for the side that lent it: `markReturned`.
    MarkReturned,
    /// Thank the other side: `giveThanks`.
    Thank,
}

/// States in which an amendment can be proposed and answered.
pub const AMENDABLE: &[MatchState] = &[MatchState::Accepted, MatchState::InDelivery];

impl Lifecycle for matching::Entity {
    type State = MatchState;
    type Act = Act;
    /// Lowest role in the organisation of a side; `None` for acts of brokers.
    type Role = Option<MembershipRole>;
    /// Side whose act it is, for viewers who belong to both; `None` if the match itself tells.
    type Context = Option<MatchSide>;
    /// Side for which the viewer acts; `None` for brokers.
    type Side = Option<MatchSide>;

    const NOUN: &'static str = "match";
    const STATE: Option<Column> = Some(Column::State);
    const VERSION: Option<Column> = Some(Column::Version);
    const UPDATED_AT: Column = Column::UpdatedAt;

    fn version(row: &matching::Model) -> i32 {
        row.version
    }

    fn state_at(row: &matching::Model, _: &Option<MatchSide>, now: DateTime<Utc>) -> MatchState {
        state_at(row, now)
    }

    fn state_name(state: MatchState) -> String {
        lifecycle::stored_name(&state)
    }

    fn rule(act: Act) -> Rule<Self> {
        use MatchState::{
            Accepted, AwaitingConfirmation, Cancelled, Countered, Declined, Disputed, Fulfilled,
            InDelivery, Proposed, Resolved, Withdrawn,
        };
        const EDITOR: Option<MembershipRole> = Some(MembershipRole::Editor);
        const MANAGER: Option<MembershipRole> = Some(MembershipRole::Manager);
        const BROKER: Option<MembershipRole> = None;

        let open: &'static [MatchState] = &[Proposed, Countered];
        let delivered: &'static [MatchState] = &[InDelivery, AwaitingConfirmation];
        // Where no state stands, the act computes it from the turn or from the deliveries.
        let (from, by, to, record) = match act {
            Act::Accept => (open, MANAGER, Some(Accepted), Some(acts::ACCEPTED)),
            Act::Counter => (open, EDITOR, None, Some(acts::COUNTERED)),
            Act::Decline => (open, EDITOR, Some(Declined), Some(acts::DECLINED)),
            Act::Withdraw => (open, EDITOR, Some(Withdrawn), Some(acts::WITHDRAWN)),
            Act::Approve => (open, BROKER, None, Some(acts::APPROVED)),
            Act::AcceptAmendment => (AMENDABLE, MANAGER, None, Some(acts::AMENDED)),
            Act::ProposeAmendment => (AMENDABLE, EDITOR, None, Some(acts::AMENDMENT_PROPOSED)),
            Act::DeclineAmendment => (AMENDABLE, EDITOR, None, Some(acts::AMENDMENT_DECLINED)),
            Act::ConfirmDelivery => (delivered, EDITOR, None, None),
            Act::RecordDelivery => (AMENDABLE, EDITOR, None, Some(acts::DELIVERY_RECORDED)),
            Act::WithdrawDelivery => (delivered, EDITOR, None, Some(acts::DELIVERY_WITHDRAWN)),
            Act::Dispute => (delivered, EDITOR, Some(Disputed), Some(acts::DISPUTED)),
            Act::Resolve => {
                let from: &'static [MatchState] = &[Disputed];
                (from, BROKER, Some(Resolved), Some(acts::RESOLVED))
            }
            Act::Cancel => (AMENDABLE, MANAGER, Some(Cancelled), Some(acts::CANCELLED)),
            Act::MarkReturned => {
                let from: &'static [MatchState] = &[Fulfilled, Resolved, Cancelled];
                (from, EDITOR, None, Some(acts::RETURNED))
            }
            Act::Thank => {
                let from: &'static [MatchState] = &[Fulfilled, Resolved];
                (from, EDITOR, None, Some(acts::THANKED))
            }
        };
        Rule {
            from,
            by,
            to,
            record,
        }
    }

    fn authorise(
        viewer: &Viewer,
        row: &matching::Model,
        side: &Option<MatchSide>,
        act: Act,
    ) -> Result<Option<MatchSide>, Error> {
        let Some(role) = Self::rule(act).by else {
            let party = sides(viewer, row, MembershipRole::Observer).next();
            if viewer.holds(PlatformRole::Broker) && party.is_none() {
                return Ok(None);
            }
            return Err(Error::Forbidden(
                "Only brokers do this, and none who belong to one of the two sides.",
            ));
        };
        let own: Vec<MatchSide> = sides(viewer, row, role).collect();
        let side = side
            .or_else(|| side_to_act(row, act))
            .filter(|side| own.contains(side));
        side.or_else(|| own.first().copied())
            .map(Some)
            .ok_or(Error::Forbidden(
                "Editors of the two organisations negotiate, deliver and confirm; managers agree, and cancel what was agreed.",
            ))
    }

    fn check(
        row: &matching::Model,
        _: &Option<MatchSide>,
        act: Act,
        side: &Option<MatchSide>,
        now: DateTime<Utc>,
    ) -> Result<(), UserError> {
        let invalid = |message: &str| Err(UserError::new(UserErrorCode::InvalidState, message));
        match act {
            Act::AcceptAmendment | Act::DeclineAmendment if !has_pending_amendment(row, now) => {
                invalid("No change of the terms waits for an answer.")
            }
            Act::Accept | Act::Decline | Act::AcceptAmendment if row.turn != *side => {
                Err(UserError::new(
                    UserErrorCode::NotYourTurn,
                    "The other side is to answer. You can change your terms with counterMatch, or withdraw.",
                ))
            }
            Act::Approve if row.approved_at.is_some() => invalid("It is approved already."),
            Act::MarkReturned if *side == Some(MatchSide::Requester) => {
                invalid("The side that lent it records that it came back.")
            }
            Act::MarkReturned if row.returned_at.is_some() || row.offer_allocated == 0 => {
                invalid("Nothing of it is out on loan.")
            }
            _ => Ok(()),
        }
    }

    fn concerns_in(
        row: &matching::Model,
        _: &Option<MatchSide>,
        side: &Option<MatchSide>,
    ) -> Concerns {
        let own = side.unwrap_or(MatchSide::Offerer);
        Concerns::between(organisation(row, own), organisation(row, other(own)))
    }
}

/// The side whose act it is, as the match itself tells.
fn side_to_act(row: &matching::Model, act: Act) -> Option<MatchSide> {
    match act {
        Act::MarkReturned => Some(MatchSide::Offerer),
        Act::Withdraw => row.turn.map(other),
        _ => row.turn,
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
pub fn has_pending_amendment(row: &matching::Model, now: DateTime<Utc>) -> bool {
    let agreed = [MatchState::Accepted, MatchState::InDelivery].contains(&row.state);
    agreed && row.turn.is_some() && row.answer_by > now
}

/// Whose turn it is at an instant.
#[must_use]
pub fn turn_at(row: &matching::Model, now: DateTime<Utc>) -> Option<MatchSide> {
    let asked = OPEN.contains(&state_at(row, now))
        || has_pending_amendment(row, now)
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
