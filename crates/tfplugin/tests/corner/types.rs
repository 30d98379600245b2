//! Attributes and blocks of every type, objects without schemas among them.

use tfplugin::{
    Model as _,
    schema::Kind,
    value::{Number, Type, Value},
};

use crate::{
    corner::{computed::Pairs, every_type::Everything},
    host, object, settled,
};

const SCHEMA: &str = "framework_schema";

fn texts() -> Vec<Value> {
    vec!["a".into(), "b".into()]
}

fn dynamic(ty: Type, value: impl Into<Value>) -> Value {
    Value::Dynamic(Box::new((ty, value.into())))
}

fn everything() -> Value {
    let nested = |name: &str| object([(name, "text".into())]);
    let anything = dynamic(Type::Tuple(vec![Type::Bool, Type::Number]), Value::List(vec![true.into(), 5_i64.into()]));
    let number = |text: &str| Value::from(Number::parse(text).unwrap());
    object([
        ("bool_attribute", false.into()),
        ("dynamic_attribute", anything.clone()),
        ("float32_attribute", number("1234.5")),
        ("float64_attribute", number("0.1")),
        ("int32_attribute", i64::from(i32::MIN).into()),
        ("int64_attribute", i64::MAX.into()),
        ("list_attribute", Value::List(texts())),
        ("list_nested_attribute", Value::List(vec![nested("list_nested_attribute_attribute")])),
        ("map_attribute", object([("key", "text".into())])),
        ("map_nested_attribute", object([("key", nested("map_nested_attribute_attribute"))])),
        ("number_attribute", number(&"9".repeat(80))),
        ("object_attribute", nested("object_attribute_attribute")),
        ("object_attribute_with_dynamic", object([("dynamic_attribute", anything.clone())])),
        ("set_attribute", Value::set(texts())),
        ("set_nested_attribute", Value::set([nested("set_nested_attribute_attribute")])),
        ("single_nested_attribute", nested("single_nested_attribute_attribute")),
        ("single_nested_attribute_with_dynamic", object([("dynamic_attribute", anything.clone())])),
        ("string_attribute", "".into()),
        ("list_nested_block", Value::List(vec![nested("list_nested_block_attribute")])),
        ("set_nested_block", Value::set([nested("set_nested_block_attribute")])),
        ("single_nested_block", nested("single_nested_block_attribute")),
        ("single_nested_block_with_dynamic", object([("dynamic_attribute", anything)])),
    ])
}

#[tokio::test]
async fn values_of_every_type_come_out_as_they_came_in() {
    let mut host = host().await;
    let stored = settled(&mut host, SCHEMA, &everything()).await;
    assert_eq!(stored.state, everything());
    let opened = host.open(SCHEMA, &everything()).await.unwrap().unwrap();
    assert_eq!(opened.result, everything());
}

#[tokio::test]
async fn what_is_left_out_is_null_and_blocks_are_none() {
    let mut host = host().await;
    let config = object([("list_nested_block", Value::List(Vec::new())), ("set_nested_block", Value::set([]))]);
    let stored = settled(&mut host, SCHEMA, &config).await;
    let given: Vec<_> = stored.state.as_map().unwrap().iter().filter(|(_, value)| !value.is_null()).collect();
    assert_eq!(given, config.as_map().unwrap().iter().collect::<Vec<_>>());
}

#[test]
fn an_object_without_schemas_is_one_value() {
    let attributes = Everything::block().attributes;
    let kind = |name: &str| attributes.iter().find(|attribute| attribute.name == name).unwrap().kind.clone();
    let one = Type::object([("object_attribute_attribute", Type::String)]);
    assert!(matches!(kind("object_attribute"), Kind::Of(ty) if ty == one));
    assert!(matches!(kind("single_nested_attribute"), Kind::Nested(..)));
}

#[tokio::test]
async fn an_object_without_schemas_may_be_known_in_part() {
    let mut host = host().await;
    let config = object([("object_attribute", object([("object_attribute_attribute", Value::unknown())]))]);
    let planned = host.plan(SCHEMA, &config, None).await.unwrap();
    assert_eq!(planned.state.get("object_attribute"), config.get("object_attribute"));
}

