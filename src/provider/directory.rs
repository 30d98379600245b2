//! The working directory as Terraform keeps it: its data, its workspace, and the state file where there is no backend.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;

use crate::tfplugin::diagnostics::Diagnostic;

/// Terraform's working directory.
#[derive(Debug)]
pub(super) struct Directory {
    data: PathBuf,
    state: PathBuf,
}

impl Directory {
    /// The one that this process was started in. The data are in TF_DATA_DIR, or else in `.terraform`.
    pub(super) fn here() -> Self {
        let data = env::var_os("TF_DATA_DIR").filter(|directory| !directory.is_empty());
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let data = absolute(data.map_or_else(|| PathBuf::from(".terraform"), PathBuf::from));
        let mut directory = Self { data, state: absolute("terraform.tfstate".into()) };
        let workspace = directory.workspace();
        if workspace != DEFAULT_WORKSPACE {
            directory.state = absolute(["terraform.tfstate.d", &workspace, "terraform.tfstate"].iter().collect());
        }
        directory
    }

    /// Where Terraform keeps what it needs besides the state.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// Terraform's workspace: TF_WORKSPACE, or else what the data directory names, or else the default one.
    pub(super) fn workspace(&self) -> String {
        let given = |name: String| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        let variable = env::var("TF_WORKSPACE").ok().and_then(given);
        let chosen = || fs::read_to_string(self.data.join("environment")).ok().and_then(given);
        variable.or_else(chosen).unwrap_or_else(|| DEFAULT_WORKSPACE.to_owned())
    }

    /// Whether Terraform keeps its state in a backend that it was initialised with, and not just in a file.
    pub(super) fn has_backend(&self) -> bool {
        read_json(&self.data.join("terraform.tfstate")).is_some_and(|chosen| chosen["backend"].is_object())
    }

    /// The error if the state file is gone or has nothing in it, not even an empty state, and its backup has orders:
    /// Terraform empties the file before it writes the next state, and a kill in between leaves it so. The next plan
    /// takes all of these orders for new ones.
    pub(super) fn emptied_state(&self) -> Option<Diagnostic> {
        let is_empty = fs::metadata(&self.state).map_or(true, |file| file.len() == 0);
        if !is_empty || self.has_backend() {
            return None;
        }
        let backup = self.state.with_extension("tfstate.backup");
        let orders = orders(&read_json(&backup)?);
        if orders.is_empty() {
            return None;
        }
        let more = orders.len().saturating_sub(NAMED);
        let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
        let (state, backup, orders) =
            (self.state.display(), backup.display(), orders.get(..NAMED).unwrap_or(&orders).join("\n  "));
        let detail = format!(
            "{state} is empty or gone, and its backup has these orders:\n\n  {orders}{more}\n\nA Terraform that is killed while it \
             saves leaves it so. Applying now would buy them again; nothing was bought. To go on with the backup:\n\n  cp \
             {backup} {state}\n\nIf they are not to be in the state any more, remove the backup:\n\n  rm {backup}"
        );
        Some(Diagnostic::error("The state is empty, and its backup has orders", detail))
    }
}

const DEFAULT_WORKSPACE: &str = "default";

/// How many orders a message names.
const NAMED: usize = 10;

fn read_json(file: &Path) -> Option<Json> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// The orders in a state, as type and id.
fn orders(state: &Json) -> Vec<String> {
    let is_ours = |kind: &&str| [super::market_order::NAME, super::pai_product_order::NAME].contains(kind);
    let resources = state["resources"].as_array().into_iter().flatten();
    let instances = resources
        .filter(|resource| resource["mode"] == "managed")
        .filter_map(|resource| Some((resource["type"].as_str().filter(is_ours)?, resource["instances"].as_array()?)));
    let named = |(kind, instances): (&str, &Vec<Json>)| {
        let ids = instances.iter().filter_map(|instance| instance["attributes"]["id"].as_str());
        ids.map(|id| format!("{kind} {id}")).collect::<Vec<_>>()
    };
    instances.flat_map(named).collect()
}
