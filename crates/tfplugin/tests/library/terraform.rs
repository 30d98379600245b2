//! The library under the Terraform of TF_ACC_TERRAFORM_PATH, else the one on PATH.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value as Json;
use tempfile::TempDir;

use super::{Library, PLUGIN};

/// Not a test: what [`Run::new`] starts.
#[test]
#[ignore = "other tests start it"]
fn serve() {
    if env::var_os("SERVE_LIBRARY").is_some() {
        tfplugin::debug(PLUGIN, Library::default());
    }
}

/// A directory with a configuration, and a library that Terraform attaches to.
struct Run {
    directory: TempDir,
    library: Child,
    reattach: String,
    version: [u32; 2],
    /// Held open, so that the library may go on to print.
    _output: BufReader<ChildStdout>,
}

fn terraform() -> Command {
    let mut command = Command::new(env::var_os("TF_ACC_TERRAFORM_PATH").unwrap_or_else(|| "terraform".into()));
    command.env("CHECKPOINT_DISABLE", "1").env_remove("TF_LOG");
    command
}

fn version() -> Option<[u32; 2]> {
    let output = terraform().args(["version", "-json"]).output().ok()?;
    let version: Json = serde_json::from_slice(&output.stdout).ok()?;
    let mut parts = version["terraform_version"].as_str()?.split('.').map(str::parse);
    Some([parts.next()?.ok()?, parts.next()?.ok()?])
}

impl Run {
    /// None where there is no Terraform, or one that is older.
    fn new(least: [u32; 2]) -> Option<Self> {
        let version = version().filter(|version| *version >= least);
        let Some(version) = version else {
            eprintln!("skipped: there is no Terraform {}.{} or later", least[0], least[1]);
            return None;
        };
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "--nocapture", "terraform::serve"]).env("SERVE_LIBRARY", "1");
        let mut library = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(library.stdout.take().unwrap());
        let line = output.by_ref().lines().map(Result::unwrap).find(|line| line.contains("TF_REATTACH_PROVIDERS="));
        let reattach = line.unwrap().split_once('=').unwrap().1.trim_matches('\'').to_owned();
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("cli.tfrc"), "").unwrap();
        Some(Self { directory, library, reattach, version, _output: output })
    }

    fn write(&self, name: &str, text: &str) {
        let source = "    library = {\n      source = \"example/library\"\n    }\n";
        let head = format!("terraform {{\n  required_providers {{\n{source}  }}\n}}\n");
        let head = if name == "main.tf" { head.as_str() } else { "" };
        fs::write(self.directory.path().join(name), format!("{head}{text}")).unwrap();
    }

    /// What a command prints, and whether it succeeds.
    fn terraform(&self, arguments: &[&str]) -> (String, bool) {
        let mut command = terraform();
        command.args(arguments).current_dir(self.directory.path()).env("TF_REATTACH_PROVIDERS", &self.reattach);
        let output = command.env("TF_CLI_CONFIG_FILE", self.directory.path().join("cli.tfrc")).output().unwrap();
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        (String::from_utf8_lossy(&text).into_owned(), output.status.success())
    }

    fn succeeds(&self, arguments: &[&str]) -> String {
        let (text, succeeds) = self.terraform(arguments);
        assert!(succeeds, "terraform {}: {text}", arguments.join(" "));
        text
    }

    fn apply(&self) -> String {
        self.succeeds(&["apply", "-auto-approve", "-no-color"])
    }

    fn plans_nothing(&self) {
        self.succeeds(&["plan", "-detailed-exitcode", "-no-color"]);
    }

    /// The only instance of a resource, as the state file has it.
    fn instance(&self, address: &str) -> Json {
        let state: Json =
            serde_json::from_slice(&fs::read(self.directory.path().join("terraform.tfstate")).unwrap()).unwrap();
        let (kind, name) = address.split_once('.').unwrap();
        let resources = state["resources"].as_array().unwrap();
        let found = resources.iter().find(|resource| resource["type"] == kind && resource["name"] == name);
        found.unwrap_or_else(|| panic!("no {address} in {state}"))["instances"][0].clone()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.library.kill();
        let _ = self.library.wait();
    }
}

const VOLUMES: &str = r#"
resource "library_volume" "emma" {
  name = "Emma"
}
resource "library_volume" "persuasion" {
  name = "Persuasion"
}
resource "terraform_data" "persuasion" {
  input = "Persuasion"
}
"#;

const MOVED: &str = r#"
moved {
  from = library_volume.emma
  to   = library_book.emma
}
resource "library_book" "emma" {
  title = "Emma"
}
resource "library_volume" "persuasion" {
  name = "Persuasion"
}
moved {
  from = terraform_data.persuasion
  to   = library_book.persuasion
}
resource "library_book" "persuasion" {
  title = "Persuasion"
}
"#;

#[test]
fn a_moved_block_brings_states_from_other_types_and_providers() {
    let Some(run) = Run::new([1, 8]) else { return };
    run.write("main.tf", VOLUMES);
    run.apply();
    let numbers = ["emma", "persuasion"].map(|name| {
        let number = run.instance(&format!("library_volume.{name}"))["attributes"]["number"].clone();
        Json::from(number.to_string())
    });
    run.write("main.tf", MOVED);
    let text = run.apply();
    assert!(text.contains("0 added, 0 changed, 0 destroyed"), "{text}");
    let id = |name: &str| run.instance(&format!("library_book.{name}"))["attributes"]["id"].clone();
    assert_eq!([id("emma"), id("persuasion")], numbers);
    run.plans_nothing();
}

