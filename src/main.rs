//! The plugin binary.

use std::process::ExitCode;

use terraform_provider_alicloud::{Alicloud, IDENTITY};

use tfplugin::serve;

fn main() -> ExitCode {
    serve::run(IDENTITY, Alicloud::default())
}
