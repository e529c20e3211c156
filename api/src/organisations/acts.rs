//! Acts on organisations, their members and their invitations.

use entity::{
    invitation, membership,
    membership::MembershipRole,
    notification::{NotificationKind as Kind, Recipient},
    organisation,
};

use crate::acts;

/// Managers and owners of the organisation.
const MANAGERS: &[Recipient] = &[Recipient::Members(MembershipRole::Manager)];

acts! {
    organisation::Entity {
        open_data: true,
        grants_access: true,

        /// A person created an organisation.
        CREATED = "organisation.created" => &[];
        /// A manager or staff changed an organisation's profile.
        UPDATED = "organisation.updated" => &[];
        /// Staff verified an organisation.
        VERIFIED = "organisation.verified" => &[(Kind::OrganisationVerified, MANAGERS)];
        /// Staff could not verify an organisation.
        VERIFICATION_FAILED = "organisation.verification_failed" => &[(Kind::VerificationFailed, MANAGERS)];
        /// Staff withdrew a verification.
        VERIFICATION_WITHDRAWN = "organisation.verification_withdrawn" => &[(Kind::VerificationWithdrawn, MANAGERS)];
        /// An administrator merged an organisation into another.
        MERGED = "organisation.merged" => &[(Kind::OrganisationMerged, MANAGERS)];
    }

    membership::Entity {
        open_data: false,
        grants_access: true,

        /// A person asked to join.
        JOIN_REQUESTED = "organisation.join_requested" => &[(Kind::JoinRequested, MANAGERS)];
        /// A manager approved a request to join.
        MEMBER_APPROVED = "organisation.member_approved" => &[(Kind::JoinApproved, &[Recipient::Concerned])];
        /// A manager declined a request to join.
        MEMBER_DECLINED = "organisation.member_declined" => &[(Kind::JoinDeclined, &[Recipient::Concerned])];
        /// A manager changed a member's role.
        MEMBER_ROLE_CHANGED = "organisation.member_role_changed" => &[(Kind::RoleChanged, &[Recipient::Concerned])];
        /// A manager removed a member.
        MEMBER_REMOVED = "organisation.member_removed" => &[(Kind::MemberRemoved, &[Recipient::Concerned])];
        /// A member left.
        MEMBER_LEFT = "organisation.member_left" => &[];
        /// A person accepted an invitation.
        MEMBER_JOINED = "organisation.member_joined" => &[(Kind::MemberJoined, MANAGERS)];
    }

    invitation::Entity {
        open_data: false,
        grants_access: true,

        /// A manager created an invitation.
        INVITATION_CREATED = "organisation.invitation_created" => &[];
        /// A manager revoked an invitation.
        INVITATION_REVOKED = "organisation.invitation_revoked" => &[];
    }
}
