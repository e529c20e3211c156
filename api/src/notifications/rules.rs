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
    /// The person whose place in an organisation it was done to.
    Concerned,
    /// Whoever made the registration that it was done to.
    Registrant,
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
/// Whoever looks after the organisation itself.
const MANAGERS: &[Whom] = &[Whom::Members(Manager)];

/// Who is told of what.
#[rustfmt::skip]
pub const TELLINGS: [Telling; 40] = [
    tell("listing.expiry_reminded",                Kind::ListingEndsSoon,       LISTERS),
    tell("listing.confirmation_asked",             Kind::ListingUnconfirmed,    LISTERS),
    tell("listing.expired",                        Kind::ListingExpired,        LISTERS),
    tell("listing.closed",                         Kind::ListingClosed,         &[Whom::Poster]),
    tell("organisation.join_requested",            Kind::JoinRequested,         MANAGERS),
    tell("organisation.member_approved",           Kind::JoinApproved,          &[Whom::Concerned]),
    tell("organisation.member_joined",             Kind::MemberJoined,          MANAGERS),
    tell("organisation.member_role_changed",       Kind::RoleChanged,           &[Whom::Concerned]),
    tell("organisation.verified",                  Kind::OrganisationVerified,  MANAGERS),
    tell("organisation.verification_failed",       Kind::VerificationFailed,    MANAGERS),
    tell("organisation.verification_withdrawn",    Kind::VerificationWithdrawn, MANAGERS),
    tell("organisation.merged",                    Kind::OrganisationMerged,    MANAGERS),
    tell("match.proposed",                         Kind::MatchProposed,         OTHERS),
    tell("match.countered",                        Kind::MatchCountered,        OTHERS),
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
    tell("match.delivery_recorded",                Kind::DeliveryRecorded,      OTHERS),
    tell("match.delivery_confirmed",               Kind::DeliveryConfirmed,     OTHERS),
    tell("match.disputed",                         Kind::MatchDisputed,         OTHERS),
    tell("match.fulfilled",                        Kind::MatchFulfilled,        OTHERS),
    tell("match.resolved",                         Kind::MatchResolved,         OTHERS),
    tell("match.returned",                         Kind::MatchReturned,         OTHERS),
    tell("match.cancelled",                        Kind::MatchCancelled,        OTHERS),
    tell("match.thanked",                          Kind::Thanked,               OTHERS),
    tell("registration.place_offered",             Kind::PlaceOffered,          &[Whom::Registrant]),
    tell("registration.lapsed",                    Kind::PlaceLapsed,           &[Whom::Registrant]),
    tell("registration.revoked",                   Kind::RegistrationRevoked,   &[Whom::Registrant]),
    tell("event.rescheduled",                      Kind::EventRescheduled,      &[Whom::Registered]),
    tell("event.postponed",                        Kind::EventPostponed,        &[Whom::Registered]),
    tell("event.cancelled",                        Kind::EventCancelled,        &[Whom::Registered]),
    tell("event.changed",                          Kind::EventChanged,          &[Whom::Registered]),
    tell("event.reminded",                         Kind::EventReminder,         &[Whom::Coming]),
];

/// How an act is told, if it is.
#[must_use]
pub fn telling(act: &str) -> Option<&'static Telling> {
    TELLINGS.iter().find(|telling| telling.act == act)
}

/// What a kind is about.
#[must_use]
pub const fn category(kind: Kind) -> Category {
    match kind {
        Kind::ListingEndsSoon
        | Kind::ListingUnconfirmed
        | Kind::ListingExpired
        | Kind::ListingClosed => Category::Listings,
        Kind::JoinRequested | Kind::JoinApproved | Kind::MemberJoined | Kind::RoleChanged => {
            Category::Members
        }
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
        | Kind::DeliveryConfirmed
        | Kind::MatchDisputed
        | Kind::MatchFulfilled
        | Kind::MatchResolved
        | Kind::MatchReturned
        | Kind::MatchCancelled
        | Kind::Thanked => Category::Matches,
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
        Category::Members | Category::Organisations | Category::Matches | Category::Events => {
            MailWish::Instant
        }
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
        Whom::Poster | Whom::Concerned | Whom::Registrant | Whom::Registered | Whom::Coming => {
            Vec::new()
        }
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
    fn no_act_has_two_rows() {
        let acts: BTreeSet<&str> = TELLINGS.iter().map(|telling| telling.act).collect();
        assert_eq!(acts.len(), TELLINGS.len());
    }
}
