//! Lifecycle of matches: the acts, the states and roles that each needs, and the state that it leads to.
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

/// Period without a step after which an agreed match is listed for brokers.
pub const STUCK_AFTER: Duration = Duration::days(21);

/// States of a match that has not ended.
pub const LIVE: [MatchState; 6] = [
    MatchState::Proposed,
    MatchState::Countered,
    MatchState::Accepted,
    MatchState::InDelivery,
    MatchState::AwaitingConfirmation,
    MatchState::Disputed,
];

/// Kinds of step by which a person represents their side; used for the contact people.
pub const SPEAKS: [MatchStepKind; 5] = [
    MatchStepKind::Proposed,
    MatchStepKind::Countered,
    MatchStepKind::Accepted,
    MatchStepKind::AmendmentProposed,
    MatchStepKind::Amended,
];

/// States in which terms wait for an answer.
pub const OPEN: [MatchState; 2] = [MatchState::Proposed, MatchState::Countered];

/// States in which both sides have agreed and the match has not ended.
pub const UNDER_WAY: [MatchState; 4] = [
    MatchState::Accepted,
    MatchState::InDelivery,
    MatchState::AwaitingConfirmation,
    MatchState::Disputed,
];

/// Action on a match. `viewerActs` returns them in display order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, sea_orm::EnumIter)]
#[graphql(name = "MatchAct")]
pub enum Act {
    /// Accepts the terms: `acceptMatch`.
    Accept,
    /// Answers the terms with other terms, or changes the viewer's own: `counterMatch`.
    Counter,
    /// Declines the terms: `declineMatch`.
    Decline,
    /// Withdraws before terms are agreed: `withdrawMatch`.
    Withdraw,
    /// Approves the terms of an unverified organisation's match, or a change to them, for brokers: `approveMatch`.
    Approve,
    /// Accepts a change to the agreed terms: `acceptAmendment`.
    AcceptAmendment,
    /// Proposes a change to the agreed terms: `proposeAmendment`.
    ProposeAmendment,
    /// Declines a change to the agreed terms, or withdraws the viewer's own: `declineAmendment`.
    DeclineAmendment,
    /// Confirms or disputes a delivery that the other side recorded: `confirmDelivery`.
    ConfirmDelivery,
    /// Records a delivery: `recordDelivery`.
    RecordDelivery,
    /// Withdraws the viewer's own record of a delivery: `withdrawDelivery`.
    WithdrawDelivery,
    /// Disputes what was delivered, so that a broker decides: `disputeMatch`.
    Dispute,
    /// Decides a dispute, for brokers: `resolveDispute`.
    Resolve,
    /// Cancels the agreed match: `cancelMatch`.
    Cancel,
    /// Records the return of a loan, for the side that lent it: `markReturned`.
    MarkReturned,
    /// Thanks the other side: `giveThanks`.
    Thank,
}

/// States in which terms, or a change to them, wait for an answer that may need the approval of a broker.
const APPROVABLE: &[MatchState] = &[
    MatchState::Proposed,
    MatchState::Countered,
    MatchState::Accepted,
    MatchState::InDelivery,
];

/// States in which an amendment can be proposed and answered.
pub const AMENDABLE: &[MatchState] = &[MatchState::Accepted, MatchState::InDelivery];

impl Lifecycle for matching::Entity {
    type State = MatchState;
    type Act = Act;
    /// Lowest role in the organisation of a side; `None` for acts of brokers.
    type Role = Option<MembershipRole>;
    /// Side to act for, if the viewer belongs to both; `None` to derive it from the match.
    type Context = Option<MatchSide>;
    /// Side for which the viewer acts; `None` for brokers.
    type Side = Option<MatchSide>;

