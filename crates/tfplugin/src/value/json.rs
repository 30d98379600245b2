//! The JSON encoding of values, which state files hold.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{CodecError, MAX_DEPTH, Number, Step, Type, Value};

/// Reads a value of this type. Object attributes that the type does not have are left out, and those that are missing
/// are null, so that a state of another version of the schema can be read.
///
/// # Errors
/// Bytes that are not JSON, or values that are not of the type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let json = serde_json::from_slice(bytes)
        .map_err(|error| CodecError::new(format!("not JSON (line {}, column {})", error.line(), error.column())))?;
    read(&json, ty, MAX_DEPTH)
}

/// Writes a value of this type.
///
/// # Errors
/// A value that is not of the type, or that is unknown, which JSON cannot say.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    Ok(to_json(value, ty)?.to_string().into_bytes())
}

fn read(json: &Json, ty: &Type, depth: usize) -> Result<Value, CodecError> {
    let depth = depth.checked_sub(1).ok_or_else(|| CodecError::new("nested too deeply"))?;
    match (json, ty) {
        (Json::Null, _) => Ok(Value::Null),
        (Json::String(text), Type::String) => Ok(Value::String(text.clone())),
        // cty converts between primitive types when it reads JSON, so states hold either form.
        (Json::Bool(flag), Type::String) => Ok(flag.to_string().into()),
        (Json::Number(number), Type::String) => Ok(number.to_string().into()),
        (Json::Bool(flag), Type::Bool) => Ok(Value::Bool(*flag)),
        (Json::String(text), Type::Bool) => flag(text),
        (Json::Number(number), Type::Bool) => flag(&number.to_string()),
        (Json::Number(number), Type::Number) => parse(&number.to_string()),
        (Json::String(text), Type::Number) => parse(text),
        (Json::Object(parts), Type::Dynamic) => {
            let (Some(ty), Some(value)) = (parts.get("type"), parts.get("value")) else {
                return Err(CodecError::new("a value of any type comes as its type and itself"));
            };
            let ty = Type::from_json(ty.to_string().as_bytes()).map_err(|error| CodecError::new(error.to_string()))?;
            let value = read(value, &ty, depth)?;
            Ok(Value::Dynamic(Box::new((ty, value))))
        }
        (Json::Array(elements), Type::List(ty)) => list(elements.iter().map(|element| (element, &**ty)), depth),
        (Json::Array(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            list(elements.iter().zip(types), depth)
        }
        (Json::Array(elements), Type::Set(ty)) => match list(elements.iter().map(|element| (element, &**ty)), depth)? {
            Value::List(elements) => Ok(Value::set(elements)),
            other => Ok(other),
        },
        (Json::Object(elements), Type::Map(ty)) => {
            let elements = elements.iter().map(|(name, element)| {
                let value = read(element, ty, depth).map_err(|error| error.within(Step::Key(name.clone())))?;
                Ok((name.clone(), value))
            });
            elements.collect::<Result<BTreeMap<_, _>, _>>().map(Value::Map)
        }
        (Json::Object(attributes), Type::Object(types)) => {
            let attributes = types.iter().map(|(name, ty)| {
                let value = attributes.get(name).map_or(Ok(Value::Null), |json| read(json, ty, depth));
                Ok((name.clone(), value.map_err(|error| error.within(Step::Attribute(name.clone())))?))
            });
            attributes.collect::<Result<BTreeMap<_, _>, _>>().map(Value::Map)
        }
        _ => Err(CodecError::new("not of the type that the schema gives it")),
    }
}

fn flag(text: &str) -> Result<Value, CodecError> {
    match text {
        "true" | "1" => Ok(true.into()),
        "false" | "0" => Ok(false.into()),
        _ => Err(CodecError::new("must be true or false")),
    }
}

fn parse(text: &str) -> Result<Value, CodecError> {
    Ok(Value::Number(Number::parse(text)?))
}

fn list<'j>(elements: impl Iterator<Item = (&'j Json, &'j Type)>, depth: usize) -> Result<Value, CodecError> {
    let elements = elements.enumerate().map(|(at, (element, ty))| {
        read(element, ty, depth).map_err(|error| error.within(Step::Index(i64::try_from(at).unwrap_or(i64::MAX))))
    });
    elements.collect::<Result<Vec<_>, _>>().map(Value::List)
}

fn to_json(value: &Value, ty: &Type) -> Result<Json, CodecError> {
    let within = |name: &str| {
        let step = Step::Attribute(name.to_owned());
        move |error: CodecError| error.within(step)
    };
    match (value, ty) {
        (Value::Null, _) => Ok(Json::Null),
        (Value::String(text), Type::String) => Ok(text.as_str().into()),
        (Value::Bool(flag), Type::Bool) => Ok((*flag).into()),
        (Value::Number(number), Type::Number) => serde_json::from_str(&number.to_string())
            .map(Json::Number)
            .map_err(|_| CodecError::new("a number that JSON cannot hold")),
        (Value::Dynamic(typed), Type::Dynamic) => {
            let value = to_json(&typed.1, &typed.0)?;
            Ok(serde_json::json!({"type": typed.0.to_json(), "value": value}))
        }
        (Value::List(elements), Type::List(ty)) | (Value::Set(elements), Type::Set(ty)) => {
            elements.iter().map(|element| to_json(element, ty)).collect()
        }
        (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            elements.iter().zip(types).map(|(element, ty)| to_json(element, ty)).collect()
        }
        (Value::Map(map), Type::Map(ty)) => map
            .iter()
            .map(|(name, value)| Ok((name.clone(), to_json(value, ty).map_err(within(name))?)))
            .collect::<Result<_, _>>()
            .map(Json::Object),
        (Value::Map(_), Type::Object(attributes)) => attributes
            .iter()
            .map(|(name, ty)| Ok((name.clone(), to_json(value.get(name), ty).map_err(within(name))?)))
            .collect::<Result<_, _>>()
            .map(Json::Object),
        (Value::Unknown(_), _) => Err(CodecError::new("an unknown value cannot be written as JSON")),
        _ => Err(CodecError::new("the value is not of the type that the schema gives it")),
    }
}
