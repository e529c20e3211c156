//! Descriptor of the feature.

use entity::calendar_address;

use super::{Calendar, acts};
use crate::feature::{Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn};

/// Descriptor of the feature.
pub const FEATURE: Feature = Feature {
    acts: acts::ALL,
    nodes: &[NodeType::of::<calendar_address::Entity, Calendar>()],
    organisations: &[OrganisationColumn::new(
        "calendar_address",
        "organisation_id",
        OnMerge::Repoint,
    )],
    people: &[PersonColumn::new(
        "calendar_address",
        "person_id",
        OnErase::Delete,
    )],
    ..Feature::named("calendars")
};
