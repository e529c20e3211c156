//! The only source of the current time.
//!
//! Times are UTC and truncated to microseconds, which is what PostgreSQL stores: a time that is written and read back
//! is equal on both databases, and so is a cursor made from it.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::London;

/// The current time in UTC, truncated to microseconds.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the lint points to"
)]
pub fn now() -> DateTime<Utc> {
    from_micros(Utc::now().timestamp_micros())
}

/// Converts microseconds since 1970 to a time; the epoch if it is outside chrono's range.
#[must_use]
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// Converts microseconds since 1970 to a time in the years 1 to 9999, which both databases can compare; `None` for any
/// other.
#[must_use]
pub fn within_ad(micros: i64) -> Option<DateTime<Utc>> {
    let at = DateTime::from_timestamp_micros(micros)?;
    (1..=9_999).contains(&at.year()).then_some(at)
}

/// Value for "never" in a sort key, which must not be null: the start of the year 9999, UTC.
#[must_use]
pub fn never() -> DateTime<Utc> {
    from_micros(253_370_764_800_000_000)
}

/// Returns the time, or `None` if it is [`never`].
#[must_use]
pub fn unless_never(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (at < never()).then_some(at)
}

/// Calendar day in Surrey (Europe/London) at a time.
#[must_use]
pub fn local_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&London).date_naive()
}

/// End of a local day: midnight in Europe/London at the start of the next day.
#[must_use]
pub fn end_of_day(day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    London
        .from_local_datetime(&next.and_time(NaiveTime::MIN))
        .earliest()
        .map_or_else(never, |local| local.with_timezone(&Utc))
}

/// Time of day in Surrey (Europe/London) at a time.
#[must_use]
pub fn local_time(at: DateTime<Utc>) -> NaiveTime {
    at.with_timezone(&London).time()
}

/// Next time after `after` at which clocks in Surrey show `minute` minutes past midnight. A local time that is skipped
/// in spring comes an hour later; of one that occurs twice in autumn, the first counts.
#[must_use]
pub fn next_local(after: DateTime<Utc>, minute: u32) -> DateTime<Utc> {
    let today = local_day(after);
    (0..3)
        .filter_map(|days| {
            let day = today.checked_add_days(Days::new(days))?;
            let time = day.and_hms_opt(minute / 60 % 24, minute % 60, 0)?;
            let local = London.from_local_datetime(&time).earliest();
            let later = || {
                London
                    .from_local_datetime(&(time + Duration::hours(1)))
                    .earliest()
            };
            Some(local.or_else(later)?.with_timezone(&Utc))
        })
        .find(|at| *at > after)
        .unwrap_or_else(never)
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
    fn a_time_of_day_comes_every_day_also_when_clocks_change() {
        for (after, minute, expected) in [
            ("2026-12-01T08:00:00Z", 480, "2026-12-02T08:00:00+00:00"),
            ("2026-07-01T06:59:59Z", 480, "2026-07-01T07:00:00+00:00"),
            // Clocks go from 01:00 to 02:00 on 29 March 2026, and from 02:00 to 01:00 on 25 October.
            ("2026-03-28T12:00:00Z", 90, "2026-03-29T01:30:00+00:00"),
            ("2026-10-24T12:00:00Z", 90, "2026-10-25T00:30:00+00:00"),
        ] {
            let next = next_local(after.parse().unwrap(), minute);
            assert_eq!(next.to_rfc3339(), expected, "{after}");
        }
    }

    #[test]
    fn never_is_after_everything_that_is_accepted() {
        assert_eq!(never().to_rfc3339(), "9999-01-01T00:00:00+00:00");
        assert_eq!(unless_never(never()), None);
    }
}
