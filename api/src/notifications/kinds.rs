//! Kinds of notifications: the category of each, its default email frequency, and its sentences. A new kind is an entry
//! here, for which the compiler asks.
//!
//! Sentences contain facts in braces. One whose facts are unknown, or may not be seen, is left out; after a bar stands
//! another wording for this case. `{listing}`, `{event}` and `{organisation}` are always known: "a listing", for
//! instance. For a match, the listing is the recipient's own and the organisation is the one that acted. Sentences never
//! contain a person's name, because they are sent by email.

use entity::{
    mail_preference::MailFrequency,
    notification::{NotificationCategory as Category, NotificationKind as Kind},
};

macro_rules! kinds {
    ($($category:ident by $frequency:ident { $($kind:ident: $($sentence:literal)+;)+ })+) => {
        /// Returns the category of a kind.
        #[must_use]
        pub const fn category(kind: Kind) -> Category {
            match kind {
                $($(Kind::$kind)|+ => Category::$category,)+
            }
        }

        /// Returns the default email frequency of a category.
        #[must_use]
        pub const fn default_frequency(category: Category) -> MailFrequency {
            match category {
                $(Category::$category => MailFrequency::$frequency,)+
            }
        }

        /// Returns the sentences of a kind. The first is the subject of an email.
        #[must_use]
        pub const fn sentences(kind: Kind) -> &'static [&'static str] {
            match kind {
                $($(Kind::$kind => &[$($sentence),+],)+)+
            }
        }
    };
}

