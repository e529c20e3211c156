//! What may be asked, and by whom.

use chrono::{Datelike, Months, NaiveDate};
use uuid::Uuid;

use crate::kit::{Error, Viewer};

/// Most groups of one answer.
pub const MOST_GROUPS: usize = 150;
/// Most units in which a group has figures: half days count as days, and tonnes as kilograms.
pub const MOST_UNITS: usize = 14;
/// Cost of figures beside their values: four statements.
pub const COST: u64 = 500;
/// How many years one question may cover.
pub const MOST_YEARS: u32 = 10;

/// Whose figures are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// What is public, and of many.
    Public,
    /// Everything that there is.
    Everybody,
    /// What one organisation did.
    Organisation(Uuid),
}

/// At what something was raised of which figures are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// At one event.
    At(Uuid),
    /// At any event of a series.
    AtAnyOf(Uuid),
    /// At the events of a series, each by itself.
    AtEachOf(Uuid),
}

/// Whose figures the viewer gets.
pub fn whose(viewer: &Viewer, organisation: Option<Uuid>) -> Result<Whose, Error> {
    match organisation {
        None if viewer.is_staff() => Ok(Whose::Everybody),
        None => Ok(Whose::Public),
        Some(id) if viewer.is_staff() || viewer.role_in(id).is_some() => {
            Ok(Whose::Organisation(id))
        }
        Some(_) => {
            viewer.signed_in()?;
            Err(Error::Forbidden(
                "Members read the figures of their own organisation, and staff those of all.",
            ))
        }
    }
}

/// Refuses a period that ends before it begins, or is longer than anybody needs.
pub fn check_period(from: NaiveDate, until: NaiveDate) -> Result<(), Error> {
    let refuse = |expected: &str| Err(Error::BadInput("period", expected.into()));
    let latest = from.checked_add_months(Months::new(12 * MOST_YEARS));
    if from > until {
        refuse("it must end on the day it begins or later")
    } else if !(1000..=2999).contains(&from.year()) || latest.is_none_or(|latest| until >= latest) {
        refuse("it must be of at most 10 years, between the years 1000 and 3009")
    } else {
        Ok(())
    }
}

/// The first days of all months that a period touches.
#[must_use]
pub fn months(from: NaiveDate, until: NaiveDate) -> Vec<NaiveDate> {
    let next = |month: &NaiveDate| month.checked_add_months(Months::new(1));
    std::iter::successors(from.with_day(1), next)
        .take_while(|month| *month <= until)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_in_order_and_of_use() {
        let day = |text: &str| text.parse().unwrap();
        assert!(check_period(day("2027-04-01"), day("2027-04-01")).is_ok());
        assert!(check_period(day("2027-04-01"), day("2037-03-31")).is_ok());
        assert!(check_period(day("2027-04-01"), day("2037-04-01")).is_err());
        assert!(check_period(day("2027-04-02"), day("2027-04-01")).is_err());
        assert!(check_period(NaiveDate::MIN, NaiveDate::MAX).is_err());
        assert_eq!(months(day("2026-12-31"), day("2027-02-01")).len(), 3);
    }
}
