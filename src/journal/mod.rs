//! The purchase journal: what is about to be bought, on disk from before the first byte is sent until the order is safe in
//! a state.
//!
//! A create that fails saves nothing, and a process that is killed saves nothing either, so the next apply has
//! to find out the outcome of the purchase. An entry has the idempotency token and the exact text that was sent; sending both
//! again buys nothing twice. An entry is taken over once, by a purchase that is certainly the same one, after everybody who
//! worked on it has ended. What "certainly" means is decided in [`entry`], without files and processes.
//!
//! An order is safe in a state when a later Terraform shows it there, and not before: Terraform saves after it has ended
//! this process, and what it saves can be cut off.

mod beside;
mod entry;
mod messages;
mod plans;
mod purchase;
mod purchases;
#[cfg(test)]
mod samples;
mod store;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod transitions;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub(crate) use beside::Left;
use entry::Refusal;
pub(crate) use entry::{Entry, TOKEN_LIFETIME};
pub(crate) use messages::{adopted, moment, used_twice};
pub(crate) use purchase::{Buyer, Purchase};
#[cfg(test)]
pub(crate) use samples::{sample_entry, samples};
use store::{Entries, Store};

use crate::terraform::{Process, Processes, StateId, Terraform, ThisMachine};

/// How long to wait before looking again whether another process is done.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The journal of the working directory.
#[derive(Debug)]
pub(crate) struct Journal {
    terraform: Terraform,
    /// The state that Terraform works on.
    state: StateId,
    plugin: Process,
    processes: Box<dyn Processes>,
    store: Store,
    memory: Mutex<Memory>,
}

/// What this process has done, and what Terraform has shown it.
#[derive(Debug, Default)]
struct Memory {
    /// Its own entries, by id.
    own: BTreeMap<String, OwnEntry>,
    /// Orders that Terraform has shown in a prior state.
    held: BTreeSet<String>,
    /// Orders that this apply has destroyed.
    destroyed: BTreeSet<String>,
    /// Orders that were imported here, which a state has only when Terraform has saved it.
    imported: BTreeSet<String>,
    /// What was planned of orders.
    planned: BTreeMap<String, Planned>,
    /// The user's tokens that this Terraform has used.
    used_tokens: BTreeSet<String>,
    /// The tokens of the orders that Terraform has shown in a prior state: their order ids.
    tokens: BTreeMap<String, String>,
    /// The tokens of new orders that were planned.
    planned_tokens: BTreeSet<String>,
    /// The entries that an error about a purchase has named.
    refused: BTreeSet<String>,
    /// The entries that a warning has named.
    named: BTreeSet<String>,
    /// What was there when an order was first looked for.
    left: Option<Vec<Entry>>,
    is_tidied: bool,
    is_torn_state_reported: bool,
    /// Whether the entries of earlier Terraforms were reported before anything was planned.
    is_begun: bool,
}

/// What was planned of the resources that hold an order.
#[derive(Debug, Default)]
struct Planned {
    /// How many of them stay.
    kept: u32,
    /// Whether one of them is destroyed.
    is_destroyed: bool,
}

/// Whether a plan has shown an order twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicate {
    None,
    /// Two resources hold it.
    Resource,
    /// A resource and a deposed object hold it.
    Deposed,
}

/// An entry of this process.
#[derive(Debug)]
struct OwnEntry {
    entry: Entry,
    /// Whether the reply has been handed over to be sent to Terraform.
    is_answered: bool,
    /// Whether an earlier Terraform sent it first, so that a failure now does not prove that it did not happen.
    is_taken_over: bool,
}

/// How a purchase continues.
#[derive(Debug)]
pub(crate) enum Begin {
    /// Nothing was sent so far. Without an entry only the user's token identifies the purchase.
    New(Option<Entry>),
    /// An earlier Terraform sent it, and its outcome is unknown: send the same again, or read.
    Again(Entry),
    /// An earlier Terraform placed this order.
    Placed(Entry, String),
    /// An earlier Terraform sent it so long ago that the service may have forgotten its token: read its outcome.
    Expired(Entry),
}

/// What to do with an order that a resent purchase answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It is this purchase's order.
    Adopt,
    /// Another resource holds it, so this purchase is a new one.
    BuyNew,
}

/// The journal of this process.
static CURRENT: Mutex<Option<Arc<Journal>>> = Mutex::new(None);

impl Journal {
    /// The one of this process, for a provider that is being configured. A process that serves one Terraform after the other
    /// starts a new journal with each.
    pub(crate) fn configured() -> Arc<Self> {
        let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = current.take().filter(|journal| journal.terraform.is_parent);
        Arc::clone(current.insert(kept.unwrap_or_else(|| Arc::new(Self::here()))))
    }

    /// The one of this process, whether or not the provider is configured.
    pub(crate) fn current() -> Arc<Self> {
        let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(current.get_or_insert_with(|| Arc::new(Self::here())))
    }

    fn here() -> Self {
        Self::of(Terraform::here(), Process::this(), Box::new(ThisMachine))
    }

    fn of(terraform: Terraform, plugin: Process, processes: Box<dyn Processes>) -> Self {
        let store = Store::in_data_directory(terraform.data());
        let planned_for = store.shown(&terraform.process).map(|shown| shown.state);
        let state = planned_for.unwrap_or_else(|| terraform.state());
        Self { terraform, state, plugin, processes, store, memory: Mutex::default() }
    }

    /// Whether only a client_token finds an order again, since the files of this run may not be kept.
    pub(crate) fn needs_client_token(&self) -> bool {
        self.terraform.is_parent
            && !self.terraform.command.is_test()
            && (self.state.file().is_none() || self.terraform.is_pipeline())
    }

    /// The command that runs the provider, as far as it is known, for messages.
    pub(crate) fn command_name(&self) -> String {
        self.terraform.command.name()
    }

    /// Where the entry of a purchase stands, for messages.
    pub(crate) fn path(&self, entry: &Entry) -> String {
        messages::quoted(&self.store.file(&entry.id))
    }

    /// All entries but this process's own.
    fn others(&self) -> io::Result<Entries> {
        let own: BTreeSet<String> = self.memory().own.keys().cloned().collect();
        self.store.entries(|id| own.contains(id))
    }

    /// Orders that the plan of this Terraform has shown in prior states.
    fn shown(&self) -> BTreeSet<String> {
        self.store.shown(&self.terraform.process).map(|shown| shown.orders).unwrap_or_default()
    }

    fn is_running(&self, entry: &Entry) -> bool {
        self.processes.is_running(&entry.terraform) || self.processes.is_running(&entry.plugin)
    }

    fn record_own(&self, entry: &Entry, is_taken_over: bool) {
        let own = OwnEntry { entry: entry.clone(), is_answered: false, is_taken_over };
        self.memory().own.insert(entry.id.clone(), own);
    }

    fn update(&self, entry: &Entry) {
        let written = self.store.update(entry);
        written.unwrap_or_else(|error| tracing::warn!(%error, "an entry of the purchase journal was not updated"));
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
