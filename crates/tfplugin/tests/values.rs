//! The encodings of values against the table of HashiCorp's own SDK (`data/values.tsv`), in both directions.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tfplugin::value::{CodecError, Number, Type, Value, json, msgpack};

const TABLE: &str = include_str!("data/values.tsv");

struct Row {
    name: &'static str,
    ty: Type,
    encoded: &'static str,
    /// None where the bytes are no value.
    value: Option<Value>,
}

fn rows(encoding: &str) -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = lines.filter(|columns| columns[0] == encoding).map(|columns| {
        let ty = Type::from_json(columns[2].as_bytes()).unwrap();
        let value = (columns[4] != "refused").then(|| value(&serde_json::from_str(columns[4]).unwrap(), &ty));
        Row { name: columns[1], ty, encoded: columns[3], value }
    });
    rows.collect()
}

/// The value that the table writes. It is read here by itself, so that the codecs are not held against themselves.
fn value(written: &Json, ty: &Type) -> Value {
    let list = |types: &mut dyn Iterator<Item = &Type>| {
        let elements = written.as_array().unwrap().iter().zip(types);
        elements.map(|(element, ty)| value(element, ty)).collect::<Vec<_>>()
    };
    match (written, ty) {
        (Json::Null, _) => Value::Null,
        (Json::String(text), _) if text == "<unknown>" => Value::unknown(),
        (Json::String(text), Type::String) => text.as_str().into(),
        (Json::Bool(flag), Type::Bool) => (*flag).into(),
        (Json::Number(number), Type::Number) => Number::parse(&number.to_string()).unwrap().into(),
        (Json::Object(typed), Type::Dynamic) => {
            let ty = Type::from_json(typed["type"].to_string().as_bytes()).unwrap();
            let value = value(&typed["value"], &ty);
            Value::Dynamic(Box::new((ty, value)))
        }
        (_, Type::List(ty)) => Value::List(list(&mut std::iter::repeat(&**ty))),
        (_, Type::Set(ty)) => Value::set(list(&mut std::iter::repeat(&**ty))),
        (_, Type::Tuple(types)) => Value::List(list(&mut types.iter())),
        (Json::Object(members), ty) => Value::Map(
            members
                .iter()
                .map(|(name, member)| match ty {
                    Type::Object(types) => (name.clone(), value(member, &types[name])),
                    Type::Map(element) => (name.clone(), value(member, element)),
                    _ => unreachable!("{name}"),
                })
                .collect::<BTreeMap<_, _>>(),
        ),
        other => unreachable!("{other:?}"),
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|digits| std::str::from_utf8(digits).unwrap());
    digits.map(|digits| u8::from_str_radix(digits, 16).unwrap()).collect()
}

#[test]
fn msgpack_is_that_of_terraform() {
    let rows = rows("msgpack");
    assert_eq!(rows.len(), 62);
    for Row { name, ty, encoded, value } in rows {
        let bytes = bytes(encoded);
        let decoded = msgpack::decode(&bytes, &ty);
        assert_eq!(decoded.ok(), value, "{name}");
        if let Some(value) = value {
            assert_eq!(msgpack::encode(&value, &ty), Ok(bytes), "{name}");
        }
    }
}

#[test]
fn json_is_that_of_terraform() {
    let rows = rows("json");
    assert_eq!(rows.len(), 41);
    for Row { name, ty, encoded, value } in rows {
        let decoded = json::decode(encoded.as_bytes(), &ty);
        assert_eq!(decoded.ok(), value, "{name}");
        let Some(value) = value else { continue };
        let written = json::encode(&value, &ty).unwrap();
        assert_eq!(json::decode(&written, &ty), Ok(value), "{name}");
        // What is converted or left out does not come back as it was.
        let is_lossy = ["-from-", "missing"].iter().any(|part| name.contains(part));
        if !is_lossy {
            let json = |bytes: &[u8]| serde_json::from_slice::<Json>(bytes).unwrap();
            assert_eq!(sorted(json(&written)), sorted(json(encoded.as_bytes())), "{name}");
        }
    }
}

/// The JSON with its arrays in one order: sets have none.
fn sorted(json: Json) -> Json {
    match json {
        Json::Array(elements) => {
            let mut elements: Vec<Json> = elements.into_iter().map(sorted).collect();
            elements.sort_by_key(ToString::to_string);
            elements.into()
        }
        Json::Object(members) => members.into_iter().map(|(name, value)| (name, sorted(value))).collect(),
        other => other,
    }
}

/// Terraform 1.9 and later send whole numbers beyond 64 bits as text: a float would be written into the state by its
/// shortest digits, which stand for another number.
#[test]
fn whole_numbers_beyond_64_bits_are_text() -> Result<(), CodecError> {
    let whole = "340282346638528859811704183484516925440";
    let number = Value::from(Number::parse(whole).unwrap());
    let encoded = msgpack::encode(&number, &Type::Number)?;
    assert_eq!(&encoded[2..], whole.as_bytes());
    // Older ones send the float.
    let float = [&[0xcb][..], &f64::from(f32::MAX).to_be_bytes()].concat();
    assert_eq!(msgpack::decode(&float, &Type::Number)?, number);
    Ok(())
}
