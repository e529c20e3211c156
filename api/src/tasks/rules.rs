//! The kinds of tasks: what each asks for, and the act that clears it.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum TaskKind {
    /// The other side waits for an answer to its terms.
    AnswerProposal,
    /// The other side waits for an answer to a change of what was agreed.
    AnswerAmendment,
    /// The other side says that something was delivered.
    ConfirmDelivery,
    /// What was agreed should have been delivered by now, and nobody has said so.
    RecordDelivery,
    /// What was lent should be back by now.
    MarkReturned,
    /// The other side has thanked in words that everybody may read, if you agree.
    PublishThanks,
    /// Somebody asks to join an organisation.
    AnswerJoinRequest,
    /// A listing ends soon.
    RenewListing,
    /// A standing listing was not confirmed for long.
    ConfirmListing,
    /// A match of an unverified organisation waits for a broker.
    ApproveMatch,
    /// Two sides disagree on what was delivered.
    ResolveDispute,
    /// Nothing has happened in an agreed match for long.
    LookAfterMatch,
}

impl TaskKind {
    /// What is to be done, in a line.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::AnswerProposal => "Answer the proposal: accept, counter or decline.",
            Self::AnswerAmendment => "Answer the change of what was agreed.",
            Self::ConfirmDelivery => "Say whether this was delivered.",
            Self::RecordDelivery => "Record what was delivered, or call the match off.",
            Self::MarkReturned => "Say whether what was lent came back.",
            Self::PublishThanks => "Read the thanks, and say whether everybody may.",
            Self::AnswerJoinRequest => "Let them in, or decline.",
            Self::RenewListing => "Renew the listing before it ends, or let it end.",
            Self::ConfirmListing => "Confirm that the listing still holds, or close it.",
            Self::ApproveMatch => "Look at the organisations, and approve the match.",
            Self::ResolveDispute => "Hear both sides, and decide what was delivered.",
            Self::LookAfterMatch => "Ask both sides how it goes.",
        }
    }

    /// The mutation that clears it first of all; null where it takes a talk.
    #[must_use]
    pub const fn act(self) -> Option<&'static str> {
        Some(match self {
            Self::AnswerProposal => "acceptMatch",
            Self::AnswerAmendment => "acceptAmendment",
            Self::ConfirmDelivery => "confirmDelivery",
            Self::RecordDelivery => "recordDelivery",
            Self::MarkReturned => "markReturned",
            Self::PublishThanks => "publishThanks",
            Self::AnswerJoinRequest => "approveMember",
            Self::RenewListing | Self::ConfirmListing => "renewListing",
            Self::ApproveMatch => "approveMatch",
            Self::ResolveDispute => "resolveDispute",
            Self::LookAfterMatch => return None,
        })
    }
}

/// Something that waits for the viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What waits.
    pub kind: TaskKind,
    /// Global id of what it is about.
    pub subject: String,
    /// The organisation for which the viewer is asked; none for staff.
    pub organisation: Option<Uuid>,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// Until when it can be done, where that ends.
    pub due: Option<DateTime<Utc>>,
}

/// What ends first comes first, then what waits longest.
pub fn sort(waiting: &mut [Waiting]) {
    waiting.sort_by(|one, other| {
        let never = crate::kit::clock::never();
        let key = |task: &Waiting| (task.due.unwrap_or(never), task.since);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.subject.cmp(&other.subject))
    });
}
