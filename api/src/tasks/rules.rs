//! Kinds of tasks: the type of their subject, the mutation that completes them, and their titles.

use async_graphql::Enum;
use entity::membership::MembershipRole;
use uuid::Uuid;

use crate::kit::Viewer;

/// Kind of a task: the work to do. New kinds may be added: show the title of a kind that you do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum TaskKind {
    /// Answer the proposed terms of a match.
    AnswerProposal,
    /// Answer an amendment of agreed terms.
    AnswerAmendment,
    /// Record what was delivered: the last day of the terms has passed, or a match without one has had no step for 14
    /// days.
    RecordDelivery,
    /// Confirm a delivery that the other side recorded, or dispute it.
    ConfirmDelivery,
    /// Mark a loan as returned: its last day has passed.
    MarkReturned,
    /// Decide about publishing thanks that the other side offers for publication.
    PublishThanks,
    /// Read new messages in a conversation.
    ReadConversation,
    /// Answer a request to join the organisation. For managers.
    AnswerJoinRequest,
    /// Renew a listing that expires soon.
    RenewListing,
    /// Confirm that a standing listing is still valid.
    ConfirmListing,
    /// Approve a match in which an organisation is not verified. For brokers.
    ApproveMatch,
    /// Resolve a dispute about a delivery. For brokers.
    ResolveDispute,
    /// Follow up an agreed match without progress. For brokers.
    LookAfterMatch,
    /// Decide about a reported message. For moderators.
    DecideReport,
    /// Accept or decline offered places at an event.
    AnswerPlace,
}

/// All kinds. Statements identify a kind by its position.
const KINDS: [TaskKind; 15] = [
    TaskKind::AnswerProposal,
    TaskKind::AnswerAmendment,
    TaskKind::RecordDelivery,
    TaskKind::ConfirmDelivery,
    TaskKind::MarkReturned,
    TaskKind::PublishThanks,
    TaskKind::ReadConversation,
    TaskKind::AnswerJoinRequest,
    TaskKind::RenewListing,
    TaskKind::ConfirmListing,
    TaskKind::ApproveMatch,
    TaskKind::ResolveDispute,
    TaskKind::LookAfterMatch,
    TaskKind::DecideReport,
    TaskKind::AnswerPlace,
];

/// Type of the subject of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A match.
    Match,
    /// A delivery.
    Fulfilment,
    /// Thanks.
    Thanks,
    /// A conversation.
    Conversation,
    /// A membership.
    Membership,
    /// A listing.
    Listing,
    /// A report of a message.
    Report,
    /// A registration for an event.
    Registration,
}

impl TaskKind {
    /// Returns the kind at a position of `KINDS`.
    #[must_use]
    pub fn at(place: i32) -> Option<Self> {
        KINDS.get(usize::try_from(place).ok()?).copied()
    }

