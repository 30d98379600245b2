//! Types, and the JSON that the protocol writes them in.

use std::{collections::BTreeMap, fmt};

use serde_json::{Value as Json, json};

use super::MAX_DEPTH;

/// A type of the cty type system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Text.
    String,
    /// A number of any precision.
    Number,
    /// `true` or `false`.
    Bool,
    /// Any type; each value carries its own.
    Dynamic,
    /// Elements of one type, in an order.
    List(Box<Type>),
    /// Elements of one type, without order or repetition.
    Set(Box<Type>),
    /// Elements of one type, by name.
    Map(Box<Type>),
    /// A fixed number of elements, each of its own type.
    Tuple(Vec<Type>),
    /// Named attributes, each of its own type.
    Object(BTreeMap<String, Type>),
}

/// JSON that does not describe a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeError;

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the JSON form of a type")
    }
}

impl std::error::Error for TypeError {}

impl Type {
    /// A list of these.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of these.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of these.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object of these attributes.
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Type)>) -> Self {
        Self::Object(attributes.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }

    /// The JSON form, such as `["list","string"]`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => "string".into(),
            Self::Number => "number".into(),
            Self::Bool => "bool".into(),
            Self::Dynamic => "dynamic".into(),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => json!(["tuple", elements.iter().map(Self::to_json).collect::<Json>()]),
            Self::Object(attributes) => {
                let attributes = attributes.iter().map(|(name, ty)| (name.clone(), ty.to_json()));
                json!(["object", Json::Object(attributes.collect())])
            }
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// Bytes that are not JSON, not a type, or nested too deeply.
    pub fn from_json(bytes: &[u8]) -> Result<Self, TypeError> {
        let json: Json = serde_json::from_slice(bytes).map_err(|_| TypeError)?;
        Self::read(&json, MAX_DEPTH)
    }

    fn read(json: &Json, depth: usize) -> Result<Self, TypeError> {
        let depth = depth.checked_sub(1).ok_or(TypeError)?;
        let element = |json| Self::read(json, depth).map(Box::new);
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(TypeError),
            },
            Json::Array(parts) => match (parts.first().and_then(Json::as_str), parts.get(1..).unwrap_or_default()) {
                (Some("list"), [of]) => element(of).map(Self::List),
                (Some("set"), [of]) => element(of).map(Self::Set),
                (Some("map"), [of]) => element(of).map(Self::Map),
                (Some("tuple"), [Json::Array(of)]) => {
                    of.iter().map(|ty| Self::read(ty, depth)).collect::<Result<_, _>>().map(Self::Tuple)
                }
                // A second list would name optional attributes, which only type constraints have.
                (Some("object"), [Json::Object(of), ..]) => of
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), Self::read(ty, depth)?)))
                    .collect::<Result<_, _>>()
                    .map(Self::Object),
                _ => Err(TypeError),
            },
            _ => Err(TypeError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_types_are_refused() {
        let deep = format!("{}\"string\"{}", "[\"list\",".repeat(5_000), "]".repeat(5_000));
        let deepish = format!("{}\"string\"{}", "[\"list\",".repeat(120), "]".repeat(120));
        for text in ["", "[]", "{}", "\"text\"", "[\"list\"]", "[\"tuple\",{}]", &deep, &deepish] {
            assert_eq!(Type::from_json(text.as_bytes()), Err(TypeError), "{text:.40}");
        }
    }
}
