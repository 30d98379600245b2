//! The release's zip, installed through a filesystem mirror by a real `terraform init`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{env, fs, path::PathBuf, process::Command};

use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};
use xtask::{find_terraform, root, terraform_alone};
use xtask_tools::dist::{NAME, VERSION, package, platform};

/// The provider, built as the tests build it.
fn binary() -> PathBuf {
    let root = root();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--locked", "--package", NAME]).current_dir(root).status().unwrap();
    assert!(built.success());
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    target.join("debug").join(NAME)
}

fn terraform() -> Option<PathBuf> {
    let found = find_terraform();
    assert!(found.is_ok() || env::var_os("TF_ACC").is_none(), "TF_ACC is set, but there is no terraform");
    found.ok()
}

#[test]
fn the_zip_is_the_same_each_time_and_installs_from_a_mirror() {
    let Some(terraform) = terraform() else {
        eprintln!("not run: no terraform and no tofu on PATH");
        return;
    };
    let directory = tempfile::TempDir::new().unwrap();
    let host = Command::new("rustc").arg("-vV").output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    let target = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let mirror = directory.path().join("mirror/registry.terraform.io/aliyun/alicloud");
    let binary = binary();
    let archive = package(&binary, &platform(target), &mirror).unwrap();
    let again = package(&binary, &platform(target), &directory.path().join("again")).unwrap();
    assert_eq!(fs::read(&archive).unwrap(), fs::read(again).unwrap());
    let sums = format!("{NAME}_{VERSION}_SHA256SUMS");
    let text = fs::read_to_string(mirror.join(&sums)).unwrap();
    assert!(text.lines().any(|line| line.ends_with(archive.file_name().unwrap().to_str().unwrap())), "{text}");
    let checked = Command::new("sha256sum").args(["--check", "--quiet", &sums]).current_dir(&mirror).status().unwrap();
    assert!(checked.success());

    let mock = Mock::start().unwrap();
    let cli = directory.path().join("cli.tfrc");
    let mirrors = directory.path().join("mirror");
    fs::write(&cli, format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirrors:?}\n  }}\n}}\n"))
        .unwrap();
    let work = directory.path().join("work");
    fs::create_dir(&work).unwrap();
    let example = root().join("examples/quickstart/main.tf");
    fs::copy(example, work.join("main.tf")).unwrap();
    fs::write(
        work.join("backend.tf"),
        "terraform {\n  backend \"local\" {\n    path = \"elsewhere.tfstate\"\n  }\n}\n",
    )
    .unwrap();
    let run_to = |code: i32, arguments: &[&str]| {
        let mut command = terraform_alone(&terraform);
        command.args(arguments).current_dir(&work).env("TF_CLI_CONFIG_FILE", &cli);
        command.env("ALICLOUD_ACCESS_KEY", ACCESS_KEY).env("ALICLOUD_SECRET_KEY", SECRET_KEY);
        for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
            command.env(name, mock.url());
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        said
    };
    let run = |arguments: &[&str]| run_to(0, arguments);
    // Entries of the purchase journal stay until a plan has seen the orders in the state.
    let entries = || {
        let files = fs::read_dir(work.join(".terraform/alicloud-purchases")).into_iter().flatten().flatten();
        files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "json")).count()
    };
    run(&["init", "-no-color"]);
    run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(entries(), 2);
    run(&["plan", "-detailed-exitcode"]);
    assert_eq!(entries(), 0);

    // The local backend keeps its state where its configuration says.
    fs::copy(work.join("elsewhere.tfstate"), work.join("elsewhere.tfstate.backup")).unwrap();
    fs::write(work.join("elsewhere.tfstate"), "").unwrap();
    let refused = run_to(1, &["apply", "-auto-approve", "-no-color"]);
    assert!(refused.contains("state file is damaged") && refused.contains("elsewhere.tfstate"), "{refused}");
    assert_eq!(mock.ledger().orders.len(), 2);
    let lock = fs::read_to_string(work.join(".terraform.lock.hcl")).unwrap();
    assert!(lock.contains(&format!("version = \"{VERSION}\"")) && lock.contains("h1:"), "{lock}");
    assert_eq!(mock.ledger().orders.len(), 2);
}
