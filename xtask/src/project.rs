//! What commands share: the checkout, the build, and Terraform.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use terraform_provider_alicloud::environment;

use crate::Outcome;

/// The top of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Builds the provider with optimisation and says where it is.
pub(crate) fn build_provider() -> Result<PathBuf, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--locked", "--package", "terraform-provider-alicloud"]);
    run(build.current_dir(root()))?;
    Ok(target_directory().join("release"))
}

/// Where cargo builds.
pub(crate) fn target_directory() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Terraform, or OpenTofu, from PATH.
pub(crate) fn terraform() -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = env::split_paths(&path).collect();
    let found = ["terraform", "tofu"].iter().find_map(|name| {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        directories.iter().map(|directory| directory.join(&name)).find(|candidate| candidate.is_file())
    });
    found.ok_or_else(|| {
        "Neither terraform nor tofu is on PATH: install Terraform (https://developer.hashicorp.com/terraform/install) or \
         OpenTofu (https://opentofu.org/docs/intro/install) and run this again."
            .to_owned()
    })
}

/// Settings of Terraform that lead it elsewhere.
const SETTINGS: [&str; 6] =
    ["TF_CLI_ARGS", "TF_CLI_CONFIG_FILE", "TF_DATA_DIR", "TF_LOG", "TF_REATTACH_PROVIDERS", "TF_WORKSPACE"];

/// Terraform without the settings of whoever runs this: they may have an account and a workspace of their own.
pub fn terraform_alone(terraform: &Path) -> Command {
    let mut command = Command::new(terraform);
    let variables = environment().into_iter().flat_map(|(.., variables)| variables.iter().copied());
    for name in variables.chain(SETTINGS) {
        command.env_remove(name);
    }
    command.env("CHECKPOINT_DISABLE", "1");
    command
}

/// A CLI configuration by which Terraform takes the provider from a directory, under the addresses that it is known by.
pub(crate) fn write_overrides(file: &Path, plugin: &Path) -> Outcome {
    let addresses = ["aliyun/alicloud", "hashicorp/alicloud"];
    let lines: String = addresses.iter().map(|address| format!("    {address:?} = {plugin:?}\n")).collect();
    let text = format!("provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n");
    fs::write(file, text).map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

/// Runs a command whose output streams through.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{:?} cannot be run: {error}", command.get_program()))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed ({status})")) }
}
