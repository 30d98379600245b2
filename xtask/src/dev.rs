//! A shell in which Terraform uses the provider of this checkout.

use std::{env, process::Command};

use crate::{
    Outcome,
    mock::Mock,
    project::{build, target_directory, write_overrides},
    terraform,
};

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (print, with_mock) = match arguments {
        [] => (false, false),
        ["--print"] => (true, false),
        ["--mock"] => (false, true),
        _ => return Err(crate::refuse("dev", arguments)),
    };
    build(&["terraform-provider-alicloud", "mock-endpoint"])?;
    let overrides = target_directory().join("dev.tfrc");
    write_overrides(&overrides, &target_directory().join("debug"))?;
    if print {
        println!("export TF_CLI_CONFIG_FILE='{}'", overrides.display());
        return Ok(());
    }
    let mock = with_mock.then(Mock::start).transpose()?;
    let shell = env::var_os("SHELL").unwrap_or_else(|| "sh".into());
    println!("Terraform uses the provider of this checkout until you exit this shell.");
    match &mock {
        Some(mock) => println!("It buys from the mock endpoint at {}, which ends with the shell.", mock.url()),
        None => println!(
            "With real keys in the environment or in a profile, terraform apply buys for real money. cargo xtask dev --mock \
             buys from the mock endpoint."
        ),
    }
    let mut command = Command::new(shell);
    command.env("TF_CLI_CONFIG_FILE", overrides).env("PATH", path()?);
    if mock.is_some() {
        // Nothing of an account that the caller has leads past the mock.
        let names = env::vars_os().map(|(name, _)| name);
        for name in names.filter(|name| name.to_string_lossy().starts_with("ALI")) {
            command.env_remove(name);
        }
    }
    command.envs(mock.iter().flat_map(Mock::environment).map(|(name, value)| (name, value)));
    // How its last command ended is no business of this one.
    command.status().map(drop).map_err(|error| format!("no shell: {error}"))
}

/// PATH with the Terraform that is used at its end, for where none is on it.
fn path() -> Result<std::ffi::OsString, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let terraform = terraform::find()?;
    let directories = env::split_paths(&path).chain(terraform.parent().map(Into::into));
    env::join_paths(directories).map_err(|error| error.to_string())
}
