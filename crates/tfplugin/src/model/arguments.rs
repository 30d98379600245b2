//! Arguments of functions that are more than one known value: any number of them, and what may be unknown.

use super::{Argument, AttributeType, Element, FieldType, Partial, PartialValue, completed};
use crate::{diagnostics::Diagnostics, model::Attr, schema::Mode, value::Path};

/// Any number of arguments: the last field of a function's struct. `Variadic<Option<T>>` and `Variadic<MaybeUnknown<T>>`
/// say of each what they say of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Variadic<F>(Vec<F>);

impl<F> Variadic<F> {
    /// The arguments.
    pub fn into_inner(self) -> Vec<F> {
        self.0
    }
}

impl<F> std::ops::Deref for Variadic<F> {
    type Target = [F];

    fn deref(&self) -> &[F] {
        &self.0
    }
}

impl<F> IntoIterator for Variadic<F> {
    type Item = F;
    type IntoIter = std::vec::IntoIter<F>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<F: FieldType<Value: Element>> FieldType for Variadic<F> {
    type Value = Vec<F::Value>;
    type Access = Argument;

    const MODE: Mode = F::MODE;
    const ALLOWS_UNKNOWN: bool = F::ALLOWS_UNKNOWN;
    const IS_VARIADIC: bool = true;

    fn complete(attr: Attr<Partial<Self::Value>>, path: &Path) -> Result<Self, Diagnostics> {
        let mut wrong = Diagnostics::default();
        let elements = attr.into_known().unwrap_or_default().into_iter().enumerate();
        let complete = elements
            .filter_map(|(at, element)| {
                F::complete(element, &path.index(at)).map_err(|errors| wrong.extend(errors)).ok()
            })
            .collect();
        if wrong.has_errors() { Err(wrong) } else { Ok(Self(complete)) }
    }

    fn into_attr(self) -> Attr<Partial<Self::Value>> {
        Attr::Known(self.0.into_iter().map(FieldType::into_attr).collect())
    }
}

/// A value that may be unknown, which a function's arguments and results can be. A function without such an argument is
/// only called once everything is known; until then its result is unknown.
#[derive(Debug, Clone, PartialEq)]
pub enum MaybeUnknown<T: AttributeType> {
    /// Nothing is known of it.
    Unknown,
    /// Parts of it are known.
    Partly(Partial<T>),
    /// This value.
    Known(T),
}

impl<T: AttributeType> MaybeUnknown<T> {
    /// The value, if it is wholly known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Partly(_) => None,
        }
    }

    fn of(attr: Attr<Partial<T>>, path: &Path) -> Result<Self, Diagnostics> {
        match attr {
            Attr::Unknown => Ok(Self::Unknown),
            Attr::Known(partial) if !partial.is_wholly_known() => Ok(Self::Partly(partial)),
            attr => completed::<T>(attr, path).map(Self::Known),
        }
    }
}

impl<T: AttributeType> From<T> for MaybeUnknown<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: AttributeType> FieldType for MaybeUnknown<T> {
    type Value = T;
    type Access = Argument;

    const MODE: Mode = Mode::Required;
    const ALLOWS_UNKNOWN: bool = true;

    fn complete(attr: Attr<Partial<T>>, path: &Path) -> Result<Self, Diagnostics> {
        Self::of(attr, path)
    }

    fn into_attr(self) -> Attr<Partial<T>> {
        match self {
            Self::Unknown => Attr::Unknown,
            Self::Partly(partial) => Attr::Known(partial),
            Self::Known(value) => Attr::Known(value.into_partial()),
        }
    }
}

impl<T: AttributeType> FieldType for Option<MaybeUnknown<T>> {
    type Value = T;
    type Access = Argument;

    const MODE: Mode = Mode::Optional;
    const ALLOWS_UNKNOWN: bool = true;

    fn complete(attr: Attr<Partial<T>>, path: &Path) -> Result<Self, Diagnostics> {
        if attr.is_null() { Ok(None) } else { MaybeUnknown::of(attr, path).map(Some) }
    }

    fn into_attr(self) -> Attr<Partial<T>> {
        self.map_or(Attr::Null, MaybeUnknown::into_attr)
    }
}
