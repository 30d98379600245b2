//! The fields of models: what their Rust types say of attributes, and the tokens that name them.

use std::marker::PhantomData;

use super::{AsAttribute, Attr, AttributeType, Blocks, Computed, Partial, Timeouts};
use crate::{
    diagnostics::Diagnostics,
    schema::{Attribute, Mode, NestedBlock},
    value::{Path, Type},
};

/// What can stand in a field of a model. The type decides the mode: `T` is required, `Option<T>` optional, `Computed<T>`
/// computed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type for a field of a model",
    note = "a field is `T`, `Option<T>` or `Computed<T>`; `T` is String, bool, i64, i32, f64, f32, Number or Value, a Vec, Set or Map of \
            these, or a type that derives Model or AttributeEnum or implements tfplugin::Scalar",
    note = "what is in a collection can be neither optional, computed or write-only nor itself a collection of models"
)]
pub trait FieldType: Sized {
    /// The type of the values.
    type Value: AttributeType;

    /// Whether a plan may set it: [`Settable`] or [`Argument`].
    type Access;

    /// Who gives the value.
    const MODE: Mode;

    /// As an argument of a function: whether it may have unknown parts.
    const ALLOWS_UNKNOWN: bool = false;

    /// As an argument of a function: whether it is any number of them.
    const IS_VARIADIC: bool = false;

    /// The plain field.
    ///
    /// # Errors
    /// A value that is unknown, missing, or not of the type.
    fn complete(attr: Attr<Partial<Self::Value>>, path: &Path) -> Result<Self, Diagnostics>;

    /// The field as part of a [`Partial`].
    fn into_attr(self) -> Attr<Partial<Self::Value>>;
}

/// A field that only the configuration gives. Setting it in a plan does not compile.
#[derive(Debug, Clone, Copy)]
pub struct Argument;

/// A field that a plan may set.
#[derive(Debug, Clone, Copy)]
pub struct Settable;

/// The plain value of what must be known.
///
/// # Errors
/// A value that is unknown, missing, or not of the type, on its path.
pub fn completed<T: AttributeType>(attr: Attr<T::Partial>, path: &Path) -> Result<T, Diagnostics> {
    match attr {
        Attr::Known(value) => T::complete(value, path),
        Attr::Null => T::absent().ok_or_else(|| attr.missing(path).into()),
        Attr::Unknown | Attr::Invalid(_) => Err(attr.missing(path).into()),
    }
}

impl<T: AttributeType> FieldType for T {
    type Value = T;
    type Access = Argument;

    const MODE: Mode = Mode::Required;

    fn complete(attr: Attr<T::Partial>, path: &Path) -> Result<Self, Diagnostics> {
        completed(attr, path)
    }

    fn into_attr(self) -> Attr<T::Partial> {
        Attr::Known(self.into_partial())
    }
}

impl<T: AttributeType> FieldType for Option<T> {
    type Value = T;
    type Access = Argument;

    const MODE: Mode = Mode::Optional;

    fn complete(attr: Attr<T::Partial>, path: &Path) -> Result<Self, Diagnostics> {
        if attr.is_null() { Ok(None) } else { completed(attr, path).map(Some) }
    }

    fn into_attr(self) -> Attr<T::Partial> {
        self.map_or(Attr::Null, |value| Attr::Known(value.into_partial()))
    }
}

impl<T: AttributeType> FieldType for Computed<T> {
    type Value = T;
    type Access = Settable;

    const MODE: Mode = Mode::Computed;

    fn complete(attr: Attr<T::Partial>, path: &Path) -> Result<Self, Diagnostics> {
        match attr {
            Attr::Null => Ok(Self::Null),
            attr if !attr.is_wholly_known() => Ok(Self::Unknown),
            attr => completed(attr, path).map(Self::Known),
        }
    }

    fn into_attr(self) -> Attr<T::Partial> {
        match self {
            Self::Unknown => Attr::Unknown,
            Self::Null => Attr::Null,
            Self::Known(value) => Attr::Known(value.into_partial()),
        }
    }
}

impl FieldType for Timeouts {
    type Value = super::Map<String>;
    type Access = Argument;

    const MODE: Mode = Mode::Optional;

    fn complete(attr: Attr<Partial<Self::Value>>, path: &Path) -> Result<Self, Diagnostics> {
        Self::complete(attr, path)
    }

    fn into_attr(self) -> Attr<Partial<Self::Value>> {
        self.into_attr()
    }
}

