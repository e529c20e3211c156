//! Who may import, and how much at once.

use entity::membership::MembershipRole;
use uuid::Uuid;

use crate::kit::{Error, UserError, UserErrorCode, Viewer};

/// The most bytes of a file.
pub const LARGEST: usize = 900_000;
/// Most errors that the report of an import tells of, shared among its rows; each row tells of at least one.
pub const MOST_ERRORS: usize = 1_000;
/// The most rows of a file, in and out.
pub const MOST_ROWS: usize = 1_000;

/// Editors, managers and owners import the listings of their organisation.
pub fn may_import(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.at_least(organisation, MembershipRole::Editor) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only editors, managers and owners of the organisation import its listings.",
    ))
}

/// A file is not larger than what one import takes.
pub fn is_bearable(content: &str) -> Result<(), UserError> {
    if content.len() <= LARGEST {
        return Ok(());
    }
    let message = format!("The file is over {LARGEST} bytes. Send it in parts.");
    Err(refusal(UserErrorCode::TooLong, message))
}

/// A file has some rows, and not more than one import takes.
pub fn is_countable(rows: usize) -> Result<(), UserError> {
    match rows {
        0 => Err(refusal(UserErrorCode::Required, "The file has no rows.")),
        1..=MOST_ROWS => Ok(()),
        _ => {
            let message =
                format!("The file has {rows} rows; {MOST_ROWS} are allowed. Send it in parts.");
            Err(refusal(UserErrorCode::TooMany, message))
        }
    }
}

/// A refusal of the file.
pub fn refusal(code: UserErrorCode, message: impl Into<String>) -> UserError {
    UserError::at("content", code, message)
}