    /// Returns the name of the kind in snake case, for the id of a task.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.extend(c.to_lowercase());
        }
        name
    }

    /// Returns the type of its subject.
    #[must_use]
    pub const fn about(self) -> About {
        match self {
            Self::AnswerProposal
            | Self::AnswerAmendment
            | Self::RecordDelivery
            | Self::MarkReturned
            | Self::ApproveMatch
            | Self::ResolveDispute
            | Self::LookAfterMatch => About::Match,
            Self::ConfirmDelivery => About::Fulfilment,
            Self::PublishThanks => About::Thanks,
            Self::ReadConversation => About::Conversation,
            Self::AnswerJoinRequest => About::Membership,
            Self::RenewListing | Self::ConfirmListing => About::Listing,
            Self::DecideReport => About::Report,
            Self::AnswerPlace => About::Registration,
        }
    }

    /// Returns the mutation that completes it, for a viewer who acts for an organisation. Only managers can accept
    /// terms; an editor is directed to the mutation that an editor may use.
    #[must_use]
    pub fn act(self, viewer: &Viewer, organisation: Option<Uuid>) -> Option<&'static str> {
        let manages = organisation.is_some_and(|id| viewer.at_least(id, MembershipRole::Manager));
        Some(match self {
            Self::AnswerProposal if manages => "acceptMatch",
            Self::AnswerProposal => "counterMatch",
            Self::AnswerAmendment if manages => "acceptAmendment",
            Self::AnswerAmendment => "declineAmendment",
            Self::RecordDelivery => "recordDelivery",
            Self::ConfirmDelivery => "confirmDelivery",
            Self::MarkReturned => "markReturned",
            Self::PublishThanks => "publishThanks",
            Self::ReadConversation => "markConversationRead",
            Self::AnswerJoinRequest => "approveMember",
            Self::RenewListing | Self::ConfirmListing => "renewListing",
            Self::ApproveMatch => "approveMatch",
            Self::ResolveDispute => "resolveDispute",
            // No mutation of a broker completes it: the two sides continue the match or cancel it.
            Self::LookAfterMatch => return None,
            Self::DecideReport => "hideMessage",
            Self::AnswerPlace => "acceptPlace",
        })
    }

    /// Returns the title with placeholders. For a match, `{listing}` is the listing of the reader and `{organisation}`
    /// the other side.
    #[rustfmt::skip]
    const fn words(self) -> &'static str {
        match self {
            Self::AnswerProposal => "Answer the terms that {organisation} proposes for {listing}.",
            Self::AnswerAmendment => "Answer the change to the terms that {organisation} proposes for {listing}.",
            Self::RecordDelivery => "Record what was delivered for {listing}, agreed with {organisation}.",
            Self::ConfirmDelivery => "Confirm the delivery that {organisation} recorded for {listing}.",
            Self::MarkReturned => "Has {organisation} returned what you lent from {listing}? Mark it as returned.",
            Self::PublishThanks => "{organisation} thanks you for {listing}. Decide whether to publish the thanks.",
            Self::ReadConversation => "Read new messages about {listing}.",
            Self::AnswerJoinRequest => "A person asks to join {organisation}. Approve or decline the request.",
            Self::RenewListing => "{listing} expires soon. Renew it if it is still valid.",
            Self::ConfirmListing => "{listing} was last confirmed long ago. Confirm it if it is still valid.",
            Self::ApproveMatch => "A match for {listing} needs your approval, because one of its organisations is not verified.",
            Self::ResolveDispute => "Resolve a dispute: the two sides of a match for {listing} disagree about a delivery.",
            Self::LookAfterMatch => "Follow up a match for {listing}: it has had no progress for a long time.",
            Self::DecideReport => "A message was reported. Hide it, or dismiss the report.",
            Self::AnswerPlace => "You are offered places at {event}. Accept or decline them.",
        }
    }

    /// Returns the title. `listing` is a title and `organisation` a name; `None` if the reader may not see them.
    #[must_use]
    pub fn title(self, listing: Option<&str>, organisation: Option<&str>) -> String {
        let event = listing.map_or_else(|| "an event".into(), |title| format!("“{title}”"));
        let listing = listing.map_or_else(|| "a listing".into(), |title| format!("“{title}”"));
        let sentence = self
            .words()
            .replace("{organisation}", organisation.unwrap_or("the other side"))
            .replace("{listing}", &listing)
            .replace("{event}", &event);
        let mut rest = sentence.chars();
        let first = rest.next().into_iter().flat_map(char::to_uppercase);
        first.chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_in_its_place_and_says_something() {
        for (place, kind) in (0..).zip(KINDS) {
            assert_eq!(kind as i32, place);
            assert_eq!(TaskKind::at(place), Some(kind));
            let title = kind.title(None, None);
            assert!(
                !title.contains('{') && title.starts_with(char::is_uppercase),
                "{title}"
            );
        }
        assert_eq!(TaskKind::at(15), None);
        assert_eq!(TaskKind::at(-1), None);
    }
}
