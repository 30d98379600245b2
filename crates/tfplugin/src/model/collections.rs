//! Lists, sets and maps.

use std::collections::BTreeMap;

use super::{AsAttribute, Attr, AttributeType, Element, Invalid, Model, PartialValue, PlainElement, completed};
use crate::{
    diagnostics::Diagnostics,
    schema::{Attribute, Block, Kind, Nesting},
    value::{Path, Type, Value},
};

/// A map from names to values.
pub type Map<T> = BTreeMap<String, T>;

/// A set: elements without order. Elements that are not known yet stand apart, since they may become different ones.
#[derive(Debug, Clone)]
pub struct Set<T>(Vec<T>);

impl<T> Set<T> {
    /// No elements.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// The elements, in no particular order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The elements, to be changed in place.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        let mut rest: Vec<&T> = other.0.iter().collect();
        let mut take = |element| rest.iter().position(|other| *other == element).map(|at| rest.swap_remove(at));
        self.len() == other.len() && self.0.iter().all(|element| take(element).is_some())
    }
}

impl<T> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// The kind of a collection: nested objects stay nested, everything else has a type.
fn collection(nesting: Nesting, element: Kind) -> Kind {
    match element {
        Kind::Nested(_, attributes) => Kind::Nested(nesting, attributes),
        Kind::Of(ty) => Kind::Of(nesting.wrap(ty)),
    }
}

/// What a collection is by its elements. Terraform hides an attribute as a whole.
fn of_elements<T: Element>(attribute: Attribute) -> Attribute {
    let element = T::refine(Attribute { kind: T::kind(), ..Attribute::new("", Type::Dynamic) });
    let sensitive = attribute.sensitive || element.sensitive;
    let element = matches!(element.kind, Kind::Of(_)).then(|| Box::new(element));
    Attribute { sensitive, element, ..attribute }
}

impl<T: PlainElement> Element for Vec<T> {}
impl<T: PlainElement> Element for Set<T> {}
impl<T: PlainElement> Element for Map<T> {}
impl<T: PlainElement> PlainElement for Vec<T> {}
impl<T: PlainElement> PlainElement for Set<T> {}
impl<T: PlainElement> PlainElement for Map<T> {}
impl<T: Element + AsAttribute> AsAttribute for Vec<T> {}
impl<T: Element + AsAttribute> AsAttribute for Set<T> {}
impl<T: Element + AsAttribute> AsAttribute for Map<T> {}

/// The plain elements, or what is wrong with each.
fn complete_all<T, I>(elements: impl Iterator<Item = Result<T, Diagnostics>>) -> Result<I, Diagnostics>
where
    I: FromIterator<T>,
{
    let mut wrong = Diagnostics::default();
    let complete = elements.filter_map(|element| element.map_err(|errors| wrong.extend(errors)).ok()).collect();
    if wrong.has_errors() { Err(wrong) } else { Ok(complete) }
}

impl<T: Element> AttributeType for Vec<T> {
    type Partial = Vec<Attr<T::Partial>>;

    const ENDS: () = T::ENDS;

    fn kind() -> Kind {
        collection(Nesting::List, T::kind())
    }

    fn refine(attribute: Attribute) -> Attribute {
        of_elements::<T>(attribute)
    }

    fn complete(partial: Self::Partial, path: &Path) -> Result<Self, Diagnostics> {
        complete_all(partial.into_iter().enumerate().map(|(at, element)| completed::<T>(element, &path.index(at))))
    }

    fn into_partial(self) -> Self::Partial {
        self.into_iter().map(|element| Attr::Known(element.into_partial())).collect()
    }
}

impl<P: PartialValue> PartialValue for Vec<Attr<P>> {
    fn decode(value: &Value) -> Result<Self, Invalid> {
        let elements = value.as_list().ok_or_else(|| Invalid::new("must be a list"))?;
        Ok(elements.iter().map(Attr::decode).collect())
    }

    fn encode(&self) -> Value {
        Value::List(self.iter().map(Attr::encode).collect())
    }

    fn encode_onto(&self, original: &Value) -> Value {
        let originals = original.as_list().unwrap_or_default();
        let original = |at: usize| originals.get(at).unwrap_or(&Value::Null);
        Value::List(self.iter().enumerate().map(|(at, element)| element.encode_onto(original(at))).collect())
    }

    fn is_wholly_known(&self) -> bool {
        self.iter().all(Attr::is_wholly_known)
    }
}

impl<T: Element> AttributeType for Set<T> {
    type Partial = Set<Attr<T::Partial>>;

    const ENDS: () = T::ENDS;

    fn kind() -> Kind {
        collection(Nesting::Set, T::kind())
    }

    fn refine(attribute: Attribute) -> Attribute {
        of_elements::<T>(attribute)
    }

