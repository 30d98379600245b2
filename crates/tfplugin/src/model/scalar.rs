//! Values that are known or unknown as a whole.

use std::fmt::Debug;

use super::{AsAttribute, AttributeType, Element, Invalid, PartialValue, PlainElement};
use crate::{
    diagnostics::Diagnostics,
    schema::{Attribute, Kind},
    value::{Number, Path, Type, Value},
};

/// A type for attributes whose values are known or unknown as a whole. Implement it for a type of your own:
///
/// ```
/// use tfplugin::{Invalid, Scalar, value::{Type, Value}};
///
/// /// A port, written as `"tcp/80"`.
/// #[derive(Debug, Clone, PartialEq)]
/// struct Port(String, u16);
///
/// impl Scalar for Port {
///     fn ty() -> Type {
///         Type::String
///     }
///
///     fn decode(value: &Value) -> Result<Self, Invalid> {
///         let parts = value.as_str().and_then(|text| text.split_once('/'));
///         let port = parts.and_then(|(protocol, port)| Some(Port(protocol.to_lowercase(), port.parse().ok()?)));
///         port.ok_or_else(|| Invalid::new("must be a protocol and a port, such as tcp/80"))
///     }
///
///     fn encode(&self) -> Value {
///         format!("{}/{}", self.0, self.1).into()
///     }
/// }
/// ```
///
/// Two values that decode to equal Rust values mean the same ([`same_meaning`](Self::same_meaning)): `"TCP/80"` in a
/// configuration stays as it is where a service answers `"tcp/80"`, and changing one into the other plans nothing.
pub trait Scalar: Debug + Clone + PartialEq + Send + Sync + 'static {
    /// Terraform's type of the values.
    fn ty() -> Type;

    /// Reads a value, which is known and not null.
    ///
    /// # Errors
    /// A value that is not of this Rust type.
    fn decode(value: &Value) -> Result<Self, Invalid>;

    /// Writes a value.
    fn encode(&self) -> Value;

    /// Whether no part is unknown. Only values of any type have parts.
    #[doc(hidden)]
    fn is_wholly_known(&self) -> bool {
        true
    }

    /// Whether two values mean the same, although they may be written differently.
    fn same_meaning(&self, other: &Self) -> bool {
        self == other
    }

    /// What the type adds to each attribute that has it, such as validators.
    fn refine(attribute: Attribute) -> Attribute {
        attribute
    }
}

impl<T: Scalar> PartialValue for T {
    fn decode(value: &Value) -> Result<Self, Invalid> {
        <T as Scalar>::decode(value)
    }

    fn encode(&self) -> Value {
        <T as Scalar>::encode(self)
    }

    fn is_wholly_known(&self) -> bool {
        <T as Scalar>::is_wholly_known(self)
    }
}

impl<T: Scalar> Element for T {}
impl<T: Scalar> PlainElement for T {}
impl<T: Scalar> AsAttribute for T {}

impl<T: Scalar> AttributeType for T {
    type Partial = T;

    fn kind() -> Kind {
        Kind::Of(T::ty())
    }

    fn refine(attribute: Attribute) -> Attribute {
        let same = |a: &Value, b: &Value| match (<T as Scalar>::decode(a), <T as Scalar>::decode(b)) {
            (Ok(a), Ok(b)) => a.same_meaning(&b),
            _ => false,
        };
        let check = |value: &Value| <T as Scalar>::decode(value).err().map(|invalid| invalid.to_string());
        <T as Scalar>::refine(attribute.same_meaning(same).parsed_by(check))
    }

    fn complete(partial: T, _: &Path) -> Result<T, Diagnostics> {
        Ok(partial)
    }

    fn into_partial(self) -> T {
        self
    }
}

/// Implements [`Scalar`] where the dynamic value has a case for the type.
macro_rules! scalar {
    ($type:ty, $ty:ident, $value:ident => $decoded:expr, $reason:literal, $this:ident => $encoded:expr) => {
        impl Scalar for $type {
            fn ty() -> Type {
                Type::$ty
            }

            fn decode($value: &Value) -> Result<Self, Invalid> {
                $decoded.ok_or_else(|| Invalid::new($reason))
            }

            fn encode(&self) -> Value {
                let $this = self;
                $encoded
            }
        }
    };
}

scalar!(String, String, value => value.as_str().map(str::to_owned), "must be text", this => this.as_str().into());
scalar!(bool, Bool, value => value.as_bool(), "must be true or false", this => (*this).into());
scalar!(i64, Number, value => value.as_i64(), "must be a whole number of at most 64 bits", this => (*this).into());
scalar!(
    i32, Number, value => value.as_i64().and_then(|number| number.try_into().ok()),
    "must be a whole number of at most 32 bits", this => i64::from(*this).into()
);
scalar!(Number, Number, value => value.as_number().cloned(), "must be a number", this => this.clone().into());
scalar!(
    f64, Number, value => value.as_number().and_then(float), "must be a number of at most 64 bits",
    this => from_float(*this)
);
scalar!(
    f32, Number, value => value.as_number().and_then(float32), "must be a number of at most 32 bits",
    this => from_float((*this).into())
);

/// Terraform has no number that is none, and none without end: such a result is reported as one that the provider left
/// unknown.
fn from_float(float: f64) -> Value {
    Number::from_f64(float).map_or_else(|_| Value::unknown(), Value::Number)
}

/// The nearest float; none for a number that is too large for one, or too small to differ from zero.
fn float(number: &Number) -> Option<f64> {
    number.to_f64().filter(|float| *float != 0.0 || *number == 0_i64.into())
}

fn float32(number: &Number) -> Option<f32> {
    // The nearest one of 64 bits is far more precise than the result.
    #[allow(clippy::cast_possible_truncation)]
    let float = float(number)? as f32;
    (float.is_finite() && (float != 0.0 || *number == 0_i64.into())).then_some(float)
}

/// Any type: the value is what it is. One without a type gets [its own](Value::typed).
impl Scalar for Value {
    fn ty() -> Type {
        Type::Dynamic
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        Ok(value.clone())
    }

    fn encode(&self) -> Value {
        self.clone().typed()
    }

    fn is_wholly_known(&self) -> bool {
        Value::is_wholly_known(self)
    }
}
