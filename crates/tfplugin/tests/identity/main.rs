//! Identities of resources, as a host sees them.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod listing;
mod server;

use server::Test;
use tfplugin::{
    Diagnostics,
    proto::{self, provider_server::Provider as _},
    registration::Typed,
    rpc::Server,
    serve::Lifecycle,
    testing::{Host, Planned, Stored, check},
    value::Value,
};
use tonic::Request;

const NAME: &str = "test_server";

async fn host() -> Host<Test> {
    let mut host = Host::start(Test::default()).await.unwrap();
    host.configure(&Value::object::<String>([])).await.unwrap();
    host
}

fn named(name: &str) -> Value {
    Value::object([("name", Value::from(name))])
}

fn sized(name: &str, size: i64) -> Value {
    Value::object([("name", name.into()), ("size", size.into())])
}

fn identity(id: &str, region: Value, racks: &[i64]) -> Value {
    let racks =
        if racks.is_empty() { Value::Null } else { Value::List(racks.iter().map(|rack| (*rack).into()).collect()) };
    Value::object([("id", id.into()), ("region", region), ("racks", racks)])
}

fn here(id: &str) -> Value {
    identity(id, "here".into(), &[1, 2])
}

fn summaries(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}

async fn made(host: &mut Host<Test>, name: &str) -> (Stored, Diagnostics) {
    let planned = host.plan(NAME, &named(name), None).await.unwrap();
    let applied = host.apply(NAME, &named(name), None, &planned).await.unwrap();
    (applied.stored, applied.diagnostics)
}

#[test]
fn the_schemas_are_sound() {
    assert_eq!(check(&Test::default()), [""; 0]);
}

