//! Who is told of what: one table.
//!
//! An act that stands in it is told to those whom its row names, once each, and never to whoever did it. To tell of
//! a new act, add its row here, its kind to `entity::notification`, and its sentence to `sentences.rs`.

use std::collections::BTreeSet;

use entity::{
    activity,
    mail_wish::MailWish,
    membership::MembershipRole::{self, Editor, Manager},
    notification::{NotificationCategory as Category, NotificationKind as Kind},
    person::PlatformRole,
};
use uuid::Uuid;

/// Whom to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Members of the organisation that the act concerns, from this role up.
    Members(MembershipRole),
    /// Of an act between two organisations: members of the one that did not act, from this role up; of both where
    /// neither did, for instance because a time ran out.
    OtherSide(MembershipRole),
    /// Whoever posted the listing that it was done to, while they are a member.
    Poster,
    /// The person to whom it was done.
    Concerned,
    /// Of a message: the members of the other side who may write, but not those who were told of an earlier one
    /// that they have not read.
    Readers,
    /// All who hold a role for the whole marketplace, but not those who belong to a side of it.
    Staff(PlatformRole),
    /// Brokers, while a match waits for the approval of one.
    Approvers,
    /// Everybody who has, was offered or waits for a place at the event that it was done to.
    Registered,
    /// Everybody who has a place at the event that it was done to.
    Coming,
}

/// An act of which people are told.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    /// The act, as the record spells it.
    pub act: &'static str,
    /// As what it is told.
    pub kind: Kind,
    /// To whom.
    pub whom: &'static [Whom],
}

const fn tell(act: &'static str, kind: Kind, whom: &'static [Whom]) -> Telling {
    Telling { act, kind, whom }
}

/// Whoever looks after an organisation's listings.
const LISTERS: &[Whom] = &[Whom::Members(Editor), Whom::Poster];
/// Whoever looks after matches, on the side that did not act.
const OTHERS: &[Whom] = &[Whom::OtherSide(Editor)];
/// Whoever decides between two sides.
const BROKERS: &[Whom] = &[Whom::Staff(PlatformRole::Broker)];
/// Whoever looks after the organisation itself.
const MANAGERS: &[Whom] = &[Whom::Members(Manager)];

/// Who is told of what.
#[rustfmt::skip]
pub const TELLINGS: [Telling; 50] = [
    tell("listing.expiry_reminded",                Kind::ListingEndsSoon,       LISTERS),
    tell("listing.confirmation_asked",             Kind::ListingUnconfirmed,    LISTERS),
    tell("listing.expired",                        Kind::ListingExpired,        LISTERS),
    tell("listing.closed",                         Kind::ListingClosed,         &[Whom::Poster]),
    tell("organisation.join_requested",            Kind::JoinRequested,         MANAGERS),
    tell("organisation.member_approved",           Kind::JoinApproved,          &[Whom::Concerned]),
    tell("organisation.member_declined",           Kind::JoinDeclined,          &[Whom::Concerned]),
    tell("organisation.member_removed",            Kind::MemberRemoved,         &[Whom::Concerned]),
    tell("organisation.member_joined",             Kind::MemberJoined,          MANAGERS),
    tell("organisation.member_role_changed",       Kind::RoleChanged,           &[Whom::Concerned]),
    tell("organisation.verified",                  Kind::OrganisationVerified,  MANAGERS),
    tell("organisation.verification_failed",       Kind::VerificationFailed,    MANAGERS),
    tell("organisation.verification_withdrawn",    Kind::VerificationWithdrawn, MANAGERS),
    tell("organisation.merged",                    Kind::OrganisationMerged,    MANAGERS),
    tell("match.proposed",                         Kind::MatchProposed,         OTHERS),
    tell("match.proposed",                         Kind::ApprovalNeeded,        &[Whom::Approvers]),
    tell("match.countered",                        Kind::MatchCountered,        OTHERS),
    tell("match.countered",                        Kind::ApprovalNeeded,        &[Whom::Approvers]),
    tell("match.accepted",                         Kind::MatchAccepted,         OTHERS),
    tell("match.declined",                         Kind::MatchDeclined,         OTHERS),
    tell("match.withdrawn",                        Kind::MatchWithdrawn,        OTHERS),
    tell("match.lapsed",                           Kind::MatchLapsed,           OTHERS),
    tell("match.crowded_out",                      Kind::MatchCrowdedOut,       OTHERS),
    tell("match.room_again",                       Kind::MatchHasRoom,          OTHERS),
    tell("match.approved",                         Kind::MatchApproved,         OTHERS),
    tell("match.amendment_proposed",               Kind::AmendmentProposed,     OTHERS),
    tell("match.amended",                          Kind::AmendmentAccepted,     OTHERS),
    tell("match.amendment_declined",               Kind::AmendmentDeclined,     OTHERS),
    tell("match.amendment_lapsed",                 Kind::AmendmentDeclined,     OTHERS),
    tell("match.delivery_recorded",                Kind::DeliveryRecorded,      OTHERS),
    tell("match.delivery_confirmed",               Kind::DeliveryConfirmed,     OTHERS),
    tell("match.delivery_withdrawn",               Kind::DeliveryWithdrawn,     OTHERS),
    tell("match.disputed",                         Kind::MatchDisputed,         OTHERS),
    tell("match.disputed",                         Kind::DisputeRaised,         BROKERS),
    tell("match.fulfilled",                        Kind::MatchFulfilled,        OTHERS),
    tell("match.resolved",                         Kind::MatchResolved,         OTHERS),
    tell("match.returned",                         Kind::MatchReturned,         OTHERS),
    tell("match.cancelled",                        Kind::MatchCancelled,        OTHERS),
    tell("match.thanked",                          Kind::Thanked,               OTHERS),
    tell("message.posted",                         Kind::MessagePosted,         &[Whom::Readers]),
    tell("message.hidden",                         Kind::MessageHidden,         &[Whom::Concerned]),
    tell("message.reported",                       Kind::MessageReported,       &[Whom::Staff(PlatformRole::Moderator)]),
    tell("registration.place_offered",             Kind::PlaceOffered,          &[Whom::Concerned]),
    tell("registration.lapsed",                    Kind::PlaceLapsed,           &[Whom::Concerned]),
    tell("registration.revoked",                   Kind::RegistrationRevoked,   &[Whom::Concerned]),
    tell("event.rescheduled",                      Kind::EventRescheduled,      &[Whom::Registered]),
    tell("event.postponed",                        Kind::EventPostponed,        &[Whom::Registered]),
    tell("event.cancelled",                        Kind::EventCancelled,        &[Whom::Registered]),
    tell("event.changed",                          Kind::EventChanged,          &[Whom::Registered]),
    tell("event.reminded",                         Kind::EventReminder,         &[Whom::Coming]),
];

