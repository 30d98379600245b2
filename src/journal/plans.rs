//! What plans, imports and the end of the plugin record in the journal.

use std::collections::BTreeSet;

use tfplugin::diagnostics::Diagnostic;

use super::{
    Duplicate, Entries, Entry, Journal, Memory, Planned,
    entry::{LaterPlans, Progress},
    messages,
    store::Shown,
};
use crate::terraform::{Contents, IsSame};

impl Journal {
    /// Terraform shows this order in a prior state, so that it needs no entry any more.
    pub(crate) fn mark_in_state(&self, order_id: &str) {
        if self.terraform.command.is_test() || self.memory().imported.contains(order_id) {
            return;
        }
        self.memory().held.insert(order_id.to_owned());
        self.tidy();
        for entry in self.entries_of(order_id) {
            let is_own = entry.terraform == self.terraform.process;
            let is_imported_now = entry.later_plans.imported.contains(order_id)
                && entry.later_plans.by.as_ref() == Some(&self.terraform.process);
            let is_done = if is_own { !self.terraform.is_parent } else { !self.is_running(&entry) };
            if is_done && !is_imported_now {
                self.settle(&entry);
            }
        }
    }

    /// The entries of an order. What earlier Terraforms left is read once by a process that serves one.
    fn entries_of(&self, order_id: &str) -> Vec<Entry> {
        let mut memory = self.memory();
        if !self.terraform.is_parent || memory.left.is_none() {
            memory.left = Some(self.store.entries(|_| false).unwrap_or_default().entries);
        }
        let own = memory.own.values().map(|own| &own.entry);
        let all = memory.left.iter().flatten().chain(own);
        all.filter(|entry| entry.order_id() == Some(order_id)).cloned().collect()
    }

    /// Terraform forgets this order.
    pub(crate) fn mark_destroyed(&self, order_id: &str) {
        self.memory().destroyed.insert(order_id.to_owned());
        if self.terraform.command.is_test() {
            return;
        }
        let entries = self.entries_of(order_id).into_iter().filter(|entry| entry.is_of(&self.state) == IsSame::Yes);
        entries.for_each(|entry| self.settle(&entry));
    }

    /// An order was imported: until Terraform has saved it, that it comes back says nothing.
    pub(crate) fn mark_imported(&self, order_id: &str) {
        self.memory().imported.insert(order_id.to_owned());
    }

    /// Terraform shows the token of an order in a prior state.
    pub(crate) fn mark_token(&self, order_id: &str, token: &str) {
        self.memory().tokens.insert(token.to_owned(), order_id.to_owned());
    }

    /// A purchase with a token of the user's is planned, in the place of an order where it replaces one: another resource of
    /// this plan that has or gets the token makes it an error. True for that.
    pub(crate) fn mark_planned_token(&self, token: &str, replaced: Option<&str>) -> bool {
        if !self.terraform.is_parent || self.terraform.command.is_test() {
            return false;
        }
        let mut memory = self.memory();
        let is_planned_twice = replaced.is_none() && !memory.planned_tokens.insert(token.to_owned());
        let holder = memory.tokens.get(token).filter(|holder| Some(holder.as_str()) != replaced);
        let is_held = holder.and_then(|holder| memory.planned.get(holder)).is_some_and(|planned| planned.kept > 0);
        is_planned_twice || is_held
    }

    /// Whether a new order was planned with the token of this one, which stays.
    pub(crate) fn is_token_planned(&self, order_id: &str) -> bool {
        let memory = self.memory();
        memory.tokens.iter().any(|(token, holder)| holder == order_id && memory.planned_tokens.contains(token))
    }

