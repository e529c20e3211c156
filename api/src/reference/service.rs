//! The acts on reference data.

use crate::kit::{Database, Error};

/// Loads the reference data that ships with the program.
pub async fn load_shipped(_database: &Database) -> Result<(), Error> {
    Ok(())
}