/// How an act is told. Whoever is meant by several rows is told once, by the first of them.
pub fn tellings(act: &str) -> impl Iterator<Item = &'static Telling> {
    TELLINGS.iter().filter(move |telling| telling.act == act)
}

/// What a kind is about.
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
        | Kind::MatchCrowdedOut
        | Kind::MatchHasRoom
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
        | Kind::EventReminder => Category::Events,
    }
}

/// How people have mail who never said how they wish to.
#[must_use]
pub const fn usual(category: Category) -> MailWish {
    match category {
        // Many of them may end on one day, and none of it is urgent.
        Category::Listings => MailWish::DailyDigest,
        Category::Members
        | Category::Organisations
        | Category::Matches
        | Category::Conversations
        | Category::Events
        | Category::Staff => MailWish::Instant,
    }
}

/// The organisations whose members are told, where those of the actor are known.
#[must_use]
pub fn sides(whom: Whom, act: &activity::Model, actors: &BTreeSet<Uuid>) -> Vec<Uuid> {
    match whom {
        Whom::Members(_) => act.organisation_id.into_iter().collect(),
        Whom::OtherSide(_) => {
            let both = [act.organisation_id, act.other_organisation_id];
            let both: Vec<Uuid> = both.into_iter().flatten().collect();
            let others: Vec<Uuid> = both
                .iter()
                .copied()
                .filter(|id| !actors.contains(id))
                .collect();
            // Somebody who belongs to both acted for the first.
            if others.is_empty() {
                act.other_organisation_id.into_iter().collect()
            } else {
                others
            }
        }
        Whom::Poster
        | Whom::Concerned
        | Whom::Readers
        | Whom::Staff(_)
        | Whom::Approvers
        | Whom::Registered
        | Whom::Coming => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
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
            sides(Whom::OtherSide(Editor), &act, &actors)
        };
        assert_eq!(told(&[one]), [two]);
        assert_eq!(told(&[two]), [one]);
        assert_eq!(told(&[]), [one, two]);
        assert_eq!(told(&[one, two]), [two]);
    }

    #[test]
    fn no_row_stands_twice() {
        let rows = TELLINGS.map(|telling| (telling.act, format!("{:?}", telling.kind)));
        assert_eq!(BTreeSet::from(rows.clone()).len(), rows.len());
    }
}