    /// A resource that holds this order is planned, to keep it or to be destroyed.
    pub(crate) fn mark_planned(&self, order_id: &str, is_destroyed: bool) -> Duplicate {
        if !self.terraform.is_parent || self.terraform.command.is_test() {
            return Duplicate::None;
        }
        let mut memory = self.memory();
        let planned = memory.planned.entry(order_id.to_owned()).or_default();
        if is_destroyed {
            planned.is_destroyed = true;
        } else {
            planned.kept += 1;
        }
        match planned {
            Planned { kept: 2.., .. } if !is_destroyed => Duplicate::Resource,
            Planned { kept: 1.., is_destroyed: true } => Duplicate::Deposed,
            _ => Duplicate::None,
        }
    }

    /// Terraform ends the plugin in the ordinary way: it has every response, and is about to save the state. What
    /// the plan has shown is recorded for later processes.
    pub(crate) fn close(&self) {
        if self.terraform.command.is_test() {
            return;
        }
        let contents = self.terraform.contents(&self.state);
        let memory = self.memory();
        let leaves_plan = self.terraform.is_parent && self.terraform.command.plans_and_applies();
        if leaves_plan && let Err(error) = self.store.prepare() {
            tracing::warn!(%error, "what the plan has shown was not recorded");
        }
        let Ok(_lock) = self.store.lock() else { return };
        for own in memory.own.values().filter(|own| own.is_answered) {
            let Some(order_id) = own.entry.order_id().map(str::to_owned) else { continue };
            let is_saved = contents.as_ref().is_some_and(|contents| contents.holds(&order_id));
            self.update(&Entry { progress: Progress::Delivered { order_id, is_saved }, ..own.entry.clone() });
        }
        if leaves_plan {
            // Only its plan shows what a remote state holds.
            let orders = if contents.is_none() { memory.held.clone() } else { BTreeSet::new() };
            let shown = Shown { terraform: self.terraform.process.clone(), state: self.state.clone(), orders };
            let shown = self.store.show(shown);
            shown.unwrap_or_else(|error| tracing::warn!(%error, "what the plan has shown was not recorded"));
            self.store.forget_shown(|terraform| self.processes.is_running(terraform));
        }
        for entry in self.store.entries(|id| memory.own.contains_key(id)).unwrap_or_default().entries {
            let is_of_state = entry.is_of(&self.state) != IsSame::No;
            if is_of_state && entry.terraform != self.terraform.process && !self.processes.is_running(&entry.terraform)
            {
                self.update(&Entry { later_plans: self.later_plans(entry.later_plans.clone(), &memory), ..entry });
            }
        }
    }

    /// What plans have shown, this process's plan included. A plan of the whole state shows which imports were saved.
    fn later_plans(&self, earlier: LaterPlans, memory: &Memory) -> LaterPlans {
        let is_same_plan = earlier.by.as_ref() == Some(&self.terraform.process);
        let LaterPlans { mut held, imported, .. } = earlier;
        held.extend(memory.held.iter().cloned());
        let is_partial = self.terraform.command.is_partial;
        let imported = if is_same_plan || is_partial { imported } else { BTreeSet::new() };
        let imported = imported.into_iter().chain(memory.imported.iter().cloned());
        let imported = imported.filter(|order_id| !held.contains(order_id)).collect();
        LaterPlans { by: Some(self.terraform.process.clone()), held, imported, is_whole: !is_partial }
    }

    /// Removes entries whose orders the state file has, or had and has no longer.
    fn tidy(&self) {
        if std::mem::replace(&mut self.memory().is_tidied, true) {
            return;
        }
        let Ok(Some(_lock)) = self.store.lock() else { return };
        let entries = self.store.entries(|_| false).unwrap_or_default().entries;
        let ours =
            entries.into_iter().filter(|entry| entry.is_of(&self.state) == IsSame::Yes && !self.is_running(entry));
        let mut ours = ours.peekable();
        if ours.peek().is_none() {
            return;
        }
        let Some(contents) = self.terraform.contents(&self.state) else { return };
        for entry in ours {
            match &entry.progress {
                Progress::Placed(order_id) | Progress::Delivered { order_id, .. } if contents.holds(order_id) => {
                    self.store.remove(&entry.id);
                }
                // Terraform was killed while it saved.
                Progress::Delivered { order_id, .. } if contents == Contents::Torn => {
                    let progress = Progress::Placed(order_id.clone());
                    self.update(&Entry { progress, ..entry });
                }
                Progress::Delivered { is_saved: true, .. } => self.store.remove(&entry.id),
                _ => {}
            }
        }
    }

