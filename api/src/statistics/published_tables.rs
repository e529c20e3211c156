//! Tables of public statistics, in order of importance: where two figures together would reveal a third, the later one
//! is suppressed.

use std::collections::BTreeSet;

use chrono::{Datelike, Months, NaiveDate};
use entity::resource_type::ResourceKind;

use super::{
    contributions::{Selection, Traits},
    rules::Raised,
};
use crate::reference::Snapshot;

/// Returns the figures that become public if that is safe: totals, years from January and from April, kinds, areas and
/// priority areas, events, quarters and months, and the combinations of these.
#[must_use]
pub fn tables<'a>(
    all: impl Iterator<Item = &'a Traits> + Clone,
    reference: &Snapshot,
) -> Vec<Selection> {
    let months: BTreeSet<NaiveDate> = all.clone().map(|traits| traits.month).collect();
    let kinds: BTreeSet<ResourceKind> = all.clone().map(|traits| traits.kind).collect();
    let raised: BTreeSet<Raised> = all.flat_map(|traits| traits.raised.clone()).collect();
    let periods = |length: u32, offset| {
        let starts = months.iter().map(|month| start(*month, length, offset));
        let starts: BTreeSet<NaiveDate> = starts.collect();
        let later = starts.into_iter().rev();
        later.map(move |from| Selection {
            months: Some((from, plus(from, length - 1))),
            ..Selection::default()
        })
    };
    let years: Vec<Selection> = periods(12, 0).chain(periods(12, 3)).collect();
    let quarters: Vec<Selection> = periods(3, 0).collect();
    let single: Vec<Selection> = periods(1, 0).collect();
    let whole = [Selection::default()];
    let parts = [by_kind(kinds), by_area(reference), by_priority(reference)];
    let mut tables = vec![Selection::default()];
    tables.extend(years.iter().cloned());
    tables.extend(cross(&whole, &parts[0]));
    // Series come before events.
    tables.extend(raised.into_iter().rev().map(|at| Selection {
        raised: Some(at),
        ..Selection::default()
    }));
    tables.extend(cross(&whole, &parts[1]));
    tables.extend(cross(&whole, &parts[2]));
    tables.extend(quarters.iter().chain(&single).cloned());
    for periods in [&years, &quarters, &single] {
        for part in &parts {
            tables.extend(cross(periods, part));
        }
    }
    tables
}

fn by_kind(kinds: BTreeSet<ResourceKind>) -> Vec<Selection> {
    let of = |kind| Selection {
        kinds: Some(vec![kind]),
        ..Selection::default()
    };
    kinds.into_iter().map(of).collect()
}

/// Each area with those that a filter by it includes, and alone, as groups show it.
fn by_area(reference: &Snapshot) -> Vec<Selection> {
    let around = reference.areas.iter();
    let around = around.map(|area| reference.areas_around(std::slice::from_ref(&area.code)));
    let alone = reference.areas.iter();
    let alone = alone.map(|area| BTreeSet::from([area.code.clone()]));
    let of = |areas| Selection {
        areas: Some(areas),
        ..Selection::default()
    };
    around.chain(alone).map(of).collect()
}

fn by_priority(reference: &Snapshot) -> Vec<Selection> {
    let around = reference.priorities.iter().map(|area| {
        let code = format!("{}/{}", area.edition, area.code);
        let found = reference.priorities_around(&[code]).into_iter();
        found
            .map(|(edition, code)| (edition.to_owned(), code.to_owned()))
            .collect()
    });
    let alone = reference.priorities.iter();
    let alone = alone.map(|area| BTreeSet::from([(area.edition.clone(), area.code.clone())]));
    let of = |areas| Selection {
        priorities: Some(areas),
        ..Selection::default()
    };
    around.chain(alone).map(of).collect()
}

/// Restricts each part to each period.
fn cross(periods: &[Selection], parts: &[Selection]) -> Vec<Selection> {
    let within = |period: &Selection| {
        let months = period.months;
        let parts = parts.iter().cloned();
        parts
            .map(|part| Selection { months, ..part })
            .collect::<Vec<_>>()
    };
    periods.iter().flat_map(within).collect()
}

/// First month of the period of so many months to which a month belongs. Periods begin in January, or `offset` months
/// later.
fn start(month: NaiveDate, length: u32, offset: u32) -> NaiveDate {
    let into = (month.month0() + 12 - offset) % length;
    month.checked_sub_months(Months::new(into)).unwrap_or(month)
}

fn plus(month: NaiveDate, months: u32) -> NaiveDate {
    month
        .checked_add_months(Months::new(months))
        .unwrap_or(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_in_january_in_april_and_in_each_quarter() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(start(day("2027-03-01"), 12, 0), day("2027-01-01"));
        assert_eq!(start(day("2027-03-01"), 12, 3), day("2026-04-01"));
        assert_eq!(start(day("2027-04-01"), 12, 3), day("2027-04-01"));
        assert_eq!(start(day("2027-06-01"), 3, 0), day("2027-04-01"));
        assert_eq!(start(day("2027-06-01"), 1, 0), day("2027-06-01"));
    }
}
