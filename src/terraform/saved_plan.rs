//! A saved plan: the state that it was made for, and what that state held. Terraform applies a plan to no other state, and
//! refuses it once the state has changed.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use prost::Message;
use serde_json::Value as Json;
use zip::ZipArchive;

use super::{backend::StateId, state::Contents};

/// What is read of a plan file. None of it where Terraform's format is another one, or encrypted.
#[derive(Debug)]
pub(super) struct SavedPlan {
    backend: Option<Backend>,
    state: Option<Vec<u8>>,
}

/// The part of Terraform's `tfplan` that names the backend.
#[derive(Message)]
struct Plan {
    #[prost(message, optional, tag = "13")]
    backend: Option<Backend>,
}

#[derive(Clone, PartialEq, Message)]
struct Backend {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(message, optional, tag = "2")]
    config: Option<Config>,
    #[prost(string, tag = "3")]
    workspace: String,
}

#[derive(Clone, PartialEq, Message)]
struct Config {
    #[prost(bytes = "vec", tag = "1")]
    msgpack: Vec<u8>,
}

impl SavedPlan {
    pub(super) fn read(path: &Path) -> Self {
        let read = |name| read_member(path, name).ok();
        Self::of(&read("tfplan").unwrap_or_default(), read("tfstate"))
    }

    /// One of these parts.
    pub(super) fn of(plan: &[u8], state: Option<Vec<u8>>) -> Self {
        Self { backend: Plan::decode(plan).ok().and_then(|plan| plan.backend), state }
    }

    /// The state that it was made for. `file` is what `-state` names.
    pub(super) fn state(&self, file: Option<&Path>) -> Option<StateId> {
        let backend = self.backend.as_ref().filter(|backend| !backend.kind.is_empty())?;
        let config: Json = rmp_serde::from_slice(&backend.config.as_ref()?.msgpack).ok()?;
        Some(StateId::new(&backend.kind, &config, &backend.workspace, file))
    }

    pub(super) fn contents(&self) -> Option<Contents> {
        Contents::parse(self.state.as_deref()?)
    }
}

fn read_member(path: &Path, name: &str) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(File::open(path)?)?;
    let mut bytes = Vec::new();
    archive.by_name(name)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
