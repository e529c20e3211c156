//! Registration of the calendars feature.

use entity::calendar_address;

use super::{Calendar, acts, routes};
use crate::feature::{Feature, NodeType, OnErase, OnMerge, OrganisationColumn, PersonColumn};

/// Node type, acts, organisation columns and personal data of calendars.
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
    routes: Some(routes::routes),
    ..Feature::named("calendars")
};
