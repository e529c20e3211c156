//! Permissions and limits of statistics.

use chrono::{Datelike, Months, NaiveDate};
use uuid::Uuid;

use crate::kit::{Error, Viewer};

/// Maximum number of groups in one result.
pub const MAX_GROUPS: usize = 150;
/// Maximum number of units in a group. Half days are counted as days, and tonnes as kilograms.
pub const MAX_UNITS: usize = 14;
/// Cost of the statistics query in addition to its values: four statements.
pub const COST: u64 = 500;
/// Maximum length of a period, in years.
pub const MAX_YEARS: u32 = 10;

/// Scope of the rows that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Public listings only, with disclosure control.
    Public,
    /// All listings and matches.
    Everybody,
    /// Listings and matches of one organisation.
    Organisation(Uuid),
}

/// Restriction to listings that were raised at an event or a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Raised {
    /// Raised at one event.
    At(Uuid),
    /// Raised at any event of a series.
    AtAnyOf(Uuid),
}

/// Returns the scope that the viewer gets. Fails if they may not read the figures of the organisation.
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
                "Only members of the organisation and programme staff can read its figures.",
            ))
        }
    }
}

/// Checks that a period of whole months does not end before it begins, begins in the years 1000 to 2999, and is at most
/// [`MAX_YEARS`] long. Takes the first days of the first and of the last month.
pub fn check_period(from: NaiveDate, until: NaiveDate) -> Result<(), Error> {
    let refuse = |expected: &str| Err(Error::BadInput("period", expected.into()));
    let latest = from.checked_add_months(Months::new(12 * MAX_YEARS));
    if from > until {
        refuse("the last month is before the first; send a later last month")
    } else if !(1000..=2999).contains(&from.year()) || latest.is_none_or(|latest| until >= latest) {
        refuse("must be at most 10 years long, and begin in the years 1000 to 2999")
    } else {
        Ok(())
    }
}

/// Returns the last day of the month that begins on a day.
#[must_use]
pub fn end_of_month(month: NaiveDate) -> NaiveDate {
    let next = month.checked_add_months(Months::new(1));
    next.and_then(|next| next.pred_opt()).unwrap_or(month)
}

/// Returns the first day of each month that the period touches.
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
        assert!(check_period(day("2027-04-01"), day("2037-03-01")).is_ok());
        assert!(check_period(day("2027-04-01"), day("2037-04-01")).is_err());
        assert!(check_period(day("2027-05-01"), day("2027-04-01")).is_err());
        assert!(check_period(NaiveDate::MIN, NaiveDate::MAX).is_err());
        assert_eq!(months(day("2026-12-31"), day("2027-02-01")).len(), 3);
    }
}
