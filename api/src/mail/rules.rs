//! Attempts and retention of email.

use chrono::{DateTime, Duration, Utc};

/// Time that a worker has to send an email after taking it. Longer than the SMTP timeout.
pub const LEASE: Duration = Duration::minutes(10);
/// Retention period of sent emails and expired links, for questions about a missing email.
pub const KEPT: Duration = Duration::days(90);
/// Number of attempts after which an email is abandoned.
pub const MAX_ATTEMPTS: i32 = 9;
/// Maximum time between two attempts.
const LONGEST: Duration = Duration::hours(6);

/// Returns the time of the next attempt after `attempts` failures: one minute later, then 4, 16 and so on, up to every
/// six hours. `None` if the email is to be abandoned.
#[must_use]
pub fn again(attempts: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if attempts >= MAX_ATTEMPTS {
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
            (1..=MAX_ATTEMPTS).map(|tried| again(tried, now).map(|at| (at - now).num_minutes()));
        let expected = [1, 4, 16, 64, 256, 360, 360, 360].map(Some);
        assert_eq!(
            minutes.collect::<Vec<_>>(),
            [&expected[..], &[None]].concat()
        );
    }
}
