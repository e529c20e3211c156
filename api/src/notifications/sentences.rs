//! What a notification says: a sentence about a listing and an organisation, as far as its reader may see them. It
//! never holds a person's name, for it goes into mail.

use entity::notification::{NotificationCategory as Category, NotificationKind as Kind};

use super::rules;

/// The sentence of a kind, with room for the listing and the organisation. Of a match, the listing is the reader's own
/// and the organisation the one that acted.
#[rustfmt::skip]
const fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::ListingEndsSoon => "{listing} of {organisation} ends soon. Renew it if it still holds.",
        Kind::ListingUnconfirmed => "{listing} of {organisation} was not confirmed for long. Confirm it if it still holds.",
        Kind::ListingExpired => "{listing} of {organisation} has ended. Renew it to list it again.",
        Kind::ListingClosed => "{listing} of {organisation} was closed.",
        Kind::JoinRequested => "Somebody asks to join {organisation}. Approve or decline it.",
        Kind::JoinApproved => "You are now a member of {organisation}.",
        Kind::JoinDeclined => "{organisation} declined your request to join. You may ask again.",
        Kind::MemberRemoved => "You are no longer a member of {organisation}.",
        Kind::MemberJoined => "Somebody accepted an invitation and joined {organisation}.",
        Kind::RoleChanged => "Your role in {organisation} was changed.",
        Kind::OrganisationVerified => "{organisation} was verified.",
        Kind::VerificationFailed => "{organisation} could not be verified. Check its details and numbers.",
        Kind::VerificationWithdrawn => "{organisation} is no longer verified.",
        Kind::OrganisationMerged => "Another organisation was merged into {organisation}.",
        Kind::MatchProposed => "{organisation} proposes a match for {listing}. Please answer.",
        Kind::MatchCountered => "{organisation} answered with other terms for {listing}. Please answer.",
        Kind::MatchAccepted => "{organisation} accepted the terms for {listing}. You now see whom to contact.",
        Kind::MatchDeclined => "{organisation} declined the match for {listing}.",
        Kind::MatchWithdrawn => "{organisation} withdrew from the match for {listing}.",
        Kind::MatchLapsed => "The proposed match for {listing} has lapsed.",
        Kind::MatchCrowdedOut => "Nothing is left for the proposed match for {listing}: others came first.",
        Kind::MatchHasRoom => "There is room again for the proposed match for {listing}.",
        Kind::MatchApproved => "A broker approved the match for {listing}.",
        Kind::AmendmentProposed => "{organisation} wishes to change what was agreed for {listing}. Please answer.",
        Kind::AmendmentAccepted => "{organisation} agreed to the change for {listing}.",
        Kind::AmendmentDeclined => "The change for {listing} is off. What was agreed before stays.",
        Kind::DeliveryRecorded => "{organisation} says what was delivered for {listing}. Please confirm it.",
        Kind::DeliveryWithdrawn => "{organisation} took back what it had said was delivered for {listing}.",
        Kind::DeliveryConfirmed => "{organisation} confirmed what was delivered for {listing}.",
        Kind::MatchDisputed => "{organisation} says otherwise of what was delivered for {listing}. A broker will look.",
        Kind::MatchFulfilled => "All was delivered for {listing}, as both sides confirm.",
        Kind::MatchResolved => "A broker decided what was delivered for {listing}.",
        Kind::MatchReturned => "What was lent for {listing} came back.",
        Kind::MatchCancelled => "{organisation} called off the match for {listing}.",
        Kind::Thanked => "{organisation} says thank you for {listing}.",
        Kind::MessagePosted => "{organisation} wrote about {listing}.",
        Kind::MessageHidden => "A moderator hid what you wrote about {listing}.",
        Kind::MessageReported => "Somebody reported a message. Hide it, or dismiss the report.",
        Kind::ApprovalNeeded => "A match waits for your approval, for an organisation in it is not verified.",
        Kind::DisputeRaised => "The two sides of a match do not agree on what was delivered. Please decide.",
        Kind::PlaceOffered => "Places are held for you at {event}. Take them in time, or give them back.",
        Kind::PlaceLapsed => "You did not answer in time: the places at {event} were offered to others.",
        Kind::RegistrationRevoked => "The organisers took you off the list of {event}.",
        Kind::EventRescheduled => "{event} has another date. You are still registered.",
        Kind::EventPostponed => "{event} was put off. You are still registered, and will be told of the new date.",
        Kind::EventCancelled => "{event} was called off.",
        Kind::EventChanged => "Something was changed about {event}. Have a look.",
        Kind::EventReminder => "{event} is soon, and you have a place.",
    }
}

/// The sentence of a kind. `listing` is the title of a listing or an event and `organisation` a name, where the reader may see them.
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

/// The subject of a mail with these sentences.
#[must_use]
pub fn subject(sentences: &[String]) -> String {
    match sentences {
        [only] => only.clone(),
        several => format!("{} things to know from the marketplace", several.len()),
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
            "The other side proposes a match for your listing. Please answer."
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
