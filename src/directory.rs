//! The working directory as Terraform keeps it: its data, its workspace, and its state file.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;

const DEFAULT_WORKSPACE: &str = "default";

/// Terraform's working directory.
#[derive(Debug)]
pub(super) struct Directory {
    data: PathBuf,
}

impl Directory {
    /// The one that this process was started in. The data are in TF_DATA_DIR, or else in `.terraform`.
    pub(super) fn here() -> Self {
        let data = env::var_os("TF_DATA_DIR").filter(|directory| !directory.is_empty());
        Self { data: absolute(data.map_or_else(|| ".terraform".into(), PathBuf::from)) }
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

    /// The file in which Terraform keeps the state of the workspace; none with a backend elsewhere.
    pub(super) fn state(&self) -> Option<PathBuf> {
        let initialised = fs::read(self.data.join("terraform.tfstate")).unwrap_or_default();
        let initialised: Json = serde_json::from_slice(&initialised).unwrap_or_default();
        let backend = &initialised["backend"];
        if backend["type"].as_str().is_some_and(|kind| kind != "local") {
            return None;
        }
        let configured = |name: &str| backend["config"][name].as_str().filter(|path| !path.is_empty());
        let workspace = self.workspace();
        Some(absolute(if workspace == DEFAULT_WORKSPACE {
            configured("path").unwrap_or("terraform.tfstate").into()
        } else {
            let all = configured("workspace_dir").unwrap_or("terraform.tfstate.d");
            [all, &workspace, "terraform.tfstate"].iter().collect()
        }))
    }
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
