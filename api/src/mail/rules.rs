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

/// Reports whether a reply code is a final answer about a recipient or an email: 550 to 556. Others of 500 and more
/// are about commands and sign-in, so they end when the settings are corrected.
#[must_use]
pub fn is_final(code: u16) -> bool {
    (550..=556).contains(&code)
}

/// Reports whether a final answer is about the recipient's address: by its enhanced status code (RFC 3463: 5.1 for
/// addresses, except the sender's, and 5.2 for mailboxes), or without one by its reply code.
#[must_use]
pub fn rejects_address(code: u16, reply: &str) -> bool {
    let mut words = reply.split([' ', '\n']);
    match words.find_map(|word| word.strip_prefix("5.")) {
        Some("1.7" | "1.8") => false,
        Some(status) => status.starts_with("1.") || status.starts_with("2."),
        None => [550, 551, 553].contains(&code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::clock;

    #[test]
    fn only_answers_about_the_recipient_say_that_the_address_is_wrong() {
        for (code, reply, last, address) in [
            (550, "permanent error (550): 5.1.1 No such user", true, true),
            (550, "permanent error (550): No such user", true, true),
            (552, "permanent error (552): 5.2.2 Mailbox full", true, true),
            (
                550,
                "permanent error (550): 5.7.1 Looks like spam",
                true,
                false,
            ),
            (553, "permanent error (553): 5.1.8 Bad sender", true, false),
            (
                554,
                "permanent error (554): Transaction failed",
                true,
                false,
            ),
            (
                535,
                "permanent error (535): 5.7.8 Wrong password",
                false,
                false,
            ),
            (503, "permanent error (503): Bad sequence", false, false),
        ] {
            let got = (is_final(code), rejects_address(code, reply));
            assert_eq!(got, (last, address), "{reply}");
        }
    }

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
