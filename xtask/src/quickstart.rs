//! The main job, end to end: real Terraform, the provider of this checkout, and the mock endpoint on loopback.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use crate::{
    Outcome,
    mock::Mock,
    project::{build, built, output, root, target_directory, write},
    terraform::{self, terraform_alone},
};

/// The orders of examples/quickstart: their addresses, and the outputs that say their ids.
const ORDERS: [(&str, &str); 2] =
    [("alicloud_market_order.order", "market_order_id"), ("alicloud_pai_product_order.pai", "pai_order_id")];

/// Terraform in one directory, with the mock as its world.
struct Stage<'a> {
    terraform: &'a Path,
    directory: PathBuf,
    environment: &'a [(String, String)],
}

impl Stage<'_> {
    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = terraform_alone(self.terraform);
        command.args(arguments).current_dir(&self.directory).envs(self.environment.iter().cloned());
        command
    }

    /// Announces a step and runs it; Terraform's own output streams through.
    fn step(&self, title: &str, arguments: &[&str]) -> Outcome {
        println!("\n==> {title}\n    terraform {}\n", arguments.join(" "));
        let status = self.command(arguments).status().map_err(|error| format!("{title}: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("{title}: terraform failed ({status})")) }
    }
}

/// A directory that is removed at the end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let keep = match arguments {
        [] => false,
        ["--keep"] => true,
        _ => return Err(crate::refuse("quickstart", arguments)),
    };
    let terraform = terraform::find()?;
    println!("==> Build the provider and the mock endpoint");
    build(&["terraform-provider-alicloud", "mock-endpoint"])?;
    let begin = Instant::now();
    let directory = target_directory().join(format!("quickstart-{}", std::process::id()));
    let scratch = Scratch(directory.clone());
    let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
    fs::create_dir_all(&directory).map_err(failed)?;
    let mock = Mock::start()?;
    println!("\n==> The mock endpoint is at {}", mock.url());
    let cli = directory.join("cli.tfrc");
    write_mirror(&directory.join("mirror"), &cli)?;
    let mut environment = vec![("TF_CLI_CONFIG_FILE".to_owned(), cli.display().to_string())];
    environment.extend_from_slice(mock.environment());
    let stage = |name: &str| -> Result<Stage<'_>, String> {
        let directory = directory.join(name);
        fs::create_dir(&directory).map_err(failed)?;
        fs::copy(root().join("examples/quickstart/main.tf"), directory.join("main.tf")).map_err(failed)?;
        Ok(Stage { terraform: &terraform, directory, environment: &environment })
    };

    let (bought, imported) = (stage("bought")?, stage("imported")?);
    act(&bought, &imported)?;
    let (orders, requests) = mock.counts()?;
    if orders != ORDERS.len() {
        return Err(format!("The quickstart expects {} orders, but the mock endpoint has {orders}.", ORDERS.len()));
    }
    println!("\n==> Done: {orders} orders placed, {requests} requests, {:.1} s.", begin.elapsed().as_secs_f64());
    if keep {
        std::mem::forget(scratch);
        println!(
            "\n==> The mock endpoint is still running. To continue by hand in the directory with both imported orders:\n"
        );
        println!("    cd '{}'", imported.directory.display());
        for (name, value) in &environment {
            println!("    export {name}='{value}'");
        }
        println!("    '{}' plan", terraform.display());
        println!("\n==> To stop the mock endpoint and remove all files:\n");
        let stop = mock.leave_running().map(|process| format!("kill {process}; ")).unwrap_or_default();
        println!("    {stop}rm -r '{}'", directory.display());
    }
    Ok(())
}

fn act(bought: &Stage<'_>, imported: &Stage<'_>) -> Outcome {
    bought.step("Install the provider", &["init"])?;
    bought.step("Validate the configuration", &["validate"])?;
    bought.step("Plan the purchase", &["plan"])?;
    bought.step("Buy", &["apply", "-auto-approve"])?;
    bought.step("Plan again: no changes", &["plan", "-detailed-exitcode"])?;
    // With the lock file, the same provider is installed without another warning that there is no lock file yet.
    let lock = ".terraform.lock.hcl";
    fs::copy(bought.directory.join(lock), imported.directory.join(lock)).map_err(|error| format!("{lock}: {error}"))?;
    imported.step("Install the provider in a second directory with an empty state", &["init"])?;
    for (address, name) in ORDERS {
        let id = output(&mut bought.command(&["output", "-raw", name]))?;
        imported.step("Import the order into the empty state", &["import", address, id.trim()])?;
    }
    // No service says which client_token bought an order: the state learns it from the configuration.
    imported.step("Apply: add the client_token to the state without buying anything", &["apply", "-auto-approve"])?;
    imported.step("Plan again: no changes", &["plan", "-detailed-exitcode"])?;
    // The plan of a destruction has the warnings that its apply shows too.
    let plan = ["plan", "-destroy", "-out=destroy.plan"];
    println!(
        "\n==> Plan the destroy: it removes the orders from the state\n    terraform {} > /dev/null",
        plan.join(" ")
    );
    output(&mut bought.command(&plan))?;
    bought.step("Apply the destroy", &["apply", "destroy.plan"])
}

/// A filesystem mirror with the provider that was built, for Terraform and for OpenTofu, and the CLI configuration that
/// leads them to it.
fn write_mirror(mirror: &Path, cli: &Path) -> Outcome {
    let version = env!("CARGO_PKG_VERSION");
    let os = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
    let arch = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    for registry in ["registry.terraform.io", "registry.opentofu.org"] {
        let folder = mirror.join(format!("{registry}/example/alicloud/{version}/{os}_{arch}"));
        let binary = built("terraform-provider-alicloud");
        let installed = folder.join(format!("terraform-provider-alicloud_v{version}{}", env::consts::EXE_SUFFIX));
        let failed = |error: std::io::Error| format!("{}: {error}", installed.display());
        fs::create_dir_all(&folder).map_err(failed)?;
        fs::hard_link(&binary, &installed).or_else(|_| fs::copy(&binary, &installed).map(drop)).map_err(failed)?;
    }
    write(cli, &format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"))
}
