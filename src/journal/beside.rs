//! Files that stand beside the entries, which all plugin processes of one Terraform share.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use alicloud::{retry::Deadline, signature::acs3::content_sha256};
use serde::{Serialize, de::DeserializeOwned};

use super::{Entry, Journal};
use crate::terraform::{Command, IsSame, Process};

/// What an earlier Terraform left of a purchase.
#[derive(Debug)]
pub(crate) enum Left {
    Nothing,
    /// An order, which the apply may adopt.
    Order,
    /// A purchase whose outcome is not known.
    Unknown(Box<Entry>),
}

impl Journal {
    /// Changes what a file of this name holds. No other process does so at the same time, and none sees half of it.
    ///
    /// # Errors
    /// The file cannot be written, or it is there and cannot be read.
    pub(crate) fn change_shared<T, R>(&self, name: &str, change: impl FnOnce(&mut T) -> R) -> io::Result<R>
    where
        T: Default + Serialize + DeserializeOwned,
    {
        let lock = self.store.open_to_lock(&format!("{name}.lock"))?;
        lock.lock()?;
        let path = self.store.folder().join(name);
        let (before, mut shared) = read(&path)?;
        let outcome = change(&mut shared);
        let after = serde_json::to_vec(&shared)?;
        if after != before {
            self.store.put(&path, &after)?;
        }
        Ok(outcome)
    }

    /// What a file of this name holds now; the default where there is none.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub(crate) fn shared<T: Default + DeserializeOwned>(&self, name: &str) -> io::Result<T> {
        Ok(read(&self.store.folder().join(name))?.1)
    }

    /// Where a file of this name stands, for messages.
    pub(crate) fn path_beside(&self, name: &str) -> String {
        super::messages::quoted(&self.store.folder().join(name))
    }

    /// Waits until no other process in this directory buys the same, such as that of an alias of the provider. `commodity` is
    /// what is bought. None if the time is over.
    pub(crate) async fn lock_identical(&self, commodity: &str, deadline: &Deadline) -> io::Result<Option<File>> {
        // So few files for whatever is bought: what shares one only waits for longer.
        let file = &content_sha256(commodity.as_bytes())[..2];
        self.lock_file(&format!("turn-{file}.lock"), deadline).await
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

    /// The command that Terraform runs.
    pub(crate) fn command(&self) -> &Command {
        &self.terraform.command
    }

    /// Whether a process has not ended.
    pub(crate) fn is_process_running(&self, process: &Process) -> bool {
        self.processes.is_running(process)
    }

    /// What an earlier Terraform may have left of this purchase, which no state is known to hold. For a plan: the apply finds
    /// out.
    pub(crate) fn left_of(&self, kind: &str, text: &str, client_token: Option<&str>) -> Left {
        let is_same = |entry: &Entry| match client_token {
            Some(token) if entry.is_client_token => entry.token == token,
            _ => entry.purchase.kind == kind && entry.purchase.text == text,
        };
        let is_ours = |entry: &Entry| entry.terraform == self.terraform.process;
        let left = self.others().unwrap_or_default().entries.into_iter();
        let open = left.filter(|entry| is_same(entry) && !is_ours(entry) && entry.is_of(&self.state) != IsSame::No);
        let open = open.filter(|entry| entry.order_id().is_none_or(|order_id| !self.is_in_state(order_id)));
        let (known, mut unknown): (Vec<_>, Vec<_>) = open.partition(|entry| entry.order_id().is_some());
        match (known.is_empty(), unknown.pop()) {
            (false, _) => Left::Order,
            (true, Some(entry)) => Left::Unknown(entry.into()),
            (true, None) => Left::Nothing,
        }
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

/// The text of a shared file and what it says; nothing and the default where there is none.
fn read<T: Default + DeserializeOwned>(path: &Path) -> io::Result<(Vec<u8>, T)> {
    match fs::read(path) {
        Ok(text) => {
            let parsed = serde_json::from_slice(&text);
            let parsed = parsed
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))?;
            Ok((text, parsed))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((Vec::new(), T::default())),
        Err(error) => Err(error),
    }
}
