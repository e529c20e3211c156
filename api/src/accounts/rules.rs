//! Validation of accounts, and permission to grant platform roles.

use entity::person::PlatformRole;

use super::passwords;
use crate::kit::{Error, UserErrorCode, Viewer, validation::Validator};

/// Validated input of a new account.
#[derive(Debug)]
pub struct NewAccount {
    /// In lower case.
    pub email: String,
    /// Name shown to others.
    pub display_name: String,
}

/// Validates the input of `signUp`.
pub fn new_account(email: &str, display_name: &str, password: &str) -> Result<NewAccount, Error> {
    let mut checks = Validator::new();
    let account = NewAccount {
        email: checks.email("email", email),
        display_name: checks.line("displayName", display_name, 2..=80),
    };
    password_length(&mut checks, "password", password);
    checks.finish()?;
    Ok(account)
}

/// Adds an error if the normal form of a password is too short or too long. A password may contain any characters.
pub fn password_length(checks: &mut Validator, field: &str, password: &str) {
    let length = passwords::normalised(password).chars().count();
    if length < passwords::SHORTEST {
        let message = format!(
            "The password is too short. Use at least {} characters.",
            passwords::SHORTEST
        );
        checks.add(field, UserErrorCode::TooShort, message);
    } else if length > passwords::LONGEST {
        let message = format!(
            "The password is too long. Use at most {} characters.",
            passwords::LONGEST
        );
        checks.add(field, UserErrorCode::TooLong, message);
    }
}

/// Checks that the viewer is a programme administrator.
pub fn may_grant_roles(viewer: &Viewer) -> Result<(), Error> {
    if viewer.is_admin() {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only programme administrators can grant and revoke platform roles. Ask one of them.",
    ))
}

/// Returns the roles after `role` is granted or revoked, in a fixed order.
#[must_use]
pub fn with_role(held: &[PlatformRole], role: PlatformRole, granted: bool) -> Vec<PlatformRole> {
    [
        PlatformRole::Broker,
        PlatformRole::Moderator,
        PlatformRole::ProgrammeAdmin,
    ]
    .into_iter()
    .filter(|each| {
        if *each == role {
            granted
        } else {
            held.contains(each)
        }
    })
    .collect()
}
