//! A provider that was started by hand, for a debugger, and that Terraform attaches to.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use mock_endpoint::{ACCESS_KEY, SECRET_KEY};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    market_order::ORDER,
    terraform::{Terraform, plugin_directory},
};

/// A process that does not outlive the test, even if it fails.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn terraform_attaches_to_a_provider_under_debug() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    // What the provider is configured with by its environment, it has from the shell that started it.
    let started = Command::new(plugin_directory().join("terraform-provider-alicloud"))
        .arg("--debug")
        .current_dir(terraform.path())
        .env("ALICLOUD_ACCESS_KEY", ACCESS_KEY)
        .env("ALICLOUD_SECRET_KEY", SECRET_KEY)
        .env("MARKET_ENDPOINT", terraform.mock.url())
        .env("STS_ENDPOINT", terraform.mock.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut provider = Guarded(started.unwrap());
    let mut lines = BufReader::new(provider.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.starts_with("export TF_REATTACH_PROVIDERS=")).unwrap();
    let value = line.split_once('=').unwrap().1.trim_matches('\'').to_owned();
    terraform.set("TF_REATTACH_PROVIDERS", &value);
    // No overrides: the provider that runs is the only one.
    terraform.write("cli.tfrc", "");
    terraform.apply().succeeds();
    terraform.plans_empty();
    terraform.destroy().succeeds();
    assert_eq!(terraform.orders().len(), 1);
    kill_process(Pid::from_child(&provider.0), Signal::INT).unwrap();
    assert!(provider.0.wait().unwrap().success());
}
