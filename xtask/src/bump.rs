//! A new version, in every place that states one.

use std::{fs, path::Path};

use crate::{
    Outcome,
    project::{root, write},
};

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    match arguments {
        [] => Err("bump needs a version such as 0.2.0".to_owned()),
        [version] => {
            bump(root(), version)?;
            println!("Every crate and CHANGELOG.md say {version}.");
            Ok(())
        }
        _ => Err(crate::refuse("bump", arguments)),
    }
}

/// Sets the version of the checkout at `root`: in Cargo.toml, in Cargo.lock, and at the top of CHANGELOG.md.
///
/// # Errors
/// No such version, or a file that does not look as expected. Then nothing is written.
pub fn bump(root: &Path, version: &str) -> Outcome {
    if !is_version(version) {
        return Err(format!("{version:?} is not a version: it must be three numbers, such as 0.2.0"));
    }
    let read = |name: &str| fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"));
    let (manifest, lock, changelog) = (read("Cargo.toml")?, read("Cargo.lock")?, read("CHANGELOG.md")?);
    let missing = "Cargo.toml has no version in [workspace.package]";
    let (_, package) = manifest.split_once("[workspace.package]").ok_or(missing)?;
    let old = package.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"')).ok_or(missing)?;
    let lines = manifest.lines().map(|line| {
        let is_own = line == format!("version = \"{old}\"") || line.contains("path = ");
        // A dependency may require exactly this version.
        let exact = |line: &str| line.replace(&format!("\"={old}\""), &format!("\"={version}\""));
        if is_own { exact(line).replace(&format!("\"{old}\""), &format!("\"{version}\"")) } else { line.to_owned() }
    });
    let manifest = lines.collect::<Vec<_>>().join("\n") + "\n";
    write(&root.join("Cargo.toml"), &manifest)?;
    write(&root.join("Cargo.lock"), &locked(&lock, version))?;
    write(&root.join("CHANGELOG.md"), &logged(&changelog, version))
}

fn is_version(text: &str) -> bool {
    let is_number = |part: &str| part.parse::<u32>().is_ok_and(|number| number.to_string() == part);
    text.split('.').count() == 3 && text.split('.').all(is_number)
}

/// Cargo.lock with this version for the packages that come from no registry.
fn locked(lock: &str, version: &str) -> String {
    let package = |text: &str| {
        if text.contains("\nsource = ") || !text.contains("\nname = ") {
            return text.to_owned();
        }
        let line = |line: &str| {
            if line.starts_with("version = ") { format!("version = \"{version}\"") } else { line.to_owned() }
        };
        text.split('\n').map(line).collect::<Vec<_>>().join("\n")
    };
    lock.split("[[package]]").map(package).collect::<Vec<_>>().join("[[package]]")
}

/// The changelog with a section for this version at its top: one that is unreleased is renamed.
fn logged(changelog: &str, version: &str) -> String {
    let section = format!("## {version} (unreleased)\n");
    let Some(at) = changelog.find("## ") else { return format!("{changelog}\n{section}") };
    let (before, sections) = changelog.split_at(at);
    match sections.split_once('\n') {
        Some((heading, rest)) if heading.ends_with("(unreleased)") => format!("{before}{section}{rest}"),
        _ => format!("{before}{section}\n{sections}"),
    }
}
