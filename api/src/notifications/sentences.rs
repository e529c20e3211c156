//! What a notification says: a sentence about the thing and the organisation, as far as its reader may see them. It
//! never holds a person's name, for it goes into mail.

use entity::notification::NotificationKind as Kind;

/// The sentence of a kind. `thing` is a listing's title, `organisation` a name.
#[must_use]
pub fn sentence(kind: Kind, thing: Option<&str>, organisation: Option<&str>) -> String {
    let listing = thing.map_or_else(|| "A listing".into(), |title| format!("“{title}”"));
    let organisation = organisation.unwrap_or("your organisation");
    let sentence = match kind {
        Kind::ListingEndsSoon => {
            format!("{listing} of {organisation} ends soon. Renew it if it still holds.")
        }
        Kind::ListingUnconfirmed => {
            format!("Does {listing} of {organisation} still hold? Please confirm it.")
        }
        Kind::ListingExpired => {
            format!("{listing} of {organisation} has ended. Renew it to list it again.")
        }
        Kind::ListingClosed => format!("{listing} of {organisation} was closed."),
        Kind::JoinRequested => {
            format!("Somebody asks to join {organisation}. Approve or decline it.")
        }
        Kind::JoinApproved => format!("You are now a member of {organisation}."),
        Kind::MemberJoined => format!("Somebody accepted an invitation and joined {organisation}."),
        Kind::RoleChanged => format!("Your role in {organisation} was changed."),
        Kind::OrganisationVerified => format!("{organisation} was verified."),
        Kind::VerificationFailed => {
            format!("{organisation} could not be verified. Check its details and numbers.")
        }
        Kind::VerificationWithdrawn => format!("{organisation} is no longer verified."),
        Kind::OrganisationMerged => format!("Another organisation was merged into {organisation}."),
    };
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
            sentence(
                Kind::ListingClosed,
                Some("Forty laptops"),
                Some("Elm Works")
            ),
            "“Forty laptops” of Elm Works was closed."
        );
    }
}
