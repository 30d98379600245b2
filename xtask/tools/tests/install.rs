//! The release's zip, installed through a filesystem mirror by a real `terraform init`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::{fs, process::Command};

use common::{Work, binary, host, terraform};
use xtask_tools::dist::{LICENCES, NAME, VERSION, package};

#[test]
fn the_zip_is_the_same_each_time_and_installs_from_a_mirror() {
    let Some(terraform) = terraform() else { return };
    let directory = tempfile::TempDir::new().unwrap();
    let mirror = directory.path().join("mirror/registry.terraform.io/example/alicloud");
    let (binary, host) = (binary(), host());
    let archive = package(&binary, &host, &mirror).unwrap();
    let again = package(&binary, &host, &directory.path().join("again")).unwrap();
    assert_eq!(fs::read(&archive).unwrap(), fs::read(again).unwrap());
    let sums = format!("{NAME}_{VERSION}_SHA256SUMS");
    let text = fs::read_to_string(mirror.join(&sums)).unwrap();
    assert!(text.lines().any(|line| line.ends_with(archive.file_name().unwrap().to_str().unwrap())), "{text}");
    let checked = Command::new("sha256sum").args(["--check", "--quiet", &sums]).current_dir(&mirror).status().unwrap();
    assert!(checked.success());

    // The licences of what is linked, and nothing of this machine.
    let mut zip = zip::ZipArchive::new(fs::File::open(&archive).unwrap()).unwrap();
    let licences = std::io::read_to_string(zip.by_name(LICENCES).unwrap()).unwrap();
    for words in ["\ntokio 1.", "\nrustls 0.", "\naws-lc-sys 0.", "Permission is hereby granted"] {
        assert!(licences.contains(words), "{words:?}");
    }
    assert!(!licences.contains("\nzip 0.0") && !licences.contains("\nspdx "), "what is not linked is not there");
    assert!(zip.by_name("LICENSE").is_ok());

    let cli = directory.path().join("cli.tfrc");
    let mirrors = directory.path().join("mirror");
    fs::write(&cli, format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirrors:?}\n  }}\n}}\n"))
        .unwrap();
    let work = Work::new(terraform, directory.path().join("work"), &cli);
    let backend = "terraform {\n  backend \"local\" {\n    path = \"elsewhere.tfstate\"\n  }\n}\n";
    fs::write(work.directory.join("backend.tf"), backend).unwrap();
    // Entries of the purchase journal stay until a plan has found the orders in the state.
    let entries = || {
        let journal = work.directory.join(".terraform/alicloud-purchases");
        let files = fs::read_dir(journal).into_iter().flatten().flatten();
        files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "json")).count()
    };
    work.run(&["init", "-no-color"]);
    work.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(entries(), 2);
    work.run(&["plan", "-detailed-exitcode"]);
    assert_eq!(entries(), 0);

    // The local backend keeps its state where its configuration says.
    let state = |name: &str| work.directory.join(name);
    fs::copy(state("elsewhere.tfstate"), state("elsewhere.tfstate.backup")).unwrap();
    fs::write(state("elsewhere.tfstate"), "").unwrap();
    let refused = work.run_to(1, &["apply", "-auto-approve", "-no-color"]);
    assert!(refused.contains("state file is damaged") && refused.contains("elsewhere.tfstate"), "{refused}");
    assert_eq!(work.mock.ledger().orders.len(), 2);
    let lock = work.lock_file();
    assert!(lock.contains(&format!("version = \"{VERSION}\"")) && lock.contains("h1:"), "{lock}");
}
