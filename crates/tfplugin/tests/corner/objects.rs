//! What counts inside an object without schemas: types, rules, meanings, and what must not be shown or stored.

use tfplugin::{
    Model, Object, Sensitive, WriteOnly,
    schema::Attribute,
    validate::validate,
    value::{Number, Value},
};

use crate::{
    corner::text::{NormalizedJson, Text},
    object,
};

/// A disk.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Disk {
    /// The name.
    #[attr(length(1..=3))]
    name: Option<String>,
    /// The size.
    size: Option<i32>,
    /// Settings.
    settings: Option<Text<NormalizedJson>>,
}

/// A key.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Key {
    /// The key.
    key: Sensitive<String>,
}

/// A password.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Password {
    /// The password.
    password: WriteOnly<String>,
}

/// A server.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_server")]
struct Server {
    /// A disk.
    disk: Option<Object<Disk>>,
    /// More disks.
    disks: Option<Vec<Object<Disk>>>,
    /// A key.
    key: Option<Object<Key>>,
    /// A password.
    password: Option<Object<Password>>,
}

fn disk(name: &str, size: i64, settings: &str) -> Value {
    object([("name", name.into()), ("size", size.into()), ("settings", settings.into())])
}

fn attribute(name: &str) -> Attribute {
    Server::block().attributes.into_iter().find(|attribute| attribute.name == name).unwrap()
}

fn details(config: Value) -> Vec<String> {
    validate(&Server::block(), &config).iter().map(|diagnostic| diagnostic.detail.clone()).collect()
}

#[test]
fn rules_and_types_count_inside() {
    assert_eq!(details(object([("disk", disk("abc", 1, "{}"))])), [""; 0]);
    let long = details(object([("disk", disk("abcd", 1, "{}"))]));
    assert_eq!(long, ["disk must be valid in name, which must be 1 to 3 characters long."]);
    let large = details(object([("disks", Value::List(vec![disk("a", i64::MAX, "{}")]))]));
    assert_eq!(large, ["disks[0] must be valid in size, which must be a whole number of at most 32 bits."]);
    let unknown = object([("name", Value::unknown()), ("size", Value::Null), ("settings", Value::Null)]);
    assert_eq!(details(object([("disk", unknown)])), [""; 0]);
}

#[test]
fn meanings_count_inside() {
    let (a, b) = (disk("a", 1, r#"{"a": 1}"#), disk("a", 1, r#"{"a":1}"#));
    assert!(attribute("disk").is_same(&a, &b) && !attribute("disk").is_same(&a, &disk("a", 2, r#"{"a":1}"#)));
    assert!(attribute("disks").is_same(&Value::List(vec![a]), &Value::List(vec![b])));
}

#[test]
fn a_secret_inside_hides_the_whole() {
    assert!(attribute("key").sensitive && attribute("password").write_only && !attribute("disk").sensitive);
}

#[test]
fn a_model_comes_back_from_its_value() {
    let written = object([("disk", disk("a", 1, "{}"))]);
    let server = <tfplugin::Partial<Server> as tfplugin::model::PartialValue>::decode(&written).unwrap();
    let plain = server.complete().unwrap().disk.unwrap();
    assert_eq!((plain.name.as_deref(), plain.size), (Some("a"), Some(1)));
    let fraction = object([("disk", object([("size", Number::parse("1.5").unwrap().into())]))]);
    let server = <tfplugin::Partial<Server> as tfplugin::model::PartialValue>::decode(&fraction).unwrap();
    let error = server.complete().unwrap_err();
    assert_eq!(error.iter().next().unwrap().path.as_ref().map(ToString::to_string).as_deref(), Some("disk.size"));
}
