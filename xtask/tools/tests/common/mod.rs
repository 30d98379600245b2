//! What the tests of the release share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};
use xtask::{find_terraform, on_path, root, terraform_alone};
use xtask_tools::dist::NAME;

/// The provider, built as the quickstart builds it: another choice of packages would be compiled again.
pub(crate) fn binary() -> PathBuf {
    xtask::build(&[NAME, "mock-endpoint"]).unwrap();
    xtask::target_directory().join("debug").join(NAME)
}

/// Terraform; None where there is none, which is a failure if TF_ACC is set.
pub(crate) fn terraform() -> Option<PathBuf> {
    match find_terraform() {
        Ok(terraform) => Some(terraform),
        Err(why) => {
            assert!(env::var_os("TF_ACC").is_none(), "TF_ACC is set, and this test needs Terraform. {why}");
            eprintln!("not run. {why}");
            None
        }
    }
}

/// The same, and OpenTofu too where both are there.
pub(crate) fn terraform_and_opentofu() -> BTreeSet<PathBuf> {
    terraform().into_iter().flat_map(|terraform| [Some(terraform), on_path("tofu")]).flatten().collect()
}

/// The target of this machine.
pub(crate) fn host() -> String {
    let verbose = String::from_utf8(Command::new("rustc").arg("-vV").output().unwrap().stdout).unwrap();
    verbose.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Terraform in a directory with the configuration of the quickstart, and the mock as its world.
pub(crate) struct Work {
    terraform: PathBuf,
    pub(crate) directory: PathBuf,
    environment: Vec<(String, String)>,
    pub(crate) mock: Mock,
}

impl Work {
    pub(crate) fn new(terraform: PathBuf, directory: PathBuf, cli: &Path) -> Self {
        fs::create_dir(&directory).unwrap();
        fs::copy(root().join("examples/quickstart/main.tf"), directory.join("main.tf")).unwrap();
        let mock = Mock::start().unwrap();
        let endpoints = ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"];
        let mut environment: Vec<(String, String)> =
            endpoints.into_iter().map(|name| (name.to_owned(), mock.url())).collect();
        let settings = [("ALICLOUD_ACCESS_KEY", ACCESS_KEY), ("ALICLOUD_SECRET_KEY", SECRET_KEY)];
        environment.extend(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
        environment.push(("TF_CLI_CONFIG_FILE".to_owned(), cli.display().to_string()));
        Self { terraform, directory, environment, mock }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Runs a command that must end with this code, and returns what it prints.
    #[track_caller]
    pub(crate) fn run_to(&self, code: i32, arguments: &[&str]) -> String {
        let mut command = terraform_alone(&self.terraform);
        command.args(arguments).current_dir(&self.directory).envs(self.environment.iter().cloned());
        let output = command.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {printed}");
        printed
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.run_to(0, arguments)
    }

    pub(crate) fn lock_file(&self) -> String {
        fs::read_to_string(self.directory.join(".terraform.lock.hcl")).unwrap()
    }
}
