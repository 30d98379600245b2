//! What `cargo xtask` starts for the commands of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    xtask_tools::main(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}
