//! Feature descriptor of organisations, with their members and invitations.

use entity::{invitation, membership, organisation};

use super::{Organisation, acts, invitations::Invitation, members::Membership, mergers};
use crate::feature::{Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn};

/// Feature descriptor of organisations.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[
        NodeType::of::<organisation::Entity, Organisation>(),
        NodeType::of::<membership::Entity, Membership>(),
        NodeType::of::<invitation::Entity, Invitation>(),
    ],
    merge: Some(|merger| Box::pin(mergers::service::move_own(merger))),
    organisations: &[
        OrganisationColumn::new(
            "organisation",
            "parent_id",
            OnMerge::Moved("its parts become parts of the successor, unless that is one of them"),
        ),
        OrganisationColumn::new(
            "organisation",
            "merged_into",
            OnMerge::Keep("each merged organisation names its own successor"),
        ),
        OrganisationColumn::new(
            "organisation_area",
            "organisation_id",
            OnMerge::Keep("the successor says itself where it works"),
        ),
        OrganisationColumn::new(
            "organisation_identifier",
            "organisation_id",
            OnMerge::Repoint,
        ),
        OrganisationColumn::new("membership", "organisation_id", OnMerge::Repoint),
        OrganisationColumn::new(
            "invitation",
            "organisation_id",
            OnMerge::Keep("open invitations are revoked"),
        ),
    ],
    people: &[
        PersonColumn::new("membership", "person_id", OnErase::Delete),
        PersonColumn::new("invitation", "created_by", OnErase::Keep),
        PersonColumn::new("invitation", "accepted_by", OnErase::Keep),
    ],
    ..Feature::named("organisations")
};
