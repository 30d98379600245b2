//! Terraform's values: the cty type system, unknowns, paths and the two wire encodings.
//!
//! A [`Value`] does not carry its type. Types live in schemas, and both codecs are directed by one.

pub mod json;
pub mod msgpack;
mod number;
mod path;
mod ty;

use std::collections::BTreeMap;

pub use number::{Number, NumberError};
pub use path::{Path, Step};
pub use ty::{Type, TypeError};

/// A value of a configuration, a plan or a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Value {
    /// No value was given.
    #[default]
    Null,
    /// A value that is only known after apply, with what is already known about it.
    Unknown(Refinement),
    /// `true` or `false`.
    Bool(bool),
    /// A number of any precision.
    Number(Number),
    /// A string.
    String(String),
    /// The elements of a list or a tuple, in their order.
    List(Vec<Value>),
    /// The elements of a set; [`Value::set`] keeps them in one order, so that equal sets are equal.
    Set(Vec<Value>),
    /// The elements of a map or the attributes of an object.
    Map(BTreeMap<String, Value>),
    /// A value whose type the schema leaves open, with the type that it has.
    Dynamic(Box<(Type, Value)>),
}

/// What is known of a value that is not known yet. The default says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinement {
    /// The value will not be null.
    pub not_null: bool,
    /// The string will start with this.
    pub prefix: Option<String>,
    /// The number will be at least this (`true`: this included).
    pub lower: Option<(Number, bool)>,
    /// The number will be at most this (`true`: this included).
    pub upper: Option<(Number, bool)>,
    /// The collection will have at least so many elements.
    pub min_length: Option<u64>,
    /// The collection will have at most so many elements.
    pub max_length: Option<u64>,
}

/// Bytes that are not a value of the expected type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodecError {
    /// Where in the value the trouble is.
    pub path: Path,
    /// What is wrong there. Never quotes the value itself, which may be a secret.
    pub message: String,
    /// Whether it is a number that Terraform may well send and that has too many digits to be kept.
    pub(crate) is_long_number: bool,
}

impl CodecError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: Path::default(), message: message.into(), is_long_number: false }
    }

    /// The same error with a path from one level further out.
    fn within(mut self, step: Step) -> Self {
        self.path = self.path.prefixed(step);
        self
    }
}

impl std::fmt::Display for CodecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

impl std::error::Error for CodecError {}

impl From<NumberError> for CodecError {
    fn from(error: NumberError) -> Self {
        Self { is_long_number: true, ..Self::new(error.to_string()) }
    }
}

/// How deep values and types may nest. Terraform's own never come near it.
const MAX_DEPTH: usize = 100;

static NULL: Value = Value::Null;

impl Value {
    /// A wholly unknown value.
    pub fn unknown() -> Self {
        Self::Unknown(Refinement::default())
    }

    /// A set of these elements: sorted, and without repetition of known elements.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(elements)
    }

    /// An object or map of these attributes.
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(attributes.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }

    /// The value with the type that it has by itself, for an attribute whose schema leaves the type open. A list becomes a
    /// tuple and a map an object; a set takes the type of its first element.
    ///
    /// ```
    /// use tfplugin::value::{Type, Value};
    ///
    /// let sizes = Value::from(vec![1, 2]).typed();
    /// let types = Type::Tuple(vec![Type::Number, Type::Number]);
    /// assert_eq!(sizes, Value::Dynamic(Box::new((types, Value::from(vec![1, 2])))));
    /// ```
    #[must_use]
    pub fn typed(self) -> Self {
        match self {
            Self::Null | Self::Unknown(_) | Self::Dynamic(_) => self,
            value => Self::Dynamic(Box::new((value.own_type(), value))),
        }
    }

    fn own_type(&self) -> Type {
        match self {
            Self::Null | Self::Unknown(_) | Self::Dynamic(_) => Type::Dynamic,
            Self::Bool(_) => Type::Bool,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::String,
            Self::List(elements) => Type::Tuple(elements.iter().map(Self::own_type).collect()),
            Self::Set(elements) => Type::set(elements.first().map_or(Type::Dynamic, Self::own_type)),
            Self::Map(attributes) => {
                Type::object(attributes.iter().map(|(name, value)| (name.as_str(), value.own_type())))
            }
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this very value is known; its elements may be unknown.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Dynamic(typed) => typed.1.is_known(),
            _ => true,
        }
    }

    /// Whether neither this value nor anything inside it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(elements) | Self::Set(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(attributes) => attributes.values().all(Self::is_wholly_known),
            Self::Dynamic(typed) => typed.1.is_wholly_known(),
            _ => true,
        }
    }

    /// The attribute or map element of this name; null where there is none.
    pub fn get(&self, name: &str) -> &Value {
        match self {
            Self::Map(attributes) => attributes.get(name).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// Sets an attribute of an object. Does nothing to a value that is not an object.
    pub fn set_attribute(&mut self, name: &str, value: impl Into<Value>) {
        if let Self::Map(attributes) = self {
            attributes.insert(name.to_owned(), value.into());
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The whole number, if this is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.to_i64(),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The attributes of an object or the elements of a map, if this is one.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// The elements, if this is a list, tuple or set.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The value at a path, if the path leads somewhere.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.steps().iter().try_fold(self, |value, step| match (value, step) {
            (Self::Map(map), Step::Attribute(name) | Step::Key(name)) => map.get(name),
            (Self::List(list), Step::Index(index)) => list.get(usize::try_from(*index).ok()?),
            _ => None,
        })
    }
}

impl Value {
    /// Sets the value at a path, in objects, maps and lists that are there. Says whether the path leads somewhere.
    #[must_use]
    pub fn set_at(&mut self, path: &Path, value: Value) -> bool {
        let place = path.steps().iter().try_fold(self, |value, step| match (value, step) {
            (Self::Map(map), Step::Attribute(name) | Step::Key(name)) => map.get_mut(name),
            (Self::List(list), Step::Index(index)) => list.get_mut(usize::try_from(*index).ok()?),
            _ => None,
        });
        place.map(|place| *place = value).is_some()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }
}
