//! A shell in which Terraform uses the provider of this checkout.

use std::{env, process::Command};

use crate::{
    Outcome,
    project::{build_provider, target_directory, write_overrides},
};

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let print = match arguments {
        [] => false,
        ["--print"] => true,
        _ => return Err("usage: cargo xtask dev [--print]".to_owned()),
    };
    let plugin = build_provider()?;
    let overrides = target_directory().join("dev.tfrc");
    write_overrides(&overrides, &plugin)?;
    if print {
        println!("export TF_CLI_CONFIG_FILE='{}'", overrides.display());
        return Ok(());
    }
    let shell = env::var_os("SHELL").unwrap_or_else(|| "sh".into());
    println!("Terraform uses the provider of this checkout until you exit this shell.");
    // How its last command ended is no business of this one.
    let shell = Command::new(shell).env("TF_CLI_CONFIG_FILE", overrides).status();
    shell.map(drop).map_err(|error| format!("no shell: {error}"))
}
