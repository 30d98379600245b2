//! The examples are formatted and valid.

use std::{fs, path::Path};

use crate::terraform::Terraform;

#[test]
fn examples_are_formatted_and_valid() {
    let Some(terraform) = Terraform::with("") else { return };
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let formatted = terraform.run(&["fmt", "-check", "-recursive", "-diff", examples.to_str().unwrap()]);
    formatted.succeeds();
    let mut checked = 0;
    let mut folders = vec![examples];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "tf") {
                let text = fs::read_to_string(&path).unwrap();
                // A file is a whole configuration, or the part of one that the documentation shows.
                if text.contains("required_providers") {
                    terraform.write("main.tf", &text);
                } else if text.contains("import {")
                    || (text.contains("ephemeral \"") && terraform.version() < (1, 10))
                    || (text.contains("action \"") && terraform.version() < (1, 14))
                {
                    continue;
                } else {
                    terraform.configure(&text);
                }
                let valid = terraform.validate();
                assert_eq!(valid.code, Some(0), "{}: {}", path.display(), valid.text);
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
}