    fn complete(partial: Self::Partial, path: &Path) -> Result<Self, Diagnostics> {
        let path = path.element();
        complete_all(partial.into_iter().map(|element| completed::<T>(element, &path)))
    }

    fn into_partial(self) -> Self::Partial {
        self.into_iter().map(|element| Attr::Known(element.into_partial())).collect()
    }
}

impl<P: PartialValue> PartialValue for Set<Attr<P>> {
    fn decode(value: &Value) -> Result<Self, Invalid> {
        let elements = value.as_list().ok_or_else(|| Invalid::new("must be a set"))?;
        Ok(elements.iter().map(Attr::decode).collect())
    }

    fn encode(&self) -> Value {
        Value::set(self.iter().map(Attr::encode))
    }

    fn encode_onto(&self, original: &Value) -> Value {
        let originals = original.as_list().unwrap_or_default().iter();
        let mut originals: Vec<(Attr<P>, &Value)> = originals.map(|value| (Attr::decode(value), value)).collect();
        Value::set(self.iter().map(|element| {
            let same = originals.iter().position(|(original, _)| original == element);
            same.map_or_else(|| element.encode(), |at| element.encode_onto(originals.swap_remove(at).1))
        }))
    }

    fn is_wholly_known(&self) -> bool {
        self.iter().all(Attr::is_wholly_known)
    }
}

impl<T: Element> AttributeType for Map<T> {
    type Partial = Map<Attr<T::Partial>>;

    const ENDS: () = T::ENDS;

    fn kind() -> Kind {
        collection(Nesting::Map, T::kind())
    }

    fn refine(attribute: Attribute) -> Attribute {
        of_elements::<T>(attribute)
    }

    fn complete(partial: Self::Partial, path: &Path) -> Result<Self, Diagnostics> {
        let element = |(key, element): (String, Attr<T::Partial>)| {
            completed::<T>(element, &path.key(key.as_str())).map(|element| (key, element))
        };
        complete_all(partial.into_iter().map(element))
    }

    fn into_partial(self) -> Self::Partial {
        self.into_iter().map(|(key, element)| (key, Attr::Known(element.into_partial()))).collect()
    }
}

impl<P: PartialValue> PartialValue for Map<Attr<P>> {
    fn decode(value: &Value) -> Result<Self, Invalid> {
        let elements = value.as_map().ok_or_else(|| Invalid::new("must be a map"))?;
        Ok(elements.iter().map(|(key, element)| (key.clone(), Attr::decode(element))).collect())
    }

    fn encode(&self) -> Value {
        Value::object(self.iter().map(|(key, element)| (key.as_str(), element.encode())))
    }

    fn encode_onto(&self, original: &Value) -> Value {
        Value::object(self.iter().map(|(key, element)| (key.as_str(), element.encode_onto(original.get(key)))))
    }

    fn is_wholly_known(&self) -> bool {
        self.values().all(Attr::is_wholly_known)
    }
}

impl<T> From<Map<T>> for Attr<Map<Attr<T>>> {
    fn from(elements: Map<T>) -> Self {
        Self::Known(elements.into_iter().map(|(key, element)| (key, Attr::Known(element))).collect())
    }
}

impl<T> From<Set<T>> for Attr<Set<Attr<T>>> {
    fn from(elements: Set<T>) -> Self {
        Self::Known(elements.into_iter().map(Attr::Known).collect())
    }
}

/// What can stand in `#[attr(block)]`: nested objects that a configuration writes as `name { … }`.
pub trait Blocks {
    /// How the objects are held.
    const NESTING: Nesting;

    /// Whether one has to be written.
    const IS_REQUIRED: bool = false;

    /// What is inside.
    fn block() -> Block;
}

impl<M: Model> Blocks for Vec<M> {
    const NESTING: Nesting = Nesting::List;

    fn block() -> Block {
        M::block()
    }
}

impl<M: Model> Blocks for Set<M> {
    const NESTING: Nesting = Nesting::Set;

    fn block() -> Block {
        M::block()
    }
}

impl<M: Model> Blocks for Map<M> {
    const NESTING: Nesting = Nesting::Map;

    fn block() -> Block {
        M::block()
    }
}

impl<M: Model> Blocks for Option<M> {
    const NESTING: Nesting = Nesting::Single;

    fn block() -> Block {
        M::block()
    }
}

impl<M: Model> Blocks for M {
    const NESTING: Nesting = Nesting::Single;
    const IS_REQUIRED: bool = true;

    fn block() -> Block {
        M::block()
    }
}

/// What has a number of elements.
pub trait Countable {}

impl<T> Countable for Vec<T> {}
impl<T> Countable for Set<T> {}
impl<T> Countable for Map<T> {}
