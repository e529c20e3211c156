//! The one place that asks the time.
//!
//! Times are UTC and cut to microseconds, which is what PostgreSQL keeps: a time that was written
//! and read back is equal on both databases, and so is a cursor made of it.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::London;

/// The present, in UTC, cut to microseconds.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the lint points to"
)]
pub fn now() -> DateTime<Utc> {
    from_micros(Utc::now().timestamp_micros())
}

/// The instant of so many microseconds since 1970; the epoch where that is outside chrono's range.
#[must_use]
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// What stands for "never" in a sort key, which must not be null: the start of the year 9999, UTC.
#[must_use]
pub fn never() -> DateTime<Utc> {
    from_micros(253_370_764_800_000_000)
}

/// `None` where a sort key holds [`never`].
#[must_use]
pub fn unless_never(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (at < never()).then_some(at)
}

/// The calendar day in Surrey at an instant.
#[must_use]
pub fn local_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&London).date_naive()
}

/// The instant at which a local day ends: midnight in Europe/London at the start of the next one.
#[must_use]
pub fn end_of_day(day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    London
        .from_local_datetime(&next.and_time(NaiveTime::MIN))
        .earliest()
        .map_or_else(never, |local| local.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_at_midnight_in_london_in_summer_and_winter() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(
            end_of_day(day(2026, 7, 1)).to_rfc3339(),
            "2026-07-01T23:00:00+00:00"
        );
        assert_eq!(
            end_of_day(day(2026, 12, 1)).to_rfc3339(),
            "2026-12-02T00:00:00+00:00"
        );
        assert_eq!(local_day(end_of_day(day(2026, 7, 1))), day(2026, 7, 2));
    }

    #[test]
    fn never_is_after_everything_that_is_accepted() {
        assert_eq!(never().to_rfc3339(), "9999-01-01T00:00:00+00:00");
        assert_eq!(unless_never(never()), None);
    }
}
