//! What can be learned of the Terraform that runs the provider.
//!
//! Terraform tells a provider neither the address of a resource nor what else its state holds. Its process, its command
//! line, the working directory and a saved plan show which state it works on, and often what that state holds.

mod backend;
mod command;
mod process;
mod saved_plan;
mod state;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;
use tfplugin::serve::started_by_terraform;

pub(crate) use backend::{IsSame, StateId};
pub(crate) use command::Command;
pub(crate) use process::{Process, Processes, ThisMachine};
use saved_plan::SavedPlan;
pub(crate) use state::Contents;
#[cfg(test)]
pub(crate) use state::ORDER_TYPES;
pub(crate) use state::OrderInState;

const DEFAULT_WORKSPACE: &str = "default";

/// The Terraform that started this process, as it was then; in debug mode, where many come and go, this process.
#[derive(Debug)]
pub(crate) struct Terraform {
    pub(crate) process: Process,
    /// Whether Terraform started this process, so that it serves this one Terraform.
    pub(crate) is_parent: bool,
    pub(crate) command: Command,
    /// Its working directory.
    pub(crate) directory: PathBuf,
    data: PathBuf,
    saved_plan: Option<SavedPlan>,
}

/// A state file that a kill has torn.
#[derive(Debug)]
pub(crate) struct TornState {
    pub(crate) file: PathBuf,
    pub(crate) backup: PathBuf,
    /// The orders in the backup.
    pub(crate) orders: Vec<OrderInState>,
}

impl Terraform {
    /// The one that this process serves.
    pub(crate) fn here() -> Self {
        let is_parent = started_by_terraform();
        let process = if is_parent { Process::parent() } else { Process::this() };
        let command = if is_parent { Command::of(&process) } else { Command::default() };
        // Terraform's data are in TF_DATA_DIR, or else in `.terraform`.
        let data = env::var_os("TF_DATA_DIR").filter(|directory| !directory.is_empty());
        let saved_plan = command.saved_plan.as_deref().map(SavedPlan::read);
        let data = absolute(data.map_or_else(|| ".terraform".into(), PathBuf::from));
        Self { process, is_parent, command, directory: working_directory(), data, saved_plan }
    }

    /// One with this process, data directory and command line.
    #[cfg(test)]
    pub(crate) fn with(process: Process, data: &Path, command: &str) -> Self {
        let (command, data, directory) = (Command::from_line(command), data.to_owned(), working_directory());
        Self { process, is_parent: true, command, directory, data, saved_plan: None }
    }

    /// Where Terraform keeps what it needs besides the state.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Whether it applies a plan that was saved.
    pub(crate) fn applies_saved_plan(&self) -> bool {
        self.saved_plan.is_some()
    }

    /// Which state Terraform works on, if it has begun just now.
    pub(crate) fn state(&self) -> StateId {
        if self.command.is_test() {
            return StateId::test();
        }
        if self.command.writes_elsewhere {
            return StateId::unclear();
        }
        match &self.saved_plan {
            Some(plan) => plan.state(self.command.state.as_deref()).unwrap_or_else(StateId::unclear),
            None => self.initialised(),
        }
    }

    /// The state of the initialised backend and the chosen workspace.
    fn initialised(&self) -> StateId {
        let text = fs::read(self.data.join("terraform.tfstate")).unwrap_or_default();
        initialised(&text, &self.workspace(), self.command.state.as_deref())
    }

    /// Terraform's workspace: TF_WORKSPACE, or else what the data directory names, or else the default one.
    fn workspace(&self) -> String {
        let given = |name: String| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        let variable = env::var("TF_WORKSPACE").ok().and_then(given);
        let chosen = || fs::read_to_string(self.data.join("environment")).ok().and_then(given);
        variable.or_else(chosen).unwrap_or_else(|| DEFAULT_WORKSPACE.to_owned())
    }

    /// What the state holds, where that can be read: the file of the local backend, or the state in a saved plan, which
    /// Terraform applies to no other.
    pub(crate) fn contents(&self, state: &StateId) -> Option<Contents> {
        let planned = self.saved_plan.as_ref().and_then(SavedPlan::contents);
        match (state.file().map(state::read), planned) {
            // A plan shows what it imports before it is saved.
            (Some(Some(file)), Some(planned)) => Some(file.and(planned)),
            (Some(file), _) => file,
            (None, planned) => planned,
        }
    }

    /// What the state holds that Terraform could not save the last time.
    pub(crate) fn errored(&self) -> Option<Contents> {
        state::read(Path::new("errored.tfstate"))
    }

    /// The state file, if a kill has torn it and its backup holds orders.
    pub(crate) fn torn_state(&self, state: &StateId) -> Option<TornState> {
        let file = state.file()?.to_owned();
        let mut beside = file.clone().into_os_string();
        beside.push(".backup");
        let backup = self.command.backup.clone().unwrap_or_else(|| beside.into());
        let orders: Vec<OrderInState> = state::read(&backup)?.orders().cloned().collect();
        // Terraform has made the backup from the file. A backup that is older is of a file that was removed since.
        let is_torn =
            !orders.is_empty() && state::is_backup_of(&backup, &file) && state::read(&file) == Some(Contents::Torn);
        is_torn.then_some(TornState { file, backup, orders })
    }

    /// Whether the environment is that of a pipeline, whose runner may keep no files.
    pub(crate) fn is_pipeline(&self) -> bool {
        env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
    }
}

/// The state of a workspace in the backend that this file of the data directory names. `file` is what `-state` names.
fn initialised(text: &[u8], workspace: &str, file: Option<&Path>) -> StateId {
    let noted: Json = serde_json::from_slice(text).unwrap_or_default();
    let backend = &noted["backend"];
    let kind = backend["type"].as_str().unwrap_or(backend::LOCAL);
    StateId::new(kind, &backend["config"], workspace, file)
}

/// What the file of the data directory says of the backend.
#[cfg(any(test, fuzzing))]
pub(crate) fn backend_in_use(text: &[u8]) -> StateId {
    initialised(text, DEFAULT_WORKSPACE, None)
}

/// What a saved plan of these parts says: its state, and what that held.
#[cfg(any(test, fuzzing))]
pub(crate) fn saved_plan(plan: &[u8], state: Vec<u8>) -> (Option<StateId>, Option<Contents>) {
    let plan = SavedPlan::of(plan, Some(state));
    (plan.state(None), plan.contents())
}

/// Empty where the system does not report it.
fn working_directory() -> PathBuf {
    env::current_dir().unwrap_or_default()
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
