//! Drives the real Terraform (or OpenTofu) with the provider that cargo built and a mock endpoint of its own.

use std::{
    env, fs,
    ops::{Deref, DerefMut},
    path::Path,
    sync::Arc,
};

use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};
use rustix::process::Pid;
use serde_json::Value as Json;
pub use tfplugin::testing::terraform::Outcome;
use tfplugin::testing::terraform::{self, WorkingDirectory};

use crate::state_server::ids;

/// The directory that holds the provider's binary.
pub fn plugin_directory() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-alicloud")).parent().expect("a binary stands in a directory")
}

/// A working directory with a configuration, and the mock that it talks to.
pub struct Terraform {
    directory: WorkingDirectory,
    pub mock: Arc<Mock>,
    /// How many of its variables every test has.
    usual: usize,
}

impl Deref for Terraform {
    type Target = WorkingDirectory;

    fn deref(&self) -> &WorkingDirectory {
        &self.directory
    }
}

impl DerefMut for Terraform {
    fn deref_mut(&mut self) -> &mut WorkingDirectory {
        &mut self.directory
    }
}

impl Terraform {
    /// A directory with this configuration below the usual header. None where there is no Terraform; that is a failure
    /// if TF_ACC is set.
    pub fn with(configuration: &str) -> Option<Self> {
        let binary = match xtask::find_terraform() {
            Ok(binary) => terraform::Terraform::at(binary),
            Err(why) => {
                assert!(env::var_os("TF_ACC").is_none(), "TF_ACC is set, and this test needs Terraform. {why}");
                eprintln!("acceptance test not run. {why}");
                return None;
            }
        };
        Some(Self::new(&binary, Arc::new(Mock::start().expect("a mock")), configuration))
    }

    /// Another directory, on the same mock.
    pub fn beside(&self, configuration: &str) -> Option<Self> {
        Some(Self::new(self.directory.terraform(), Arc::clone(&self.mock), configuration))
    }

    fn new(binary: &terraform::Terraform, mock: Arc<Mock>, configuration: &str) -> Self {
        let mut directory = binary.directory();
        directory.take_from(&["aliyun/alicloud", "example/alicloud"], plugin_directory());
        directory.configure(configuration);
        directory.set("ALICLOUD_ACCESS_KEY", ACCESS_KEY).set("ALICLOUD_SECRET_KEY", SECRET_KEY);
        directory.set("ALICLOUD_REGION", "cn-hangzhou");
        for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
            directory.set(name, &mock.url());
        }
        let usual = directory.variables().len();
        Self { directory, mock, usual }
    }

    /// What this test has set for all further commands.
    pub fn environment(&self) -> Vec<(String, String)> {
        let set = self.directory.variables().iter().skip(self.usual);
        let text = |text: &std::ffi::OsString| text.to_string_lossy().into_owned();
        set.filter_map(|(name, value)| Some((text(name), text(value.as_ref()?)))).collect()
    }

    /// A plan as JSON.
    #[track_caller]
    pub fn planned_json(&self) -> Json {
        self.planned().json().clone()
    }

    /// A plan that changes something: the actions of each resource that changes.
    #[track_caller]
    pub fn planned_actions(&self) -> Vec<String> {
        let shown = self.planned_json();
        let changes = shown["resource_changes"].as_array().cloned().unwrap_or_default();
        let actions = changes.iter().map(|change| {
            let actions = change["change"]["actions"].as_array().cloned().unwrap_or_default();
            actions.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("+")
        });
        actions.filter(|actions| actions != "no-op").collect()
    }

    /// Forgets everything that the directory knows of orders, as if nothing had ever been bought from it.
    pub fn begin_anew(&self) {
        for file in ["terraform.tfstate", "terraform.tfstate.backup"] {
            self.remove(file);
        }
        let _ = fs::remove_dir_all(self.path().join(".terraform/alicloud-purchases"));
    }

    /// Initialises the backend.
    pub fn init(&self) {
        // With a provider that is overridden, what else init does fails after that.
        self.run(&["init", "-no-color"]);
    }

    /// Whether it is OpenTofu, which saves a local state when it ends, and not after each resource.
    pub fn is_opentofu(&self) -> bool {
        self.directory.terraform().is_opentofu()
    }

    /// Which version of Terraform or OpenTofu it is.
    pub fn version(&self) -> (u64, u64) {
        let shown = self.command(&["version", "-json"]).output().expect("Terraform runs");
        let shown: Json = serde_json::from_slice(&shown.stdout).expect("JSON");
        let version = shown["terraform_version"].as_str().expect("a version");
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }

    /// Whether Terraform has a subcommand.
    pub fn has(&self, subcommand: &str) -> bool {
        self.run(&["-help"]).text.contains(&format!(" {subcommand} "))
    }

    /// The orders in the state, wherever it is.
    pub fn ids(&self) -> Vec<String> {
        ids(&self.json(&["state", "pull"]))
    }

    /// The text of the state file; empty if there is none.
    pub fn state_text(&self) -> String {
        self.read("terraform.tfstate")
    }

    /// The state file.
    pub fn state(&self) -> Json {
        self.state_file()
    }

    /// The instances of all resources in the state.
    pub fn instances(&self) -> Vec<Json> {
        let resources = self.state()["resources"].as_array().cloned().unwrap_or_default();
        resources.iter().flat_map(|resource| resource["instances"].as_array().cloned().unwrap_or_default()).collect()
    }

    /// The attributes of the only instance in the state.
    #[track_caller]
    pub fn attributes(&self) -> Json {
        let instances = self.instances();
        assert_eq!(instances.len(), 1, "one instance is in the state");
        assert_ne!(instances[0]["status"], "tainted");
        instances[0]["attributes"].clone()
    }

    /// The requests that the mock has recorded for an operation.
    pub fn requests(&self, operation: &str) -> Vec<mock_endpoint::ledger::RecordedRequest> {
        let ledger = self.mock.ledger();
        ledger.requests.iter().filter(|request| request.operation == operation).cloned().collect()
    }

    /// The orders that the mock has sold.
    pub fn orders(&self) -> Vec<String> {
        self.mock.ledger().orders.keys().cloned().collect()
    }
}

/// The children of a process, whichever of its threads has started them.
pub fn children(process: u32) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let children: String =
        threads.map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default()).collect();
    children.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
}
