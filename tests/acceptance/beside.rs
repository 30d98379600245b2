//! What a provider can offer beside resources and data sources, under a real Terraform: a provider of the tests, made with
//! the SDK alone.

mod actions;
mod ephemeral;
mod functions;

use std::{env, fs, io::Write as _, path::PathBuf, process::Command};

use terraform_provider_alicloud::PLUGIN;
use tfplugin::{
    Actions, Configure, Configured, Context, Diagnostics, EphemeralResources, Functions, Model, Provider, Resources,
};

use crate::{debugger::Attached, terraform::Terraform};

/// Offers what resources and data sources are not.
struct Beside;

/// The calls that the provider received, in a file that the test reads.
struct Log(PathBuf);

impl Log {
    fn write(&self, line: &str) {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&self.0).unwrap();
        writeln!(file, "{line}").unwrap();
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(&self.0).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Everything since the last time.
    fn take(&self) -> Vec<String> {
        let lines = self.lines();
        let _ = fs::remove_file(&self.0);
        lines
    }
}

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Block {}

impl Provider for Beside {
    type Block = Block;
    type Client = Log;

    fn resources(&self) -> Resources<Log> {
        Resources::new().add(ephemeral::VaultResource)
    }

    fn ephemeral_resources(&self) -> EphemeralResources<Log> {
        EphemeralResources::new().add(ephemeral::TokenResource)
    }

    fn actions(&self) -> Actions<Log> {
        Actions::new().add(actions::RestartAction)
    }

    fn functions(&self) -> Functions {
        functions::functions()
    }

    async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<Log>, Diagnostics> {
        Ok(Configured::Ready(Log(env::var_os(LOG).unwrap().into())))
    }
}

/// The variable that says where the log is.
const LOG: &str = "BESIDE";

/// Not a test: what [`attached`] starts.
#[test]
#[ignore = "other tests start it"]
fn serve_beside() {
    // Who runs all ignored tests did not mean this one.
    if env::var_os(LOG).is_some() {
        tfplugin::debug(PLUGIN, Beside);
    }
}

/// A Terraform of this version or a later one, with this configuration and the provider of this file.
fn attached(least: (u64, u64), configuration: &str) -> Option<(Terraform, Attached, Log)> {
    let mut terraform = Terraform::with(configuration)?;
    if terraform.version() < least {
        eprintln!("acceptance test not run: it needs Terraform {}.{} or later", least.0, least.1);
        return None;
    }
    let log = Log(terraform.path().join("beside.log"));
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "beside::serve_beside"]).env(LOG, &log.0);
    let plugin = Attached::start(command, &mut terraform);
    Some((terraform, plugin, log))
}
