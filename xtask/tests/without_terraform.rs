//! A machine without Terraform: pip brings one, or the message says where to get one.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// An empty directory of this name.
fn fresh(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir(&directory).unwrap();
    directory
}

/// What a program prints, without white space around it.
fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

fn xtask(path: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env("PATH", path).env_remove("TF_ACC_TERRAFORM_PATH");
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn without_python_the_message_says_where_to_get_terraform() {
    let empty = fresh("empty-path");
    let output = xtask(&empty, &["terraform"]).env("CARGO_TARGET_DIR", &empty).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output);
    assert!(
        message.contains("Neither terraform nor tofu is on PATH") && message.contains("terraform/install"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn with_rust_a_c_compiler_and_python_the_quickstart_works() {
    let Some(python) = printed("python3", &["-c", "import pip, sys; print(sys.executable)"]) else {
        eprintln!("not run: no python3 with pip");
        return;
    };
    let path = fresh("path");
    symlink(python, path.join("python3")).unwrap();
    symlink(env!("CARGO"), path.join("cargo")).unwrap();
    let sysroot = printed("rustc", &["--print", "sysroot"]).unwrap();
    symlink(Path::new(&sysroot).join("bin/rustc"), path.join("rustc")).unwrap();
    for tool in ["cc", "ld", "as", "ar"] {
        symlink(printed("sh", &["-c", &format!("command -v {tool}")]).unwrap(), path.join(tool)).unwrap();
    }
    let found = xtask(&path, &["terraform"]).output().unwrap();
    if !found.status.success() {
        let message = text(&found);
        assert!(message.contains("pip"), "{message}");
        eprintln!("not run: {message}");
        return;
    }
    assert!(found.stdout.ends_with(b"/terraform/bin/terraform\n"), "{}", text(&found));
    let output = xtask(&path, &["quickstart"]).output().unwrap();
    assert!(output.status.success() && text(&output).contains("2 orders placed"), "{}", text(&output));
}