    const NOUN: &'static str = "match";
    const STATE: Option<Column> = Some(Column::State);
    const VERSION: Option<Column> = Some(Column::Version);
    const VERSION_FIELD: Option<&'static str> = None;
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
        // `to` is `None` if the state stays, or if the act computes it from the turn or from the deliveries.
        let (from, by, to, record) = match act {
            Act::Accept => (open, MANAGER, Some(Accepted), Some(acts::ACCEPTED)),
            Act::Counter => (open, EDITOR, None, Some(acts::COUNTERED)),
            Act::Decline => (open, EDITOR, Some(Declined), Some(acts::DECLINED)),
            Act::Withdraw => (open, EDITOR, Some(Withdrawn), Some(acts::WITHDRAWN)),
            Act::Approve => (APPROVABLE, BROKER, None, Some(acts::APPROVED)),
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
            if viewer.has_role(PlatformRole::Broker) && party.is_none() {
                return Ok(None);
            }
            return Err(Error::Forbidden(
                "Only a broker who is not a member of either organisation can do this.",
            ));
        };
        let own: Vec<MatchSide> = sides(viewer, row, role).collect();
        let side = side
            .or_else(|| side_to_act(row, act))
            .filter(|side| own.contains(side));
        side.or_else(|| own.first().copied())
            .map(Some)
            .ok_or(Error::Forbidden(
                "You need to be an editor of one of the two organisations; to accept terms or cancel, a manager.",
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
                invalid("No change to the terms is waiting for an answer. Reload the match.")
            }
            Act::Accept | Act::Decline | Act::AcceptAmendment if row.turn != *side => {
                Err(UserError::new(
                    UserErrorCode::NotYourTurn,
                    "The other side has to answer first. You can still change your own terms, or withdraw them.",
                ))
            }
            Act::Approve if !OPEN.contains(&row.state) && !has_pending_amendment(row, now) => {
                invalid("No change to the terms is waiting for an answer. Reload the match.")
            }
            Act::Approve if row.approved_version == Some(row.terms_version) => {
                invalid("These terms are already approved.")
            }
            Act::MarkReturned if *side == Some(MatchSide::Requester) => {
                invalid("Only the organisation that lent the item can record its return.")
            }
            Act::MarkReturned if row.returned_at.is_some() || row.offer_allocated == 0 => {
                invalid("Nothing from this match is on loan.")
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

/// Returns the side whose turn decides the act, as the match determines it.
fn side_to_act(row: &matching::Model, act: Act) -> Option<MatchSide> {
    match act {
        Act::MarkReturned => Some(MatchSide::Offerer),
        Act::Withdraw => row.turn.map(other),
        _ => row.turn,
    }
}

/// Checks that the offer is lent and has to be returned. The lending mode of the offer counts, or else that of the
/// request.
#[must_use]
pub const fn is_loan(offer: Option<LendingMode>, request: Option<LendingMode>) -> bool {
    let mode = match offer {
        Some(mode) => Some(mode),
        None => request,
    };
    matches!(mode, Some(LendingMode::Lend | LendingMode::Share))
}

/// Returns the opposite side.
#[must_use]
pub const fn other(side: MatchSide) -> MatchSide {
    match side {
        MatchSide::Offerer => MatchSide::Requester,
        MatchSide::Requester => MatchSide::Offerer,
    }
}

/// Returns the organisation of a side.
#[must_use]
pub const fn organisation(row: &matching::Model, side: MatchSide) -> Uuid {
    match side {
        MatchSide::Offerer => row.offerer_id,
        MatchSide::Requester => row.requester_id,
    }
}

/// Returns the state at an instant. A deadline takes effect at once, even before the worker has stored the new state.
#[must_use]
pub fn state_at(row: &matching::Model, now: DateTime<Utc>) -> MatchState {
    if OPEN.contains(&row.state) && row.answer_by <= now {
        MatchState::Lapsed
    } else {
        row.state
    }
}

/// Checks that a change to the agreed terms is waiting for an answer.
#[must_use]
pub fn has_pending_amendment(row: &matching::Model, now: DateTime<Utc>) -> bool {
    let agreed = [MatchState::Accepted, MatchState::InDelivery].contains(&row.state);
    agreed && row.turn.is_some() && row.answer_by > now
}

/// Returns the time until which the latest terms wait for an answer; `None` if none wait.
#[must_use]
pub fn waits_until(row: &matching::Model, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let waits = OPEN.contains(&state_at(row, now)) || has_pending_amendment(row, now);
    waits.then_some(row.answer_by)
}

/// Returns the side that has to answer at an instant.
#[must_use]
pub fn turn_at(row: &matching::Model, now: DateTime<Utc>) -> Option<MatchSide> {
    let asked = OPEN.contains(&state_at(row, now))
        || has_pending_amendment(row, now)
        || row.state == MatchState::AwaitingConfirmation;
    row.turn.filter(|_| asked)
}

/// Returns the sides in whose organisation the viewer has at least the role.
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
