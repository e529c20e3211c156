//! Sentences of notifications, about a listing or event and an organisation, as far as the recipient may see them. They
//! never contain a person's name, because they are sent by email.

use entity::notification::{NotificationCategory as Category, NotificationKind as Kind};

use super::rules;

/// Returns the sentence of a kind, with placeholders for the listing, event and organisation. For a match, the listing
/// is the recipient's own and the organisation is the one that acted.
#[rustfmt::skip]
const fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::ListingEndsSoon => "{listing} of {organisation} expires soon. Renew it if it is still valid.",
        Kind::ListingUnconfirmed => "Is {listing} of {organisation} still valid? If it is, confirm it.",
        Kind::ListingExpired => "{listing} of {organisation} has expired. Renew it to list it again.",
        Kind::ListingClosed => "{listing} of {organisation} was closed.",
        Kind::JoinRequested => "A person asked to join {organisation}. Approve or decline the request.",
        Kind::JoinApproved => "You are now a member of {organisation}.",
        Kind::JoinDeclined => "{organisation} declined your request to join. You can ask again.",
        Kind::MemberRemoved => "You are no longer a member of {organisation}.",
        Kind::MemberJoined => "A person accepted an invitation and joined {organisation}.",
        Kind::RoleChanged => "Your role in {organisation} has changed.",
        Kind::OrganisationVerified => "{organisation} was verified.",
        Kind::VerificationFailed => "{organisation} could not be verified. Check its registration details.",
        Kind::VerificationWithdrawn => "{organisation} is no longer verified.",
        Kind::OrganisationMerged => "Another organisation was merged into {organisation}.",
        Kind::MatchProposed => "{organisation} proposed a match for {listing}. Accept, decline or propose other terms.",
        Kind::MatchCountered => "{organisation} proposed other terms for {listing}. Accept, decline or propose others.",
        Kind::MatchAccepted => "{organisation} accepted the terms for {listing}. You can now see whom to contact.",
        Kind::MatchDeclined => "{organisation} declined the match for {listing}.",
        Kind::MatchWithdrawn => "{organisation} withdrew its proposed match for {listing}.",
        Kind::MatchLapsed => "The proposed match for {listing} lapsed: no answer in time, or a listing was closed.",
        Kind::MatchNothingLeft => "Nothing is left for the proposed match for {listing}: other matches came first.",
        Kind::MatchAvailableAgain => "The proposed match for {listing} is possible again.",
        Kind::MatchApproved => "A broker approved the match for {listing}.",
        Kind::AmendmentProposed => "{organisation} proposed a change to the terms for {listing}. Accept or decline it.",
        Kind::AmendmentAccepted => "{organisation} accepted the change to the terms for {listing}.",
        Kind::AmendmentDeclined => "The proposed change for {listing} will not be made. The agreed terms stay.",
        Kind::DeliveryRecorded => "{organisation} recorded a delivery for {listing}. Confirm or dispute it.",
        Kind::DeliveryWithdrawn => "{organisation} withdrew a delivery that it had recorded for {listing}.",
        Kind::DeliveryConfirmed => "{organisation} confirmed a delivery for {listing}.",
        Kind::MatchDisputed => "{organisation} disputed a delivery for {listing}. A broker will review it.",
        Kind::MatchFulfilled => "Both sides confirmed that everything was delivered for {listing}.",
        Kind::MatchResolved => "A broker decided the dispute about the delivery for {listing}.",
        Kind::MatchReturned => "The loan for {listing} was returned.",
        Kind::MatchCancelled => "{organisation} cancelled the match for {listing}.",
        Kind::Thanked => "{organisation} thanked you for {listing}.",
        Kind::MessagePosted => "{organisation} sent a message about {listing}.",
        Kind::MessageHidden => "A moderator hid your message about {listing}.",
        Kind::MessageReported => "A message was reported. Hide it, or dismiss the report.",
        Kind::ApprovalNeeded => "A match needs your approval, because one of its organisations is not verified.",
        Kind::DisputeRaised => "The two sides of a match disagree about a delivery. Decide what was delivered.",
        Kind::PlaceOffered => "You are offered places at {event}. Accept or decline them before the offer ends.",
        Kind::PlaceLapsed => "You did not answer in time, so the places at {event} were offered to others.",
        Kind::RegistrationRevoked => "The organisers cancelled your registration for {event}.",
        Kind::EventRescheduled => "{event} has a new date or time. You are still registered.",
        Kind::EventPostponed => "{event} was postponed. You are still registered. We will tell you the new date.",
        Kind::EventCancelled => "{event} was cancelled.",
        Kind::EventChanged => "The details of {event} have changed. Check them.",
        Kind::PartnershipRequested => "{organisation} names your organisation as a partner of {event}. Accept or decline.",
        Kind::PartnershipAccepted => "{organisation} is now a partner of {event}.",
        Kind::PartnershipEnded => "{organisation} is not a partner of {event}: it declined or left.",
        Kind::EventReminder => "{event} starts within 24 hours. You have a place.",
    }
}

/// Composes the sentence of a kind. `listing` is the title of a listing or an event and `organisation` a name; `None`
/// if the recipient may not see it.
#[must_use]
pub fn sentence(kind: Kind, listing: Option<&str>, organisation: Option<&str>) -> String {
    let (some_listing, somebody) = match rules::category(kind) {
        Category::Matches => ("your listing", "the other side"),
        Category::Conversations => ("a listing", "the other side"),
        _ => ("a listing", "your organisation"),
    };
    let event = listing.map_or_else(|| "an event".into(), |title| format!("“{title}”"));
    let listing = listing.map_or_else(|| some_listing.into(), |title| format!("“{title}”"));
    let sentence = words(kind)
        .replace("{organisation}", organisation.unwrap_or(somebody))
        .replace("{listing}", &listing)
        .replace("{event}", &event);
    capitalised(&sentence)
}

/// Returns the subject of an email with these sentences.
#[must_use]
pub fn subject(sentences: &[String]) -> String {
    match sentences {
        [only] => only.clone(),
        several => format!(
            "{} updates from the Social Value Marketplace",
            several.len()
        ),
    }
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_seen_is_not_named() {
        assert_eq!(
            sentence(Kind::OrganisationVerified, None, None),
            "Your organisation was verified."
        );
        assert_eq!(
            sentence(Kind::MatchProposed, None, None),
            "The other side proposed a match for your listing. Accept, decline or propose other terms."
        );
        assert_eq!(
            sentence(
                Kind::ListingClosed,
                Some("Forty laptops"),
                Some("Elm Works")
            ),
            "“Forty laptops” of Elm Works was closed."
        );
    }
}
