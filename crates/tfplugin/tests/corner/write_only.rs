//! Write-only values at every depth: a configuration has them, and nothing that comes of it does.

use tfplugin::{
    testing::{Host, Source},
    value::Value,
};

use crate::{
    corner::{framework::Framework, protocol::Corner},
    host, object, summaries,
};

const NAME: &str = "framework_writeonly";

fn config() -> Value {
    let inner = ["fakepassword1", "fakepassword2"].map(|text| object([("writeonly_string", text.into())]));
    let secret = object([
        ("writeonly_int64", 1234_i64.into()),
        ("writeonly_bool", true.into()),
        ("writeonly_nested_list", Value::List(inner.into())),
    ]);
    let entry = |number: i64| object([("string_attr", "hello".into()), ("writeonly_float64", number.into())]);
    let block = |text: &str, flag: bool| {
        let inner = object([("bool_attr", true.into()), ("writeonly_bool", flag.into())]);
        object([("string_attr", "hello".into()), ("writeonly_string", text.into()), ("double_nested_object", inner)])
    };
    object([
        ("writeonly_custom_ipv6", "0::0".into()),
        ("writeonly_string", "fakepassword".into()),
        ("writeonly_list", Value::List(vec!["fake".into(), "password".into()])),
        ("writeonly_nested_object", secret),
        ("nested_map", object([("key1", entry(10)), ("key2", entry(20))])),
        ("nested_block_list", Value::List(vec![block("fakepassword1", false), block("fakepassword2", true)])),
    ])
}

/// Whether any attribute with such a name has a value.
fn has_secrets(value: &Value) -> bool {
    match value {
        Value::List(elements) | Value::Set(elements) => elements.iter().any(has_secrets),
        Value::Map(members) => members
            .iter()
            .any(|(name, value)| if name.starts_with("writeonly") { !value.is_null() } else { has_secrets(value) }),
        _ => false,
    }
}

#[tokio::test]
async fn neither_a_plan_nor_a_state_has_one() {
    let mut host = host().await;
    assert!(has_secrets(&config()));
    let planned = host.plan(NAME, &config(), None).await.unwrap();
    assert!(!has_secrets(&planned.state));
    let applied = host.apply(NAME, &config(), None, &planned).await.unwrap();
    assert_eq!(summaries(&applied.diagnostics), [""; 0]);
    let stored = applied.stored;
    assert!(!has_secrets(&stored.state) && stored.state.get("computed_attr").as_str() == Some("computed_val"));
    let read = host.read(NAME, &stored).await.unwrap();
    assert_eq!(read.state, stored.state);
    let again = host.plan(NAME, &config(), Some(&stored)).await.unwrap();
    assert_eq!(again.state, stored.state);
}

/// The resource itself compares them with what the suite writes.
#[tokio::test]
async fn a_create_sees_those_of_the_configuration() {
    let mut host = host().await;
    let inner = |path: &str, wrong: Value| {
        let mut config = config();
        let mut object = config.get(path).clone();
        object.set_attribute("writeonly_int64", wrong);
        config.set_attribute(path, object);
        config
    };
    let mut string = config();
    string.set_attribute("writeonly_string", "another");
    let mut address = config();
    address.set_attribute("writeonly_custom_ipv6", "::1");
    for config in [inner("writeonly_nested_object", 1_i64.into()), string, address] {
        let error = host.create(NAME, &config).await.unwrap_err();
        assert_eq!(summaries(&error), ["Unexpected WriteOnly Value"]);
    }
}

#[tokio::test]
async fn what_changes_a_block_renews_a_computed_value() {
    let mut host = host().await;
    let stored = host.create(NAME, &config()).await.unwrap();
    let mut changed = config();
    let Value::List(mut blocks) = config().get("nested_block_list").clone() else { panic!() };
    blocks[0].set_attribute("string_attr", "world");
    changed.set_attribute("nested_block_list", Value::List(blocks));
    let planned = host.plan(NAME, &changed, Some(&stored)).await.unwrap();
    assert_eq!(planned.state.get("computed_attr"), &Value::unknown());
}

