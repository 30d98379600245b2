//! The Terraform or OpenTofu that runs, and what it can do.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
};

use super::WorkingDirectory;
use crate::{Plugin, registration::Provider};

/// A Terraform or OpenTofu on this machine.
#[derive(Debug, Clone)]
pub struct Terraform {
    path: PathBuf,
    release: Arc<OnceLock<Release>>,
}

/// What it says of itself.
#[derive(Debug, Clone, Copy)]
struct Release {
    is_opentofu: bool,
    version: (u64, u64),
}

/// What only newer releases can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// `import` blocks.
    ImportBlocks,
    /// `terraform test`.
    Tests,
    /// Functions of providers.
    Functions,
    /// `moved` from one resource type to another.
    MovedTypes,
    /// Ephemeral resources.
    EphemeralResources,
    /// Arguments that are stored nowhere.
    WriteOnlyArguments,
    /// Import by identity.
    Identities,
    /// `terraform query`.
    Query,
    /// Actions.
    Actions,
}

impl Feature {
    /// The first Terraform and the first OpenTofu that has it.
    fn since(self) -> ((u64, u64), Option<(u64, u64)>) {
        match self {
            Self::ImportBlocks => ((1, 5), Some((1, 6))),
            Self::Tests => ((1, 6), Some((1, 6))),
            Self::Functions => ((1, 8), Some((1, 7))),
            Self::MovedTypes => ((1, 8), Some((1, 10))),
            Self::EphemeralResources => ((1, 10), Some((1, 11))),
            Self::WriteOnlyArguments => ((1, 11), Some((1, 11))),
            Self::Identities => ((1, 12), Some((1, 12))),
            Self::Query | Self::Actions => ((1, 14), None),
        }
    }
}

impl Terraform {
    /// The one of TF_ACC_TERRAFORM_PATH, else `terraform`, else `tofu` on PATH. None, with a line on stderr, where there is
    /// none; that is a failure if TF_ACC is set.
    ///
    /// # Panics
    /// TF_ACC is set, and there is no Terraform.
    pub fn find() -> Option<Self> {
        let found = env::var_os("TF_ACC_TERRAFORM_PATH").map(PathBuf::from).or_else(on_path);
        if found.is_none() {
            assert!(
                env::var_os("TF_ACC").is_none(),
                "TF_ACC is set, and neither terraform nor tofu is on PATH, nor a path in TF_ACC_TERRAFORM_PATH"
            );
            eprintln!("acceptance test not run: neither terraform nor tofu is on PATH");
        }
        found.map(Self::at)
    }

    /// The same, where it can do this; otherwise None, with a line on stderr.
    pub fn find_with(feature: Feature) -> Option<Self> {
        let found = Self::find()?;
        if found.supports(feature) {
            return Some(found);
        }
        eprintln!("acceptance test not run: {} has no {feature:?}", found.path.display());
        None
    }

    /// The one at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), release: Arc::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The major and the minor version.
    pub fn version(&self) -> (u64, u64) {
        self.release().version
    }

    /// Whether it is OpenTofu.
    pub fn is_opentofu(&self) -> bool {
        self.release().is_opentofu
    }

    /// Whether it can do this.
    pub fn supports(&self, feature: Feature) -> bool {
        let Release { is_opentofu, version } = self.release();
        let (terraform, opentofu) = feature.since();
        if is_opentofu { opentofu.is_some_and(|least| version >= least) } else { version >= terraform }
    }

    /// An empty directory in which it runs.
    pub fn directory(&self) -> WorkingDirectory {
        WorkingDirectory::new(self.clone())
    }

    /// An empty directory in which this provider, which runs within the test, is the one of its first address.
    pub fn serving<P: Provider>(&self, plugin: Plugin, provider: P) -> WorkingDirectory {
        let mut directory = self.directory();
        directory.serve(plugin, provider);
        directory
    }

    fn release(&self) -> Release {
        *self.release.get_or_init(|| {
            let mut command = Command::new(&self.path);
            command.arg("version").env("CHECKPOINT_DISABLE", "1").env_remove("TF_CLI_CONFIG_FILE");
            let output = command.output();
            let output = output.unwrap_or_else(|error| panic!("{} cannot be run: {error}", self.path.display()));
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.lines().find_map(parse).unwrap_or_else(|| panic!("{} version: {text}", self.path.display()))
        })
    }
}

/// What a line such as `Terraform v1.17.0-dev` says.
fn parse(line: &str) -> Option<Release> {
    let (product, version) = line.split_once(" v")?;
    let mut parts = version.split('.').map(str::parse);
    Some(Release { is_opentofu: product == "OpenTofu", version: (parts.next()?.ok()?, parts.next()?.ok()?) })
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let directories: Vec<PathBuf> = env::split_paths(&path).collect();
    ["terraform", "tofu"].iter().find_map(|name| {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        directories.iter().map(|directory| directory.join(&name)).find(|candidate| candidate.is_file())
    })
}
