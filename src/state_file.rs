//! The state file, and whether it still has the orders that it had.
//!
//! Terraform empties its state file before it writes the next state. One that is killed in between leaves an empty file,
//! from which every order looks new, and whatever is applied then begins a new state. Two others know better: Terraform's
//! backup, and a record of the orders that this provider saw in the state, kept beside the notes of purchases.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{directory::Directory, intent};
use alicloud::signature::acs3::content_sha256;
use tfplugin::diagnostics::Diagnostic;

/// How often, and how far apart, a state that cannot be understood is read again: a Terraform that lives writes it in the
/// next moment.
const AGAIN: (usize, Duration) = (25, Duration::from_millis(40));

/// How many orders a message names.
const NAMED: usize = 10;

/// The state file of the working directory.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    backup: PathBuf,
    record: PathBuf,
    was_read: AtomicBool,
    was_judged: AtomicBool,
    /// The orders that Terraform has destroyed since the record was written.
    destroyed: Mutex<BTreeSet<String>>,
}

/// What a state held at some time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Snapshot {
    lineage: String,
    serial: u64,
    orders: BTreeSet<Order>,
}

/// An order in a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Order {
    kind: String,
    id: String,
}

impl StateFile {
    /// That of the working directory; none with a backend elsewhere, which keeps older versions itself or not at all.
    pub(super) fn of(directory: &Directory) -> Option<Self> {
        let path = directory.state()?;
        let name = content_sha256(path.as_os_str().as_encoded_bytes());
        let record = intent::folder(directory.data()).join(format!("{}.state", name.get(..16).unwrap_or(&name)));
        Some(Self::new(path, record))
    }

    fn new(path: PathBuf, record: PathBuf) -> Self {
        Self {
            backup: path.with_extension("tfstate.backup"),
            path,
            record,
            was_read: AtomicBool::default(),
            was_judged: AtomicBool::default(),
            destroyed: Mutex::default(),
        }
    }

    /// Records the orders in the state, unless the state has lost some that the record has. Only the first call does: later
    /// ones may come while Terraform saves.
    pub(super) fn remember(&self) {
        if self.was_read.swap(true, Ordering::Relaxed) {
            return;
        }
        let Ok(Some(now)) = read(&self.path) else { return };
        let before = self.recorded();
        let is_news = before.as_ref().is_none_or(|before| *before != now && now.lost(before).is_empty());
        if is_news && (before.is_some() || !now.orders.is_empty()) {
            let written = write(&self.record, &now);
            written.unwrap_or_else(|error| tracing::warn!(%error, "the orders in the state were not recorded"));
        }
    }

    /// Terraform forgets this order.
    pub(super) fn destroyed(&self, id: &str) {
        self.destroyed.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// Takes the orders out of the record that Terraform has destroyed.
    pub(super) fn close(&self) {
        let destroyed = self.destroyed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut record) = self.recorded().filter(|_| !destroyed.is_empty()) else { return };
        record.orders.retain(|order| !destroyed.contains(&order.id));
        let written = write(&self.record, &record);
        written.unwrap_or_else(|error| tracing::warn!(%error, "the orders in the state were not recorded"));
    }

    /// The error if the state has lost orders that it had, so that a create would buy them again. It is told once, for all
    /// resources.
    pub(super) fn lost(&self) -> Option<Diagnostic> {
        if self.was_judged.swap(true, Ordering::Relaxed) {
            return None;
        }
        let backup = read(&self.backup).ok().flatten();
        let others = [(&self.record, self.recorded()), (&self.backup, backup)];
        let others: Vec<(&PathBuf, Snapshot)> =
            others.into_iter().filter_map(|(file, other)| Some((file, other?))).collect();
        if others.iter().all(|(_, other)| other.orders.is_empty()) {
            return None;
        }
        let now = self.settled()?;
        let losses = others.iter().map(|(file, other)| (*file, now.lost(other))).filter(|(_, lost)| !lost.is_empty());
        let losses: Vec<(&PathBuf, BTreeSet<&Order>)> = losses.collect();
        (!losses.is_empty()).then(|| self.explain(&now, &losses))
    }

    fn recorded(&self) -> Option<Snapshot> {
        serde_json::from_slice(&fs::read(&self.record).ok()?).ok()
    }

    /// What the state holds, with nothing in a file that is empty or gone; none if there is no telling.
    fn settled(&self) -> Option<Snapshot> {
        let mut found = read(&self.path);
        // Only where the file is empty, and orders are known that were in it, is anybody kept waiting here.
        for _ in 0..AGAIN.0 {
            if !matches!(&found, Ok(None)) || !self.path.exists() {
                break;
            }
            thread::sleep(AGAIN.1);
            found = read(&self.path);
        }
        found.ok().map(Option::unwrap_or_default)
    }

