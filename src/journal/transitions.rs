//! The moves of an entry from one state to the next, on files in a directory of their own and on invented processes.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use alicloud::retry::Deadline;
use serde_json::json;
use tempfile::TempDir;
use tfplugin::diagnostics::Diagnostic;

use super::*;

#[derive(Debug, Clone, Default)]
struct Machine(Arc<Mutex<BTreeSet<u32>>>);

impl Processes for Machine {
    fn is_running(&self, process: &Process) -> bool {
        self.0.lock().unwrap().iter().any(|pid| *process == self::process(*pid))
    }

    fn is_parent(&self, process: &Process) -> bool {
        self.is_running(process)
    }
}

fn process(pid: u32) -> Process {
    serde_json::from_value(json!({"pid": pid, "start": "then"})).unwrap()
}

/// A working directory, and the Terraforms that run in it one after the other.
struct Directory {
    folder: TempDir,
    machine: Machine,
    next: u32,
}

impl Directory {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), machine: Machine::default(), next: 1 }
    }

    fn state(&self) -> std::path::PathBuf {
        self.folder.path().join("terraform.tfstate")
    }

    /// A new Terraform with its plugin.
    fn run(&mut self, command: &str) -> Journal {
        let (terraform, plugin) = (process(self.next), process(self.next + 1));
        self.machine.0.lock().unwrap().extend([self.next, self.next + 1]);
        self.next += 2;
        let command = format!("{command} -state={}", self.state().display());
        let terraform = Terraform::with(terraform, &self.folder.path().join(".terraform"), &command);
        Journal::of(terraform, plugin, Box::new(self.machine.clone()))
    }

    /// Everything that runs is killed.
    fn kill(&self) {
        self.machine.0.lock().unwrap().clear();
    }

    fn save(&self, ids: &[&str]) {
        save(&self.state(), ids);
    }

    fn entries(&self) -> Vec<serde_json::Value> {
        let files = fs::read_dir(self.folder.path().join(".terraform/alicloud-purchases")).into_iter().flatten();
        let files =
            files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
        files.map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap()).collect()
    }

    fn progress(&self) -> Vec<serde_json::Value> {
        self.entries().into_iter().map(|entry| entry["progress"].clone()).collect()
    }
}

fn save(path: &Path, ids: &[&str]) {
    let instances: Vec<_> = ids.iter().map(|id| json!({"attributes": {"id": id}})).collect();
    let resource = json!({"mode": "managed", "type": "alicloud_market_order", "instances": instances});
    fs::write(path, json!({"version": 4, "resources": [resource]}).to_string()).unwrap();
}

fn purchase() -> Purchase {
    let buyer = Buyer { account: Some("1".to_owned()), key: "k".to_owned() };
    let text = |text: &str| text.to_owned();
    Purchase { kind: text("alicloud_market_order"), text: text("{}"), buyer, endpoint: text("e"), region: text("r") }
}

async fn begin(journal: &Journal, token: Option<&str>) -> Result<Begin, Diagnostic> {
    let deadline = Deadline::new(Duration::from_millis(150), Default::default());
    journal.begin(&purchase(), token, None, &deadline).await
}

#[track_caller]
fn new(begin: Result<Begin, Diagnostic>) -> Entry {
    let Ok(Begin::New(Some(entry))) = begin else { panic!("{begin:?}") };
    entry
}

#[track_caller]
fn again(begin: Result<Begin, Diagnostic>) -> Entry {
    let Ok(Begin::Again(entry)) = begin else { panic!("{begin:?}") };
    entry
}

#[track_caller]
fn placed(begin: Result<Begin, Diagnostic>) -> String {
    let Ok(Begin::Placed(_, order_id)) = begin else { panic!("{begin:?}") };
    order_id
}

#[tokio::test]
async fn sent_is_sent_again_by_the_next_terraform_with_the_same_token() {
    let mut directory = Directory::new();
    let sent = new(begin(&directory.run("apply"), None).await);
    assert_eq!(directory.progress(), [json!("sent")]);
    let second = directory.run("apply");
    let refused = begin(&second, None).await.unwrap_err();
    assert!(refused.summary.contains("under way"), "{}", refused.summary);
    directory.kill();
    let third = directory.run("apply");
    let mut entry = again(begin(&third, None).await);
    assert_eq!(entry.token, sent.token);
    assert!(third.is_taken_over(&entry));
    assert!(matches!(third.record_order(&mut entry, "7"), Ok(Answer::Adopt)));
    assert_eq!(directory.progress(), [json!({"placed": "7"})]);
}

#[tokio::test]
async fn sent_is_removed_once_it_certainly_did_not_happen() {
    let mut directory = Directory::new();
    let journal = directory.run("apply");
    let entry = new(begin(&journal, None).await);
    journal.settle(&entry);
    assert!(directory.entries().is_empty());
}

#[tokio::test]
async fn sent_is_settled_where_its_order_is_another_resources() {
    let mut directory = Directory::new();
    new(begin(&directory.run("apply"), None).await);
    directory.kill();
    directory.save(&["7"]);
    let journal = directory.run("apply");
    let mut entry = again(begin(&journal, None).await);
    assert!(matches!(journal.record_order(&mut entry, "7"), Ok(Answer::BuyNew)));
    assert!(directory.entries().is_empty());
    new(begin(&journal, None).await);
}