    /// What earlier Terraforms left of other purchases for the same state, each named once. It stays. `is_planned` says
    /// whether the plan of this Terraform has shown what the state holds.
    pub(crate) fn warn_unresolved(&self, is_planned: bool) -> Vec<Diagnostic> {
        if self.terraform.command.is_test() {
            return Vec::new();
        }
        let errored = self.terraform.errored();
        let is_errored = |entry: &Entry| {
            errored.as_ref().zip(entry.order_id()).is_some_and(|(errored, order_id)| errored.holds(order_id))
        };
        let Entries { entries, damaged } = self.others().unwrap_or_default();
        let contents = self.terraform.contents(&self.state);
        let is_held = |entry: &Entry| {
            contents.as_ref().zip(entry.order_id()).is_some_and(|(contents, order_id)| contents.holds(order_id))
        };
        // A state can have moved while its purchase was open, so that no Terraform works on the old one any more.
        let concerns_us = |entry: &Entry| {
            entry.is_of(&self.state) != IsSame::No || matches!(entry.progress, Progress::Sent | Progress::Placed(_))
        };
        let left = entries.into_iter().filter(|entry| {
            (is_errored(entry) || self.is_open(entry, is_planned))
                && concerns_us(entry)
                && !is_held(entry)
                && !self.processes.is_running(&entry.terraform)
                && self.memory().named.insert(entry.id.clone())
        });
        let damaged = damaged.iter().map(messages::left_damaged);
        left.map(|entry| if is_errored(&entry) { self.not_saved(&entry) } else { self.unresolved(&entry) })
            .chain(damaged)
            .collect()
    }

    /// Whether an order may have come of an entry that is in no state.
    fn is_open(&self, entry: &Entry, is_planned: bool) -> bool {
        let command = &self.terraform.command;
        let is_imported = entry.order_id().is_some_and(|order_id| entry.later_plans.imported.contains(order_id));
        match entry.progress {
            Progress::Sent => true,
            Progress::Placed(_) => !is_imported,
            Progress::Delivered { is_saved: true, .. } => false,
            // A state that is saved elsewhere has it, unless a later plan of all of it has not shown it.
            Progress::Delivered { .. } if !is_planned && self.state.file().is_none() => {
                entry.later_plans.is_whole && entry.later_plans.by.as_ref() != Some(&entry.terraform) && !is_imported
            }
            // What a plan has not looked at may still be there.
            Progress::Delivered { .. } => !command.is_partial,
        }
    }

    /// The error if a kill has torn the state file, and its backup holds orders: a create would buy them again, a destroy
    /// would miss them, and whatever is saved next makes the loss final. It is reported once, for all resources.
    pub(crate) fn torn_state(&self) -> Option<Diagnostic> {
        if std::mem::replace(&mut self.memory().is_torn_state_reported, true) {
            return None;
        }
        self.tidy();
        self.terraform.torn_state(&self.state).map(|torn| messages::torn_state(&torn))
    }

    /// The diagnostics before Terraform has configured the provider, which it does not do where the state is empty. They are
    /// returned once, however many resources are validated.
    pub(crate) fn before_anything(&self) -> Vec<Diagnostic> {
        let is_begun = std::mem::replace(&mut self.memory().is_begun, true);
        if is_begun || !self.terraform.command.works_on_state() {
            return Vec::new();
        }
        self.torn_state().into_iter().chain(self.warn_unresolved(false)).collect()
    }
}
