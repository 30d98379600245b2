//! Files that stand beside the entries, which all plugin processes of one Terraform share.

use std::{fs, io};

use serde::{Serialize, de::DeserializeOwned};

use super::Journal;
use crate::terraform::Process;

impl Journal {
    /// Changes what a file of this name holds. No other process does so at the same time, and none sees half of it. What
    /// cannot be read counts as nothing.
    pub(crate) fn change_shared<T, R>(&self, name: &str, change: impl FnOnce(&mut T) -> R) -> io::Result<R>
    where
        T: Default + Serialize + DeserializeOwned,
    {
        let lock = self.store.open_to_lock(&format!("{name}.lock"))?;
        lock.lock()?;
        let path = self.store.folder().join(name);
        let text = fs::read(&path).unwrap_or_default();
        let mut shared = serde_json::from_slice(&text).unwrap_or_default();
        let outcome = change(&mut shared);
        self.store.put(&path, &serde_json::to_vec(&shared)?)?;
        Ok(outcome)
    }

    /// The Terraform that this process serves.
    pub(crate) fn served(&self) -> &Process {
        &self.terraform.process
    }

    /// This process.
    pub(crate) fn plugin(&self) -> &Process {
        &self.plugin
    }

    /// Whether Terraform applies a plan that was saved, so that it makes none of its own.
    pub(crate) fn applies_saved_plan(&self) -> bool {
        self.terraform.applies_saved_plan()
    }

    /// Whether a process has not ended.
    pub(crate) fn is_process_running(&self, process: &Process) -> bool {
        self.processes.is_running(process)
    }

    /// Whether an earlier Terraform may have left an order of this purchase, which no state is known to hold. For a plan: the
    /// apply finds out.
    pub(crate) fn may_adopt(&self, kind: &str, text: &str) -> bool {
        let left = self.others().unwrap_or_default().entries.into_iter();
        let mut same = left.filter(|entry| entry.purchase.kind == kind && entry.purchase.text == text);
        same.any(|entry| entry.order_id().is_some_and(|order_id| !self.is_in_state(order_id)))
    }

    /// Whether this apply has taken an order out of the state.
    pub(crate) fn is_destroyed_here(&self, order_id: &str) -> bool {
        self.memory().destroyed.contains(order_id)
    }

    /// Whether this Terraform has placed an order, whichever of its plugin processes did.
    pub(crate) fn is_placed_here(&self, order_id: &str) -> bool {
        let entries = self.store.entries(|_| false).unwrap_or_default().entries;
        entries.iter().any(|entry| entry.terraform == self.terraform.process && entry.order_id() == Some(order_id))
    }
}
