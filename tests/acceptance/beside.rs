//! What a provider can offer beside resources and data sources, under a real Terraform: a provider of the tests, made with
//! the SDK alone.

mod functions;

use std::{env, process::Command};

use terraform_provider_alicloud::PLUGIN;
use tfplugin::{Configure, Configured, Context, Diagnostics, Functions, Model, Provider, Resources};

use crate::{debugger::Attached, terraform::Terraform};

/// Offers what resources and data sources are not.
struct Beside;

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Block {}

impl Provider for Beside {
    type Block = Block;
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new()
    }

    fn functions(&self) -> Functions {
        functions::functions()
    }

    async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}

/// Not a test: what [`attached`] starts.
#[test]
#[ignore = "other tests start it"]
fn serve_beside() {
    // Who runs all ignored tests did not mean this one.
    if env::var_os("BESIDE").is_some() {
        tfplugin::debug(PLUGIN, Beside);
    }
}

/// A Terraform of this version or a later one, with this configuration and the provider of this file.
fn attached(least: (u64, u64), configuration: &str) -> Option<(Terraform, Attached)> {
    let mut terraform = Terraform::with(configuration)?;
    if version(&terraform) < least {
        eprintln!("acceptance test not run: it needs Terraform {}.{} or later", least.0, least.1);
        return None;
    }
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "beside::serve_beside"]).env("BESIDE", "1");
    let plugin = Attached::start(command, &mut terraform);
    Some((terraform, plugin))
}

fn version(terraform: &Terraform) -> (u64, u64) {
    let shown = terraform.command(&["version", "-json"]).output().unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    let mut parts = shown["terraform_version"].as_str().unwrap().split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap(), parts.next().unwrap())
}
