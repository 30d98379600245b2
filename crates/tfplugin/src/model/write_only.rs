//! Values that are never stored.

use std::fmt;

use super::{AsAttribute, AttributeType, Invalid, Numeric, PartialValue, Textual};
use crate::{
    diagnostics::Diagnostics,
    schema::{Attribute, Kind, Validator},
    value::{Path, Value},
};

/// A value that is read from the configuration while it is applied, and never stored. It needs Terraform 1.11. Plans and states
/// have none, also of what is required: take it from the configuration of a [`Create`](crate::Create) or an
/// [`Update`](crate::Update).
///
/// ```
/// use tfplugin::{Create, Model, WriteOnly};
///
/// /// A user.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_user")]
/// struct User {
///     /// The password.
///     password: WriteOnly<String>,
///     /// Change it to send the password again.
///     password_version: i64,
/// }
///
/// fn password(create: &Create<User>) -> Option<&str> {
///     create.config.password.known()?.get().map(String::as_str)
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct WriteOnly<T>(Option<T>);

impl<T> WriteOnly<T> {
    /// The value; none outside of configurations.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// The value itself; none outside of configurations.
    pub fn into_inner(self) -> Option<T> {
        self.0
    }
}

impl<T> From<T> for WriteOnly<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T> fmt::Debug for WriteOnly<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WriteOnly(…)")
    }
}

impl<P: PartialValue> PartialValue for WriteOnly<P> {
    fn decode(value: &Value) -> Result<Self, Invalid> {
        P::decode(value).map(Self::from)
    }

    fn encode(&self) -> Value {
        self.0.as_ref().map_or(Value::Null, PartialValue::encode)
    }

    fn encode_onto(&self, original: &Value) -> Value {
        self.0.as_ref().map_or(Value::Null, |value| value.encode_onto(original))
    }

    fn is_wholly_known(&self) -> bool {
        self.0.as_ref().is_none_or(PartialValue::is_wholly_known)
    }
}

impl<T: AttributeType> AttributeType for WriteOnly<T> {
    type Partial = WriteOnly<T::Partial>;

    const ENDS: () = T::ENDS;
    const IS_WRITE_ONLY: bool = true;

    fn kind() -> Kind {
        T::kind()
    }

    fn refine(attribute: Attribute) -> Attribute {
        T::refine(attribute).write_only()
    }

    fn absent() -> Option<Self> {
        Some(Self(None))
    }

    fn complete(partial: Self::Partial, path: &Path) -> Result<Self, Diagnostics> {
        partial.0.map(|value| T::complete(value, path)).transpose().map(Self)
    }

    fn into_partial(self) -> Self::Partial {
        WriteOnly(self.0.map(AttributeType::into_partial))
    }
}

impl<T: AsAttribute> AsAttribute for WriteOnly<T> {}

impl<T: Textual> Textual for WriteOnly<T> {}

impl<T: Numeric> Numeric for WriteOnly<T> {
    type Bound = T::Bound;

    fn range(min: T::Bound, max: T::Bound) -> Validator {
        T::range(min, max)
    }
}
