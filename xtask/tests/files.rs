//! No file outgrows one sitting.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{fs, path::Path};

fn check(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 420, "{} has {lines} lines", path.display());
        }
    }
}

#[test]
fn no_file_outgrows_one_sitting() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for folder in ["src", "tests", "crates", "xtask"] {
        check(&root.join(folder));
    }
}
