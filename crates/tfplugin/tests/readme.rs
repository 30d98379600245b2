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
    assert_eq!(check(&Notes), [""; 0]);
}

#[tokio::test]
async fn it_lives_its_whole_life() {
    let mut host = Host::start(Notes).await.unwrap();
    host.configure(&Value::object([("author", "me".into())])).await.unwrap();

    let config = |text: &str| Value::object([("subject", "Milk".into()), ("text", text.into())]);
    let created = host.create("notes_note", &config("Two")).await.unwrap();
    assert_eq!(created.state.get("author").as_str(), Some("me"));
    assert_eq!(host.read("notes_note", &created).await.unwrap(), created);

    let longer = config("Three");
    let planned = host.plan("notes_note", &longer, Some(&created)).await.unwrap();
    assert!(!planned.state.get("author").is_known(), "it changes with the text");
    let updated = host.apply("notes_note", &longer, Some(&created), &planned).await.unwrap().stored;
    assert_eq!(updated.state.get("author").as_str(), Some("me"));

    let other = Value::object([("subject", "Bread".into())]);
    let replaced = host.plan("notes_note", &other, Some(&updated)).await.unwrap();
    assert_eq!(replaced.requires_replace.iter().map(ToString::to_string).collect::<Vec<_>>(), ["subject"]);

    let destroy = host.plan("notes_note", &Value::Null, Some(&updated)).await.unwrap();
    let gone = host.apply("notes_note", &Value::Null, Some(&updated), &destroy).await.unwrap();
    assert!(gone.stored.state.is_null() && !gone.diagnostics.has_errors());
    assert!(host.read("notes_note", &updated).await.unwrap().state.is_null());
}

#[tokio::test]
async fn what_is_wrong_is_told_on_its_attribute() {
    let mut host = Host::start(Notes).await.unwrap();
    let errors = host.validate("notes_note", &Value::object([("subject", "".into())])).await.unwrap_err();
    let paths: Vec<_> = errors.iter().filter_map(|error| error.path.as_ref()).map(ToString::to_string).collect();
    assert_eq!(paths, ["subject"]);
    let shown = host.description("notes_note", "subject").unwrap();
    assert!(shown.contains("1 to 80 characters") && shown.contains("forces replacement"), "{shown}");
}
