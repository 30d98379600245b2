//! The version: one for the crates and the changelog, and one command that changes it.
#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf, process::Command};

use xtask::{bump, root};

#[test]
fn the_changelog_is_at_the_version_of_the_binaries() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    let heading = changelog.lines().find(|line| line.starts_with("## ")).unwrap();
    assert_eq!(heading.split(' ').nth(1), Some(env!("CARGO_PKG_VERSION")), "{heading}");
}

/// A copy of what states a version, with crates that are empty.
fn copy() -> PathBuf {
    let copy = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bump");
    let _ = fs::remove_dir_all(&copy);
    let listed =
        Command::new(env!("CARGO")).args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).output();
    let metadata = String::from_utf8(listed.unwrap().stdout).unwrap();
    let manifests = metadata.split("\"manifest_path\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    for manifest in manifests {
        let relative = PathBuf::from(manifest).strip_prefix(root()).unwrap().to_owned();
        let folder = copy.join(relative.parent().unwrap());
        for inside in ["src", "benches"] {
            fs::create_dir_all(folder.join(inside)).unwrap();
        }
        for file in ["src/lib.rs", "src/main.rs", "benches/core.rs", "build.rs"] {
            fs::write(folder.join(file), "").unwrap();
        }
        fs::copy(manifest, copy.join(&relative)).unwrap();
    }
    for file in ["Cargo.lock", "CHANGELOG.md"] {
        fs::copy(root().join(file), copy.join(file)).unwrap();
    }
    copy
}

#[test]
fn one_command_changes_the_version_everywhere() {
    let copy = copy();
    bump(&copy, "7.8.9").unwrap();
    let listed = |format: &str| {
        let mut cargo = Command::new(env!("CARGO"));
        // The lock file fits, or --locked fails.
        cargo.args([
            "tree",
            "--workspace",
            "--locked",
            "--offline",
            "--depth",
            "0",
            "--prefix",
            "none",
            "--format",
            format,
        ]);
        let output = cargo.current_dir(&copy).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let packages = listed("{p}");
    let lines: Vec<&str> = packages.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines.len() > 4 && lines.iter().all(|line| line.contains(" v7.8.9 ")), "{packages}");
    let changelog = || fs::read_to_string(copy.join("CHANGELOG.md")).unwrap();
    assert_eq!(changelog().matches("\n## ").count(), 1, "an unreleased section is renamed");
    assert!(changelog().contains("\n## 7.8.9 (unreleased)\n"));

    // After the release there is a new section.
    fs::write(copy.join("CHANGELOG.md"), changelog().replace(" (unreleased)", "")).unwrap();
    bump(&copy, "7.9.0").unwrap();
    assert!(changelog().contains("\n## 7.9.0 (unreleased)\n\n## 7.8.9\n"), "{}", changelog());
    assert!(listed("{p}").contains(" v7.9.0 "));
    assert!(bump(&copy, "7.9").is_err());
}
