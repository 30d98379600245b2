//! A provider that was started by hand, for a debugger, and that Terraform attaches to.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, ChildStdout, Command, Stdio},
};

use mock_endpoint::{ACCESS_KEY, SECRET_KEY};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    market_order::ORDER,
    terraform::{Terraform, plugin_directory},
};

/// A plugin that runs already. It does not outlive the test, even if that fails.
pub struct Attached {
    process: Child,
    /// Held open, so that it may go on to print.
    _output: BufReader<ChildStdout>,
}

impl Attached {
    /// Starts a plugin, and makes Terraform attach to it and to no other. What the provider has from its environment, it
    /// has from this command.
    pub fn start(mut command: Command, terraform: &mut Terraform) -> Self {
        let url = terraform.mock.url();
        for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
            command.env(name, &url);
        }
        let mut process = command.current_dir(terraform.path()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.by_ref().lines().map(Result::unwrap);
        let line = lines.find(|line| line.starts_with("export TF_REATTACH_PROVIDERS=")).unwrap();
        let value = line.split_once('=').unwrap().1.trim_matches('\'').to_owned();
        terraform.set("TF_REATTACH_PROVIDERS", &value);
        terraform.write("cli.tfrc", "");
        Self { process, _output: output }
    }

    /// Ends as Ctrl-C ends it.
    pub fn ends_well(mut self) {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn terraform_attaches_to_a_provider_under_debug() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    let mut command = Command::new(plugin_directory().join("terraform-provider-alicloud"));
    command.arg("--debug").env("ALICLOUD_ACCESS_KEY", ACCESS_KEY).env("ALICLOUD_SECRET_KEY", SECRET_KEY);
    command.stderr(Stdio::null());
    let plugin = Attached::start(command, &mut terraform);
    terraform.apply().succeeds();
    terraform.plans_empty();
    terraform.destroy().succeeds();
    assert_eq!(terraform.orders().len(), 1);
    plugin.ends_well();
}
