//! Times as text, with weekday and date, in the time zone of the reader's clock.

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::{Europe::London, Tz};

/// Returns a day, such as "Tuesday 9 March 2027".
#[must_use]
pub fn day(day: NaiveDate) -> String {
    day.format("%A %-d %B %Y").to_string()
}

/// Returns a time, such as "Tuesday 9 March 2027, 14:00". Names the time zone unless it is that of the UK.
#[must_use]
pub fn start(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let date = day(local.date_naive());
    format!("{date}, {}{}", local.format("%H:%M"), named(zone))
}

/// Returns a period, such as "Tuesday 9 March 2027, 14:00 to 16:00".
#[must_use]
pub fn period(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, zone: Tz) -> String {
    let [from, until] = [starts_at, ends_at].map(|at| at.with_timezone(&zone));
    let end = if from.date_naive() == until.date_naive() {
        until.format("%H:%M").to_string()
    } else {
        format!("{}, {}", day(until.date_naive()), until.format("%H:%M"))
    };
    let date = day(from.date_naive());
    format!("{date}, {} to {end}{}", from.format("%H:%M"), named(zone))
}

/// Returns an end, such as "14:00 on Tuesday 9 March 2027", or "the end of Monday 8 March 2027" for midnight.
#[must_use]
pub fn deadline(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    if local.num_seconds_from_midnight() == 0 {
        let last = (local - TimeDelta::seconds(1)).date_naive();
        return format!("the end of {}{}", day(last), named(zone));
    }
    let date = day(local.date_naive());
    format!("{} on {date}{}", local.format("%H:%M"), named(zone))
}

fn named(zone: Tz) -> String {
    if zone == London {
        String::new()
    } else {
        format!(" ({zone})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_weekday_and_a_date_in_their_time_zone() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let [from, until] = [at("2027-03-09T14:00:00Z"), at("2027-03-09T16:00:00Z")];
        assert_eq!(
            period(from, until, London),
            "Tuesday 9 March 2027, 14:00 to 16:00"
        );
        assert_eq!(
            period(from, at("2027-03-10T12:00:00Z"), Tz::Europe__Paris),
            "Tuesday 9 March 2027, 15:00 to Wednesday 10 March 2027, 13:00 (Europe/Paris)"
        );
        assert_eq!(start(from, London), "Tuesday 9 March 2027, 14:00");
        assert_eq!(
            deadline(at("2027-07-01T09:30:00Z"), London),
            "10:30 on Thursday 1 July 2027"
        );
        assert_eq!(
            deadline(at("2027-06-30T23:00:00Z"), London),
            "the end of Wednesday 30 June 2027"
        );
    }
}
