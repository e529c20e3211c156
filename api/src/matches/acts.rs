//! Acts on matches, and on their amendments, deliveries and thanks.

use entity::{
    matching,
    membership::MembershipRole,
    notification::{NotificationKind as Kind, Recipient},
    person::PlatformRole,
};

use crate::acts;

/// Editors of the side that did not act; of both sides if neither did.
const OTHER_SIDE: &[Recipient] = &[Recipient::OtherSide(MembershipRole::Editor)];
/// All brokers.
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
        /// A side withdrew before terms were agreed.
        WITHDRAWN = "match.withdrawn" => &[(Kind::MatchWithdrawn, OTHER_SIDE)];
        /// The terms were not answered in time, or a listing was closed.
        LAPSED = "match.lapsed" => &[(Kind::MatchLapsed, OTHER_SIDE)];
        /// A listing of a proposed match has nothing left.
        NOTHING_LEFT = "match.nothing_left" => &[(Kind::MatchNothingLeft, OTHER_SIDE)];
        /// The listings of a proposed match have enough left again.
        AVAILABLE_AGAIN = "match.available_again" => &[(Kind::MatchAvailableAgain, OTHER_SIDE)];
        /// A broker approved the match of an unverified organisation.
        APPROVED = "match.approved" => &[(Kind::MatchApproved, OTHER_SIDE)];
        /// A side proposed a change to the agreed terms.
        AMENDMENT_PROPOSED = "match.amendment_proposed" => &[
            (Kind::AmendmentProposed, OTHER_SIDE),
            (Kind::ApprovalNeeded, &[Recipient::Approvers]),
        ];
        /// A side accepted the change.
        AMENDED = "match.amended" => &[(Kind::AmendmentAccepted, OTHER_SIDE)];
        /// A side declined the change, or withdrew its own.
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
        /// The agreed terms were delivered in full and confirmed.
        FULFILLED = "match.fulfilled" => &[(Kind::MatchFulfilled, OTHER_SIDE)];
        /// A broker decided a dispute.
        RESOLVED = "match.resolved" => &[(Kind::MatchResolved, OTHER_SIDE)];
        /// The lending side recorded the return of the loan.
        RETURNED = "match.returned" => &[(Kind::MatchReturned, OTHER_SIDE)];
        /// A side cancelled the agreed match.
        CANCELLED = "match.cancelled" => &[(Kind::MatchCancelled, OTHER_SIDE)];
        /// A side thanked the other.
        THANKED = "match.thanked" => &[(Kind::Thanked, OTHER_SIDE)];
        /// The thanked side published its thanks.
        THANKS_PUBLISHED = "match.thanks_published" => &[];
        /// A side made published thanks private again.
        THANKS_UNPUBLISHED = "match.thanks_unpublished" => &[];
    }
}
