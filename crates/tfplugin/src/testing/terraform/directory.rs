//! A directory with a configuration, in which Terraform runs with the provider under test.

use std::{
    env,
    ffi::OsString,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use serde_json::Value as Json;
use tempfile::TempDir;

use super::{Outcome, ShownPlan, ShownState, Step, Terraform};
use crate::{
    Plugin,
    registration::{Provider, Typed},
    serve::Background,
};

/// What reaches Terraform of the environment of the test. Whoever runs it may have an account and a workspace of their own.
const KEPT: [&str; 4] = ["PATH", "HOME", "TMPDIR", "SYSTEMROOT"];

/// A temporary directory in which Terraform runs. Nothing but PATH, HOME, TMPDIR and SYSTEMROOT reaches it of the environment.
#[derive(Debug)]
pub struct WorkingDirectory {
    terraform: Terraform,
    directory: TempDir,
    /// The source addresses of the providers under test, such as `example/library`.
    sources: Vec<String>,
    /// What is set, and what is removed.
    variables: Vec<(OsString, Option<OsString>)>,
    /// The provider that runs within the test, for as long as a directory needs it.
    served: Option<Arc<Background>>,
}

impl WorkingDirectory {
    pub(super) fn new(terraform: Terraform) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let made = Self { terraform, directory, sources: Vec::new(), variables: Vec::new(), served: None };
        made.write("cli.tfrc", "");
        made
    }

    /// Another empty directory with the same Terraform, provider and environment.
    pub fn beside(&self) -> Self {
        let mut other = Self::new(self.terraform.clone());
        other.write("cli.tfrc", &self.read("cli.tfrc"));
        (other.sources, other.variables) = (self.sources.clone(), self.variables.clone());
        other.served.clone_from(&self.served);
        other
    }

    /// Takes the provider of these source addresses, such as `example/library`, from the binary in a directory: that of
    /// `env!("CARGO_BIN_EXE_terraform-provider-library")`. Configurations require the first one.
    pub fn take_from(&mut self, sources: &[&str], binaries: &Path) {
        self.sources = sources.first().map(|source| (*source).to_owned()).into_iter().collect();
        let overrides: String = sources.iter().map(|source| format!("    {source:?} = {binaries:?}\n")).collect();
        self.write(
            "cli.tfrc",
            &format!("provider_installation {{\n  dev_overrides {{\n{overrides}  }}\n  direct {{}}\n}}\n"),
        );
    }

    /// Serves this provider within the test, as the one of its addresses. What it holds in memory stays from one command to
    /// the next.
    ///
    /// # Panics
    /// The machine has no socket or no thread for it.
    pub fn serve<P: Provider>(&mut self, plugin: Plugin, provider: P) {
        let served = Background::start(plugin, Typed(provider)).expect("a socket and a thread");
        self.set("TF_REATTACH_PROVIDERS", served.reattach());
        let source = plugin.addresses.first().and_then(|address| Some(address.split_once('/')?.1.to_owned()));
        self.sources = source.into_iter().collect();
        self.served = Some(Arc::new(served));
    }

    /// The Terraform that runs here.
    pub fn terraform(&self) -> &Terraform {
        &self.terraform
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Replaces the configuration, `main.tf`. What names the provider under test is written above it.
    pub fn configure(&self, configuration: &str) {
        self.write("main.tf", &format!("{}{configuration}", self.required_providers()));
    }

    fn required_providers(&self) -> String {
        let name = |source: &str| source.rsplit('/').next().unwrap_or(source).to_owned();
        let required = |source: &String| format!("    {} = {{ source = {source:?} }}\n", name(source));
        match self.sources.iter().map(required).collect::<String>() {
            none if none.is_empty() => none,
            required => format!("terraform {{\n  required_providers {{\n{required}  }}\n}}\n"),
        }
    }

    /// Writes a file.
    ///
    /// # Panics
    /// The disk is full.
    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).expect("a writable directory");
    }

    /// The text of a file; empty if there is none.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap_or_default()
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, file: &str) {
        let _ = fs::remove_file(self.path().join(file));
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

    /// What has been set for all further commands, from the first; none for what is removed.
    pub fn variables(&self) -> &[(OsString, Option<OsString>)] {
        &self.variables
    }

    /// A command that is about to be run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.terraform.path());
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null()).env_clear();
        command.envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
        command.env("TF_CLI_CONFIG_FILE", self.path().join("cli.tfrc"));
        command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// There is no Terraform any more.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output().expect("Terraform runs");
        Outcome::new(output.status, &[output.stdout, output.stderr].concat())
    }

    /// What a command prints to stdout, as JSON; null if it is none.
    ///
    /// # Panics
    /// There is no Terraform any more.
    pub fn json(&self, arguments: &[&str]) -> Json {
        let output = self.command(arguments).output().expect("Terraform runs");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// Starts a command and leaves it running.
    ///
    /// # Panics
    /// There is no Terraform any more.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("Terraform starts")
    }

    /// Validates the configuration.
    pub fn validate(&self) -> Outcome {
        self.run(&["validate", "-no-color"])
    }

    /// Plans; the code is 2 where something changes.
    pub fn plan(&self) -> Outcome {
        self.run(&["plan", "-detailed-exitcode", "-no-color"])
    }

    /// Plans and applies.
    pub fn apply(&self) -> Outcome {
        self.run(&["apply", "-auto-approve", "-no-color"])
    }

    /// Destroys everything.
    pub fn destroy(&self) -> Outcome {
        self.run(&["destroy", "-auto-approve", "-no-color"])
    }

    /// Imports an object by its ID, as the command does.
    pub fn import(&self, address: &str, id: &str) -> Outcome {
        self.run(&["import", "-no-color", address, id])
    }

    /// A plan that changes nothing.
    ///
    /// # Panics
    /// It changes something, or fails.
    #[track_caller]
    pub fn plans_empty(&self) -> Outcome {
        self.plan().succeeds()
    }

    /// A plan that succeeds, as `show -json` has it.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    pub fn planned(&self) -> ShownPlan {
        let planned = self.run(&["plan", "-detailed-exitcode", "-no-color", "-out=plan.bin"]);
        assert!(matches!(planned.code, Some(0 | 2)), "{}", planned.text);
        ShownPlan::new(self.json(&["show", "-json", "plan.bin"]))
    }

    /// The state, as `show -json` has it.
    pub fn state(&self) -> ShownState {
        ShownState::new(self.json(&["show", "-json"]))
    }

    /// The state file of the local backend; null if there is none, or none yet.
    ///
    /// # Panics
    /// It is no JSON.
    pub fn state_file(&self) -> Json {
        // Terraform creates the file before it writes the first state into it.
        match self.read("terraform.tfstate").as_str() {
            "" => Json::Null,
            text => serde_json::from_str(text).expect("a state is JSON"),
        }
    }

    /// Does a step of a test.
    ///
    /// # Panics
    /// What the step expects is not so.
    #[track_caller]
    pub fn step(&self, step: impl Step) -> &Self {
        step.run(self);
        self
    }
}
