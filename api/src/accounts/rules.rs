//! Who may do what to an account, and what an account may hold.

use entity::person::PlatformRole;

use super::passwords;
use crate::kit::{Error, UserErrorCode, Viewer, validation::Checks};

/// What somebody chooses who signs up.
#[derive(Debug)]
pub struct NewAccount {
    /// In lower case.
    pub email: String,
    /// What others see.
    pub display_name: String,
}

/// Checks what somebody sent to sign up.
pub fn new_account(email: &str, display_name: &str, password: &str) -> Result<NewAccount, Error> {
    let mut checks = Checks::new();
    let account = NewAccount {
        email: checks.email("email", email),
        display_name: checks.line("displayName", display_name, 2..=80),
    };
    password_length(&mut checks, "password", password);
    checks.finish()?;
    Ok(account)
}

/// Notes a password that is too short or too long. It may hold any characters.
pub fn password_length(checks: &mut Checks, field: &str, password: &str) {
    let length = password.chars().count();
    if length < passwords::SHORTEST {
        let message = format!(
            "A password has at least {} characters.",
            passwords::SHORTEST
        );
        checks.refuse(field, UserErrorCode::TooShort, message);
    } else if length > passwords::LONGEST {
        let message = format!("A password has at most {} characters.", passwords::LONGEST);
        checks.refuse(field, UserErrorCode::TooLong, message);
    }
}

/// Administrators grant and revoke platform roles.
pub fn may_grant_roles(viewer: &Viewer) -> Result<(), Error> {
    if viewer.is_admin() {
        return Ok(());
    }
    viewer.signed_in()?;
    Err(Error::Forbidden(
        "Only programme administrators grant and revoke platform roles.",
    ))
}

/// The roles after one was granted or revoked, in a fixed order.
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
