//! Acts on matches, their amendments, deliveries and thanks.

use entity::{
    matching,
    membership::MembershipRole,
    notification::{NotificationKind as Kind, Recipient},
    person::PlatformRole,
};

use crate::acts;

/// Editors of the side that did not act; of both sides if neither did.
const OTHER_SIDE: &[Recipient] = &[Recipient::OtherSide(MembershipRole::Editor)];
/// Brokers.
const BROKERS: &[Recipient] = &[Recipient::Staff(PlatformRole::Broker)];

acts! {
    matching::Entity {
        open_data: true,
        grants_access: false,

        /// A side proposed a match.
        PROPOSED = "match.proposed" => &[
            (Kind::MatchProposed, OTHER_SIDE),
            (Kind::ApprovalNeeded, &[Recipient::Approvers]),
        ];
        /// A side answered with other terms.
        COUNTERED = "match.countered" => &[
            (Kind::MatchCountered, OTHER_SIDE),
            (Kind::ApprovalNeeded, &[Recipient::Approvers]),
        ];
        /// A side accepted the terms.
        ACCEPTED = "match.accepted" => &[(Kind::MatchAccepted, OTHER_SIDE)];
        /// A side declined the terms.
        DECLINED = "match.declined" => &[(Kind::MatchDeclined, OTHER_SIDE)];
        /// A side withdrew before anything was agreed.
        WITHDRAWN = "match.withdrawn" => &[(Kind::MatchWithdrawn, OTHER_SIDE)];
        /// Terms were not answered in time, or a listing was closed.
        LAPSED = "match.lapsed" => &[(Kind::MatchLapsed, OTHER_SIDE)];
        /// Nothing is left of a listing for a proposed match.
        CROWDED_OUT = "match.crowded_out" => &[(Kind::MatchCrowdedOut, OTHER_SIDE)];
        /// Enough is left again for a proposed match.
        ROOM_AGAIN = "match.room_again" => &[(Kind::MatchHasRoom, OTHER_SIDE)];
        /// A broker approved the match of an unverified organisation.
        APPROVED = "match.approved" => &[(Kind::MatchApproved, OTHER_SIDE)];
        /// A side proposed to change what was agreed.
        AMENDMENT_PROPOSED = "match.amendment_proposed" => &[(Kind::AmendmentProposed, OTHER_SIDE)];
        /// A side accepted the change.
        AMENDED = "match.amended" => &[(Kind::AmendmentAccepted, OTHER_SIDE)];
        /// A side declined the change, or took its own back.
        AMENDMENT_DECLINED = "match.amendment_declined" => &[(Kind::AmendmentDeclined, OTHER_SIDE)];
        /// The change was not answered in time.
        AMENDMENT_LAPSED = "match.amendment_lapsed" => &[(Kind::AmendmentDeclined, OTHER_SIDE)];
        /// A side recorded a delivery.
        DELIVERY_RECORDED = "match.delivery_recorded" => &[(Kind::DeliveryRecorded, OTHER_SIDE)];
        /// A side confirmed a delivery.
        DELIVERY_CONFIRMED = "match.delivery_confirmed" => &[(Kind::DeliveryConfirmed, OTHER_SIDE)];
        /// A side withdrew its own record of a delivery.
        DELIVERY_WITHDRAWN = "match.delivery_withdrawn" => &[(Kind::DeliveryWithdrawn, OTHER_SIDE)];
        /// A side disputed what was delivered.
        DISPUTED = "match.disputed" => &[(Kind::MatchDisputed, OTHER_SIDE), (Kind::DisputeRaised, BROKERS)];
        /// All was delivered and confirmed.
        FULFILLED = "match.fulfilled" => &[(Kind::MatchFulfilled, OTHER_SIDE)];
        /// A broker decided a dispute.
        RESOLVED = "match.resolved" => &[(Kind::MatchResolved, OTHER_SIDE)];
        /// What was lent came back.
        RETURNED = "match.returned" => &[(Kind::MatchReturned, OTHER_SIDE)];
        /// A side cancelled what was agreed.
        CANCELLED = "match.cancelled" => &[(Kind::MatchCancelled, OTHER_SIDE)];
        /// A side thanked the other.
        THANKED = "match.thanked" => &[(Kind::Thanked, OTHER_SIDE)];
        /// A side published the thanks that it was given.
        THANKS_PUBLISHED = "match.thanks_published" => &[];
        /// A side took published thanks back.
        THANKS_UNPUBLISHED = "match.thanks_unpublished" => &[];
    }
}
