//! The quickstart, with what it keeps pasted into a shell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    env,
    process::{Command, Output},
};

fn shell(script: &str) -> Output {
    Command::new("sh").args(["-ec", script]).output().unwrap()
}

#[test]
fn what_it_keeps_can_be_pasted_and_each_warning_comes_once() {
    if let Err(why) = xtask::find_terraform() {
        assert!(env::var_os("TF_ACC").is_none(), "TF_ACC is set, and this test needs Terraform. {why}");
        eprintln!("not run. {why}");
        return;
    }
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["quickstart", "--keep"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("2 orders placed"), "{text}");
    let mut warnings: Vec<&str> = text.lines().filter(|line| line.contains("Warning: ")).collect();
    let count = warnings.len();
    warnings.sort_unstable();
    warnings.dedup();
    assert_eq!(warnings.len(), count, "{text}");

    let (_, kept) = text.split_once("==> The mock endpoint is still running").expect("what is kept");
    let (go_on, clean_up) = kept.split_once("==> To stop").expect("how to end");
    let indented = |text: &str| {
        text.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect::<String>()
    };
    let pasted = shell(&indented(go_on));
    let cleaned = shell(&indented(clean_up));
    let printed = String::from_utf8_lossy(&pasted.stdout);
    assert!(
        pasted.status.success() && printed.contains("No changes"),
        "{printed}{}",
        String::from_utf8_lossy(&pasted.stderr)
    );
    assert!(cleaned.status.success(), "{}", String::from_utf8_lossy(&cleaned.stderr));
}
