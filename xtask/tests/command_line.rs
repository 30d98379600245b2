//! The messages about wrong arguments, and the output of `--help` and `--version`.
#![allow(clippy::unwrap_used)]

use std::process::Command;

/// Runs it to its end: the exit code, stdout and stderr.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn without_a_command_it_lists_them_one_a_line() {
    let (code, list, nothing) = run(&[]);
    assert_eq!((code, nothing.as_str()), (Some(0), ""));
    for command in ["quickstart", "dev", "terraform", "versions", "docs", "bench", "dist", "bump"] {
        assert_eq!(list.lines().filter(|line| line.trim_start().starts_with(command)).count(), 1, "{list}");
        let (code, usage, nothing) = run(&[command, "--help"]);
        assert_eq!((code, nothing.as_str()), (Some(0), ""));
        assert!(usage.starts_with(&format!("usage: cargo xtask {command}")), "{usage}");
    }
    assert_eq!(run(&["--help"]).1, list);
    assert_eq!(run(&["--version"]), (Some(0), format!("xtask {}\n", env!("CARGO_PKG_VERSION")), String::new()));
}

#[test]
fn a_wrong_argument_has_one_reason() {
    let table = [
        (&["quickstrat"][..], "there is no command \"quickstrat\""),
        (&["quickstart", "--kept"], "there is no argument \"--kept\" here, usage: cargo xtask quickstart [--keep]"),
        (&["dev", "--mock", "--print"], "there is no argument \"--print\" here"),
        (&["terraform", "0.9"], "there is no argument \"0.9\" here, usage: cargo xtask terraform [1.0.3 | 1.15]"),
        (&["bump"], "bump needs a version"),
        (&["bump", "0.2"], "\"0.2\" is not a version"),
        (&["bump", "00.2.0"], "\"00.2.0\" is not a version"),
    ];
    for (arguments, reason) in table {
        let (code, nothing, text) = run(arguments);
        assert_eq!((code, nothing.as_str(), text.lines().count()), (Some(1), "", 1), "{text}");
        assert!(text.contains(reason), "{text}");
    }
}
