//! The value codecs: what is written is read again, and nothing that comes in can do harm.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tfplugin::value::{Number, Refinement, Type, Value, json, msgpack};

fn number() -> BoxedStrategy<Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).ok()),
        "-?[1-9][0-9]{0,150}(\\.[0-9]{1,150})?".prop_map(|text| Number::parse(&text).unwrap()),
    ]
    .boxed()
}

fn refinement() -> BoxedStrategy<Refinement> {
    let bound = || proptest::option::of((number(), any::<bool>()));
    (
        any::<bool>(),
        proptest::option::of(".{0,8}"),
        bound(),
        bound(),
        proptest::option::of(any::<u32>()),
        proptest::option::of(any::<u32>()),
    )
        .prop_map(|(not_null, prefix, lower, upper, min_length, max_length)| Refinement {
            not_null,
            prefix,
            lower,
            upper,
            min_length: min_length.map(u64::from),
            max_length: max_length.map(u64::from),
        })
        .boxed()
}

pub fn any_type() -> BoxedStrategy<Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool), Just(Type::Dynamic)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            proptest::collection::btree_map("[a-z_]{1,5}", inner, 0..4).prop_map(Type::Object),
        ]
    })
    .boxed()
}

fn known(ty: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    let inner = |ty: &Type| value_of(ty, unknowns);
    match ty {
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::Number => number().prop_map(Value::from).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Dynamic => prop_oneof![Just(Type::String), Just(Type::list(Type::Number))]
            .prop_flat_map(move |ty| {
                known(&ty, unknowns).prop_map(move |value| Value::Dynamic(Box::new((ty.clone(), value))))
            })
            .boxed(),
        Type::List(ty) => proptest::collection::vec(inner(ty), 0..4).prop_map(Value::List).boxed(),
        Type::Set(ty) => proptest::collection::vec(inner(ty), 0..4).prop_map(Value::set).boxed(),
        Type::Map(ty) => proptest::collection::btree_map(".{0,4}", inner(ty), 0..4).prop_map(Value::Map).boxed(),
        Type::Tuple(types) => types.iter().map(inner).collect::<Vec<_>>().prop_map(Value::List).boxed(),
        Type::Object(types) => {
            let names: Vec<String> = types.keys().cloned().collect();
            types
                .values()
                .map(inner)
                .collect::<Vec<_>>()
                .prop_map(move |values| Value::Map(names.iter().cloned().zip(values).collect::<BTreeMap<_, _>>()))
                .boxed()
        }
    }
}

pub fn value_of(ty: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    let known = known(ty, unknowns);
    if unknowns {
        prop_oneof![1 => Just(Value::Null), 1 => refinement().prop_map(Value::Unknown), 8 => known].boxed()
    } else {
        prop_oneof![1 => Just(Value::Null), 8 => known].boxed()
    }
}

fn typed(unknowns: bool) -> BoxedStrategy<(Type, Value)> {
    any_type().prop_flat_map(move |ty| value_of(&ty, unknowns).prop_map(move |value| (ty.clone(), value))).boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn msgpack_comes_back((ty, value) in typed(true)) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        prop_assert_eq!(msgpack::decode(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn json_comes_back((ty, value) in typed(false)) {
        let bytes = json::encode(&value, &ty).unwrap();
        prop_assert_eq!(json::decode(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn types_come_back(ty in any_type()) {
        prop_assert_eq!(Type::from_json(ty.to_json().to_string().as_bytes()), Ok(ty));
    }

    #[test]
    fn any_bytes_are_read_or_refused(ty in any_type(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(value) = msgpack::decode(&bytes, &ty) {
            let again = msgpack::encode(&value, &ty).unwrap();
            prop_assert_eq!(msgpack::decode(&again, &ty).unwrap(), value);
        }
        let _ = json::decode(&bytes, &ty);
        let _ = Type::from_json(&bytes);
    }

    #[test]
    fn broken_messages_are_read_or_refused(
        (ty, value) in typed(true),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = msgpack::encode(&value, &ty).unwrap();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let _ = msgpack::decode(&bytes, &ty);
    }
}

#[test]
fn state_json_of_another_version_is_read() {
    let ty = Type::object([("kept", Type::String), ("new", Type::list(Type::String)), ("count", Type::Number)]);
    let value = json::decode(br#"{"kept": "a", "old": {"x": 1}, "count": "12"}"#, &ty).unwrap();
    let expected = Value::object([("kept", "a".into()), ("new", Value::Null), ("count", 12_i64.into())]);
    assert_eq!(value, expected);
}

#[test]
fn deep_json_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(json::decode(deep.as_bytes(), &Type::Dynamic).is_err());
}

#[test]
fn a_number_keeps_all_of_its_digits() {
    let digits = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211";
    let number = Value::Number(Number::parse(digits).unwrap());
    let bytes = msgpack::encode(&number, &Type::Number).unwrap();
    assert_eq!(msgpack::decode(&bytes, &Type::Number).unwrap(), number);
    assert_eq!(json::encode(&number, &Type::Number).unwrap(), digits.as_bytes());
    assert_eq!(json::decode(digits.as_bytes(), &Type::Number).unwrap(), number);
}
