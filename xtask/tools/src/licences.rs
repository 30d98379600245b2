//! The licence texts of what the binary is made of, which a release has to carry.

use std::{env, fmt::Write as _, fs, path::Path, process::Command};

use serde_json::Value as Json;
use xtask::{output, root};

/// The texts of all dependencies on a target, one after the other: the same bytes from every run.
///
/// # Errors
/// A package whose source is not there, or that has no licence.
pub fn texts(target: &str) -> Result<String, String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--locked", "--format-version", "1", "--filter-platform", target]);
    let metadata = output(cargo.current_dir(root()))?;
    let metadata: Json = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let used = used(target)?;
    let mut packages: Vec<(&str, &str, &Json)> = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let (Some(name), Some(version)) = (package["name"].as_str(), package["version"].as_str()) else { continue };
        if !package["source"].is_null() && used.lines().any(|line| line.trim_end() == format!("{name} v{version}")) {
            packages.push((name, version, package));
        }
    }
    packages.sort_by_key(|(name, version, _)| (*name, *version));
    let mut text = String::from("The binary contains these packages, under the licences that follow each.\n");
    for (name, version, package) in packages {
        let licence = package["license"].as_str().unwrap_or("see below");
        let _ = write!(text, "\n{}\n{name} {version}: {licence}\n", "=".repeat(80));
        let folder = package["manifest_path"].as_str().and_then(|path| Path::new(path).parent());
        for (file, content) in folder.map(files).unwrap_or_default() {
            let _ = write!(text, "\n--- {file}\n\n{}\n", content.trim_end());
        }
    }
    Ok(text)
}

/// The packages that the provider is built of, one a line: name and version.
fn used(target: &str) -> Result<String, String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["tree", "--locked", "--package", crate::dist::NAME, "--edges", "normal", "--prefix", "none"]);
    cargo.args(["--target", target, "--format", "{p}"]);
    Ok(output(cargo.current_dir(root()))?.replace(" (proc-macro)", ""))
}

/// The files of a package that state its licence, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let upper = name.to_uppercase();
            let states = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
            let is_licence = states.iter().any(|state| upper.starts_with(state));
            is_licence
                .then(|| fs::read(entry.path()).ok())
                .flatten()
                .map(|content| (name, String::from_utf8_lossy(&content).replace("\r\n", "\n")))
        })
        .collect();
    files.sort();
    files
}
