//! The provider of the README, compiled and driven over gRPC.
#![allow(missing_docs, dead_code, clippy::unwrap_used)]

use tfplugin::{
    testing::{Host, check},
    value::Value,
};

include!("../examples/notes/provider.rs");

#[test]
fn the_readme_shows_the_example() {
    let readme = include_str!("../README.md");
    let example = include_str!("../examples/notes/provider.rs");
    assert!(readme.contains(example), "README.md and examples/notes/provider.rs differ");
    let lines = example.lines().filter(|line| !line.is_empty()).count();
    assert!(lines <= 60, "a complete provider takes some sixty lines, and this one {lines}");
    assert_eq!(check(&Notes), [""; 0]);
}

#[tokio::test]
async fn it_lives_its_whole_life() {
    let mut host = Host::start(Notes).await.unwrap();
    host.configure(&Value::object::<&str>([])).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let config = |name: &str, text: &str| Value::object([("path", path(name).into()), ("text", text.into())]);

    let created = host.create("notes_note", &config("milk", "Two")).await.unwrap();
    assert_eq!(created.state.get("characters").as_i64(), Some(3));
    assert_eq!(std::fs::read_to_string(path("milk")).unwrap(), "Two");
    assert_eq!(host.read("notes_note", &created).await.unwrap(), created);

    let longer = config("milk", "Three");
    let planned = host.plan("notes_note", &longer, Some(&created)).await.unwrap();
    assert!(!planned.state.get("characters").is_known(), "it changes with the text");
    let updated = host.apply("notes_note", &longer, Some(&created), &planned).await.unwrap().stored;
    assert_eq!(updated.state.get("characters").as_i64(), Some(5));

    let replaced = host.plan("notes_note", &config("bread", "Three"), Some(&updated)).await.unwrap();
    assert_eq!(replaced.requires_replace.iter().map(ToString::to_string).collect::<Vec<_>>(), ["path"]);

    let destroy = host.plan("notes_note", &Value::Null, Some(&updated)).await.unwrap();
    let gone = host.apply("notes_note", &Value::Null, Some(&updated), &destroy).await.unwrap();
    assert!(gone.stored.state.is_null() && !gone.diagnostics.has_errors());
    assert!(!std::fs::exists(path("milk")).unwrap());
    assert!(host.read("notes_note", &updated).await.unwrap().state.is_null());
}

#[tokio::test]
async fn what_is_wrong_is_reported_on_its_attribute() {
    let mut host = Host::start(Notes).await.unwrap();
    let errors = host.validate("notes_note", &Value::object([("path", "".into())])).await.unwrap_err();
    let paths: Vec<_> = errors.iter().filter_map(|error| error.path.as_ref()).map(ToString::to_string).collect();
    assert_eq!(paths, ["path"]);
    let shown = host.description("notes_note", "path").unwrap();
    assert!(shown.contains("1 to 255 characters") && shown.contains("forces replacement"), "{shown}");
}
