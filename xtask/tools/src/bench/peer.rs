//! The peer: a provider in Go on terraform-plugin-framework, whose one resource has the attributes of an order.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use xtask::root;

/// The name of its binary.
pub(super) const NAME: &str = "terraform-provider-peer";

/// Builds it, if Go and its modules can be had.
pub(super) fn build(directory: &Path) -> Option<PathBuf> {
    let binary = directory.join("peer").join(NAME);
    let mut command = Command::new("go");
    command.args(["build", "-trimpath", "-ldflags", "-s -w", "-o"]).arg(&binary).arg(".");
    let built = command.current_dir(root().join("benches/peer")).status();
    match built {
        Ok(status) if status.success() => Some(binary),
        _ => {
            eprintln!("benches/peer is not measured: Go does not build it here.");
            None
        }
    }
}
