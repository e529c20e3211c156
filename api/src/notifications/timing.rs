//! When a mail goes out: at once, once a day, and never in quiet hours.

use chrono::{DateTime, NaiveTime, Timelike, Utc};
use entity::mail_wish::MailWish;

use crate::kit::clock;

/// When the daily mail goes out, in minutes after midnight in Surrey.
const DIGEST: u32 = 8 * 60;

/// The hours of each day in which somebody wants no mail, past midnight where they end before they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// When they begin.
    pub from: NaiveTime,
    /// When they end.
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

/// When to mail what is to be told now; `None` where it is not to be mailed.
#[must_use]
pub fn due_at(
    wish: MailWish,
    quiet: Option<QuietHours>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let at = match wish {
        MailWish::Off => return None,
        MailWish::Instant => now,
        MailWish::DailyDigest => clock::next_local(now, DIGEST),
    };
    Some(calm(quiet, at))
}

/// The same instant, or the end of the quiet hours in which it lies.
#[must_use]
pub fn calm(quiet: Option<QuietHours>, at: DateTime<Utc>) -> DateTime<Utc> {
    let time = clock::local_time(at);
    match quiet.filter(|quiet| quiet.contain(time)) {
        Some(quiet) => clock::next_local(at, minute(quiet.until)),
        None => at,
    }
}

/// A time of day in minutes after midnight.
#[must_use]
pub fn minute(time: NaiveTime) -> u32 {
    time.num_seconds_from_midnight() / 60
}

/// The time of day that is so many minutes after midnight.
#[must_use]
pub fn time_of(minute: i32) -> NaiveTime {
    let seconds = u32::try_from(minute).unwrap_or(0) * 60;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(wish: MailWish, quiet: Option<(i32, i32)>, now: &str) -> Option<String> {
        let quiet = quiet.map(|(from, until)| QuietHours {
            from: time_of(from * 60),
            until: time_of(until * 60),
        });
        due_at(wish, quiet, now.parse().unwrap()).map(|at| at.format("%m-%dT%H:%M").to_string())
    }

    #[test]
    fn at_once_is_now_and_the_digest_is_at_eight_in_surrey() {
        let (winter, summer) = ("2026-12-01T07:30:00Z", "2026-07-01T07:30:00Z");
        assert_eq!(due(MailWish::Instant, None, winter).unwrap(), "12-01T07:30");
        assert_eq!(
            due(MailWish::DailyDigest, None, winter).unwrap(),
            "12-01T08:00"
        );
        assert_eq!(
            due(MailWish::DailyDigest, None, summer).unwrap(),
            "07-02T07:00"
        );
        assert_eq!(due(MailWish::Off, None, winter), None);
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
                due(MailWish::Instant, night, now).unwrap(),
                expected,
                "{now}"
            );
        }
        let morning = Some((7, 9));
        assert_eq!(
            due(MailWish::DailyDigest, morning, "2026-12-01T12:00:00Z").unwrap(),
            "12-02T09:00"
        );
    }
}
