//! The project's own commands: `cargo xtask <command>`.
//!
//! This crate has no dependencies: it is built in a moment, and the first command starts while a new checkout has nothing
//! else. Commands that need the provider's schemas or libraries are in `xtask/tools`, which is built when one of them runs.

mod bump;
mod dev;
mod mock;
mod packaged;
mod project;
mod quickstart;
mod terraform;
mod versions;

pub use bump::bump;
pub use project::{build, output, root, run, target_directory, write_overrides};
pub use terraform::{find as find_terraform, on_path, terraform_alone};

use std::process::{self, ExitCode};

/// What went wrong, for the person who ran the command.
pub type Outcome = Result<(), String>;

/// A command.
struct Command {
    name: &'static str,
    /// Its arguments, as a usage line shows them.
    arguments: &'static str,
    /// What it does.
    about: &'static str,
    run: fn(&[&str]) -> Outcome,
}

const COMMANDS: [Command; 8] = [
    Command {
        name: "quickstart",
        arguments: "[--keep]",
        about: "build the provider and run Terraform on examples/quickstart against the mock",
        run: quickstart::run,
    },
    Command {
        name: "dev",
        arguments: "[--mock | --print]",
        about: "open a shell in which Terraform uses the provider of this checkout, and with --mock the mock endpoint",
        run: dev::run,
    },
    Command {
        name: "terraform",
        arguments: "[1.0.3 | 1.15]",
        about: "print the path of the Terraform that these commands use, or of a version from pip",
        run: terraform::run,
    },
    Command {
        name: "versions",
        arguments: "",
        about: "run a part of the tests with the versions of Terraform from pip",
        run: versions::run,
    },
    Command {
        name: "docs",
        arguments: "[--check]",
        about: "generate docs/ from the schemas and examples/, or only compare",
        run: |arguments| tool("docs", arguments),
    },
    Command {
        name: "bench",
        arguments: "[--large | PART]",
        about: "measure whole processes and write docs/benchmarks.md, or measure one part",
        run: |arguments| tool("bench", arguments),
    },
    Command {
        name: "dist",
        arguments: "[--target TRIPLE] [--sign KEY]",
        about: "build the release into dist/: zip, manifest, checksums, SBOM, signature",
        run: |arguments| tool("dist", arguments),
    },
    Command {
        name: "bump",
        arguments: "VERSION",
        about: "set the version of every crate and open its section in CHANGELOG.md",
        run: bump::run,
    },
];

/// Runs the command that the arguments name.
pub fn main(arguments: &[&str]) -> ExitCode {
    let outcome = match arguments {
        [] | ["--help" | "-h"] => help(),
        ["--version" | "-V"] => {
            println!("xtask {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        [name, rest @ ..] => match COMMANDS.iter().find(|command| command.name == *name) {
            Some(command) => run_command(command, rest),
            None => Err(format!("there is no command {name:?}, see cargo xtask --help")),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(command: &Command, arguments: &[&str]) -> Outcome {
    if arguments.iter().any(|argument| matches!(*argument, "--help" | "-h")) {
        println!("usage: {}\n\n{}", usage(command), command.about);
        return Ok(());
    }
    (command.run)(arguments)
}

fn usage(command: &Command) -> String {
    format!("cargo xtask {} {}", command.name, command.arguments).trim_end().to_owned()
}

fn help() -> Outcome {
    println!("usage: cargo xtask <command>\n");
    for command in &COMMANDS {
        println!("  {:<42}  {}", format!("{} {}", command.name, command.arguments), command.about);
    }
    for (option, about) in [("--help", "print this list"), ("--version", "print the version")] {
        println!("  {option:<42}  {about}");
    }
    Ok(())
}

/// Why a command does not take its arguments.
fn refuse(command: &str, arguments: &[&str]) -> String {
    let wrong = arguments.last().copied().unwrap_or_default();
    let usage = COMMANDS.iter().find(|known| known.name == command).map(usage).unwrap_or_default();
    format!("there is no argument {wrong:?} here, usage: {usage}")
}

/// Runs a command of `xtask/tools`; its errors are printed there.
fn tool(command: &str, arguments: &[&str]) -> Outcome {
    build(&["xtask-tools"])?;
    let mut tools = process::Command::new(project::built("xtask-tools"));
    let status = tools.arg(command).args(arguments).status().map_err(|error| format!("xtask-tools: {error}"))?;
    if status.success() { Ok(()) } else { process::exit(status.code().unwrap_or(1)) }
}
