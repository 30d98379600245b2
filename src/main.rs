//! The plugin binary.

use std::process::ExitCode;

use terraform_provider_alicloud::{Alicloud, IDENTITY};

fn main() -> ExitCode {
    tfplugin::run(IDENTITY, Alicloud::default())
}