kinds! {
    // Many listings may expire on one day, and none of it is urgent.
    Listings by DailyDigest {
        ListingEndsSoon:
            "{listing} of {organisation} expires at {deadline}.|{listing} of {organisation} expires soon."
            "Renew it before then if it is still valid.";
        ListingUnconfirmed:
            "Is {listing} of {organisation} still valid?"
            "If it is, confirm it by {deadline}.|If it is, confirm it.";
        ListingExpired:
            "{listing} of {organisation} expired on {on}."
            "Renew it to list it again.";
        ListingClosed: "{listing} of {organisation} was closed on {on}.";
    }
    Members by Instant {
        JoinRequested: "A person asked to join {organisation} on {on}." "Approve or decline the request.";
        JoinApproved: "You became a member of {organisation} on {on}.";
        JoinDeclined: "{organisation} declined your request to join on {on}." "You can ask again.";
        MemberRemoved: "You were removed from {organisation} on {on}.";
        MemberJoined: "A person accepted an invitation and joined {organisation} on {on}.";
        RoleChanged: "Your role in {organisation} changed on {on}.";
    }
    Organisations by Instant {
        OrganisationVerified: "{organisation} was verified on {on}.";
        VerificationFailed:
            "{organisation} could not be verified on {on}."
            "Check its registration details.";
        VerificationWithdrawn: "The verification of {organisation} was withdrawn on {on}.";
        OrganisationMerged: "Another organisation was merged into {organisation} on {on}.";
    }
    Matches by Instant {
        MatchProposed:
            "{organisation} proposed a match for {listing} on {on}."
            "Accept, decline or propose other terms by {deadline}.|Accept, decline or propose other terms.";
        MatchCountered:
            "{organisation} proposed other terms for {listing} on {on}."
            "Accept, decline or propose others by {deadline}.|Accept, decline or propose others.";
        MatchAccepted:
            "{organisation} accepted the terms for {listing} on {on}."
            "You can now see whom to contact.";
        MatchDeclined: "{organisation} declined the match for {listing} on {on}.";
        MatchWithdrawn: "{organisation} withdrew its proposed match for {listing} on {on}.";
        MatchLapsed:
            "The proposed match for {listing} lapsed on {on}."
            "There was no answer in time, or a listing was closed.";
        MatchNothingLeft:
            "On {on} nothing was left for the proposed match for {listing}."
            "Other matches came first.";
        MatchAvailableAgain:
            "The proposed match for {listing} became possible again on {on}."
            "It lapses at {deadline} if it is not accepted.";
        MatchApproved: "A broker approved the match for {listing} on {on}.";
        AmendmentProposed:
            "{organisation} proposed a change to the terms for {listing} on {on}."
            "Accept or decline it by {deadline}.|Accept or decline it.";
        AmendmentAccepted: "{organisation} accepted the change to the terms for {listing} on {on}.";
        AmendmentDeclined:
            "The change for {listing} that was proposed was declined, was withdrawn or lapsed on {on}."
            "The agreed terms stay.";
        DeliveryRecorded:
            "{organisation} recorded a delivery for {listing} on {on}."
            "Confirm or dispute it.";
        DeliveryWithdrawn: "{organisation} withdrew a delivery that it had recorded for {listing} on {on}.";
        DeliveryConfirmed: "{organisation} confirmed a delivery for {listing} on {on}.";
        MatchDisputed:
            "{organisation} disputed a delivery for {listing} on {on}."
            "A broker will review it.";
        MatchFulfilled:
            "Both sides have confirmed that everything was delivered for {listing}, the last on {on}.";
        MatchResolved: "A broker decided the dispute about the delivery for {listing} on {on}.";
        MatchReturned: "The loan for {listing} was returned on {on}.";
        MatchCancelled: "{organisation} cancelled the match for {listing} on {on}.";
        Thanked: "{organisation} thanked you for {listing} on {on}.";
    }
    Conversations by Instant {
        MessagePosted: "{organisation} sent a message about {listing} on {on}.";
        MessageHidden: "A moderator hid your message about {listing} on {on}.";
    }
    Events by Instant {
        PlaceOffered:
            "You are offered places at {event}."
            "It takes place on {when}."
            "Place: {place}."
            "Accept or decline the offer by {deadline}.|Accept or decline the offer before it ends.";
        PlaceLapsed:
            "You did not answer in time, so the places at {event} were offered to others on {on}."
            "The event takes place on {when}.";
        RegistrationRevoked:
            "The organisers cancelled your registration for {event}."
            "The event takes place on {when}.";
        EventRescheduled:
            "{event} has a new date or time: {when}.|{event} has a new date or time."
            "Before, it was to start on {before}."
            "Place: {place}."
            "You are still registered.";
        EventPostponed:
            "{event} was postponed."
            "It was to take place on {when}."
            "You are still registered."
            "We will tell you the new date.";
        EventCancelled:
            "{event} was cancelled."
            "It was to take place on {when}.";
        EventChanged:
            "The details of {event} have changed: {changed}.|The details of {event} have changed."
            "It takes place on {when}."
            "Place: {place}.";
        EventReminder:
            "{event} takes place on {when}.|{event} starts within 24 hours."
            "Place: {place}."
            "You have a place.";
        PartnershipRequested:
            "{organisation} names your organisation as a partner of {event}."
            "It takes place on {when}."
            "Place: {place}."
            "Accept or decline: until you accept, you do not show as a partner.";
        PartnershipAccepted:
            "{organisation} became a partner of {event} on {on}."
            "The event takes place on {when}.";
        PartnershipEnded:
            "{organisation} declined to be a partner of {event}, or left, on {on}."
            "The event takes place on {when}.";
    }
    Staff by Instant {
        MessageReported: "A message was reported on {on}." "Hide it, or dismiss the report.";
        ApprovalNeeded:
            "A match proposed on {on} needs your approval, because one of its organisations is not verified."
            "It lapses at {deadline} if it is not accepted.";
        DisputeRaised:
            "The two sides of a match disagreed about a delivery on {on}."
            "Decide what was delivered.";
    }
    Account by Instant {
        EmailRejected:
            "Mail to your email address was rejected on {on}, so we have stopped sending it."
            "Verify the address again to get mail.";
    }
}
