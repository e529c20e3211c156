//! What may be asked of statistics.

use async_graphql::{Enum, InputObject};
use entity::{organisation, resource_type::ResourceKind};

use crate::kit::Id;

/// By what statistics are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum StatisticsGrouping {
    /// The top level of what is shared.
    ResourceKind,
    /// The areas that listings name; what names several counts in each.
    Area,
    /// The priority areas that listings serve, of the edition under which they were tagged; what serves several
    /// counts in each.
    PriorityArea,
    /// The month in Surrey.
    Month,
}

/// Of what statistics are told. What is left out does not narrow; lists have at most 50 members, which are alternatives.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StatisticsFilter {
    /// What this organisation offered and requested, and the matches in which it is. For its members and for staff.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Top levels of what is shared.
    pub resource_kinds: Option<Vec<ResourceKind>>,
    /// Codes of areas, each with what lies in it and what came before or after it.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas, or `edition/code`, with what they carry on and what carries them on.
    pub priority_areas: Option<Vec<String>>,
}
