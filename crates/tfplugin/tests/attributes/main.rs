//! What the types of fields say of attributes, as a host sees it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod broken;
mod models;

use broken::Broken;
use models::{Everything, Test};
use tfplugin::{
    Attr, Diagnostics, Model as _, Scalar,
    proto::provider_server::Provider as _,
    registration::Typed,
    rpc::Server,
    schema::Nesting,
    serve::Lifecycle,
    testing::{Host, Stored, check},
    value::{Number, Type, Value},
};
use tonic::Request;

const NAME: &str = "test_everything";

async fn host() -> Host<Test> {
    let mut host = Host::start(Test).await.unwrap();
    host.configure(&Value::object::<&str>([])).await.unwrap();
    host
}

fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::object(attributes)
}

fn list<const N: usize>(elements: [Value; N]) -> Value {
    Value::List(elements.into())
}

fn paths(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().filter_map(|diagnostic| diagnostic.path.as_ref()).map(ToString::to_string).collect()
}

#[test]
fn the_schemas_are_sound() {
    assert_eq!(check(&Test), [""; 0]);
}

#[test]
fn a_collection_of_secrets_is_a_secret() {
    let block = Everything::block();
    for name in ["secrets", "secret_map", "secret_sets"] {
        assert!(block.attributes.iter().any(|attribute| attribute.name == name && attribute.sensitive), "{name}");
    }
}

#[test]
fn a_block_can_be_deprecated() {
    let blocks = Everything::block().blocks;
    let block = blocks.iter().find(|block| block.name == "may").unwrap();
    assert_eq!((block.name, block.block.deprecated), ("may", Some("Write `must`.")));
}

#[test]
fn both_counts_of_a_single_block_say_whether_it_is_required() {
    let block = Everything::block();
    let counts = |name| {
        let nested = block.blocks.iter().find(|nested| nested.name == name).unwrap();
        assert_eq!(nested.nesting, Nesting::Single);
        (nested.min_items, nested.max_items)
    };
    assert_eq!((counts("may"), counts("must")), ((0, 0), (1, 1)));
}

#[tokio::test]
async fn elements_are_validated_where_they_stand() {
    let mut host = host().await;
    let fraction = Value::from(Number::parse("1.5").unwrap());
    let config = object([
        ("sizes", list(["Small".into(), "bogus".into()])),
        ("ports", object([("a", 1_i64.into()), ("b", fraction)])),
        ("times", list([list(["soon".into()])])),
        ("must", object([])),
    ]);
    let errors = host.validate(NAME, &config).await.unwrap_err();
    assert_eq!(paths(&errors), ["sizes[1]", "ports[\"b\"]", "times[0][0]"]);
    let shown = host.description(NAME, "sizes").unwrap();
    assert!(shown.contains("Each must be one of \"Small\", \"Large\""), "{shown}");
}

#[tokio::test]
async fn an_element_is_never_null() {
    let mut host = host().await;
    let config = object([
        ("sizes", list(["Small".into(), Value::Null])),
        ("ports", object([("a", Value::Null)])),
        ("marks", Value::set([Value::Null])),
        ("inner", object([("text", Value::Null)])),
        ("must", object([])),
    ]);
    let errors = host.validate(NAME, &config).await.unwrap_err();
    assert_eq!(paths(&errors), ["sizes[1]", "ports[\"a\"]", "marks"]);
    assert_eq!(errors.iter().next().unwrap().detail, "sizes[1] must have a value. It is null.");
}

#[tokio::test]
async fn a_state_has_no_null_where_no_block_is_written() {
    let mut host = host().await;
    let mut stored = host.create(NAME, &object([("must", object([]))])).await.unwrap();
    stored.state.set_attribute("must_not", Value::Null);
    let read = host.read(NAME, &stored).await.unwrap();
    assert_eq!(read.state.get("must_not"), &list([]));
    assert_eq!(read.state.get("may"), &Value::Null);
}

