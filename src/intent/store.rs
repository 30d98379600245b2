//! The files: one an intent, readable by their owner alone, on disk when a call returns.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::Intent;

/// A folder in Terraform's data directory.
const FOLDER: &str = "alicloud-purchases";

/// The extension of the empty file beside an intent that was delivered.
const DELIVERED: &str = "delivered";

/// The folder, below Terraform's data directory.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// The folder with the intents of the working directory.
#[derive(Debug)]
pub(super) struct Store {
    data: PathBuf,
}

impl Store {
    /// Those in Terraform's data directory.
    pub(super) fn of(data: &Path) -> Self {
        Self { data: data.to_owned() }
    }

    pub(super) fn directory(&self) -> PathBuf {
        folder(&self.data)
    }

    pub(super) fn file(&self, token: &str) -> PathBuf {
        self.directory().join(format!("{token}.json"))
    }

    /// All intents, the oldest first.
    pub(super) fn all(&self) -> io::Result<Vec<Intent>> {
        let entries = match fs::read_dir(self.directory()) {
            Ok(entries) => entries,
            Err(error) if is_nothing_there(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut intents = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match fs::read(&path) {
                Ok(text) => {
                    let intent = serde_json::from_slice::<Intent>(&text).map_err(|error| {
                        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
                    })?;
                    let delivered = path.with_extension(DELIVERED).exists();
                    intents.push(Intent { delivered, ..intent });
                }
                // Another Terraform has just removed it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        intents.sort_by(|a, b| (a.time, &a.token).cmp(&(b.time, &b.token)));
        Ok(intents)
    }

    /// A file of this name to lock. The system gives a lock back when a process ends, however it does.
    pub(super) fn open(&self, name: &str) -> io::Result<File> {
        self.prepare()?;
        File::options().create(true).truncate(false).write(true).open(self.directory().join(name))
    }

    /// Waits until no other process looks at the notes or writes one, for as long as the file is held. None where there is
    /// no folder, and so nothing to look at.
    pub(super) fn turn(&self) -> io::Result<Option<File>> {
        if !self.directory().is_dir() {
            return Ok(None);
        }
        let file = self.open("lock")?;
        file.lock()?;
        Ok(Some(file))
    }

    /// Makes the folder, so that it is there and private.
    pub(super) fn prepare(&self) -> io::Result<()> {
        let directory = self.directory();
        if !directory.exists() {
            create_private(&directory)?;
            sync_directory(&self.data)?;
        }
        Ok(())
    }

    /// Writes an intent in one step, and waits until the disk has it.
    pub(super) fn write(&self, intent: &Intent) -> io::Result<()> {
        self.prepare()?;
        let directory = self.directory();
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&directory)?;
        file.write_all(&serde_json::to_vec_pretty(intent)?)?;
        file.as_file().sync_all()?;
        file.persist(self.file(&intent.token)).map_err(|error| error.error)?;
        sync_directory(&directory)
    }

    /// Writes `mine` in the place of `left`, if that still stands there. Only for whose turn it is.
    pub(super) fn take_over(&self, left: &Intent, mine: &Intent) -> io::Result<bool> {
        let still_there = self.all()?.contains(left);
        if still_there {
            self.write(mine)?;
        }
        Ok(still_there)
    }

    /// Notes that the order of an intent was delivered. Without this it would be adopted, and not asked about.
    pub(super) fn mark_delivered(&self, token: &str) -> io::Result<()> {
        File::create(self.file(token).with_extension(DELIVERED)).map(drop)
    }

    /// Removes an intent. One that cannot be removed is seen in a state later, and removed then.
    pub(super) fn remove(&self, token: &str) {
        let file = self.file(token);
        let _ = fs::remove_file(file.with_extension(DELIVERED));
        if let Err(error) = fs::remove_file(file) {
            tracing::debug!(%error, token, "the note of a purchase was not removed");
        }
    }
}

/// Where there is no folder there are no notes.
fn is_nothing_there(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Makes a folder that is its owner's alone.
#[cfg(unix)]
pub(crate) fn create_private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    if let Some(data) = directory.parent() {
        fs::create_dir_all(data)?;
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// Makes a folder.
#[cfg(not(unix))]
pub(crate) fn create_private(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

/// Makes a new name in a directory outlive a crash of the machine.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
