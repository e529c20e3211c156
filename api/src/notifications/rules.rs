//! Categories of notifications, their default email frequencies, and the organisations whose members are recipients.
//!
//! The entry of an act in the catalogue (`acts.rs` of each feature) defines the notifications it causes. To add a
//! notification, add its kind to `entity::notification`; the compiler then asks for its category here and its sentence
//! in `sentences.rs`.

use std::collections::BTreeSet;

use entity::{
    activity,
    mail_preference::MailFrequency,
    notification::{NotificationCategory as Category, NotificationKind as Kind, Recipient},
};
use uuid::Uuid;

/// Returns the category of a kind.
#[must_use]
pub const fn category(kind: Kind) -> Category {
    match kind {
        Kind::ListingEndsSoon
        | Kind::ListingUnconfirmed
        | Kind::ListingExpired
        | Kind::ListingClosed => Category::Listings,
        Kind::JoinRequested
        | Kind::JoinApproved
        | Kind::JoinDeclined
        | Kind::MemberRemoved
        | Kind::MemberJoined
        | Kind::RoleChanged => Category::Members,
        Kind::OrganisationVerified
        | Kind::VerificationFailed
        | Kind::VerificationWithdrawn
        | Kind::OrganisationMerged => Category::Organisations,
        Kind::MatchProposed
        | Kind::MatchCountered
        | Kind::MatchAccepted
        | Kind::MatchDeclined
        | Kind::MatchWithdrawn
        | Kind::MatchLapsed
        | Kind::MatchNothingLeft
        | Kind::MatchAvailableAgain
        | Kind::MatchApproved
        | Kind::AmendmentProposed
        | Kind::AmendmentAccepted
        | Kind::AmendmentDeclined
        | Kind::DeliveryRecorded
        | Kind::DeliveryWithdrawn
        | Kind::DeliveryConfirmed
        | Kind::MatchDisputed
        | Kind::MatchFulfilled
        | Kind::MatchResolved
        | Kind::MatchReturned
        | Kind::MatchCancelled
        | Kind::Thanked => Category::Matches,
        Kind::MessagePosted | Kind::MessageHidden => Category::Conversations,
        Kind::MessageReported | Kind::ApprovalNeeded | Kind::DisputeRaised => Category::Staff,
        Kind::PlaceOffered
        | Kind::PlaceLapsed
        | Kind::RegistrationRevoked
        | Kind::EventRescheduled
        | Kind::EventPostponed
        | Kind::EventCancelled
        | Kind::EventChanged
        | Kind::EventReminder
        | Kind::PartnershipRequested
        | Kind::PartnershipAccepted
        | Kind::PartnershipEnded => Category::Events,
    }
}

/// Returns the default email frequency of a category.
#[must_use]
pub const fn usual(category: Category) -> MailFrequency {
    match category {
        // Many listings may expire on one day, and none of it is urgent.
        Category::Listings => MailFrequency::DailyDigest,
        Category::Members
        | Category::Organisations
        | Category::Matches
        | Category::Conversations
        | Category::Events
        | Category::Staff => MailFrequency::Instant,
    }
}

/// Returns the organisations whose members are recipients, given the organisations of the actor.
#[must_use]
pub fn sides(recipient: Recipient, act: &activity::Model, actors: &BTreeSet<Uuid>) -> Vec<Uuid> {
    match recipient {
        Recipient::Members(_) => act.organisation_id.into_iter().collect(),
        Recipient::OtherSide(_) => {
            let both = [act.organisation_id, act.other_organisation_id];
            let both: Vec<Uuid> = both.into_iter().flatten().collect();
            let others: Vec<Uuid> = both
                .iter()
                .copied()
                .filter(|id| !actors.contains(id))
                .collect();
            // An actor who belongs to both acted for the first.
            if others.is_empty() {
                act.other_organisation_id.into_iter().collect()
            } else {
                others
            }
        }
        Recipient::Poster
        | Recipient::Concerned
        | Recipient::Readers
        | Recipient::Staff(_)
        | Recipient::Approvers
        | Recipient::Registered
        | Recipient::Confirmed => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use entity::membership::MembershipRole::Editor;

    use super::*;
    use crate::kit::clock;

    fn between(one: Uuid, two: Uuid) -> activity::Model {
        activity::Model {
            id: Uuid::now_v7(),
            at: clock::now(),
            actor_kind: activity::ActorKind::Person,
            actor_id: None,
            organisation_id: Some(one),
            other_organisation_id: Some(two),
            person_id: None,
            act: "match.proposed".into(),
            subject_kind: "match".into(),
            subject_id: Uuid::now_v7(),
            fields: Vec::new().into(),
            seq: None,
        }
    }

    #[test]
    fn the_side_that_did_not_act_is_told_and_both_where_neither_did() {
        let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
        let act = between(one, two);
        let told = |actors: &[Uuid]| {
            let actors = actors.iter().copied().collect();
            sides(Recipient::OtherSide(Editor), &act, &actors)
        };
        assert_eq!(told(&[one]), [two]);
        assert_eq!(told(&[two]), [one]);
        assert_eq!(told(&[]), [one, two]);
        assert_eq!(told(&[one, two]), [two]);
    }
}
