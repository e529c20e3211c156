//! The five figures, which are never added to each other, and what they are told apart by.

use chrono::NaiveDate;
use entity::resource_type::ResourceKind;
use uuid::Uuid;

/// What a group has in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Nothing: it is all that was asked for.
    All,
    /// The top level of what is shared.
    Kind(ResourceKind),
    /// Code of the area; nothing where no area was named.
    Area(Option<String>),
    /// Edition and code of the priority area; nothing where none was named.
    Priority(Option<(String, String)>),
    /// The first day of the month.
    Month(NaiveDate),
    /// The event at which it was raised.
    Event(Uuid),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Published by those who have it.
    Offered,
    /// Published by those who need it.
    Requested,
    /// Both sides accepted the terms.
    Agreed,
    /// One side says that it was delivered.
    Claimed,
    /// Both say so, or a broker decided.
    Confirmed,
}

/// One of each figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures([i64; 5]);

impl Figures {
    /// Nothing of any.
    pub const NONE: Self = Self([0; 5]);

    /// How much there is of a figure.
    #[must_use]
    pub const fn of(self, figure: Figure) -> i64 {
        self.0[figure as usize]
    }

    /// Adds to one of them.
    pub fn add(&mut self, figure: Figure, more: i64) {
        let sum = &mut self.0[figure as usize];
        *sum = sum.saturating_add(more);
    }
}
