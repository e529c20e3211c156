//! How long invitations are good, and when they are not.

use chrono::{DateTime, Duration, Utc};
use entity::invitation::Model;

use crate::kit::{Error, UserError, UserErrorCode};

/// The most days that an invitation is good.
const LONGEST_DAYS: i32 = 90;
/// The most invitations of one organisation that wait at a time.
pub const MOST_WAITING: u64 = 100;

/// When an invitation ends that is made now.
pub fn expiry(now: DateTime<Utc>, valid_days: i32) -> Result<DateTime<Utc>, Error> {
    if (1..=LONGEST_DAYS).contains(&valid_days) {
        return Ok(now + Duration::days(valid_days.into()));
    }
    let message = format!("An invitation is good for 1 to {LONGEST_DAYS} days.");
    Err(UserError::at("validDays", UserErrorCode::OutOfRange, message).into())
}

/// One more may be made while so many wait.
pub fn one_more(waiting: u64) -> Result<(), Error> {
    if waiting < MOST_WAITING {
        return Ok(());
    }
    let message = format!("{MOST_WAITING} invitations wait already. Revoke some first.");
    Err(UserError::new(UserErrorCode::LimitReached, message).into())
}

/// Whether it can still be accepted.
#[must_use]
pub fn is_waiting(row: &Model, now: DateTime<Utc>) -> bool {
    row.accepted_at.is_none() && row.revoked_at.is_none() && row.expires_at > now
}

/// The refusal of a token that leads nowhere. It does not tell why.
#[must_use]
pub fn invalid() -> Error {
    UserError::at(
        "token",
        UserErrorCode::InvitationInvalid,
        "This invitation was used or revoked, has run out, or never was. Ask for a new one.",
    )
    .into()
}

/// The refusal to revoke what was used.
#[must_use]
pub fn used() -> Error {
    UserError::at(
        "invitationId",
        UserErrorCode::InvitationInvalid,
        "Somebody has joined with this invitation. Remove the member instead.",
    )
    .into()
}
