//! What deny.toml allows, checked offline and without cargo-deny: licences, and versions beside each other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use spdx::{Expression, ParseMode};

fn rules() -> toml::Table {
    fs::read_to_string(xtask::root().join("deny.toml")).unwrap().parse().unwrap()
}

/// The texts of a list, or of a field of its tables.
fn texts(list: &toml::Value, field: &str) -> BTreeSet<String> {
    let text = |item: &toml::Value| item.get(field).unwrap_or(item).as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(text).collect()
}

/// Every package that is built here: its name, its version and its licence.
fn packages() -> BTreeSet<(String, String, String)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--workspace", "--locked", "--offline", "--edges", "normal,build", "--prefix", "none"]);
    let output = cargo.args(["--format", "{p}|{l}|"]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let package = |line: &str| {
        let [package, licence, _] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
        let (name, version) = package.split_once(" v").unwrap();
        let version = version.split(' ').next().unwrap();
        (name.to_owned(), version.to_owned(), licence.to_owned())
    };
    let packages: BTreeSet<_> = lines.lines().filter(|line| !line.is_empty()).map(package).collect();
    assert!(packages.len() > 100);
    packages
}

#[test]
fn every_licence_is_allowed() {
    let allowed = texts(&rules()["licenses"]["allow"], "");
    for (name, _, licence) in packages() {
        let expression = Expression::parse_mode(&licence, ParseMode::LAX);
        let expression = expression.unwrap_or_else(|error| panic!("{name}: {licence:?}: {error}"));
        let is_allowed = expression.evaluate(|wanted| allowed.contains(&wanted.to_string()));
        assert!(is_allowed, "{name} is licensed under {licence:?}, which deny.toml does not allow");
    }
}

#[test]
fn no_two_versions_stand_beside_each_other_but_those_that_are_named() {
    let skipped = texts(&rules()["bans"]["skip"], "crate");
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, version, _) in packages() {
        versions.entry(name.clone()).or_default().insert(format!("{name}@{version}"));
    }
    for found in versions.values() {
        assert!(found.difference(&skipped).count() <= 1, "{found:?} are not named in deny.toml");
    }
}