#[tokio::test]
async fn the_provider_sets_values_of_every_type() {
    let mut host = host().await;
    let given = object([("nested_string", "given".into())]);
    let unset = object([("nested_string", Value::Null)]);
    let config = object([
        ("config_bool", true.into()),
        ("config_dynamic", dynamic(Type::String, "given")),
        ("config_float64", 2_i64.into()),
        ("config_int64", 3_i64.into()),
        ("config_list", Value::List(texts())),
        ("config_map", object([("key", "given".into())])),
        ("config_map_nested", object([("key", given.clone())])),
        ("config_object", given.clone()),
        ("config_single_nested", given.clone()),
        ("config_string", "given".into()),
        ("config_set_nested_block", Value::set([given])),
        ("computed_list_nested_block", Value::List(vec![unset.clone(), unset])),
    ]);
    let planned = host.plan(Pairs::TYPE_NAME, &config, None).await.unwrap();
    assert!(!planned.state.get("computed_object").is_known() && !planned.state.get("computed_dynamic").is_known());
    let stored = settled(&mut host, Pairs::TYPE_NAME, &config).await;
    let made = object([("nested_string", "computed string".into())]);
    assert_eq!(stored.state.get("computed_object"), &made);
    assert_eq!(stored.state.get("computed_single_nested"), &made);
    assert_eq!(stored.state.get("computed_dynamic"), &dynamic(Type::String, "dynamic string"));
    let blocks = stored.state.get("computed_list_nested_block").as_list().unwrap().to_vec();
    let texts = ["computed string one", "computed string two"].map(|text| object([("nested_string", text.into())]));
    assert_eq!(blocks, texts);
}

#[tokio::test]
async fn a_computed_value_may_change_its_type() {
    const NAME: &str = "framework_dynamic_computed_type_change";
    let mut host = host().await;
    let config = |text: &str| object([("required_dynamic", dynamic(Type::String, text))]);
    let stored = host.create(NAME, &config("a")).await.unwrap();
    assert_eq!(stored.state.get("computed_dynamic_type_changes"), &dynamic(Type::Bool, true));
    let planned = host.plan(NAME, &config("b"), Some(&stored)).await.unwrap();
    assert_eq!(planned.state.get("computed_dynamic_type_changes"), &Value::unknown());
    let applied = host.apply(NAME, &config("b"), Some(&stored), &planned).await.unwrap();
    assert!(applied.diagnostics.iter().next().is_none(), "{:?}", applied.diagnostics);
    assert_eq!(applied.stored.state.get("computed_dynamic_type_changes"), &dynamic(Type::Number, 200_i64));
}

#[tokio::test]
async fn functions_take_and_return_every_type() {
    let mut host = host().await;
    let argument = object([("attr1", "a".into()), ("attr2", Value::Null)]);
    assert_eq!(host.call("object", std::slice::from_ref(&argument)).await.unwrap(), Ok(argument));
    let anything = [dynamic(Type::Bool, true), dynamic(Type::String, "a")];
    let tuple = dynamic(Type::Tuple(vec![Type::Bool, Type::String]), Value::List(vec![true.into(), "a".into()]));
    assert_eq!(host.call("dynamic_variadic", &anything).await.unwrap(), Ok(tuple));
    assert_eq!(
        host.call("dynamic_variadic", &[]).await.unwrap(),
        Ok(dynamic(Type::Tuple(Vec::new()), Value::List(Vec::new())))
    );
}

#[tokio::test]
async fn defaults_in_a_set_stay_with_their_elements() {
    let mut host = host().await;
    let elements = |default: &dyn Fn() -> Value| {
        let element = |value: &str| object([("value", value.into()), ("default_value", default())]);
        object([("set", Value::set(["one", "two", "three"].map(element)))])
    };
    for name in ["framework_set_nested_attribute_with_defaults", "framework_set_nested_block_with_defaults"] {
        let stored = settled(&mut host, name, &elements(&|| Value::Null)).await;
        assert_eq!(stored.state, elements(&|| "this is a default".into()));
    }
}
