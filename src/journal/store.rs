//! The files of the journal: one an entry, as readable as Terraform's data directory around them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::Entry;
use crate::terraform::Process;

/// A folder in Terraform's data directory.
const FOLDER: &str = "alicloud-purchases";

/// The file in it with the orders that the last plan has shown.
const SHOWN: &str = "shown";

#[derive(Serialize, Deserialize)]
struct Shown {
    terraform: Process,
    orders: BTreeSet<String>,
}

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
    pub(super) fn entries(&self, is_skipped: impl Fn(&str) -> bool) -> io::Result<Vec<Entry>> {
        let files = match fs::read_dir(self.folder()) {
            Ok(files) => files,
            Err(error) if is_nothing_there(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut entries = Vec::new();
        for file in files {
            let path = file?.path();
            let id = path.file_stem().unwrap_or_default().to_string_lossy();
            if path.extension().is_none_or(|extension| extension != "json") || is_skipped(&id) {
                continue;
            }
            match fs::read(&path) {
                Ok(text) => entries.push(self.parse(&path, &text)?),
                // Another Terraform has just removed it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        entries.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        Ok(entries)
    }

    /// The entry of this id, as it stands now.
    pub(super) fn entry(&self, id: &str) -> Option<Entry> {
        let path = self.file(id);
        self.parse(&path, &fs::read(&path).ok()?).ok()
    }

    fn parse(&self, path: &Path, text: &[u8]) -> io::Result<Entry> {
        let entry = serde_json::from_slice::<Entry>(text);
        let mut entry = entry.map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged: {error}", path.display()))
        })?;
        entry.is_moved =
            entry.folder != self.folder() && !entry.folder.join(path.file_name().unwrap_or_default()).exists();
        Ok(entry)
    }

    /// Which orders the plan of a Terraform has shown in prior states, for those who apply it.
    pub(super) fn shown(&self, terraform: &Process) -> BTreeSet<String> {
        let text = fs::read(self.folder().join(SHOWN)).unwrap_or_default();
        let shown = serde_json::from_slice::<Shown>(&text).ok().filter(|shown| shown.terraform == *terraform);
        shown.map(|shown| shown.orders).unwrap_or_default()
    }

    /// Adds to what the plan of a Terraform has shown. Only with the lock.
    pub(super) fn show(&self, terraform: &Process, orders: &BTreeSet<String>) -> io::Result<()> {
        self.prepare()?;
        let orders = &self.shown(terraform) | orders;
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(self.folder())?;
        file.write_all(&serde_json::to_vec(&Shown { terraform: terraform.clone(), orders })?)?;
        self.share(file.path());
        file.persist(self.folder().join(SHOWN)).map(drop).map_err(|error| error.error)
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
        self.put(entry, File::sync_all)?;
        sync_directory(&self.folder())
    }

    /// Writes an entry in one step. A crash of the machine may bring the one before it back.
    pub(super) fn update(&self, entry: &Entry) -> io::Result<()> {
        self.put(entry, |_| Ok(()))
    }

    fn put(&self, entry: &Entry, sync: impl Fn(&File) -> io::Result<()>) -> io::Result<()> {
        self.prepare()?;
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(self.folder())?;
        file.write_all(&serde_json::to_vec_pretty(entry)?)?;
        self.share(file.path());
        sync(file.as_file())?;
        file.persist(self.file(&entry.id)).map(drop).map_err(|error| error.error)
    }

    /// Removes an entry. One that cannot be removed is found again, and removed then.
    pub(super) fn remove(&self, id: &str) {
        if let Err(error) = fs::remove_file(self.file(id)) {
            tracing::debug!(%error, id, "an entry of the purchase journal was not removed");
        }
    }

    /// Lets everybody use a file or folder who may use Terraform's data directory. Where that is refused, the file is
    /// somebody else's, who has done the same.
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
