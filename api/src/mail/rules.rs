//! How often a mail is tried, and when; how long is known of it.

use chrono::{DateTime, Duration, Utc};

/// How long whoever took a mail has to send it; longer than any mail server is waited for.
pub const LEASE: Duration = Duration::minutes(10);
/// How long is known that a mail was sent and a link given out, for when somebody asks where it is.
pub const KEPT: Duration = Duration::days(90);
/// How often a mail is tried before it is given up.
pub const MOST_ATTEMPTS: i32 = 9;
/// The longest time between two attempts.
const LONGEST: Duration = Duration::hours(6);

/// When to try again after so many attempts have failed: a minute later, then four, sixteen and so on, and in the end
/// every six hours. `None` where it was tried often enough.
#[must_use]
pub fn again(attempts: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if attempts >= MOST_ATTEMPTS {
        return None;
    }
    let power = u32::try_from(attempts - 1).unwrap_or(0).min(6);
    Some(now + Duration::minutes(4_i64.pow(power)).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::clock;

    #[test]
    fn attempts_are_further_and_further_apart_and_end() {
        let now = clock::now();
        let minutes =
            (1..=MOST_ATTEMPTS).map(|tried| again(tried, now).map(|at| (at - now).num_minutes()));
        let expected = [1, 4, 16, 64, 256, 360, 360, 360].map(Some);
        assert_eq!(
            minutes.collect::<Vec<_>>(),
            [&expected[..], &[None]].concat()
        );
    }
}
