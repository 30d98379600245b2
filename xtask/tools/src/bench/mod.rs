//! Whole processes, measured in one run: against floors, against a peer, over a distance, and at a service that limits the
//! rate of requests.

mod commands;
mod distance;
mod limited;
mod measure;
mod peer;
mod start;
mod work;

use std::{
    fs,
    path::{Path, PathBuf},
};

use xtask::{Outcome, find_terraform, output, root, terraform_alone};

use crate::dist;

/// What is measured with.
struct Bench {
    terraform: PathBuf,
    /// The provider, as it is released.
    provider: PathBuf,
    /// The provider of [`peer`], where Go can be had.
    peer: Option<PathBuf>,
    /// Where the working directories are made.
    directory: PathBuf,
    /// The CLI configuration that leads Terraform to both.
    overrides: PathBuf,
}

/// What measures one section of the page.
type Part = fn(&Bench) -> Result<String, String>;

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (is_large, only) = match arguments {
        [] => (false, None),
        ["--large"] => (true, None),
        [part @ ("start" | "commands" | "distance" | "limited" | "large")] => (false, Some(*part)),
        _ => {
            return Err("usage: cargo xtask bench [--large | start | commands | distance | limited | large]".to_owned());
        }
    };
    let terraform = find_terraform()?;
    let (provider, target) = dist::build(None)?;
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let directory = temporary.path().to_owned();
    let peer = peer::build(&directory);
    let overrides = directory.join("cli.tfrc");
    work::write_overrides(&overrides, &provider, peer.as_deref())?;
    let bench = Bench { terraform, provider, peer, directory, overrides };
    let mut page = format!(
        "# Benchmarks\n\n`cargo xtask bench` writes this page in one run (`--large` adds 5,000 orders). Compare the ratios: the times \
         depend on the machine.\n\nMachine: {}. {}. Provider: `{target}`.\n\n",
        machine(),
        version(&bench.terraform)?
    );
    let notes = root().join("xtask/templates/benchmarks.md");
    let notes = fs::read_to_string(&notes).map_err(|error| format!("{}: {error}", notes.display()))?;
    let parts: [(&str, Part); 5] = [
        ("start", start::measure),
        ("commands", commands::measure),
        ("distance", distance::measure),
        ("limited", limited::measure),
        ("large", commands::measure_large),
    ];
    for (name, measure) in parts {
        let is_wanted = only.map_or(name != "large" || is_large, |only| only == name);
        if !is_wanted {
            continue;
        }
        let part = measure(&bench)?;
        print!("{part}");
        page += &part;
        // The last part takes longest, and the others stand without it.
        if only.is_none() {
            let file = root().join("docs/benchmarks.md");
            fs::write(&file, format!("{page}{notes}")).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{} ({cores} cores), {}", model.unwrap_or("unknown"), std::env::consts::OS)
}

/// Terraform's name and version.
fn version(terraform: &Path) -> Result<String, String> {
    let text = output(terraform_alone(terraform).arg("version"))?;
    Ok(text.lines().next().unwrap_or("unknown").to_owned())
}

/// A target in a table, and whether it is met.
fn target(value: f64, at_most: f64, unit: &str) -> String {
    let verdict = if value <= at_most { "met" } else { "missed" };
    format!("{at_most}{unit}: {verdict}")
}
