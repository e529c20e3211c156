//! Contributions to public statistics, and selections of them.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use entity::resource_type::{ResourceKind, Unit};

use super::{
    disclosure_control::Contributors,
    figures::{Figure, Key},
    inputs::StatisticsGrouping,
    rules::Raised,
};

/// Listings, matches or deliveries of the same organisations that every selection treats alike.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the query arguments")]
pub struct Contribution {
    pub figure: Figure,
    pub unit: Unit,
    pub organisations: Contributors,
    pub count: i64,
    /// Total quantity in base units of the unit; `None` if there is no quantity.
    pub total: Option<i64>,
    pub traits: Traits,
}

/// Properties by which contributions are selected and grouped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the query arguments")]
pub struct Traits {
    /// First day of the month.
    pub month: NaiveDate,
    pub kind: ResourceKind,
    pub areas: BTreeSet<String>,
    pub priorities: BTreeSet<(String, String)>,
    /// Events and series at which a listing was raised.
    pub raised: BTreeSet<Raised>,
}

/// Conditions for contributions, all of which must be met. `None` does not restrict.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are those of the query arguments")]
pub struct Selection {
    /// First days of the first and of the last month.
    pub months: Option<(NaiveDate, NaiveDate)>,
    pub kinds: Option<Vec<ResourceKind>>,
    pub areas: Option<BTreeSet<String>>,
    pub priorities: Option<BTreeSet<(String, String)>>,
    pub raised: Option<Raised>,
    /// Key of a group.
    pub key: Option<Key>,
}

impl Selection {
    /// Reports whether contributions with these traits are selected.
    #[must_use]
    pub fn selects(&self, traits: &Traits) -> bool {
        let Self {
            months,
            kinds,
            areas,
            priorities,
            raised,
            key,
        } = self;
        months.is_none_or(|(from, until)| (from..=until).contains(&traits.month))
            && kinds
                .as_ref()
                .is_none_or(|kinds| kinds.contains(&traits.kind))
            && areas
                .as_ref()
                .is_none_or(|areas| !areas.is_disjoint(&traits.areas))
            && priorities
                .as_ref()
                .is_none_or(|areas| !areas.is_disjoint(&traits.priorities))
            && raised.as_ref().is_none_or(|at| traits.raised.contains(at))
            && key.as_ref().is_none_or(|key| traits.is_in(key))
    }

    /// Keys of the groups to which selected contributions with these traits belong.
    #[must_use]
    pub fn keys(&self, traits: &Traits, by: Option<StatisticsGrouping>) -> Vec<Key> {
        match by {
            None => vec![Key::All],
            Some(StatisticsGrouping::ResourceKind) => vec![Key::Kind(traits.kind)],
            Some(StatisticsGrouping::Month) => vec![Key::Month(traits.month)],
            Some(StatisticsGrouping::Area) => match &self.areas {
                None if traits.areas.is_empty() => vec![Key::Area(None)],
                asked => {
                    let named = traits.areas.iter();
                    let asked = named
                        .filter(|code| asked.as_ref().is_none_or(|asked| asked.contains(*code)));
                    asked.map(|code| Key::Area(Some(code.clone()))).collect()
                }
            },
            Some(StatisticsGrouping::PriorityArea) => match &self.priorities {
                None if traits.priorities.is_empty() => vec![Key::Priority(None)],
                asked => {
                    let named = traits.priorities.iter();
                    let asked = named
                        .filter(|code| asked.as_ref().is_none_or(|asked| asked.contains(*code)));
                    asked
                        .map(|code| Key::Priority(Some(code.clone())))
                        .collect()
                }
            },
        }
    }
}

impl Traits {
    fn is_in(&self, key: &Key) -> bool {
        match key {
            Key::All => true,
            Key::Kind(kind) => self.kind == *kind,
            Key::Area(None) => self.areas.is_empty(),
            Key::Area(Some(code)) => self.areas.contains(code),
            Key::Priority(None) => self.priorities.is_empty(),
            Key::Priority(Some(code)) => self.priorities.contains(code),
            Key::Month(month) => self.month == *month,
        }
    }
}

/// Returns the first day of the month of a day.
#[must_use]
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}
