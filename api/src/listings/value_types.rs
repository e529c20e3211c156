//! GraphQL types of the parts of a listing.

use crate::kit::graphql::cost::list_size;
use async_graphql::SimpleObject;
use entity::{
    listing::{self, RequirementKind, Weekday},
    resource_type::Unit,
};
use rust_decimal::Decimal;

use crate::{
    kit::date::{Date, LocalTime},
    reference::quantity,
};

/// Quantity of a resource.
#[derive(SimpleObject)]
pub struct Quantity {
    /// Number of units: an exact decimal number.
    pub amount: Decimal,
    /// Unit in which the resource is counted.
    pub unit: Unit,
    /// Label to show: the one that the organisation set, or the name of the unit.
    pub unit_label: String,
}

impl Quantity {
    pub(super) fn of(row: &listing::Model, base: i64) -> Self {
        Self {
            amount: quantity::from_base(base, row.unit),
            unit: row.unit,
            unit_label: row
                .unit_label
                .clone()
                .unwrap_or_else(|| quantity::label(row.unit).to_owned()),
        }
    }
}

/// Period in which a resource is available. A null field sets no limit.
#[derive(SimpleObject)]
pub struct AvailabilityWindow {
    /// First day.
    pub from: Option<Date>,
    /// Last day, included.
    pub until: Option<Date>,
    /// Days of the week. Empty: all days.
    #[graphql(directive = list_size::apply(7, None))]
    pub weekdays: Vec<Weekday>,
    /// Start on each day, in UK time.
    pub start_time: Option<LocalTime>,
    /// End on each day, in UK time.
    pub end_time: Option<LocalTime>,
}

/// A condition that the other organisation must meet.
#[derive(SimpleObject)]
pub struct Requirement {
    /// Kind of the condition.
    pub kind: RequirementKind,
    /// Description of the condition.
    pub detail: Option<String>,
    /// Minimum age in years; null unless the kind is `MINIMUM_AGE`.
    pub minimum_age: Option<i32>,
}

/// A picture at a web address.
#[derive(SimpleObject)]
pub struct Picture {
    /// Web address of the picture, with https.
    pub url: String,
    /// Alternative text for people who cannot see the picture.
    pub alt: String,
}
