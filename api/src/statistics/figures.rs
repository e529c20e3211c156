//! The five figures, which are never added to each other, and the keys of groups.

use async_graphql::Enum;
use chrono::NaiveDate;
use entity::resource_type::ResourceKind;

/// Key of a group: the value that its rows share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
}

/// Figure of statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[graphql(name = "StatisticsFigure")]
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

impl Figure {
    /// All figures.
    pub const ALL: [Self; 5] = [
        Self::Offered,
        Self::Requested,
        Self::Agreed,
        Self::Claimed,
        Self::Confirmed,
    ];
}

/// Reason for which a figure is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SuppressionReason {
    /// Fewer than three organisations are behind the figure: one or two of them take part in everything that it counts.
    FewOrganisations,
    /// The figure could be subtracted from other public figures, and the difference would have fewer than three
    /// organisations behind it. A longer period or fewer criteria may be public.
    RevealsAnotherFigure,
}

/// One value for each figure, some of which may be suppressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    values: [i64; 5],
    reasons: [Option<SuppressionReason>; 5],
}

impl Figures {
    /// Zero for every figure.
    pub const NONE: Self = Self {
        values: [0; 5],
        reasons: [None; 5],
    };

    /// Returns the value of a figure; `None` if it is suppressed.
    #[must_use]
    pub const fn of(self, figure: Figure) -> Option<i64> {
        match self.reasons[figure as usize] {
            None => Some(self.values[figure as usize]),
            Some(_) => None,
        }
    }

    /// Adds to a figure. Saturates instead of overflowing.
    pub fn add(&mut self, figure: Figure, more: i64) {
        let sum = &mut self.values[figure as usize];
        *sum = sum.saturating_add(more);
    }

    /// Suppresses a figure.
    pub const fn suppress(&mut self, figure: Figure, reason: SuppressionReason) {
        self.reasons[figure as usize] = Some(reason);
    }

    /// Returns the reason for which a figure is suppressed; `None` if it is shown.
    #[must_use]
    pub const fn reason(self, figure: Figure) -> Option<SuppressionReason> {
        self.reasons[figure as usize]
    }
}
