//! What commands share: the checkout and the build.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::Outcome;

/// The top of the checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo builds.
pub fn target_directory() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Builds packages in the profile that the tests use too, so that nothing is compiled twice. Cargo's progress streams
/// through.
///
/// # Errors
/// What cargo has not printed itself.
pub fn build(packages: &[&str]) -> Outcome {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked"]).current_dir(root());
    for package in packages {
        cargo.args(["--package", package]);
    }
    run(&mut cargo)
}

/// Where [`build`] puts a binary.
pub(crate) fn built(name: &str) -> PathBuf {
    target_directory().join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// A CLI configuration by which Terraform takes the provider from a directory, under the addresses that it is known by.
///
/// # Errors
/// The file cannot be written.
pub fn write_overrides(file: &Path, plugin: &Path) -> Outcome {
    let addresses = ["aliyun/alicloud", "hashicorp/alicloud", "example/alicloud"];
    let lines: String = addresses.iter().map(|address| format!("    {address:?} = {plugin:?}\n")).collect();
    write(file, &format!("provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n"))
}

pub(crate) fn write(file: &Path, text: &str) -> Outcome {
    fs::write(file, text).map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

/// Runs a command whose output streams through.
///
/// # Errors
/// It cannot be run, or it failed.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{:?} cannot be run: {error}", command.get_program()))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed ({status})")) }
}

/// What a command prints to stdout.
///
/// # Errors
/// It cannot be run, or it failed.
pub fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)))
    }
}
