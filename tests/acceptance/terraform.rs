//! Drives the real Terraform (or OpenTofu) with the provider that cargo built and a mock endpoint of its own.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
};

use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};
use rustix::process::Pid;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::state_server::ids;

/// The directory that holds the provider's binary.
pub fn plugin_directory() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-alicloud")).parent().expect("a binary stands in a directory")
}

/// A working directory with a configuration, and the mock that it talks to.
pub struct Terraform {
    binary: PathBuf,
    directory: TempDir,
    pub mock: Arc<Mock>,
    /// What is set, and what is removed.
    variables: Vec<(OsString, Option<OsString>)>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    /// Both streams, without colours, each run of white space and frame folded into one space.
    pub text: String,
}

impl Outcome {
    pub fn new(status: ExitStatus, text: &[u8]) -> Self {
        Self { code: status.code(), text: plain(&String::from_utf8_lossy(text)) }
    }

    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.text);
        self
    }

    #[track_caller]
    pub fn fails(self) -> Self {
        assert_eq!(self.code, Some(1), "{}", self.text);
        self
    }

    /// Says all of these.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.text.contains(word), "{word:?} is not in: {}", self.text);
        }
        self
    }

    /// Says none of these.
    #[track_caller]
    pub fn never_says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(!self.text.contains(word), "{word:?} is in: {}", self.text);
        }
        self
    }
}

impl Terraform {
    /// A directory with this configuration below the usual header. None where there is no Terraform; that is a failure
    /// if TF_ACC is set.
    pub fn with(configuration: &str) -> Option<Self> {
        let binary = match xtask::find_terraform() {
            Ok(binary) => binary,
            Err(why) => {
                assert!(env::var_os("TF_ACC").is_none(), "TF_ACC is set, and this test needs Terraform. {why}");
                eprintln!("acceptance test not run. {why}");
                return None;
            }
        };
        Some(Self::new(binary, Arc::new(Mock::start().expect("a mock")), configuration))
    }

    /// Another directory, on the same mock.
    pub fn beside(&self, configuration: &str) -> Option<Self> {
        Some(Self::new(self.binary.clone(), Arc::clone(&self.mock), configuration))
    }

    fn new(binary: PathBuf, mock: Arc<Mock>, configuration: &str) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"aliyun/alicloud\" = {:?}\n  }}\n  direct {{}}\n}}\n",
            plugin_directory()
        );
        fs::write(directory.path().join("cli.tfrc"), overrides).expect("a writable directory");
        let terraform = Self { binary, directory, mock, variables: Vec::new() };
        terraform.configure(configuration);
        terraform
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Replaces the configuration.
    pub fn configure(&self, configuration: &str) {
        let header = "terraform {\n  required_providers {\n    alicloud = { source = \"aliyun/alicloud\" }\n  }\n}\n";
        self.write("main.tf", &format!("{header}{configuration}"));
    }

    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).expect("a writable directory");
    }

    /// Sets an environment variable for all further commands; an empty one is removed.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.push((name.into(), Some(value.into()).filter(|value: &OsString| !value.is_empty())));
        self
    }

    /// Sets an environment variable to nothing for all further commands.
    pub fn set_empty(&mut self, name: &str) -> &mut Self {
        self.variables.push((name.into(), Some(OsString::new())));
        self
    }

    /// What has been set for all further commands.
    pub fn environment(&self) -> Vec<(String, String)> {
        let text = |text: &OsString| text.to_string_lossy().into_owned();
        let set = self.variables.iter().filter_map(|(name, value)| Some((text(name), text(value.as_ref()?))));
        set.collect()
    }

    /// A command that is about to be run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null()).env_clear();
        for name in ["PATH", "HOME", "TMPDIR", "SYSTEMROOT"] {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("TF_CLI_CONFIG_FILE", self.path().join("cli.tfrc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("ALICLOUD_ACCESS_KEY", ACCESS_KEY)
            .env("ALICLOUD_SECRET_KEY", SECRET_KEY)
            .env("ALICLOUD_REGION", "cn-hangzhou");
        for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
            command.env(name, self.mock.url());
        }
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output().expect("Terraform runs");
        Outcome::new(output.status, &[output.stdout, output.stderr].concat())
    }

    /// Starts a command and leaves it running.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("Terraform starts")
    }

    pub fn validate(&self) -> Outcome {
        self.run(&["validate", "-no-color"])
    }

    pub fn apply(&self) -> Outcome {
        self.run(&["apply", "-auto-approve", "-no-color"])
    }

    pub fn destroy(&self) -> Outcome {
        self.run(&["destroy", "-auto-approve", "-no-color"])
    }

    pub fn import(&self, address: &str, id: &str) -> Outcome {
        self.run(&["import", "-no-color", address, id])
    }

    pub fn plan(&self) -> Outcome {
        self.run(&["plan", "-detailed-exitcode", "-no-color"])
    }

    /// A plan that changes nothing.
    #[track_caller]
    pub fn plans_empty(&self) -> Outcome {
        self.plan().succeeds()
    }

    /// A plan as JSON.
    #[track_caller]
    pub fn planned_json(&self) -> Json {
        let planned = self.run(&["plan", "-detailed-exitcode", "-no-color", "-out=plan.bin"]);
        assert!(matches!(planned.code, Some(0 | 2)), "{}", planned.text);
        let shown = self.command(&["show", "-json", "plan.bin"]).output().expect("Terraform runs");
        serde_json::from_slice(&shown.stdout).expect("JSON")
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
            let _ = fs::remove_file(self.path().join(file));
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
        self.run(&["version"]).text.contains("OpenTofu")
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
        let pulled = self.command(&["state", "pull"]).output().expect("Terraform runs");
        ids(&serde_json::from_slice(&pulled.stdout).unwrap_or_default())
    }

    /// The text of the state file; empty if there is none.
    pub fn state_text(&self) -> String {
        fs::read_to_string(self.path().join("terraform.tfstate")).unwrap_or_default()
    }

    /// The state file.
    pub fn state(&self) -> Json {
        let text = self.state_text();
        // Terraform creates the file before it writes the first state into it.
        if text.is_empty() { Json::Null } else { serde_json::from_str(&text).expect("a state is JSON") }
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

    /// The requests that the mock has seen for an operation.
    pub fn requests(&self, operation: &str) -> Vec<mock_endpoint::ledger::Seen> {
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

fn plain(text: &str) -> String {
    let unframed = text.replace(['│', '╷', '╵'], " ");
    unframed.split_whitespace().collect::<Vec<_>>().join(" ")
}
