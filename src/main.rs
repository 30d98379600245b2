//! The plugin binary.

use std::process::ExitCode;

use terraform_provider_alicloud::{
    provider::{Alicloud, IDENTITY},
    tfplugin::serve,
};

fn main() -> ExitCode {
    serve::run(IDENTITY, Alicloud::default())
}
