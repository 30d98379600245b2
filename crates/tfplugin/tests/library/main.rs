//! The example `library` over gRPC and under a real Terraform: what stands beside an ordinary resource.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod deferral;
mod terraform;

use tfplugin::{
    testing::{Host, Source, check},
    value::Value,
};

include!("../../examples/library/provider.rs");

const BOOK: &str = "library_book";

async fn host() -> Host<Library> {
    let mut host = Host::start(Library::default()).await.unwrap();
    host.configure(&Value::object([("branch", "north".into())])).await.unwrap();
    host
}

fn titled(title: &str) -> Value {
    Value::object([("title", Value::from(title))])
}

fn summaries(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}

#[test]
fn the_schemas_are_sound() {
    assert_eq!(check(&Library::default()), [""; 0]);
}

#[tokio::test]
async fn a_search_finds_what_an_import_by_identity_takes() {
    let mut host = host().await;
    for title in ["Emma", "Persuasion"] {
        host.create(BOOK, &titled(title)).await.unwrap();
    }
    let found = host.list(BOOK, &titled("Emma"), 10, true).await.unwrap();
    let [emma] = &found[..] else { panic!("{found:?}") };
    let imported = host.import_by_identity(BOOK, &emma.identity).await.unwrap();
    assert_eq!((&imported.identity, &imported.state), (&emma.identity, &emma.object));
    let generated = host.generate_config(BOOK, &imported.state).await.unwrap();
    let planned = host.plan(BOOK, &generated, Some(&imported)).await.unwrap();
    assert_eq!(planned.state, imported.state);
}

#[tokio::test]
async fn a_book_stays_with_its_branch_when_the_provider_is_given_another() {
    let mut host = host().await;
    let emma = host.create(BOOK, &titled("Emma")).await.unwrap();
    host.configure(&Value::object([("branch", "south".into())])).await.unwrap();
    let read = host.read(BOOK, &emma).await.unwrap();
    assert_eq!((read.identity.get("branch").as_str(), read.state), (Some("north"), emma.state));
}

#[tokio::test]
async fn a_generated_configuration_has_what_differs_from_the_defaults() {
    let mut host = host().await;
    let book = |shelf: &str| {
        Value::object([
            ("title", "Emma".into()),
            ("shelf", shelf.into()),
            ("id", "1".into()),
            ("added_by", "me".into()),
        ])
    };
    let config = |shelf: Value| {
        Value::object([("title", "Emma".into()), ("shelf", shelf), ("id", Value::Null), ("added_by", Value::Null)])
    };
    assert_eq!(host.generate_config(BOOK, &book("attic")).await.unwrap(), config("attic".into()));
    assert_eq!(host.generate_config(BOOK, &book("entrance")).await.unwrap(), config(Value::Null));
    assert_eq!(host.generate_config(BOOK, &Value::Null).await.unwrap(), Value::Null);
}

#[tokio::test]
async fn a_module_says_who_it_is() {
    let mut host = host().await;
    let created = host.create(BOOK, &titled("Emma")).await.unwrap();
    assert!(created.state.get("added_by").is_null());
    let mut host = host.with_provider_meta(&Value::object([("module_name", "shelf".into())])).unwrap();
    let created = host.create(BOOK, &titled("Emma")).await.unwrap();
    assert_eq!(created.state.get("added_by").as_str(), Some("shelf"));
}

#[tokio::test]
async fn states_move_here_from_other_types_and_providers() {
    let mut host = host().await;
    let volume = r#"{"name": "Emma", "number": 7}"#;
    let from_volume = Source::new("registry.terraform.io/example/library", "library_volume", 1, volume);
    let moved = host.move_state(BOOK, &from_volume).await.unwrap();
    assert_eq!(moved.state.get("id").as_str(), Some("7"));
    assert_eq!((moved.state.get("title").as_str(), &moved.identity), (Some("Emma"), &Value::Null));

    let data = r#"{"id": "x", "input": {"value": "Emma", "type": "string"}, "output": null}"#;
    let from_data = Source::new("terraform.io/builtin/terraform", "terraform_data", 0, data);
    let moved = host.move_state(BOOK, &from_data).await.unwrap();
    assert_eq!(moved.state.get("title").as_str(), Some("Emma"));

    let refused = [
        Source::new("registry.terraform.io/example/library", "library_volume", 0, volume),
        Source::new("registry.terraform.io/another/library", "library_volume", 1, volume),
        Source::new("registry.terraform.io/anexample/library", "library_volume", 1, volume),
        Source::new("registry.terraform.io/hashicorp/null", "null_resource", 0, "{}"),
    ];
    for source in refused {
        let errors = host.move_state(BOOK, &source).await.unwrap_err();
        let detail = &errors.iter().next().unwrap().detail;
        assert_eq!(summaries(&errors), ["The resource cannot be moved to this type"]);
        assert!(detail.contains(source.type_name) && detail.contains("library_volume of example/library"), "{detail}");
    }
    let errors = host.move_state("library_volume", &from_data).await.unwrap_err();
    assert!(errors.iter().next().unwrap().detail.contains("any other type"));
    let broken = Source::new("registry.terraform.io/example/library", "library_volume", 1, "{");
    assert_eq!(summaries(&host.move_state(BOOK, &broken).await.unwrap_err()), ["The stored state cannot be read"]);
}
