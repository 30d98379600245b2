//! What is known of one attribute.

use std::fmt;

use super::PartialValue;
use crate::{
    diagnostics::{Diagnostic, Diagnostics},
    value::{Path, Value},
};

/// One attribute of a configuration, a plan or a state: null, unknown until apply, or known.
///
/// What is known may itself hold unknown parts: the elements of a `Vec<String>` are `Attr<String>` here. A value that the
/// attribute's Rust type cannot hold (a number that does not fit, a text that is no variant) is [`Invalid`](Self::Invalid):
/// it is carried as it is, and [`complete`](super::AttributeType::complete) reports it on its path.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Attr<T> {
    /// No value.
    #[default]
    Null,
    /// A value that is known only after apply.
    Unknown,
    /// This value.
    Known(T),
    /// A value that is not one of the attribute's type.
    Invalid(Invalid),
}

/// Why a value is not one of its attribute's Rust type, as a sentence that begins "must …". Never quotes the value, which
/// may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(String);

impl Invalid {
    /// `reason` begins with "must".
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<T> Attr<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The value to change in place, if it is known.
    pub fn known_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The value itself, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The value of one field that is needed, where [`complete`](super::AttributeType::complete) would require all of them.
    ///
    /// ```
    /// use tfplugin::{Attr, Model, Partial};
    ///
    /// /// A note.
    /// #[derive(Debug, Clone, Model)]
    /// #[model(resource = "example_note")]
    /// struct Note {
    ///     /// Where it is.
    ///     path: String,
    ///     /// What it says, which older states do not have.
    ///     text: String,
    /// }
    ///
    /// let stored = Partial::<Note> { path: "milk.txt".into(), text: Attr::Null };
    /// assert_eq!(stored.path.require(Note::PATH).unwrap(), "milk.txt");
    /// assert!(stored.text.require(Note::TEXT).is_err());
    /// ```
    ///
    /// # Errors
    /// There is no value, or none yet, or not one of the type: on this path.
    pub fn require(&self, place: impl Into<Path>) -> Result<&T, Diagnostics> {
        self.known().ok_or_else(|| self.missing(&place.into()).into())
    }

    /// What is wrong with a value that is needed and not known.
    pub(crate) fn missing(&self, path: &Path) -> Diagnostic {
        let (summary, what) = match self {
            Self::Unknown => {
                ("The value is not known yet", "is known only after apply, but it is needed earlier".to_owned())
            }
            Self::Invalid(reason) => ("The value is invalid", reason.to_string()),
            Self::Null | Self::Known(_) => ("The value is missing", "has no value, but it needs one here".to_owned()),
        };
        Diagnostic::error(summary, format!("{path} {what}.")).at(path.clone())
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value is known only after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl<T: PartialValue> Attr<T> {
    /// What a dynamic value says.
    pub fn decode(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            value if !value.is_known() => Self::Unknown,
            Value::Dynamic(typed) if typed.1.is_null() => Self::Null,
            value => T::decode(value).map_or_else(Self::Invalid, Self::Known),
        }
    }

    /// The dynamic value. Where `original` says the same, it is returned as it is, with what only it holds: refinements
    /// of an unknown value, or the exact text that the user wrote.
    pub fn encode_onto(&self, original: &Value) -> Value {
        match (self, Self::decode(original)) {
            (Self::Invalid(_), _) => original.clone(),
            (Self::Null, Self::Null) | (Self::Unknown, Self::Unknown) => original.clone(),
            (Self::Null, _) => Value::Null,
            (Self::Unknown, _) => Value::unknown(),
            (Self::Known(value), _) => value.encode_onto(original),
        }
    }

    /// The dynamic value.
    pub fn encode(&self) -> Value {
        self.encode_onto(&Value::Null)
    }

    /// Whether neither the value nor anything inside it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Known(value) => value.is_wholly_known(),
            Self::Null | Self::Invalid(_) => true,
        }
    }
}

impl Attr<String> {
    /// The text, if it is known.
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Attr<String> {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

impl<T> From<Vec<T>> for Attr<Vec<Attr<T>>> {
    fn from(elements: Vec<T>) -> Self {
        Self::Known(elements.into_iter().map(Attr::Known).collect())
    }
}
