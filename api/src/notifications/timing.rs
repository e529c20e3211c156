//! Timing of emails: immediate or daily, and never in quiet hours.

use chrono::{DateTime, NaiveTime, Timelike, Utc};
use entity::mail_preference::MailFrequency;

use crate::kit::clock;

/// Time of the daily digest, in minutes after midnight UK time.
const DIGEST: u32 = 8 * 60;

/// Hours of each day without email. They span midnight if they end before they start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// Start, inclusive.
    pub from: NaiveTime,
    /// End, exclusive.
    pub until: NaiveTime,
}

impl QuietHours {
    fn contain(self, time: NaiveTime) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        }
    }
}

/// Returns the time at which to email a notification made now; `None` if it is not to be emailed.
#[must_use]
pub fn due_at(
    frequency: MailFrequency,
    quiet: Option<QuietHours>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let at = match frequency {
        MailFrequency::Off => return None,
        MailFrequency::Instant => now,
        MailFrequency::DailyDigest => clock::next_local(now, DIGEST),
    };
    Some(calm(quiet, at))
}

/// Returns the instant, or the end of the quiet hours in which it lies.
#[must_use]
pub fn calm(quiet: Option<QuietHours>, at: DateTime<Utc>) -> DateTime<Utc> {
    let time = clock::local_time(at);
    match quiet.filter(|quiet| quiet.contain(time)) {
        Some(quiet) => clock::next_local(at, minute(quiet.until)),
        None => at,
    }
}

/// Converts a time of day to minutes after midnight.
#[must_use]
pub fn minute(time: NaiveTime) -> u32 {
    time.num_seconds_from_midnight() / 60
}

/// Converts minutes after midnight to a time of day.
#[must_use]
pub fn time_of(minute: i32) -> NaiveTime {
    let seconds = u32::try_from(minute).unwrap_or(0) * 60;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(frequency: MailFrequency, quiet: Option<(i32, i32)>, now: &str) -> Option<String> {
        let quiet = quiet.map(|(from, until)| QuietHours {
            from: time_of(from * 60),
            until: time_of(until * 60),
        });
        due_at(frequency, quiet, now.parse().unwrap())
            .map(|at| at.format("%m-%dT%H:%M").to_string())
    }

    #[test]
    fn at_once_is_now_and_the_digest_is_at_eight_in_surrey() {
        let (winter, summer) = ("2026-12-01T07:30:00Z", "2026-07-01T07:30:00Z");
        assert_eq!(
            due(MailFrequency::Instant, None, winter).unwrap(),
            "12-01T07:30"
        );
        assert_eq!(
            due(MailFrequency::DailyDigest, None, winter).unwrap(),
            "12-01T08:00"
        );
        assert_eq!(
            due(MailFrequency::DailyDigest, None, summer).unwrap(),
            "07-02T07:00"
        );
        assert_eq!(due(MailFrequency::Off, None, winter), None);
    }

    #[test]
    fn quiet_hours_put_off_past_midnight_and_in_the_day() {
        let night = Some((22, 7));
        for (now, expected) in [
            ("2026-12-01T21:59:00Z", "12-01T21:59"),
            ("2026-12-01T22:00:00Z", "12-02T07:00"),
            ("2026-12-02T06:59:00Z", "12-02T07:00"),
            ("2026-12-02T07:00:00Z", "12-02T07:00"),
            ("2026-07-01T21:30:00Z", "07-02T06:00"),
        ] {
            assert_eq!(
                due(MailFrequency::Instant, night, now).unwrap(),
                expected,
                "{now}"
            );
        }
        let morning = Some((7, 9));
        assert_eq!(
            due(MailFrequency::DailyDigest, morning, "2026-12-01T12:00:00Z").unwrap(),
            "12-02T09:00"
        );
    }
}