#[test]
fn a_number_that_is_none_is_not_null() {
    for float in [f64::NAN, f64::INFINITY] {
        assert_eq!(<f64 as Scalar>::encode(&float), Value::unknown());
    }
    assert_eq!(<f32 as Scalar>::encode(&0.5), Value::from(Number::parse("0.5").unwrap()));
}

#[test]
fn a_value_of_any_type_is_written_with_its_own() {
    let value = object([("name", "a".into()), ("sizes", list([1_i64.into(), Value::Null]))]);
    let ty = Type::object([("name", Type::String), ("sizes", Type::Tuple(vec![Type::Number, Type::Dynamic]))]);
    assert_eq!(<Value as Scalar>::encode(&value), Value::Dynamic(Box::new((ty, value))));
    assert_eq!(<Value as Scalar>::encode(&Value::Null), Value::Null);
}

#[tokio::test]
async fn blocks_make_demands_as_attributes_do() {
    let mut host = host().await;
    let one = || object([("text", Value::Null)]);
    let written =
        |all: Value, may: Value| object([("needy", list([one()])), ("all", all), ("may", may), ("must", one())]);
    assert!(host.validate(NAME, &written(true.into(), Value::Null)).await.is_ok());
    assert!(host.validate(NAME, &written(Value::unknown(), Value::Null)).await.is_ok());
    assert!(host.validate(NAME, &object([("needy", list([])), ("must", one())])).await.is_ok());
    let errors = host.validate(NAME, &written(Value::Null, one())).await.unwrap_err();
    let details: Vec<_> = errors.iter().map(|error| error.detail.as_str()).collect();
    assert_eq!(
        details,
        ["needy is set, so all must be set too.", "needy cannot be set together with may: remove one of them."]
    );
    assert_eq!(paths(&errors), ["needy", "needy"]);
}

#[tokio::test]
async fn elements_that_mean_the_same_plan_nothing() {
    let mut host = host().await;
    let config = |time: &str| {
        object([
            ("times", list([list([time.into()])])),
            ("time_set", Value::set([time.into(), "1s".into()])),
            ("must", object([])),
        ])
    };
    let created = host.create(NAME, &config("1m")).await.unwrap();
    let same = host.plan(NAME, &config("60s"), Some(&created)).await.unwrap();
    assert_eq!(same.state, created.state);
    let other = host.plan(NAME, &config("61s"), Some(&created)).await.unwrap();
    assert_ne!(other.state, created.state);
}

#[test]
fn what_only_a_test_can_find_is_found() {
    assert_eq!(
        check(&Broken(1)),
        [
            "test_broken.any: Terraform has no collections of values of any type",
            "test_broken: version 2 needs one upgrade from each older version, and has []",
        ]
    );
}

