//! The database as a file, and back. `BACKUP.md` says how often, and what else to keep.

use std::path::Path;

use crate::backup;

/// Writes everything in the database into a new file.
pub async fn take(url: &str, file: &Path) -> Result<(), String> {
    let bytes = backup::back_up(url, file).await?;
    println!("{} is whole: {bytes} bytes", file.display());
    println!("the key that signs access tokens is not in it, nor are the settings: see BACKUP.md");
    Ok(())
}

/// Brings a file into a database that is empty.
pub async fn restore(url: &str, file: &Path) -> Result<(), String> {
    backup::restore(url, file).await?;
    println!("restored from {}", file.display());
    println!("the next `marketplace serve` or `marketplace migrate` brings it up to this version");
    Ok(())
}
