//! The project's own commands: `cargo xtask <command>`.

mod bench;
mod dev;
pub mod dist;
mod docs;
mod measure;
mod project;
mod quickstart;

pub use project::terraform_alone;

use std::process::ExitCode;

/// What went wrong, for the person who ran the command.
pub type Outcome = Result<(), String>;

/// A command: its name, what it does, and the function that does it.
type Command = (&'static str, &'static str, fn(&[&str]) -> Outcome);

const COMMANDS: [Command; 5] = [
    (
        "quickstart",
        "build the provider and run Terraform on examples/quickstart against the mock ([--keep])",
        quickstart::run,
    ),
    ("dist", "build the release into dist/: zip, manifest, checksums, SBOM ([--target TRIPLE])", dist::run),
    ("bench", "measure whole processes and write docs/benchmarks.md", bench::run),
    ("docs", "write docs/ from the schemas and examples/ ([--check] only compares)", docs::run),
    ("dev", "a shell in which Terraform uses the provider of this checkout ([--print] for the variables)", dev::run),
];

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let command = arguments
        .split_first()
        .and_then(|(name, rest)| COMMANDS.iter().find(|(known, ..)| known == name).map(|(_, _, run)| run(rest)));
    match command {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("usage: cargo xtask <command>\n");
            for (name, what, _) in COMMANDS {
                eprintln!("  {name:<12}{what}");
            }
            ExitCode::FAILURE
        }
    }
}
