//! Files that keep a temporary name until they are complete: a process that is killed half-way leaves nothing that
//! looks like a finished file.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::kit::failpoint;

/// File that is being written, readable by its owner only. Deleted if it is dropped.
pub struct Staged {
    part: NamedTempFile,
    folder: PathBuf,
    target: PathBuf,
}

impl Staged {
    /// Creates an empty file in the folder of the target. Fails if the target exists.
    pub fn beside(target: &Path) -> Result<Self, String> {
        let cannot = |error: io::Error| format!("{} cannot be written: {error}", target.display());
        if target.try_exists().map_err(cannot)? {
            return Err(there(target));
        }
        let name = target
            .file_name()
            .ok_or_else(|| format!("{} is not a file name", target.display()))?;
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        // Hidden, and readable by its owner only, as temporary files are created.
        let part = tempfile::Builder::new()
            .prefix(&format!(".{}.", name.to_string_lossy()))
            .suffix(".part")
            .tempfile_in(&folder)
            .map_err(cannot)?;
        Ok(Self {
            part,
            folder,
            target: target.to_owned(),
        })
    }

    /// Path until the file gets its name.
    pub fn path(&self) -> &Path {
        self.part.path()
    }

    /// The open file, for writing.
    pub fn file(&mut self) -> &mut File {
        self.part.as_file_mut()
    }

    /// Flushes the file to disk and gives it its name. Returns its size in bytes.
    pub fn publish(self) -> Result<u64, String> {
        let Self {
            part,
            folder,
            target,
        } = self;
        let cannot = |error: io::Error| format!("{} cannot be written: {error}", target.display());
        part.as_file().sync_all().map_err(cannot)?;
        let size = part.as_file().metadata().map_err(cannot)?.len();
        failpoint::point("file.written");
        part.persist_noclobber(&target).map_err(|error| {
            if error.error.kind() == io::ErrorKind::AlreadyExists {
                there(&target)
            } else {
                cannot(error.error)
            }
        })?;
        // Makes the new name durable. Not every system can flush a folder by itself.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        failpoint::point("file.named");
        Ok(size)
    }
}

fn there(target: &Path) -> String {
    format!(
        "{} already exists and is not overwritten: choose another name, or move it away",
        target.display()
    )
}
