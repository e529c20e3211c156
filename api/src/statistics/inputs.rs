//! Inputs of the statistics query.

use async_graphql::{Enum, InputObject};
use entity::{organisation, resource_type::ResourceKind};

use crate::kit::{Id, date::Month};

/// Range of calendar months in Europe/London, both included.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MonthRangeInput {
    /// First month of the range.
    pub from: Month,
    /// Last month of the range. Not before `from`.
    pub until: Month,
}

/// Criterion by which statistics are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum StatisticsGrouping {
    /// Top-level kind of resource.
    ResourceKind,
    /// Area that a listing names. A listing that names several areas counts in each of them.
    Area,
    /// Priority area that a listing serves, in the edition under which it was tagged. A listing that serves several
    /// counts in each of them.
    PriorityArea,
    /// Calendar month in Europe/London.
    Month,
}

/// Filter for statistics. A field that is left out does not filter; the values of a list are alternatives, at most 50.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StatisticsFilter {
    /// Organisation whose listings and matches are counted. Only its members and staff may set it.
    pub organisation_id: Option<Id<organisation::Entity>>,
    /// Top-level kinds of resources.
    pub resource_kinds: Option<Vec<ResourceKind>>,
    /// Codes of areas. Each includes the areas inside it, its predecessors and its successors. An unknown code is an
    /// error.
    pub areas: Option<Vec<String>>,
    /// Codes of priority areas, as `code` or `edition/code`. Each includes its outcomes, and its predecessors and
    /// successors in other editions. An unknown code is an error.
    pub priority_areas: Option<Vec<String>>,
}
