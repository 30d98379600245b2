//! A part of the tests with other Terraforms than the one on PATH, which runs them all.

use std::{env, path::Path, process::Command};

use crate::{
    Outcome,
    packaged::{NEWEST, OLDEST, Packaged},
    project::{output, root, run as run_command},
};

/// What runs with a version of Terraform.
struct Part {
    terraform: Packaged,
    tests: &'static [Tests],
}

/// Tests of one test binary.
struct Tests {
    binary: &'static str,
    /// What their names begin with.
    begin_with: &'static [&'static str],
    /// Those of them that are left out, each with the reason.
    except: &'static [(&'static str, &'static str)],
}

const PARTS: [Part; 2] = [
    // Creating, importing, replacing and taking over, with timeouts and without. Terraform 1.0 itself crashes on a PAI order
    // whose products only partly have properties, so PAI orders are left out.
    Part {
        terraform: OLDEST,
        tests: &[Tests {
            binary: "acceptance",
            begin_with: &["import::", "market_order::", "takeover::", "variables::times_"],
            except: &[(
                "import::an_import_block_writes_configuration_that_plans_empty",
                "import blocks came with Terraform 1.5",
            )],
        }],
    },
    // What came after Terraform 1.11. Its command line is Python's, so nothing that sends a signal to it or kills it.
    Part {
        terraform: NEWEST,
        tests: &[
            Tests {
                binary: "acceptance",
                begin_with: &["beside::", "identity::", "import::", "takeover::"],
                except: &[("beside::actions::an_interrupt_reaches_an_action_that_runs", "it sends a signal")],
            },
            Tests { binary: "library", begin_with: &["terraform::"], except: &[] },
        ],
    },
];

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err(crate::refuse("versions", arguments));
    }
    let mut lines = Vec::new();
    for part in &PARTS {
        let version = part.terraform.version;
        let terraform = match part.terraform.installed() {
            Ok(terraform) => terraform,
            Err(why) => {
                lines.push(format!("Terraform {version}: skipped, since pip did not bring it: {}", why.trim_end()));
                continue;
            }
        };
        println!("==> Tests with Terraform {version}");
        let mut count = 0;
        for tests in part.tests {
            let names = tests.select()?;
            count += names.len();
            run_command(tests.command(&terraform).arg("--exact").args(names))?;
        }
        lines.push(format!("Terraform {version}: {count} tests ran"));
        let left_out = part.tests.iter().flat_map(|tests| tests.except);
        lines.extend(left_out.map(|(name, why)| format!("Terraform {version}: without {name}, since {why}")));
    }
    println!("==> {}", lines.join("\n==> "));
    Ok(())
}

impl Tests {
    /// A run of the binary, built as a test of the whole workspace builds it.
    fn command(&self, terraform: &Path) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["test", "--workspace", "--locked", "--test", self.binary, "--"]).current_dir(root());
        command.env("TF_ACC", "1").env("TF_ACC_TERRAFORM_PATH", terraform);
        command
    }

    /// The names of its tests.
    ///
    /// # Errors
    /// A name stands in the table that no test has.
    fn select(&self) -> Result<Vec<String>, String> {
        let list = |kind: &[&str]| output(self.command(Path::new("")).args(["--list", "--format", "terse"]).args(kind));
        let (listed, ignored) = (list(&[])?, list(&["--ignored"])?);
        let is_run = |line: &&str| ignored.lines().all(|ignored| ignored != *line);
        let names = listed.lines().filter(is_run).filter_map(|line| line.strip_suffix(": test"));
        let all: Vec<&str> = names.collect();
        let begins = |start: &&&str| all.iter().any(|name| name.starts_with(**start));
        let is_there = |(name, _): &&(&str, &str)| all.contains(name);
        if let Some(stale) = self.begin_with.iter().find(|start| !begins(start)) {
            return Err(format!("No test of {} begins with {stale}: correct xtask/src/versions.rs.", self.binary));
        }
        if let Some((stale, _)) = self.except.iter().find(|except| !is_there(except)) {
            return Err(format!("{} has no test {stale}: correct xtask/src/versions.rs.", self.binary));
        }
        let is_chosen = |name: &&str| {
            self.begin_with.iter().any(|start| name.starts_with(start))
                && self.except.iter().all(|(left, _)| left != name)
        };
        Ok(all.into_iter().filter(is_chosen).map(str::to_owned).collect())
    }
}
