//! The main job, end to end: real Terraform, the provider of this checkout, and the mock endpoint on loopback.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};
use serde_json::Value as Json;

use crate::{
    Outcome,
    project::{build_provider, root, run as run_command, terraform, terraform_alone, write_overrides},
};

/// Terraform in one directory, with the mock as its world.
struct Stage<'a> {
    terraform: &'a Path,
    directory: PathBuf,
    environment: &'a [(&'static str, String)],
}

impl Stage<'_> {
    /// Announces a step and runs it; Terraform's own output streams through.
    fn step(&self, title: &str, arguments: &[&str]) -> Outcome {
        println!("\n==> {title}\n    terraform {}\n", arguments.join(" "));
        let mut command = terraform_alone(self.terraform);
        command.args(arguments).current_dir(&self.directory).envs(self.environment.iter().cloned());
        run_command(&mut command).map_err(|error| format!("{title}: {error}"))
    }

    /// The address and id of every resource in the state.
    fn resources(&self) -> Result<Vec<(String, String)>, String> {
        let file = self.directory.join("terraform.tfstate");
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let state: Json = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let resources = state["resources"].as_array().cloned().unwrap_or_default();
        let named = resources.iter().filter_map(|resource| {
            let id = resource["instances"][0]["attributes"]["id"].as_str()?;
            Some((format!("{}.{}", resource["type"].as_str()?, resource["name"].as_str()?), id.to_owned()))
        });
        Ok(named.collect())
    }
}

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let keep = match arguments {
        [] => false,
        ["--keep"] => true,
        _ => return Err("usage: cargo xtask quickstart [--keep]".to_owned()),
    };
    let terraform = terraform()?;
    println!("==> Build the provider");
    let plugin = build_provider()?;
    let begin = Instant::now();
    let failed = |error: std::io::Error| error.to_string();
    let directory = tempfile::Builder::new().prefix("quickstart-").tempdir().map_err(failed)?;
    let mock = Mock::start().map_err(|error| format!("The mock endpoint cannot start: {error}"))?;
    println!("\n==> The mock endpoint is at {}", mock.url());
    let overrides = directory.path().join("cli.tfrc");
    write_overrides(&overrides, &plugin)?;
    let environment = environment(&overrides, &mock);
    let stage = |name: &str| -> Result<Stage<'_>, String> {
        let directory = directory.path().join(name);
        fs::create_dir(&directory).map_err(failed)?;
        fs::copy(root().join("examples/quickstart/main.tf"), directory.join("main.tf")).map_err(failed)?;
        Ok(Stage { terraform: &terraform, directory, environment: &environment })
    };

    let bought = stage("bought")?;
    let acted = act(&bought, || stage("imported"));
    if keep {
        let kept = directory.keep();
        println!("\n==> Kept in {}. To go on by hand, with a mock of your own:\n", kept.display());
        println!("    cargo run -p mock-endpoint -- --port {}", mock.url().rsplit(':').next().unwrap_or("0"));
        println!("    cd {}", kept.join("bought").display());
        for (name, value) in &environment {
            println!("    export {name}='{value}'");
        }
    }
    acted?;
    let ledger = mock.ledger();
    println!(
        "\n==> Done: {} orders placed, {} requests seen, {:.1} s.",
        ledger.orders.len(),
        ledger.requests.len(),
        begin.elapsed().as_secs_f64()
    );
    Ok(())
}

fn act<'a>(bought: &Stage<'a>, fresh: impl FnOnce() -> Result<Stage<'a>, String>) -> Outcome {
    bought.step("Validate the configuration", &["validate"])?;
    bought.step("Plan the purchase", &["plan"])?;
    bought.step("Buy", &["apply", "-auto-approve"])?;
    bought.step("Plan again: nothing to do", &["plan", "-detailed-exitcode"])?;
    let imported = fresh()?;
    for (address, id) in bought.resources()? {
        imported.step("Import into a fresh state", &["import", &address, &id])?;
    }
    imported.step("Apply: the client_token goes into the state, and nothing is bought", &["apply", "-auto-approve"])?;
    imported.step("Plan after the import: nothing to do", &["plan", "-detailed-exitcode"])?;
    bought.step("Destroy: Terraform forgets the orders", &["destroy", "-auto-approve"])
}

fn environment(overrides: &Path, mock: &Mock) -> Vec<(&'static str, String)> {
    let url = mock.url();
    vec![
        ("TF_CLI_CONFIG_FILE", overrides.display().to_string()),
        ("MARKET_ENDPOINT", url.clone()),
        ("BSSOPENAPI_ENDPOINT", url.clone()),
        ("AIWORKSPACE_ENDPOINT", url.clone()),
        ("STS_ENDPOINT", url),
        ("ALICLOUD_ACCESS_KEY", ACCESS_KEY.to_owned()),
        ("ALICLOUD_SECRET_KEY", SECRET_KEY.to_owned()),
    ]
}