    fn explain(&self, now: &Snapshot, losses: &[(&PathBuf, BTreeSet<&Order>)]) -> Diagnostic {
        let lost: BTreeSet<&Order> = losses.iter().flat_map(|(_, lost)| lost).copied().collect();
        let (state, is_empty) = (self.path.display(), now.lineage.is_empty());
        let listed = |line: fn(&Order) -> String| {
            let more = lost.len().saturating_sub(NAMED);
            let more = (more > 0).then(|| format!("and {more} more"));
            let lines: Vec<String> = lost.iter().take(NAMED).map(|order| line(order)).chain(more).collect();
            lines.join("\n  ")
        };
        let named = listed(|order| format!("{} {}", order.kind, order.id));
        let backup = losses.iter().find(|(file, _)| **file == self.backup);
        let (what, next) = match backup {
            Some((backup, in_backup)) if is_empty && in_backup.len() == lost.len() => {
                ("is empty or gone", format!("To go on with the backup:\n\n  cp {} {state}", backup.display()))
            }
            _ => {
                let what = if is_empty { "is empty or gone" } else { "is not the one that this directory had" };
                let imports = listed(|order| format!("terraform import {}.<name> {}", order.kind, order.id));
                (what, format!("Bring the right state back, or take the orders into this one:\n\n  {imports}"))
            }
        };
        let others: Vec<String> = losses.iter().map(|(file, _)| file.display().to_string()).collect();
        let detail = format!(
            "{state} {what}, and lacks orders that were in it:\n\n  {named}\n\nA Terraform that is killed while it saves can \
             leave it so. Applying now would buy these orders again; nothing was bought. {next}\n\nIf they are not to be in \
             the state any more:\n\n  rm {}",
            others.join(" ")
        );
        Diagnostic::error("The state has lost orders that it had", detail)
    }
}

impl Snapshot {
    /// The orders of an earlier state that are neither here nor taken out by Terraform: every change that Terraform makes
    /// raises the serial and keeps the lineage.
    fn lost<'a>(&self, earlier: &'a Self) -> BTreeSet<&'a Order> {
        if self.lineage == earlier.lineage && self.serial >= earlier.serial {
            return BTreeSet::new();
        }
        earlier.orders.iter().filter(|order| !self.orders.contains(order)).collect()
    }
}

/// What a state file holds; none if it is empty, cut short or gone.
///
/// # Errors
/// There is no telling: it cannot be read, or is encrypted.
fn read(path: &Path) -> io::Result<Option<Snapshot>> {
    #[derive(Deserialize)]
    struct State {
        lineage: String,
        serial: u64,
        #[serde(default)]
        resources: Vec<Resource>,
        encrypted_data: Option<serde::de::IgnoredAny>,
    }
    #[derive(Deserialize)]
    struct Resource {
        #[serde(rename = "type")]
        kind: String,
        mode: String,
        #[serde(default)]
        instances: Vec<Instance>,
    }
    #[derive(Deserialize)]
    struct Instance {
        attributes: Option<Attributes>,
    }
    #[derive(Deserialize)]
    struct Attributes {
        #[serde(default)]
        id: serde_json::Value,
    }

    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let Ok(state) = serde_json::from_slice::<State>(&text) else { return Ok(None) };
    if state.encrypted_data.is_some() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let is_ours = |kind: &str| [super::market_order::NAME, super::pai_product_order::NAME].contains(&kind);
    let resources =
        state.resources.into_iter().filter(|resource| resource.mode == "managed" && is_ours(&resource.kind));
    let orders = resources.flat_map(|Resource { kind, instances, .. }| {
        let ids = instances.into_iter().filter_map(|instance| Some(instance.attributes?.id.as_str()?.to_owned()));
        ids.map(move |id| Order { kind: kind.clone(), id })
    });
    Ok(Some(Snapshot { lineage: state.lineage, serial: state.serial, orders: orders.collect() }))
}

fn write(path: &Path, snapshot: &Snapshot) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    intent::create_private(folder)?;
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    serde_json::to_writer_pretty(&mut file, snapshot)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn snapshot(lineage: &str, serial: u64, ids: &[&str]) -> Snapshot {
        let order = |id: &&str| Order { kind: "alicloud_market_order".to_owned(), id: (*id).to_owned() };
        Snapshot { lineage: lineage.to_owned(), serial, orders: ids.iter().map(order).collect() }
    }

    fn state(snapshot: &Snapshot) -> String {
        let instances = snapshot.orders.iter().map(|order| serde_json::json!({"attributes": {"id": order.id}}));
        let instances: Vec<_> = instances.collect();
        serde_json::json!({
            "version": 4, "serial": snapshot.serial, "lineage": snapshot.lineage,
            "resources": [{"mode": "managed", "type": "alicloud_market_order", "instances": instances}],
        })
        .to_string()
    }

    #[test]
    fn a_later_state_of_the_same_lineage_has_lost_nothing() {
        let before = snapshot("a", 3, &["1", "2"]);
        let table = [
            (snapshot("a", 3, &["1"]), 0),
            (snapshot("a", 4, &[]), 0),
            (snapshot("a", 2, &["1"]), 1),
            (snapshot("b", 9, &["2", "3"]), 1),
            (snapshot("b", 9, &["1", "2"]), 0),
            (Snapshot::default(), 2),
        ];
        for (now, lost) in table {
            assert_eq!(now.lost(&before).len(), lost, "{now:?}");
        }
    }

    #[test]
    fn a_state_that_is_being_written_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let file = || StateFile::new(at("terraform.tfstate"), at("record"));
        fs::write(at("terraform.tfstate.backup"), state(&snapshot("a", 1, &["1"]))).unwrap();
        fs::write(at("terraform.tfstate"), "").unwrap();
        assert!(file().lost().is_some(), "nobody writes it");
        let judging = file();
        let judge = thread::spawn(move || judging.lost());
        fs::write(at("terraform.tfstate"), state(&snapshot("a", 2, &["1"]))).unwrap();
        assert!(judge.join().unwrap().is_none());
    }

    #[test]
    fn an_encrypted_state_tells_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terraform.tfstate");
        fs::write(&path, r#"{"lineage": "a", "serial": 1, "encrypted_data": "…"}"#).unwrap();
        assert!(read(&path).is_err());
    }
}
