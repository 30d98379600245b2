//! Types that say more of an attribute than its value: computed, sensitive, write-only.

use std::{fmt, ops::Deref};

use super::{AsAttribute, Attr, AttributeType, Element, Invalid, Map, PartialValue, PlainElement};
use crate::{
    diagnostics::Diagnostics,
    schema::{Attribute, Kind, Validator},
    value::{Number, Path, Value},
};

/// A value that the provider gives: unknown while Terraform plans, until the object has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Computed<T> {
    /// It is known only after apply.
    #[default]
    Unknown,
    /// The object has none.
    Null,
    /// This value.
    Known(T),
}

impl<T> Computed<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Null => None,
        }
    }
}

impl<T> From<T> for Computed<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Computed<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Computed<String> {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

/// Makes a wrapper of a field stand for what is in it, wherever values are decoded and encoded.
macro_rules! transparent {
    ($name:ident) => {
        impl<P: PartialValue> PartialValue for $name<P> {
            fn decode(value: &Value) -> Result<Self, Invalid> {
                P::decode(value).map(Self)
            }

            fn encode(&self) -> Value {
                self.0.encode()
            }

            fn encode_onto(&self, original: &Value) -> Value {
                self.0.encode_onto(original)
            }

            fn is_wholly_known(&self) -> bool {
                self.0.is_wholly_known()
            }
        }
    };
}
pub(super) use transparent;

/// A wrapper whose Debug shows nothing, and which is declared in the schema by a method of [`Attribute`].
macro_rules! hidden {
    ($(#[$doc:meta])* $name:ident, $refine:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq)]
        pub struct $name<T>(T);

        impl<T> $name<T> {
            /// The value itself.
            pub fn into_inner(self) -> T {
                self.0
            }
        }

        impl<T> Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<T> From<T> for $name<T> {
            fn from(value: T) -> Self {
                Self(value)
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        transparent!($name);

        impl<T: AttributeType> AttributeType for $name<T> {
            type Partial = $name<T::Partial>;

            const ENDS: () = T::ENDS;
            const IS_WRITE_ONLY: bool = T::IS_WRITE_ONLY;

            fn kind() -> Kind {
                T::kind()
            }

            fn refine(attribute: Attribute) -> Attribute {
                T::refine(attribute).$refine()
            }

            fn complete(partial: Self::Partial, path: &Path) -> Result<Self, Diagnostics> {
                T::complete(partial.0, path).map(Self)
            }

            fn into_partial(self) -> Self::Partial {
                $name(self.0.into_partial())
            }
        }

        impl<T: AsAttribute> AsAttribute for $name<T> {}

        impl<T: Textual> Textual for $name<T> {}

        impl<T: Numeric> Numeric for $name<T> {
            type Bound = T::Bound;

            fn range(min: T::Bound, max: T::Bound) -> Validator {
                T::range(min, max)
            }
        }
    };
}

hidden!(
    /// A value that Terraform hides, and that no log shows.
    Sensitive,
    sensitive
);
impl<T: Element> Element for Sensitive<T> {}
impl<T: PlainElement> PlainElement for Sensitive<T> {}

/// What `length`, `one_of` and `not_blank` can stand on.
#[diagnostic::on_unimplemented(message = "length, one_of and not_blank are for text, not for `{Self}`")]
pub trait Textual {}

impl Textual for String {}

/// What `range` can stand on.
#[diagnostic::on_unimplemented(message = "a range is for numbers, not for `{Self}`")]
pub trait Numeric {
    /// What the range is written in.
    type Bound;

    /// Between these, both included.
    fn range(min: Self::Bound, max: Self::Bound) -> Validator;
}

impl Numeric for i64 {
    type Bound = i64;

    fn range(min: i64, max: i64) -> Validator {
        Validator::Range(min, max)
    }
}

impl Numeric for i32 {
    type Bound = i32;

    fn range(min: i32, max: i32) -> Validator {
        Validator::Range(min.into(), max.into())
    }
}

impl Numeric for f32 {
    type Bound = f32;

    fn range(min: f32, max: f32) -> Validator {
        let within = move |value: &Value| {
            <Self as super::Scalar>::decode(value).is_ok_and(|number| (min..=max).contains(&number))
        };
        Validator::new(format!("from {min} to {max}"), within)
    }
}

impl Numeric for f64 {
    type Bound = f64;

    fn range(min: f64, max: f64) -> Validator {
        let within = move |value: &Value| {
            value.as_number().and_then(Number::to_f64).is_some_and(|number| (min..=max).contains(&number))
        };
        Validator::new(format!("from {min} to {max}"), within)
    }
}

impl Numeric for Number {
    type Bound = i64;

    fn range(min: i64, max: i64) -> Validator {
        let (low, high) = (Number::from(min), Number::from(max));
        let within = move |value: &Value| value.as_number().is_some_and(|number| (&low..=&high).contains(&number));
        Validator::new(format!("from {min} to {max}"), within)
    }
}

/// The attribute `timeouts`: a map from operations to times such as `"90m"`. What it says is the deadline of the
/// [`Context`](crate::Context) that the operation gets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timeouts(Option<Map<String>>);

impl Timeouts {
    pub(super) fn complete(attr: Attr<Map<Attr<String>>>, path: &Path) -> Result<Self, Diagnostics> {
        match attr {
            Attr::Null => Ok(Self(None)),
            attr => super::completed::<Map<String>>(attr, path).map(|times| Self(Some(times))),
        }
    }

    pub(super) fn into_attr(self) -> Attr<Map<Attr<String>>> {
        self.0.map_or(Attr::Null, Attr::from)
    }
}
