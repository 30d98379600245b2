//! Those commands of `cargo xtask` that need the provider's schemas or libraries.

mod bench;
pub mod dist;
mod docs;
pub mod licences;

pub mod sign;

pub use xtask::Outcome;

use std::process::ExitCode;

/// Runs the command that the arguments name.
pub fn main(arguments: &[&str]) -> ExitCode {
    let outcome = match arguments {
        ["bench", rest @ ..] => bench::run(rest),
        ["dist", rest @ ..] => dist::run(rest),
        ["docs", rest @ ..] => docs::run(rest),
        _ => Err("cargo xtask --help lists the commands".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