/// The plain field of nested blocks. Where none is written, a collection of them is empty.
///
/// # Errors
/// A value that is unknown, or not of the type.
pub fn complete_block<F: FieldType + Blocks>(attr: Attr<Partial<F::Value>>, path: &Path) -> Result<F, Diagnostics> {
    F::complete(if attr.is_null() { Attr::decode(&F::NESTING.without_blocks()) } else { attr }, path)
}

/// The attribute that a field of this type declares.
pub fn attribute<F: FieldType<Value: AsAttribute>>(name: &'static str) -> Attribute {
    let allows_null_elements = F::IS_VARIADIC && F::MODE == Mode::Optional;
    let attribute = Attribute::new(name, Type::Dynamic);
    let attribute = Attribute { kind: F::Value::kind(), mode: F::MODE, allows_null_elements, ..attribute };
    F::Value::refine(attribute)
}

/// The nested block that a field of this type declares.
pub fn block<F: Blocks>(
    name: &'static str,
    description: &'static str,
    min: i64,
    max: i64,
    deprecated: Option<&'static str>,
) -> NestedBlock {
    let mut block = F::block();
    block.description = description;
    block.deprecated = deprecated.or(block.deprecated);
    // Of a single block both counts say whether it is required.
    let (min, max) = if F::IS_REQUIRED { (1, 1) } else { (min, max) };
    NestedBlock { min_items: min, max_items: max, ..NestedBlock::new(name, F::NESTING, block) }
}

/// What a token is of. It holds none of it.
type Of<M, T, A> = PhantomData<fn() -> (M, T, A)>;

/// The name of a field, with its type: `Note::AUTHOR`. `#[derive(Model)]` makes one for each.
pub struct Field<M, T, A> {
    name: &'static str,
    of: Of<M, T, A>,
}

impl<M, T, A> Clone for Field<M, T, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T, A> Copy for Field<M, T, A> {}

impl<M, T, A> std::fmt::Debug for Field<M, T, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Field").field(&self.name).finish()
    }
}

impl<M, T, A> Field<M, T, A> {
    /// For the derive macro, which knows the name and the types.
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// The name of the attribute.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The path of the attribute in its object.
    pub fn path(self) -> Path {
        Path::attribute(self.name)
    }
}

impl<M, N, A> Field<M, Vec<N>, A> {
    /// An element of this list.
    pub fn index(self, index: usize) -> Place<M, N, A> {
        Place { path: self.path().index(index), of: PhantomData }
    }
}

impl<M, N, A> Field<M, super::Map<N>, A> {
    /// An element of this map.
    pub fn key(self, key: &str) -> Place<M, N, A> {
        Place { path: self.path().key(key), of: PhantomData }
    }
}

impl<M, N, A> Field<M, N, A> {
    /// A field of this object.
    pub fn then<T, B>(self, field: Field<N, T, B>) -> Place<M, T, B> {
        Place { path: self.path().dot(field.name), of: PhantomData }
    }
}

/// Where a value stands in a model, with its type: `Board::NOTES.index(0).then(Note::AUTHOR)`.
#[derive(Debug, Clone)]
pub struct Place<M, T, A> {
    path: Path,
    of: Of<M, T, A>,
}

impl<M, N, A> Place<M, N, A> {
    /// A field of this object.
    pub fn then<T, B>(self, field: Field<N, T, B>) -> Place<M, T, B> {
        Place { path: self.path.dot(field.name), of: PhantomData }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<M, N, A> Place<M, Vec<N>, A> {
    /// An element of this list.
    pub fn index(self, index: usize) -> Place<M, N, A> {
        Place { path: self.path.index(index), of: PhantomData }
    }
}

impl<M, T, A> From<Field<M, T, A>> for Place<M, T, A> {
    fn from(field: Field<M, T, A>) -> Self {
        Self { path: field.path(), of: PhantomData }
    }
}

/// What a plan may set: a token or a place of what is [`Settable`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no computed field of `{M}`",
    label = "a plan cannot set this",
    note = "only what is `Computed` can be set; an argument keeps what the configuration says"
)]
pub trait SettablePlace<M, T>: Into<Place<M, T, Settable>> {}

impl<M, T> SettablePlace<M, T> for Field<M, T, Settable> {}
impl<M, T> SettablePlace<M, T> for Place<M, T, Settable> {}

impl<M, T, A> From<Field<M, T, A>> for Path {
    fn from(field: Field<M, T, A>) -> Self {
        field.path()
    }
}

impl<M, T, A> From<Place<M, T, A>> for Path {
    fn from(place: Place<M, T, A>) -> Self {
        place.path
    }
}

/// So that `path.dot(Product::PRICING_CYCLE)` reads well.
impl<M, T, A> From<Field<M, T, A>> for String {
    fn from(field: Field<M, T, A>) -> Self {
        field.name.to_owned()
    }
}
