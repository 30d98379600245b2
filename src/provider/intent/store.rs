//! The files: one an intent, readable by their owner alone, on disk when a call returns.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::Intent;

/// A folder in Terraform's data directory.
const FOLDER: &str = "alicloud-purchases";

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
        self.data.join(FOLDER)
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
                Ok(text) => intents.push(serde_json::from_slice::<Intent>(&text).map_err(|error| {
                    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
                })?),
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
        File::options().create(true).truncate(false).write(true).open(self.prepared()?.join(name))
    }

    /// The folder, which is there and private.
    fn prepared(&self) -> io::Result<PathBuf> {
        let directory = self.directory();
        if !directory.exists() {
            create_private(&directory)?;
            sync_directory(&self.data)?;
        }
        Ok(directory)
    }

    /// Writes an intent in one step, and waits until the disk has it.
    pub(super) fn write(&self, intent: &Intent) -> io::Result<()> {
        let directory = self.prepared()?;
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&directory)?;
        file.write_all(&serde_json::to_vec_pretty(intent)?)?;
        file.as_file().sync_all()?;
        file.persist(self.file(&intent.token)).map_err(|error| error.error)?;
        sync_directory(&directory)
    }

    /// Writes `mine` in the place of `left`, if that still stands there. Only one of several processes succeeds.
    pub(super) fn take_over(&self, left: &Intent, mine: &Intent) -> io::Result<bool> {
        let lock = self.open("lock")?;
        lock.lock()?;
        let still_there = self.all()?.contains(left);
        if still_there {
            self.write(mine)?;
        }
        Ok(still_there)
    }

    /// Removes an intent. One that cannot be removed is seen in a state later, and removed then.
    pub(super) fn remove(&self, token: &str) {
        if let Err(error) = fs::remove_file(self.file(token)) {
            tracing::debug!(%error, token, "the note of a purchase was not removed");
        }
    }
}

/// Where there is no folder there are no notes.
fn is_nothing_there(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(unix)]
fn create_private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    if let Some(data) = directory.parent() {
        fs::create_dir_all(data)?;
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn create_private(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

/// Makes a new name in a directory outlive a crash of the machine.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
