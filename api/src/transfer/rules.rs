//! Permissions and limits of imports.

use entity::membership::MembershipRole;
use uuid::Uuid;

use crate::kit::{Error, UserError, UserErrorCode, Viewer};

/// Maximum size of a file, in bytes.
pub const LARGEST: usize = 900_000;
/// Maximum number of errors in the report of an import, shared among its rows; every faulty row reports at least one.
pub const MAX_ERRORS: usize = 1_000;
/// Maximum number of rows in a file, for import and export.
pub const MAX_ROWS: usize = 1_000;

/// Checks that the viewer is an editor, a manager or an owner of the organisation.
pub fn may_import(viewer: &Viewer, organisation: Uuid) -> Result<(), Error> {
    viewer.signed_in()?;
    if viewer.at_least(organisation, MembershipRole::Editor) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only editors, managers and owners of the organisation can import its listings.",
    ))
}

/// Refusal of a file in another encoding, such as Windows-1252, in which older spreadsheets save CSV.
pub const NOT_UTF8: &str = "The file has letters that cannot be read, because it is not in UTF-8. In Excel, save it as \"CSV UTF-8\"; \
     elsewhere, choose the encoding UTF-8.";

/// Checks that a file is not larger than [`LARGEST`].
pub fn is_bearable(content: &str) -> Result<(), UserError> {
    if content.contains(char::REPLACEMENT_CHARACTER) {
        return Err(refusal(UserErrorCode::Invalid, NOT_UTF8));
    }
    if content.len() <= LARGEST {
        return Ok(());
    }
    let message = format!("The file is larger than {LARGEST} bytes. Split it into smaller files.");
    Err(refusal(UserErrorCode::TooLong, message))
}

/// Checks that a file has at least one row and at most [`MAX_ROWS`].
pub fn is_countable(rows: usize) -> Result<(), UserError> {
    match rows {
        0 => Err(refusal(
            UserErrorCode::Required,
            "The file has no rows. Add at least one.",
        )),
        1..=MAX_ROWS => Ok(()),
        _ => {
            let message = format!(
                "The file has {rows} rows; at most {MAX_ROWS} are allowed. Split it into smaller files."
            );
            Err(refusal(UserErrorCode::TooMany, message))
        }
    }
}

/// Creates a refusal because of the content of the file.
pub fn refusal(code: UserErrorCode, message: impl Into<String>) -> UserError {
    UserError::at("content", code, message)
}
