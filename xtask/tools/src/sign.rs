//! The signature of a release, by the program in `xtask/signer`.

use std::{env, ffi::OsStr, path::Path, process::Command};

use xtask::{output, root, run, target_directory};

use crate::Outcome;

/// Writes the detached signature of a file into `<file>.sig`, by an armored OpenPGP secret key.
///
/// # Errors
/// A key that cannot sign, or a file that cannot be read or written.
pub fn sign(key: &Path, file: &Path) -> Outcome {
    let mut signer = signer()?;
    run(signer.arg("sign").arg(key).arg(file)).map_err(|_| format!("{} is not signed", file.display()))
}

/// What another command of the signer prints.
///
/// # Errors
/// It fails.
pub fn ask<S: AsRef<OsStr>>(arguments: &[S]) -> Result<String, String> {
    output(signer()?.args(arguments))
}

/// The signer, built in a folder of its own: its dependencies are other versions of some that the provider has.
fn signer() -> Result<Command, String> {
    let target = target_directory().join("signer");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--manifest-path"]).arg(root().join("xtask/signer/Cargo.toml"));
    run(cargo.env("CARGO_TARGET_DIR", &target))?;
    Ok(Command::new(target.join("debug").join(format!("signer{}", env::consts::EXE_SUFFIX))))
}