#[tokio::test]
async fn what_has_the_name_of_another_one_is_found_and_starts_nothing() {
    let twice = "test_broken: this name is here twice";
    assert_eq!(check(&Broken(2))[0], twice);
    let errors = Host::start(Broken(2)).await.err().unwrap();
    assert_eq!(errors.iter().next().unwrap().detail, twice);
    let server = Server::new(Typed(Broken(2)), Lifecycle::default());
    let schemas = server.get_provider_schema(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(schemas.diagnostics.len(), 1);
    assert_eq!(schemas.diagnostics[0].summary, "The resource test_broken is registered twice");
}

#[tokio::test]
async fn a_state_that_nobody_upgrades_is_an_error() {
    let mut host = Host::start(Broken(1)).await.unwrap();
    let errors = host.upgrade("test_broken", 1, "{}").await.unwrap_err();
    assert!(errors.iter().next().unwrap().detail.contains("schema version 1"), "{errors:?}");
}

#[tokio::test]
async fn a_new_attribute_reaches_older_objects_in_place() {
    let mut host = host().await;
    let mark = |color: Value| Value::set([object([("name", "m".into()), ("color", color), ("weight", Value::Null)])]);
    let config = object([("must", object([])), ("marks", mark(Value::Null))]);
    let mut old = host.create(NAME, &config).await.unwrap();
    old.state.set_attribute("zone", Value::Null);
    old.state.set_attribute("marks", mark(Value::Null));
    let planned = host.plan(NAME, &config, Some(&old)).await.unwrap();
    assert_eq!(planned.state.get("zone").as_str(), Some("a"));
    assert!(planned.requires_replace.is_empty(), "{:?}", planned.requires_replace);
    for private in [r#"{"imported":true}"#, r#"{"schema_version":"0"}"#, r#"{"untold":["zone"]}"#] {
        let carried = Stored { private: private.as_bytes().to_vec(), ..old.clone() };
        let planned = host.plan(NAME, &config, Some(&carried)).await.unwrap();
        assert_eq!(planned.state, old.state, "{private}");
    }
}

#[tokio::test]
async fn a_host_sends_only_what_terraform_would() {
    let mut host = host().await;
    for wrong in [("misspelt", Value::from("x")), ("zone", list([])), ("must", object([("misspelt", "x".into())]))] {
        assert!(host.validate(NAME, &object([wrong])).await.is_err());
    }
}

#[tokio::test]
async fn a_change_inside_a_set_replaces_only_where_it_must() {
    let mut host = host().await;
    let config = |name: &str, color: &str, weight: i64| {
        let mark = object([("name", name.into()), ("color", color.into()), ("weight", weight.into())]);
        let other = object([("name", "other".into())]);
        object([("must", object([])), ("marks", Value::set([mark, other]))])
    };
    let created = host.create(NAME, &config("m", "red", 5)).await.unwrap();
    for (changed, replaces) in [
        (config("m", "blue", 5), false),
        (config("m", "red", 4), false),
        (config("m", "red", 6), true),
        (config("n", "red", 5), true),
    ] {
        let planned = host.plan(NAME, &changed, Some(&created)).await.unwrap();
        assert_eq!(!planned.requires_replace.is_empty(), replaces, "{changed:?}");
    }
}

#[tokio::test]
async fn an_empty_list_is_a_value_and_no_blocks_are_none() {
    let mut host = host().await;
    let config = |all: Value| object([("must", object([])), ("must_not", list([])), ("ids", list([])), ("all", all)]);
    assert!(host.validate(NAME, &config(Value::Null)).await.is_ok());
    let errors = host.validate(NAME, &config(true.into())).await.unwrap_err();
    assert_eq!(paths(&errors), ["ids"]);
}

#[test]
fn a_value_of_any_type_is_known_if_its_parts_are() {
    let inside = Value::Dynamic(Box::new((Type::list(Type::String), list([Value::unknown()]))));
    assert!(!Attr::<Value>::decode(&inside).is_wholly_known());
}

#[tokio::test]
async fn a_demand_reaches_into_an_object() {
    let mut host = host().await;
    let config =
        |text: Value| object([("must", object([])), ("outer", "x".into()), ("inner", object([("text", text)]))]);
    assert!(host.validate(NAME, &config(Value::Null)).await.is_ok());
    let errors = host.validate(NAME, &config("y".into())).await.unwrap_err();
    assert_eq!(paths(&errors), ["outer"]);
    assert!(errors.iter().next().unwrap().detail.contains("inner.text"));
}

#[tokio::test]
async fn a_data_source_sees_defaults_and_stores_nothing_unknown() {
    let mut host = host().await.tolerating_faults();
    let read = host.data("test_length", &object([("text", "four".into())])).await.unwrap();
    assert_eq!((read.get("length").as_i64(), read.get("forgotten")), (Some(4), &Value::Null));
    let errors = host.data("test_length", &object([("misspelt", Value::Null)])).await.unwrap_err();
    assert!(errors.has_errors());
    let errors = host.data("test_length", &object([("text", "".into())])).await.unwrap_err();
    assert_eq!(paths(&errors), ["text"], "what is read is valid");
}

#[tokio::test]
async fn a_default_sees_the_defaults_beside_it() {
    let mut host = host().await;
    let planned = host.plan(NAME, &object([("must", object([]))]), None).await.unwrap();
    assert_eq!(planned.state.get("place").as_str(), Some("in a"));
}
