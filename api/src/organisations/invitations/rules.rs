//! Rules of invitations: their validity and limits.

use chrono::{DateTime, Duration, Utc};
use entity::invitation::Model;

use crate::kit::{Error, UserError, UserErrorCode};

/// Maximum validity of an invitation, in days.
const LONGEST_DAYS: i32 = 90;
/// Maximum number of open invitations of one organisation.
pub const MAX_WAITING: u64 = 100;

/// Returns the time at which an invitation that is created now expires.
pub fn expiry(now: DateTime<Utc>, valid_days: i32) -> Result<DateTime<Utc>, Error> {
    if (1..=LONGEST_DAYS).contains(&valid_days) {
        return Ok(now + Duration::days(valid_days.into()));
    }
    let message = format!("An invitation can be valid for 1 to {LONGEST_DAYS} days.");
    Err(UserError::at("validDays", UserErrorCode::OutOfRange, message).into())
}

/// Checks that an organisation with this number of open invitations may create another.
pub fn one_more(waiting: u64) -> Result<(), Error> {
    if waiting < MAX_WAITING {
        return Ok(());
    }
    let message = format!(
        "The organisation already has {MAX_WAITING} open invitations, the maximum. Revoke some first."
    );
    Err(UserError::new(UserErrorCode::LimitReached, message).into())
}

/// Checks that an invitation can still be accepted.
#[must_use]
pub fn is_waiting(row: &Model, now: DateTime<Utc>) -> bool {
    row.accepted_at.is_none() && row.revoked_at.is_none() && row.expires_at > now
}

/// Returns the error for a token that cannot be accepted. It does not reveal the reason.
#[must_use]
pub fn invalid() -> Error {
    UserError::at(
        "token",
        UserErrorCode::InvitationInvalid,
        "This invitation was used or revoked, has expired, or does not exist. Ask for a new one.",
    )
    .into()
}

/// Returns the error for the revocation of a used invitation.
#[must_use]
pub fn used() -> Error {
    UserError::at(
        "invitationId",
        UserErrorCode::InvitationInvalid,
        "A person has already joined with this invitation. Remove the member instead.",
    )
    .into()
}
