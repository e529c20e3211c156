//! Backup and restore commands. `BACKUP.md` describes how often to run them and what else to keep.

use std::path::Path;

use crate::backup;

/// Writes the whole database into a new file.
pub async fn take(url: &str, file: &Path) -> Result<(), String> {
    let bytes = backup::back_up(url, file).await?;
    println!("{} is complete: {bytes} bytes", file.display());
    println!("it does not contain the key that signs access tokens or the settings: see BACKUP.md");
    Ok(())
}

/// Restores a file into an empty database.
pub async fn restore(url: &str, file: &Path) -> Result<(), String> {
    backup::restore(url, file).await?;
    println!("restored from {}", file.display());
    println!(
        "the next `marketplace serve` or `marketplace migrate` applies the migrations of this version"
    );
    Ok(())
}
