//! Working directories of Terraform.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use mock_endpoint::{ACCESS_KEY, SECRET_KEY};
use xtask::{Outcome, terraform_alone};

use super::{
    Bench,
    measure::{Run, watch},
};

/// The settings that lead Terraform to the binaries.
pub(super) fn write_overrides(file: &Path, provider: &Path, peer: Option<&Path>) -> Outcome {
    let mut lines = String::new();
    for (address, binary) in [("aliyun/alicloud", Some(provider)), ("bench/peer", peer)] {
        if let Some(folder) = binary.and_then(Path::parent) {
            let _ = writeln!(lines, "    {address:?} = {folder:?}");
        }
    }
    let text = format!("provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n");
    fs::write(file, text).map_err(|error| error.to_string())
}

/// The configuration of this many orders, with more in the provider block.
pub(super) fn orders(count: usize) -> String {
    format!("{}{}", required("alicloud", "aliyun/alicloud"), resource("alicloud_market_order", count))
}

/// The same of the peer.
pub(super) fn peers(count: usize) -> String {
    format!("{}{}", required("peer", "bench/peer"), resource("peer_order", count))
}

fn required(name: &str, source: &str) -> String {
    format!("terraform {{\n  required_providers {{\n    {name} = {{ source = {source:?} }}\n  }}\n}}\n")
}

fn resource(kind: &str, count: usize) -> String {
    format!(
        "resource {kind:?} \"order\" {{\n  count           = {count}\n  product_code    = \"cmapi033136\"\n  pricing_cycle   = \
         \"Month\"\n  package_version = \"yuncode2713600001\"\n}}\n"
    )
}

/// One working directory.
pub(super) struct Work<'a> {
    bench: &'a Bench,
    directory: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl<'a> Work<'a> {
    /// With this configuration, and a provider that asks this endpoint.
    pub(super) fn new(bench: &'a Bench, name: &str, configuration: &str, endpoint: &str) -> Result<Self, String> {
        let directory = bench.directory.join(name);
        fs::create_dir(&directory).map_err(|error| error.to_string())?;
        fs::write(directory.join("main.tf"), configuration).map_err(|error| error.to_string())?;
        let environment = vec![
            ("TF_CLI_CONFIG_FILE", bench.overrides.display().to_string()),
            ("MARKET_ENDPOINT", endpoint.to_owned()),
            ("STS_ENDPOINT", endpoint.to_owned()),
            ("ALICLOUD_ACCESS_KEY", ACCESS_KEY.to_owned()),
            ("ALICLOUD_SECRET_KEY", SECRET_KEY.to_owned()),
        ];
        Ok(Self { bench, directory, environment })
    }

    pub(super) fn with(mut self, name: &'static str, value: String) -> Self {
        self.environment.push((name, value));
        self
    }

    /// Runs Terraform to its end, and watches the plugin of this name.
    pub(super) fn run(&self, plugin: &str, arguments: &[&str]) -> Result<Run, String> {
        let mut command = terraform_alone(&self.bench.terraform);
        command.args(arguments).current_dir(&self.directory).envs(self.environment.iter().cloned());
        watch(&mut command, plugin)
    }
}
