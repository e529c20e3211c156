//! The kinds of tasks: what each is about, which act clears it, and what it says.

use async_graphql::Enum;
use entity::membership::MembershipRole;
use uuid::Uuid;

use crate::kit::Viewer;

/// What somebody has to do. New kinds may be added: show the title of one that you do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum TaskKind {
    /// Answer the terms of a match.
    AnswerProposal,
    /// Answer a change of what was agreed.
    AnswerAmendment,
    /// Say what was delivered, because the day has passed or nothing was heard for 14 days.
    RecordDelivery,
    /// Answer what the other side says was delivered.
    ConfirmDelivery,
    /// Say that what was lent came back, for its last day has passed.
    MarkReturned,
    /// Let everybody read thanks, if the organisation likes that.
    PublishThanks,
    /// Read what was said.
    ReadConversation,
    /// Answer somebody who asks to join.
    AnswerJoinRequest,
    /// Give a listing more time before it expires.
    RenewListing,
    /// Say that a standing listing still holds.
    ConfirmListing,
    /// Let the match of an unverified organisation go on, or not: for brokers.
    ApproveMatch,
    /// Decide what was delivered: for brokers.
    ResolveDispute,
    /// Ask what goes on in a match that was agreed long ago: for brokers.
    LookAfterMatch,
    /// Decide about a reported message: for moderators.
    DecideReport,
    /// Take places that are offered at an event, or give them back.
    AnswerPlace,
}

/// All kinds; a statement names one by its place.
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

/// What a kind of task is about.
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
    /// The kind at a place.
    #[must_use]
    pub fn at(place: i32) -> Option<Self> {
        KINDS.get(usize::try_from(place).ok()?).copied()
    }

    /// The name in a task's id.
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

    /// What it is about.
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

    /// The act that clears it, for a viewer who does it for an organisation. Managers say yes to terms; editors, who
    /// may not, answer with other terms.
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
            // No act of a broker's: the two sides go on, or call it off.
            Self::LookAfterMatch => return None,
            Self::DecideReport => "hideMessage",
            Self::AnswerPlace => "acceptPlace",
        })
    }

    /// What it says, with room for the listing and the organisation. Of a match, the listing is the reader's own and
    /// the organisation the other one.
    #[rustfmt::skip]
    const fn words(self) -> &'static str {
        match self {
            Self::AnswerProposal => "Answer what {organisation} proposes for {listing}.",
            Self::AnswerAmendment => "Answer the change that {organisation} wishes for {listing}.",
            Self::RecordDelivery => "Say what was delivered for {listing}, agreed with {organisation}.",
            Self::ConfirmDelivery => "Confirm what {organisation} says was delivered for {listing}.",
            Self::MarkReturned => "Has {organisation} brought back what was lent of {listing}?",
            Self::PublishThanks => "{organisation} says thank you for {listing}. May everybody read it?",
            Self::ReadConversation => "Read what was said about {listing}.",
            Self::AnswerJoinRequest => "Somebody asks to join {organisation}. Approve or decline it.",
            Self::RenewListing => "{listing} ends soon. Renew it if it still holds.",
            Self::ConfirmListing => "{listing} was not confirmed for long. Confirm it if it still holds.",
            Self::ApproveMatch => "A match for {listing} waits for approval, for an organisation in it is not verified.",
            Self::ResolveDispute => "The two sides of a match for {listing} do not agree on what was delivered.",
            Self::LookAfterMatch => "Nothing was heard for long of a match for {listing}.",
            Self::DecideReport => "Somebody reported a message. Hide it, or dismiss the report.",
            Self::AnswerPlace => "Places are held for you at {event}. Take them, or give them back.",
        }
    }

    /// What it says. `listing` is a title and `organisation` a name, where the reader may see them.
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