#[tokio::test]
async fn the_schema_says_what_an_import_must_and_may_give() {
    let server = Server::new(Typed(Test::default()), Lifecycle::default());
    let schemas = server.get_resource_identity_schemas(Request::new(Default::default())).await.unwrap().into_inner();
    let schema = &schemas.identity_schemas[NAME];
    assert_eq!(schema.version, 1);
    let attributes: Vec<_> = schema
        .identity_attributes
        .iter()
        .map(|attribute| {
            let ty = String::from_utf8(attribute.r#type.clone()).unwrap();
            (attribute.name.as_str(), ty, attribute.required_for_import, attribute.optional_for_import)
        })
        .collect();
    assert_eq!(
        attributes,
        [
            ("id", "\"string\"".to_owned(), true, false),
            ("region", "\"string\"".to_owned(), false, true),
            ("racks", "[\"list\",\"number\"]".to_owned(), false, true),
        ]
    );
    assert!(schema.identity_attributes[1].description.starts_with("The region"));
    assert_eq!(schemas.identity_schemas["test_lease"].version, 0);
}

#[tokio::test]
async fn a_create_says_it_and_everything_after_carries_it() {
    let mut host = host().await;
    let planned = host.plan(NAME, &named("a"), None).await.unwrap();
    assert_eq!(planned.identity, Value::Null);
    let (created, messages) = made(&mut host, "a").await;
    assert_eq!((&created.identity, summaries(&messages)), (&here("i-a"), vec![]));
    assert_eq!(host.read(NAME, &created).await.unwrap(), created);
    let planned = host.plan(NAME, &sized("a", 2), Some(&created)).await.unwrap();
    assert_eq!(planned.identity, created.identity);
    let updated = host.apply(NAME, &sized("a", 2), Some(&created), &planned).await.unwrap().stored;
    assert_eq!(updated.identity, created.identity);

    let destroy = host.plan(NAME, &Value::Null, Some(&updated)).await.unwrap();
    let kept = host.apply(NAME, &Value::Null, Some(&updated), &destroy).await.unwrap();
    assert_eq!(summaries(&kept.diagnostics), ["Kept i-a"], "a destroy knows what it destroys");
    assert_eq!(kept.stored.identity, updated.identity, "and what stays keeps its identity");
}

#[tokio::test]
async fn a_replacement_gets_an_identity_of_its_own() {
    let mut host = host().await;
    let (created, _) = made(&mut host, "a").await;
    let first = host.plan(NAME, &named("b"), Some(&created)).await.unwrap();
    assert!(!first.requires_replace.is_empty());
    // Terraform hands the identity over beside no state.
    let gone = Stored { state: Value::Null, identity: first.identity.clone(), private: first.private.clone() };
    let second = host.plan(NAME, &named("b"), Some(&gone)).await.unwrap();
    assert_eq!((first.identity, &second.identity), (created.identity, &Value::Null));
    let applied = host.apply(NAME, &named("b"), None, &second).await.unwrap();
    assert_eq!((applied.stored.identity, summaries(&applied.diagnostics)), (here("i-b"), vec![]));
}

#[tokio::test]
async fn what_a_create_leaves_out_is_a_warning_and_taints_nothing() {
    let mut host = host().await.tolerating_faults();
    let (created, messages) = made(&mut host, "nameless").await;
    assert_eq!((summaries(&messages), messages.has_errors()), (vec!["The identity is missing"], false));
    assert_eq!((created.state.get("id").as_str(), &created.identity), (Some("i-nameless"), &Value::Null));
    let read = host.read(NAME, &created).await.unwrap();
    assert_eq!(read.identity, here("i-nameless"), "a read may find it out");

    let (created, messages) = made(&mut host, "incomplete").await;
    assert_eq!((summaries(&messages), messages.has_errors()), (vec!["The identity is incomplete"], false));
    assert!(messages.iter().next().unwrap().detail.contains("value for id, so"));
    assert_eq!(created.identity.get("id"), &Value::Null);

    let (tainted, messages) = made(&mut host, "tainted").await;
    assert_eq!((summaries(&messages), tainted.identity), (vec!["Broken"], here("i-tainted")));
}

#[tokio::test]
async fn a_plan_may_know_it_and_the_result_is_the_truth() {
    let mut host = host().await.tolerating_faults();
    let planned = host.plan(NAME, &named("planned"), None).await.unwrap();
    assert_eq!(planned.identity.get("region").as_str(), Some("planned"));
    let applied = host.apply(NAME, &named("planned"), None, &planned).await.unwrap();
    assert_eq!(summaries(&applied.diagnostics), ["The identity differs from the plan"]);
    assert_eq!(applied.stored.identity, here("i-planned"));

    let planned = host.plan(NAME, &named("unknown"), None).await.unwrap();
    assert!(!planned.identity.get("id").is_known());
    let applied = host.apply(NAME, &named("unknown"), None, &planned).await.unwrap();
    assert_eq!((summaries(&applied.diagnostics), &applied.stored.identity), (vec![], &here("i-unknown")));
    let errors = host.plan(NAME, &named("unknown"), Some(&applied.stored)).await.unwrap_err();
    assert!(errors.iter().next().unwrap().detail.contains("but id is unknown"), "{errors:?}");

    let (renamed, _) = made(&mut host, "renamed").await;
    let errors = host.plan(NAME, &sized("renamed", 1), Some(&renamed)).await.unwrap_err();
    assert_eq!(summaries(&errors), ["The provider made an invalid plan"]);
}

#[tokio::test]
async fn another_identity_is_another_object() {
    let mut host = host().await.tolerating_faults();
    let (other, _) = made(&mut host, "other").await;
    let errors = host.read(NAME, &other).await.unwrap_err();
    let error = errors.iter().next().unwrap();
    assert_eq!(error.summary, "The provider read another object");
    assert!(error.detail.contains(r#""id":"i-other""#) && error.detail.contains(r#""id":"i-another""#), "{error:?}");

    let (moves, _) = made(&mut host, "moves").await;
    let planned = host.plan(NAME, &sized("moves", 1), Some(&moves)).await.unwrap();
    let moved = host.apply(NAME, &sized("moves", 1), Some(&moves), &planned).await.unwrap();
    assert_eq!(summaries(&moved.diagnostics), ["The identity differs from the plan"]);
    assert!(!moved.diagnostics.has_errors());
    assert_eq!((moved.stored.state.get("size").as_i64(), &moved.stored.identity), (Some(1), &moves.identity));

    let (loud, _) = made(&mut host, "loud").await;
    assert_eq!(host.read(NAME, &loud).await.unwrap().identity, loud.identity, "what means the same stays as it was");
}

#[tokio::test]
async fn a_mutable_identity_changes() {
    let mut host = host().await;
    let renewals = |count: i64| Value::object([("renewals", count.into())]);
    let created = host.create("test_lease", &renewals(0)).await.unwrap();
    let planned = host.plan("test_lease", &renewals(1), Some(&created)).await.unwrap();
    let updated = host.apply("test_lease", &renewals(1), Some(&created), &planned).await.unwrap();
    assert!(updated.diagnostics.iter().next().is_none());
    assert_eq!(updated.stored.identity.get("number").as_i64(), Some(2));
}

#[tokio::test]
async fn an_import_is_by_id_or_by_identity() {
    let mut host = host().await;
    assert_eq!(host.import(NAME, "there").await.unwrap().identity, here("there"));
    let requested = Value::object([("id", "there".into())]);
    let imported = host.import_by_identity(NAME, &requested).await.unwrap();
    assert_eq!(imported.identity, identity("there", "here".into(), &[]), "the provider adds what was left out");
    assert_eq!(imported.state.get("name").as_str(), Some("theirs"), "an import reads");
    let requested = Value::object([("id", "as_asked".into())]);
    let imported = host.import_by_identity(NAME, &requested).await.unwrap();
    assert_eq!(imported.identity, identity("as_asked", Value::Null, &[]));

    let gone = host.import(NAME, "gone").await.unwrap_err();
    assert_eq!(summaries(&gone), ["Cannot import non-existent remote object"]);

    let import = async |host: &mut Host<Test>, id: Value| {
        let errors = host.import_by_identity(NAME, &Value::object([("id", id)])).await.unwrap_err();
        errors.iter().map(|error| error.summary.clone()).collect::<Vec<_>>()
    };
    assert_eq!(import(&mut host, "wrong".into()).await, ["The provider found another object"]);
    assert_eq!(import(&mut host, Value::Null).await, ["The value is missing"]);
    assert_eq!(import(&mut host, "".into()).await, ["Invalid id"], "what the struct says is valid counts");
    let lease = Value::object([("number", 1_i64.into())]);
    let errors = host.import_by_identity("test_lease", &lease).await.unwrap_err();
    assert_eq!(summaries(&errors), ["Import by identity is not supported"]);
}

#[tokio::test]
async fn stored_identities_are_upgraded() {
    let mut host = host().await;
    let upgraded = host.upgrade_identity(NAME, 0, r#"{"number": 7}"#).await.unwrap();
    assert_eq!(upgraded, identity("7", Value::Null, &[]));
    for nothing in ["", "null"] {
        assert_eq!(host.upgrade_identity(NAME, 0, nothing).await.unwrap(), Value::Null);
    }
    let errors = host.upgrade_identity(NAME, 2, "{}").await.unwrap_err();
    assert!(errors.iter().next().unwrap().detail.contains("newer version"));
}

#[tokio::test]
async fn a_terraform_without_identities_sees_nothing_of_them() {
    let mut host = host().await;
    let (created, _) = made(&mut host, "a").await;
    let old = Stored { identity: Value::Null, ..created };
    let planned = Planned { identity: Value::Null, ..host.plan(NAME, &sized("a", 3), Some(&old)).await.unwrap() };
    let applied = host.apply(NAME, &sized("a", 3), Some(&old), &planned).await.unwrap();
    assert!(applied.diagnostics.iter().next().is_none(), "{:?}", applied.diagnostics);
}

#[tokio::test]
async fn a_call_that_changes_nothing_keeps_it() {
    let server = Server::new(Typed(Test::default()), Lifecycle::default());
    // Not configured: the read fails.
    let identity = proto::ResourceIdentityData { identity_data: Some(proto::DynamicValue::default()) };
    let request = proto::read_resource::Request {
        type_name: NAME.to_owned(),
        current_identity: Some(identity.clone()),
        ..Default::default()
    };
    let read = server.read_resource(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(read.new_identity, Some(identity));
    assert!(!read.diagnostics.is_empty());
}
