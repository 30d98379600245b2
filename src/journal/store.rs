//! The files of the journal: one an entry, as readable as Terraform's data directory around them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::Entry;
use crate::terraform::{Process, StateId};

/// A folder in Terraform's data directory.
const FOLDER: &str = "alicloud-purchases";

/// What the plan of a Terraform leaves for the plugins that apply it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Shown {
    pub(super) terraform: Process,
    /// The state that Terraform works on. Another one can be chosen in the directory before the plan is approved.
    pub(super) state: StateId,
    /// The orders that a state has which only the plan shows.
    pub(super) orders: BTreeSet<String>,
}

/// The entries of a folder.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) entries: Vec<Entry>,
    pub(super) damaged: Vec<Damaged>,
}

/// A file that holds no entry that can be read.
#[derive(Debug)]
pub(super) struct Damaged {
    pub(super) file: PathBuf,
    pub(super) error: serde_json::Error,
    /// When it was written.
    pub(super) time: Option<SystemTime>,
}

/// How the names of files end that plans leave.
const SHOWN: &str = "shown";

/// The folder with the entries of the working directory.
#[derive(Debug)]
pub(super) struct Store {
    data: PathBuf,
}

impl Store {
    /// The one in Terraform's data directory.
    pub(super) fn in_data_directory(data: &Path) -> Self {
        Self { data: data.to_owned() }
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.data.join(FOLDER)
    }

    pub(super) fn file(&self, id: &str) -> PathBuf {
        self.folder().join(format!("{id}.json"))
    }

    /// All entries, the oldest first, without those whose ids are to be skipped.
    pub(super) fn entries(&self, is_skipped: impl Fn(&str) -> bool) -> io::Result<Entries> {
        let files = match fs::read_dir(self.folder()) {
            Ok(files) => files,
            Err(error) if is_nothing_there(&error) => return Ok(Entries::default()),
            Err(error) => return Err(error),
        };
        let mut found = Entries::default();
        for file in files {
            let path = file?.path();
            let id = path.file_stem().unwrap_or_default().to_string_lossy();
            if path.extension().is_none_or(|extension| extension != "json") || is_skipped(&id) {
                continue;
            }
            match fs::read(&path) {
                Ok(text) => match self.parse(&path, &text) {
                    Ok(entry) => found.entries.push(entry),
                    Err(error) => {
                        let time = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok();
                        found.damaged.push(Damaged { file: path, error, time });
                    }
                },
                // Another Terraform has just removed it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        found.entries.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        Ok(found)
    }

    /// The entry of this id, as it stands now.
    pub(super) fn entry(&self, id: &str) -> Option<Entry> {
        let path = self.file(id);
        self.parse(&path, &fs::read(&path).ok()?).ok()
    }

    fn parse(&self, path: &Path, text: &[u8]) -> serde_json::Result<Entry> {
        let mut entry = serde_json::from_slice::<Entry>(text)?;
        let is_folder_moved =
            entry.folder != self.folder() && !entry.folder.join(path.file_name().unwrap_or_default()).exists();
        let is_directory_moved = entry.directory.is_absolute() && !entry.directory.is_dir();
        entry.is_moved = is_folder_moved || is_directory_moved;
        Ok(entry)
    }

    /// What the plan of a Terraform has left.
    pub(super) fn shown(&self, terraform: &Process) -> Option<Shown> {
        let text = fs::read(self.shown_file(terraform)).ok()?;
        serde_json::from_slice::<Shown>(&text).ok().filter(|shown| shown.terraform == *terraform)
    }

    /// Adds to what the plan of a Terraform has left. Only with the lock.
    pub(super) fn show(&self, mut shown: Shown) -> io::Result<()> {
        shown.orders.extend(self.shown(&shown.terraform).into_iter().flat_map(|earlier| earlier.orders));
        self.put(&self.shown_file(&shown.terraform), &serde_json::to_vec(&shown)?)
    }

    /// Removes what the plans of other Terraforms have left. Only with the lock.
    pub(super) fn forget_shown(&self, is_running: impl Fn(&Process) -> bool) {
        for path in fs::read_dir(self.folder()).into_iter().flatten().flatten().map(|file| file.path()) {
            if path.extension().is_some_and(|extension| extension == SHOWN)
                && let Ok(text) = fs::read(&path)
                && !serde_json::from_slice::<Shown>(&text).is_ok_and(|shown| is_running(&shown.terraform))
            {
                let _ = fs::remove_file(path);
            }
        }
    }

    fn shown_file(&self, terraform: &Process) -> PathBuf {
        self.folder().join(format!("{}.{SHOWN}", terraform.pid()))
    }

    /// Writes a file of the folder in one step. A crash of the machine may bring the one before it back.
    pub(super) fn put(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        self.put_after(path, text, |_| Ok(()))
    }

    fn put_after(&self, path: &Path, text: &[u8], sync: impl Fn(&File) -> io::Result<()>) -> io::Result<()> {
        self.prepare()?;
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(self.folder())?;
        file.write_all(text)?;
        self.share(file.path());
        sync(file.as_file())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// A file of this name to lock. The system gives a lock back when a process ends, however it does.
    pub(super) fn open_to_lock(&self, name: &str) -> io::Result<File> {
        self.prepare()?;
        let path = self.folder().join(name);
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        self.share(&path);
        Ok(file)
    }

    /// Waits until no other process looks at the entries or writes one, for as long as the file is held. None where there
    /// is no folder, and so nothing to look at.
    pub(super) fn lock(&self) -> io::Result<Option<File>> {
        if !self.folder().is_dir() {
            return Ok(None);
        }
        let file = self.open_to_lock("lock")?;
        file.lock()?;
        Ok(Some(file))
    }

    /// Makes the folder.
    pub(super) fn prepare(&self) -> io::Result<()> {
        let folder = self.folder();
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            self.share(&folder);
            sync_directory(&self.data)?;
        }
        Ok(())
    }

    /// Writes an entry in one step, and waits until the disk has it.
    pub(super) fn write(&self, entry: &Entry) -> io::Result<()> {
        self.put_after(&self.file(&entry.id), &serde_json::to_vec_pretty(entry)?, File::sync_all)?;
        sync_directory(&self.folder())
    }

    /// Writes an entry in one step. A crash of the machine may bring the one before it back.
    pub(super) fn update(&self, entry: &Entry) -> io::Result<()> {
        self.put(&self.file(&entry.id), &serde_json::to_vec_pretty(entry)?)
    }

    /// Removes an entry. One that cannot be removed is found again, and removed then.
    pub(super) fn remove(&self, id: &str) {
        if let Err(error) = fs::remove_file(self.file(id)) {
            tracing::debug!(%error, id, "an entry of the purchase journal was not removed");
        }
    }

    /// Shares a file or folder with all users of Terraform's data directory. Where that is refused, the file belongs to
    /// another user, whose provider has done the same.
    #[cfg(unix)]
    fn share(&self, path: &Path) {
        use std::os::unix::fs::PermissionsExt as _;

        let Ok(data) = fs::metadata(&self.data) else { return };
        let mask = if path.is_dir() { 0o7777 } else { 0o666 };
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(data.permissions().mode() & mask));
    }

    #[cfg(not(unix))]
    fn share(&self, _: &Path) {}
}

/// Where there is no folder there are no entries.
fn is_nothing_there(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Makes a new name in a directory outlive a crash of the machine.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
