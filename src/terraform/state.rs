//! What a state holds, read from its file.
//!
//! Terraform empties its state file before it writes the next state, so a kill in between leaves it empty or cut: torn.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// How often, and how far apart, a torn file is read again: a Terraform that lives writes it in the next moment.
const RETRIES: (usize, Duration) = (25, Duration::from_millis(40));

/// How far the clock of the file system can be behind.
const CLOCK_GRANULARITY: Duration = Duration::from_millis(50);

/// The resources that are orders.
pub(crate) const ORDER_TYPES: [&str; 2] = ["alicloud_market_order", "alicloud_pai_product_order"];

/// What a state holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Contents {
    /// These orders.
    Orders(BTreeSet<OrderInState>),
    /// A kill has torn the file. Nothing is in it.
    Torn,
    /// There is no state.
    Missing,
}

/// An order in a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderInState {
    /// The resource type.
    pub(crate) kind: String,
    pub(crate) id: String,
}

impl Contents {
    /// Reads the text of a state. None if it is encrypted.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct State {
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

        let Ok(state) = serde_json::from_slice::<State>(text) else { return Some(Self::Torn) };
        if state.encrypted_data.is_some() {
            return None;
        }
        let is_ours = |kind: &str| ORDER_TYPES.contains(&kind);
        let resources =
            state.resources.into_iter().filter(|resource| resource.mode == "managed" && is_ours(&resource.kind));
        let orders = resources.flat_map(|Resource { kind, instances, .. }| {
            let ids = instances.into_iter().filter_map(|instance| Some(instance.attributes?.id.as_str()?.to_owned()));
            ids.map(move |id| OrderInState { kind: kind.clone(), id })
        });
        Some(Self::Orders(orders.collect()))
    }

    pub(crate) fn holds(&self, order_id: &str) -> bool {
        self.orders().any(|order| order.id == order_id)
    }

    /// With the orders of another one too.
    pub(super) fn and(self, other: Self) -> Self {
        let orders: BTreeSet<OrderInState> = self.orders().chain(other.orders()).cloned().collect();
        if orders.is_empty() { self } else { Self::Orders(orders) }
    }

    pub(crate) fn orders(&self) -> impl Iterator<Item = &OrderInState> {
        let orders = if let Self::Orders(orders) = self { Some(orders) } else { None };
        orders.into_iter().flatten()
    }
}

/// What a state file holds. A torn one is read again for a second, since Terraform may be writing it.
///
/// # Errors
/// It cannot be read, or is encrypted.
pub(super) fn read(path: &Path) -> Option<Contents> {
    let mut contents = read_once(path);
    for _ in 0..RETRIES.0 {
        if !matches!(contents, Some(Contents::Torn)) {
            break;
        }
        thread::sleep(RETRIES.1);
        contents = read_once(path);
    }
    contents
}

fn read_once(path: &Path) -> Option<Contents> {
    match fs::read(path) {
        Ok(bytes) if bytes.is_empty() && is_created_by_its_lock(path) => Some(Contents::Missing),
        Ok(bytes) => Contents::parse(&bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Contents::Missing),
        Err(_) => None,
    }
}

/// Whether a backup was written while the state file was there. Where the file system has no creation time, it counts as one.
pub(super) fn is_backup_of(backup: &Path, state: &Path) -> bool {
    let written = fs::metadata(backup).and_then(|metadata| metadata.modified());
    let created = fs::metadata(state).and_then(|metadata| metadata.created());
    !matches!((written, created), (Ok(written), Ok(created)) if written < created)
}

/// Whether an empty state file is the one that the running Terraform has created to lock it.
fn is_created_by_its_lock(state: &Path) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Lock {
        created: DateTime<Utc>,
    }
    let created = fs::metadata(state).and_then(|metadata| metadata.created());
    let lock = fs::read(lock_info(state)).ok().and_then(|text| serde_json::from_slice::<Lock>(&text).ok());
    matches!((created, lock), (Ok(created), Some(lock)) if created + CLOCK_GRANULARITY >= SystemTime::from(lock.created))
}

fn lock_info(state: &Path) -> PathBuf {
    let name = state.file_name().unwrap_or_default().to_string_lossy();
    state.with_file_name(format!(".{name}.lock.info"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn state(ids: &[&str]) -> String {
        let instances: Vec<_> = ids.iter().map(|id| serde_json::json!({"attributes": {"id": id}})).collect();
        let resource = serde_json::json!({"mode": "managed", "type": "alicloud_market_order", "instances": instances});
        serde_json::json!({"version": 4, "resources": [resource]}).to_string()
    }

    #[test]
    fn an_encrypted_state_says_nothing() {
        assert_eq!(Contents::parse(br#"{"lineage": "a", "serial": 1, "encrypted_data": "x"}"#), None);
    }

    #[test]
    fn what_is_cut_is_torn() {
        let whole = state(&["1", "2"]);
        assert!(Contents::parse(whole.as_bytes()).unwrap().holds("2"));
        for end in 0..whole.len() - 1 {
            assert_eq!(Contents::parse(&whole.as_bytes()[..end]), Some(Contents::Torn));
        }
    }

    #[test]
    fn a_state_that_is_being_written_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terraform.tfstate");
        assert_eq!(read(&path), Some(Contents::Missing));
        fs::write(&path, "").unwrap();
        assert_eq!(read(&path), Some(Contents::Torn), "nobody writes it");
        let reading = path.clone();
        let reader = thread::spawn(move || read(&reading));
        fs::write(&path, state(&["1"])).unwrap();
        assert!(reader.join().unwrap().unwrap().holds("1"));
    }

    #[test]
    fn a_file_that_its_lock_created_is_no_torn_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terraform.tfstate");
        let lock = |created: DateTime<Utc>| {
            let text = serde_json::json!({"ID": "1", "Created": created}).to_string();
            fs::write(folder.path().join(".terraform.tfstate.lock.info"), text).unwrap();
        };
        lock(Utc::now());
        fs::write(&path, "").unwrap();
        assert_eq!(read(&path), Some(Contents::Missing));
        // A kill has left the file, and a later Terraform has locked it.
        lock(Utc::now() + chrono::TimeDelta::seconds(1));
        assert_eq!(read(&path), Some(Contents::Torn));
    }
}