#[tokio::test]
async fn states_that_come_from_elsewhere_lose_theirs() {
    let mut host = host().await;
    let imported = host.import("framework_writeonly_import", "anything").await.unwrap();
    let old = r#"{"string_attr": "hello!", "writeonly_string": "leaked"}"#;
    let upgraded = host.upgrade("framework_writeonly_upgrade", 0, old).await.unwrap();
    let current = host.upgrade("framework_writeonly_upgrade", 1, old).await.unwrap();
    let data = Source::new("terraform.io/builtin/terraform", "terraform_data", 0, "{}");
    let moved = host.move_state("framework_writeonly_move", &data).await.unwrap();
    for state in [&imported.state, &upgraded, &current, &moved.state] {
        assert!(state.get("string_attr").as_str().is_some() && !has_secrets(state), "{state:?}");
    }
}

/// HashiCorp's tests let a provider break this in each call, and see Terraform refuse it. The SDK lets none through.
#[tokio::test]
async fn a_provider_cannot_let_one_through() {
    let mut host = Host::start(Corner).await.unwrap();
    host.configure(&object([])).await.unwrap();
    let name = "corner_v6_writeonly_datacheck";
    let config = object([("writeonly_attr", "hello world!".into())]);
    let planned = host.plan(name, &config, None).await.unwrap();
    let stored = host.create(name, &config).await.unwrap();
    let read = host.read(name, &stored).await.unwrap();
    let imported = host.import(name, "test-123").await.unwrap();
    let data = Source::new("terraform.io/builtin/terraform", "terraform_data", 0, "{}");
    let moved = host.move_state(name, &data).await.unwrap();
    let upgraded = host.upgrade(name, 0, r#"{"id": "test-123", "writeonly_attr": "leaked"}"#).await.unwrap();
    for state in [&planned.state, &stored.state, &read.state, &imported.state, &moved.state, &upgraded] {
        assert!(state.as_map().is_some() && !has_secrets(state), "{state:?}");
    }
}

async fn refused(host: &mut Host<Framework>, config: &Value) -> Vec<String> {
    let validated = host.validate("framework_writeonly_validations", config).await;
    let warnings = host.take_warnings();
    let found = validated.map_or_else(|errors| errors, |()| warnings);
    found.iter().map(|diagnostic| diagnostic.summary.clone()).collect()
}

#[tokio::test]
async fn demands_count_write_only_values_too() {
    let mut host = host().await;
    let (old, new, version) = (
        ("old_password_attr", Value::from("oldpassword")),
        ("writeonly_password", Value::from("newpassword")),
        ("password_version", Value::from("v1")),
    );
    let missing = refused(&mut host, &object([])).await;
    assert!(missing.iter().any(|summary| summary == "Invalid old_password_attr"), "{missing:?}");
    for wrong in [object([version.clone(), old.clone()]), object([new.clone()]), object([version.clone()])] {
        let found = refused(&mut host, &wrong).await;
        assert!(found.iter().any(|summary| summary.starts_with("Invalid ")), "{wrong:?}: {found:?}");
    }
    assert_eq!(refused(&mut host, &object([version, new])).await, [""; 0]);
    assert_eq!(refused(&mut host, &object([old])).await, ["A better attribute is there"]);
}

#[tokio::test]
async fn one_may_be_needed_for_a_create_only() {
    const ONCE: &str = "framework_writeonce";
    let mut host = host().await;
    let without = |trigger: &str| object([("trigger_attr", trigger.into())]);
    let mut with = without("1");
    with.set_attribute("writeonce_string", "fakepassword");
    let error = host.plan(ONCE, &without("1"), None).await.unwrap_err();
    assert_eq!(summaries(&error), ["Attribute Required when Creating"]);
    let stored = host.create(ONCE, &with).await.unwrap();
    let kept = host.plan(ONCE, &without("1"), Some(&stored)).await.unwrap();
    assert_eq!(kept.state, stored.state);
    // The first half of a replacement is no create yet.
    let replaced = host.plan(ONCE, &without("2"), Some(&stored)).await.unwrap();
    assert_eq!(replaced.requires_replace.len(), 1);
    let error = host.plan(ONCE, &without("2"), None).await.unwrap_err();
    assert_eq!(summaries(&error), ["Attribute Required when Creating"]);
}
