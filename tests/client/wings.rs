//! The wings stay apart: the SDK and the client know neither each other nor the provider.

use std::{fs, path::Path};

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn no_wing_reaches_into_another() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (wing, strangers) in [("tfplugin", ["alicloud", "provider"]), ("alicloud", ["tfplugin", "provider"])] {
        let files = sources(&source.join(wing));
        assert!(files.len() > 5);
        for (file, text) in files {
            for stranger in strangers {
                assert!(!text.contains(&format!("crate::{stranger}")), "{file} reaches into {stranger}");
            }
            assert!(
                !text.contains("use crate::{"),
                "{file}: name the module behind crate::, so that this test can see it"
            );
        }
    }
}

#[test]
fn the_sdk_has_never_heard_of_alibaba() {
    for (file, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tfplugin")) {
        for word in ["alibaba", "aliyun", "alicloud"] {
            // A type name in a comment is an example, and the crate's own name is no knowledge.
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            assert!(lines.clone().all(|line| !line.to_lowercase().contains(word)), "{file} has heard of {word}");
        }
    }
}

#[test]
fn no_file_outgrows_one_sitting() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests", "xtask/src", "xtask/tests", "mock-endpoint/src"] {
        for (file, text) in sources(&root.join(folder)).iter().filter(|(file, _)| file.ends_with(".rs")) {
            assert!(text.lines().count() <= 420, "{file} has {} lines", text.lines().count());
        }
    }
}
