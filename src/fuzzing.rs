//! What `cargo fuzz` feeds with unchecked bytes; built for it and for this crate's own tests only.

use crate::{
    journal::Entry,
    terraform::{Command, Contents, backend_in_use, saved_plan},
};

/// Reads the bytes as each of the files that Terraform and the provider leave: a state, a plan, what `terraform init` notes of
/// the backend, and an entry of the purchase journal; and as a command line.
///
/// # Panics
/// An entry that does not come back as it was when it is written and read again.
pub fn files(input: &[u8]) {
    if let Some(contents) = Contents::parse(input) {
        assert!(contents.orders().all(|order| contents.holds(&order.id)));
    }
    let (planned, contents) = saved_plan(input, input.to_vec());
    assert_eq!(contents, Contents::parse(input));
    for state in planned.into_iter().chain([backend_in_use(input)]) {
        let _ = (state.is_same(&state), state.to_string(), state.file());
    }
    if let Ok(entry) = serde_json::from_slice::<Entry>(input) {
        let again = serde_json::to_vec(&entry).and_then(|text| serde_json::from_slice(&text));
        assert_eq!(again.ok(), Some(entry));
    }
    if let Ok(line) = str::from_utf8(input) {
        let _ = Command::from_line(line);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, path::Path};

    #[test]
    fn files_of_the_corpus_are_read_without_a_panic() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/files");
        let files: Vec<_> = fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty());
        for file in files {
            println!("{}", file.display());
            super::files(&fs::read(file).unwrap());
        }
    }
}