#[test]
fn a_move_that_is_not_offered_changes_nothing() {
    let Some(run) = Run::new([1, 8]) else { return };
    run.write("main.tf", "resource \"terraform_data\" \"emma\" { input = \"Emma\" }");
    run.apply();
    let moved = "moved {\n  from = terraform_data.emma\n  to = library_volume.emma\n}\n";
    run.write("main.tf", &format!("{moved}resource \"library_volume\" \"emma\" {{ name = \"Emma\" }}"));
    let (text, succeeds) = run.terraform(&["apply", "-auto-approve", "-no-color"]);
    assert!(!succeeds && text.contains("Unsupported move") && text.contains("remove the moved block"), "{text}");
    assert_eq!(run.instance("terraform_data.emma")["attributes"]["input"]["value"], "Emma");
}

#[test]
fn modules_say_who_they_are() {
    let Some(run) = Run::new([1, 0]) else { return };
    let meta = "terraform {\n  provider_meta \"library\" {\n    module_name = \"shelf\"\n  }\n}\n";
    run.write("main.tf", &format!("{meta}resource \"library_book\" \"emma\" {{ title = \"Emma\" }}"));
    run.apply();
    assert_eq!(run.instance("library_book.emma")["attributes"]["added_by"], "shelf");
    run.plans_nothing();
}

#[test]
fn an_import_block_gives_an_identity() {
    let Some(run) = Run::new([1, 12]) else { return };
    run.write("main.tf", "resource \"library_book\" \"emma\" { title = \"Emma\" }");
    run.apply();
    let identity = run.instance("library_book.emma")["identity"].clone();
    assert_eq!(identity, serde_json::json!({"number": 1, "branch": "main"}));
    run.plans_nothing();

    fs::remove_file(run.directory.path().join("terraform.tfstate")).unwrap();
    let import = "import {\n  to = library_book.emma\n  identity = { number = 1 }\n}\n";
    run.write("main.tf", &format!("{import}resource \"library_book\" \"emma\" {{ title = \"Emma\" }}"));
    let text = run.apply();
    assert!(text.contains("1 imported, 0 added, 0 changed, 0 destroyed"), "{text}");
    assert_eq!(run.instance("library_book.emma")["identity"], identity);

    fs::remove_file(run.directory.path().join("terraform.tfstate")).unwrap();
    // Without it, Terraform takes a resource that is not written yet for one of hashicorp/library.
    let generating = import.replacen('{', "{\n  provider = library", 1);
    run.write("main.tf", &generating.replace('1', "7"));
    let (text, succeeds) = run.terraform(&["plan", "-no-color", "-generate-config-out=made.tf"]);
    assert!(!succeeds && text.contains("No such book"), "{text}");
    run.write("main.tf", &generating);
    run.succeeds(&["plan", "-no-color", "-generate-config-out=made.tf"]);
    let made = fs::read_to_string(run.directory.path().join("made.tf")).unwrap();
    assert!(made.contains("= \"Emma\""), "{made}");
    if run.version >= [1, 14] {
        assert!(!made.contains("entrance"), "the provider leaves out what is a default: {made}");
    }
    run.write("main.tf", import);
    run.apply();
    run.plans_nothing();
}

#[test]
fn a_query_finds_what_can_be_imported() {
    let Some(run) = Run::new([1, 14]) else { return };
    let titles = ["Emma", "Persuasion", "Sanditon"];
    let books = titles
        .map(|title| format!("resource \"library_book\" \"{}\" {{ title = \"{title}\" }}\n", title.to_lowercase()));
    run.write("main.tf", &books.concat());
    run.apply();
    fs::remove_file(run.directory.path().join("terraform.tfstate")).unwrap();
    run.write("main.tf", "");
    let list = |inner: &str| format!("list \"library_book\" \"all\" {{\n  provider = library\n  {inner}\n}}\n");
    run.write("books.tfquery.hcl", &list(""));
    let text = run.succeeds(&["query", "-no-color"]);
    assert!(titles.iter().all(|title| text.contains(title)), "{text}");
    run.write("books.tfquery.hcl", &list("limit = 2"));
    let text = run.succeeds(&["query", "-no-color"]);
    assert_eq!(titles.iter().filter(|title| text.contains(**title)).count(), 2, "{text}");
    run.write("books.tfquery.hcl", &list("include_resource = true\n  config {\n    title = \"Emma\"\n  }"));
    run.succeeds(&["query", "-no-color", "-generate-config-out=made.tf"]);
    let made = fs::read_to_string(run.directory.path().join("made.tf")).unwrap();
    assert!(made.contains("identity = {") && made.contains("\"Emma\"") && !made.contains("Persuasion"), "{made}");
    fs::remove_file(run.directory.path().join("books.tfquery.hcl")).unwrap();
    let text = run.apply();
    assert!(text.contains("1 imported, 0 added, 0 changed, 0 destroyed"), "{text}");
    run.plans_nothing();
}
