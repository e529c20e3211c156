//! What the schema says of the parts of a listing.

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

/// How much of what.
#[derive(SimpleObject)]
pub struct Quantity {
    /// How many units: a decimal number, exact.
    pub amount: Decimal,
    /// What is counted.
    pub unit: Unit,
    /// What to call it: the organisation's own word, or the unit's name.
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

/// When something can be had. What is null is not limited.
#[derive(SimpleObject)]
pub struct AvailabilityWindow {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// On which days of the week; empty for all.
    #[graphql(directive = list_size::apply(7, None))]
    pub weekdays: Vec<Weekday>,
    /// From which time of day, in Surrey.
    pub start_time: Option<LocalTime>,
    /// Until which time of day, in Surrey.
    pub end_time: Option<LocalTime>,
}

/// A condition that the other side must meet.
#[derive(SimpleObject)]
pub struct Requirement {
    /// What kind of condition it is.
    pub kind: RequirementKind,
    /// In words.
    pub detail: Option<String>,
    /// For `MINIMUM_AGE`: the lowest age in years.
    pub minimum_age: Option<i32>,
}

/// A picture, by address.
#[derive(SimpleObject)]
pub struct Picture {
    /// An https address.
    pub url: String,
    /// What the picture shows, for those who do not see it.
    pub alt: String,
}