#[tokio::test]
async fn placed_is_adopted_once() {
    let mut directory = Directory::new();
    let killed = directory.run("apply");
    for order_id in ["7", "8"] {
        let mut entry = new(begin(&killed, None).await);
        killed.record_order(&mut entry, order_id).unwrap();
    }
    directory.kill();
    directory.save(&["7"]);
    let journal = directory.run("apply");
    assert_eq!(placed(begin(&journal, None).await), "8");
    new(begin(&journal, None).await);
}

/// An apply that ends in the ordinary way, after the state file was saved with these orders.
async fn deliver(directory: &mut Directory, saved: &[&str]) {
    let journal = directory.run("apply");
    let mut entry = new(begin(&journal, None).await);
    journal.record_order(&mut entry, "7").unwrap();
    journal.mark_answered(&entry);
    directory.save(saved);
    journal.close();
    directory.kill();
}

#[tokio::test]
async fn delivered_is_removed_when_the_state_has_the_order() {
    let mut directory = Directory::new();
    deliver(&mut directory, &["7"]).await;
    assert_eq!(directory.progress(), [json!({"delivered": {"order_id": "7", "is_saved": true}})]);
    directory.run("plan").mark_in_state("7");
    assert!(directory.entries().is_empty());
}

#[tokio::test]
async fn delivered_and_saved_is_done_when_the_order_was_taken_out() {
    for remove_file in [true, false] {
        let mut directory = Directory::new();
        deliver(&mut directory, &["7"]).await;
        directory.save(&[]);
        if remove_file {
            fs::remove_file(directory.state()).unwrap();
        }
        new(begin(&directory.run("apply"), None).await);
        assert_eq!(directory.progress(), [json!("sent")]);
    }
}

#[tokio::test]
async fn delivered_is_adopted_when_the_state_is_torn_also_after_its_backup_was_taken() {
    for takes_backup in [true, false] {
        let mut directory = Directory::new();
        deliver(&mut directory, &["7"]).await;
        fs::write(directory.state(), "").unwrap();
        if takes_backup {
            directory.run("plan").torn_state();
            directory.save(&[]);
        }
        assert_eq!(placed(begin(&directory.run("apply"), None).await), "7");
    }
}

#[tokio::test]
async fn delivered_is_a_question_to_the_user_when_no_plan_has_shown_it_saved() {
    let mut directory = Directory::new();
    deliver(&mut directory, &[]).await;
    let refused = begin(&directory.run("apply"), None).await.unwrap_err();
    assert!(refused.summary.contains("the order 7 may be this one"), "{refused:?}");
}

#[tokio::test]
async fn an_import_of_the_same_terraform_leaves_the_entry_and_a_later_plan_settles_it() {
    let mut directory = Directory::new();
    let killed = directory.run("apply");
    let mut entry = new(begin(&killed, None).await);
    killed.record_order(&mut entry, "7").unwrap();
    directory.kill();
    let plan = directory.run("apply");
    plan.mark_imported("7");
    plan.mark_in_state("7");
    plan.close();
    // The plugin that applies has the same parent.
    let mut apply = directory.run("apply");
    apply.terraform.process = plan.terraform.process.clone();
    new(begin(&apply, None).await);
    assert_eq!(directory.entries().len(), 2);
    directory.kill();
    directory.save(&["7"]);
    directory.run("plan").mark_in_state("7");
    assert_eq!(directory.progress(), [json!("sent")]);
}

#[tokio::test]
async fn a_test_run_neither_takes_over_nor_settles() {
    let mut directory = Directory::new();
    let killed = directory.run("apply");
    let mut entry = new(begin(&killed, None).await);
    killed.record_order(&mut entry, "7").unwrap();
    directory.kill();
    let test = directory.run("test");
    test.mark_in_state("7");
    new(begin(&test, None).await);
    test.close();
    directory.kill();
    assert_eq!(placed(begin(&directory.run("apply"), None).await), "7");
}

#[tokio::test]
async fn a_token_finds_its_own_entry_only() {
    let mut directory = Directory::new();
    let killed = directory.run("apply");
    new(begin(&killed, Some("a")).await);
    new(begin(&killed, None).await);
    directory.kill();
    let journal = directory.run("apply");
    assert_eq!(again(begin(&journal, Some("a")).await).token, "a");
    assert!(!again(begin(&journal, None).await).is_client_token);
    new(begin(&journal, Some("b")).await);
    let other = directory.run("apply");
    let mut sibling = other;
    sibling.terraform.process = journal.terraform.process.clone();
    assert!(begin(&sibling, Some("b")).await.unwrap_err().summary.contains("same client_token"));
}

#[tokio::test]
async fn a_purchase_whose_terraform_has_died_is_not_begun() {
    let mut directory = Directory::new();
    let orphan = directory.run("apply");
    directory.kill();
    assert!(begin(&orphan, None).await.unwrap_err().summary.contains("Terraform has ended"));
    assert!(directory.entries().is_empty());
}

#[tokio::test]
async fn two_resources_with_one_order_are_distinguished_from_a_deposed_object() {
    let mut directory = Directory::new();
    let journal = directory.run("plan");
    assert_eq!(journal.mark_planned("7", false), Duplicate::None);
    assert_eq!(journal.mark_planned("7", true), Duplicate::Deposed);
    assert_eq!(journal.mark_planned("8", true), Duplicate::None);
    assert_eq!(journal.mark_planned("8", false), Duplicate::Deposed);
    assert_eq!(journal.mark_planned("8", false), Duplicate::Resource);
    assert_eq!(journal.mark_planned("9", true), Duplicate::None);
    assert_eq!(journal.mark_planned("9", true), Duplicate::None, "both are destroyed");
}
