//! The plugin binary.

use std::process::ExitCode;

use terraform_provider_alicloud::{Alicloud, PLUGIN};

fn main() -> ExitCode {
    tfplugin::run(PLUGIN, Alicloud::default())
}
