//! Changes that are put off, by the provider and by a resource, and identities that move.

use tfplugin::{
    Capabilities,
    testing::{Host, Source},
    value::Value,
};

use crate::{corner::framework::Framework, host, object, summaries};

#[tokio::test]
async fn a_terraform_that_cannot_defer_gets_no_deferral() {
    let mut host = Host::start(Framework::default()).await.unwrap();
    host.configure(&object([("deferral", true.into())])).await.unwrap();
    let config =
        object([("id", "test_id".into()), ("modify_plan_deferral", true.into()), ("read_deferral", true.into())]);
    let stored = host.create("framework_deferred_action", &config).await.unwrap();
    assert_eq!(host.read("framework_deferred_action", &stored).await.unwrap().state, stored.state);
    let imported = host.import("framework_deferred_action", "deferral-id").await.unwrap();
    assert_eq!(imported.state.get("id").as_str(), Some("deferral-id"));
}

#[tokio::test]
async fn a_provider_that_is_put_off_plans_what_wants_to_be_planned() {
    let mut capabilities = Capabilities::default();
    capabilities.deferral_allowed = true;
    let mut host = Host::start(Framework::default()).await.unwrap().with_capabilities(capabilities);
    host.configure(&object([("deferral", true.into())])).await.unwrap();
    let wrong = object([("id", "test".into())]);
    host.plan("framework_deferred_action", &wrong, None).await.unwrap();
    let error = host.plan("framework_deferred_action_plan_modification", &wrong, None).await.unwrap_err();
    assert_eq!(summaries(&error), ["invalid id value"]);
}

#[tokio::test]
async fn a_move_takes_the_identity_with_it() {
    let mut host = host().await;
    let person = host.create("framework_identity", &object([("name", "tom".into())])).await.unwrap();
    assert_eq!(person.identity, object([("id", "id-123".into()), ("name", "tom".into())]));
    let state = r#"{"id": "id-123", "name": "tom"}"#;
    let mut source = Source::new("registry.terraform.io/hashicorp/framework", "framework_identity", 0, state);
    source.identity = state;
    let moved = host.move_state("framework_move_state", &source).await.unwrap();
    assert_eq!(moved.identity, object([("id", "id-123".into())]));
    assert_eq!(moved.state.get("moved_random_string").as_str(), Some("tom"));
    let text = r#"{"result": "abc", "length": 3}"#;
    let source = Source::new("registry.terraform.io/hashicorp/random", "random_string", 2, text);
    let moved = host.move_state("framework_move_state", &source).await.unwrap();
    assert_eq!(moved.identity, object([("id", "abc".into())]));
    let read = host.read("framework_move_state", &moved).await.unwrap();
    assert_eq!((read.state, read.identity), (moved.state, moved.identity));
}

#[tokio::test]
async fn another_identity_is_another_object() {
    let mut host = host().await;
    let made = host.create("framework_identity", &object([("name", "jerry".into())])).await.unwrap();
    let error = host.read("framework_identity", &made).await.unwrap_err();
    assert_eq!(summaries(&error), ["The provider read another object"]);
    let by_id = host.import("framework_identity", "id-123").await.unwrap();
    let by_identity = host.import_by_identity("framework_identity", &object([("id", "id-123".into())])).await.unwrap();
    assert_eq!(by_id.identity, object([("id", "id-123".into()), ("name", "tom".into())]));
    assert_eq!(by_id.identity, by_identity.identity);
    assert_eq!(by_id.state.get("name"), &Value::from("tom"));
}
