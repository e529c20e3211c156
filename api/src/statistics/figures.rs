//! The five figures, which are never added to each other, and the keys of groups.

use chrono::NaiveDate;
use entity::resource_type::ResourceKind;
use uuid::Uuid;

/// Key of a group: the value that its rows share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// One group for all rows.
    All,
    /// Top-level kind of resource.
    Kind(ResourceKind),
    /// Code of the area; `None` for listings that name no area.
    Area(Option<String>),
    /// Edition and code of the priority area; `None` for listings that name none.
    Priority(Option<(String, String)>),
    /// First day of the month.
    Month(NaiveDate),
    /// Event at which the listings were raised.
    Event(Uuid),
}

/// Kinds of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Offers, on the day of first publication.
    Offered,
    /// Requests, on the day of first publication.
    Requested,
    /// Matches, on the day when both sides accepted the terms.
    Agreed,
    /// Deliveries that one side recorded and the other has not answered.
    Claimed,
    /// Deliveries that both sides confirmed, or that a broker decided.
    Confirmed,
}

/// One value for each figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures([i64; 5]);

impl Figures {
    /// Zero for every figure.
    pub const NONE: Self = Self([0; 5]);

    /// Returns the value of a figure.
    #[must_use]
    pub const fn of(self, figure: Figure) -> i64 {
        self.0[figure as usize]
    }

    /// Adds to a figure. Saturates instead of overflowing.
    pub fn add(&mut self, figure: Figure, more: i64) {
        let sum = &mut self.0[figure as usize];
        *sum = sum.saturating_add(more);
    }
}
