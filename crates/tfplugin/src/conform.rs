//! Holds what a create or update returns against its plan.
//!
//! Terraform accepts a result only where it agrees with the plan: a known planned value stays, and nothing is unknown. It
//! taints an object that was made and whose result breaks these rules. So a result is brought into agreement here, and
//! the differences are reported to the caller.

use std::collections::BTreeMap;

use crate::{
    schema::{Attribute, Block, Kind},
    value::{Path, Type, Value, msgpack},
};

/// A result that Terraform accepts for a plan, with the paths at which the given one did not agree. Values that are still
/// unknown become null, which is no difference.
pub fn conform(planned: &Value, result: Value, ty: &Type) -> (Value, Vec<Path>) {
    let mut differences = Vec::new();
    let value = agree(planned, result, ty, &Path::default(), &mut differences);
    (value, differences)
}

/// The value with null for everything that is unknown.
pub fn known(value: Value) -> Value {
    match value {
        Value::Unknown(_) => Value::Null,
        Value::List(elements) => Value::List(elements.into_iter().map(known).collect()),
        Value::Set(elements) => Value::set(elements.into_iter().map(known)),
        Value::Map(map) => Value::Map(map.into_iter().map(|(name, value)| (name, known(value))).collect()),
        Value::Dynamic(typed) => {
            let (ty, value) = *typed;
            Value::Dynamic(Box::new((ty, known(value))))
        }
        other => other,
    }
}

/// A state that can be stored: null for what is write-only or unknown, and no null for collections of blocks, which are
/// empty where a configuration writes none. With the names of the attributes that had unknown parts.
pub fn storable(block: &Block, state: Value) -> (Value, Vec<String>) {
    let state = block.with_blocks(without_write_only(block, state));
    let parts = state.as_map().into_iter().flatten();
    let unknown = parts.filter(|(_, value)| !value.is_wholly_known()).map(|(name, _)| name.clone()).collect();
    (known(state), unknown)
}

fn without_write_only(block: &Block, object: Value) -> Value {
    let mut object = without_write_only_attributes(&block.attributes, object);
    for nested in &block.blocks {
        let inner = nested
            .nesting
            .map_objects(object.get(nested.name), |_, object| without_write_only(&nested.block, object.clone()));
        object.set_attribute(nested.name, inner);
    }
    object
}

fn without_write_only_attributes(attributes: &[Attribute], mut object: Value) -> Value {
    for attribute in attributes {
        let value = match &attribute.kind {
            _ if attribute.write_only => Value::Null,
            Kind::Nested(nesting, inner) => nesting.map_objects(object.get(attribute.name), |_, object| {
                without_write_only_attributes(inner, object.clone())
            }),
            Kind::Of(_) => continue,
        };
        object.set_attribute(attribute.name, value);
    }
    object
}

fn agree(planned: &Value, result: Value, ty: &Type, path: &Path, differences: &mut Vec<Path>) -> Value {
    let result = fit(result, ty, path, differences);
    match (planned, result) {
        (Value::Unknown(_), result) => {
            if msgpack::encode(&result, ty).is_ok() {
                return result;
            }
            differences.push(path.clone());
            Value::Null
        }
        (planned, result) if *planned == result => result,
        (Value::Map(planned), result @ (Value::Map(_) | Value::Null)) => {
            let mut result = if let Value::Map(result) = result { result } else { BTreeMap::new() };
            let agreed = planned.iter().map(|(name, planned)| {
                let (inner, path) = match ty {
                    Type::Object(types) => (types.get(name), path.dot(name)),
                    Type::Map(element) => (Some(&**element), path.key(name)),
                    _ => (None, path.dot(name)),
                };
                let value = result.remove(name).unwrap_or(Value::Null);
                (name.clone(), agree(planned, value, inner.unwrap_or(&Type::Dynamic), &path, differences))
            });
            let agreed = Value::Map(agreed.collect());
            if !result.is_empty() {
                differences.push(path.clone());
            }
            agreed
        }
        (Value::List(planned), Value::List(result)) if planned.len() == result.len() => {
            let elements = planned.iter().zip(result).enumerate().map(|(at, (planned, result))| {
                let inner = match ty {
                    Type::List(element) => Some(&**element),
                    Type::Tuple(types) => types.get(at),
                    _ => None,
                };
                agree(planned, result, inner.unwrap_or(&Type::Dynamic), &path.index(at), differences)
            });
            Value::List(elements.collect())
        }
        (Value::Set(planned), Value::Set(result)) => {
            let (agreed, is_same) = agree_set(planned, result, ty);
            if !is_same {
                differences.push(path.clone());
            }
            agreed
        }
        (planned, _) => {
            differences.push(path.clone());
            known(planned.clone())
        }
    }
}

/// The result without what is not of its type, which could not be sent at all.
fn fit(result: Value, ty: &Type, path: &Path, differences: &mut Vec<Path>) -> Value {
    let result = known(result);
    // The parts of an object are looked at one by one, so that one wrong part leaves the others.
    if matches!((&result, ty), (Value::Map(_), Type::Object(_) | Type::Map(_)) | (_, Type::Dynamic))
        || msgpack::encode(&result, ty).is_ok()
    {
        return result;
    }
    differences.push(path.clone());
    Value::Null
}

/// The elements of a set that can be results of planned ones, with the planned element where none has, and whether that is
/// the whole result. Elements of a set have no position, so their known planned values identify them.
fn agree_set(planned: &[Value], result: Vec<Value>, ty: &Type) -> (Value, bool) {
    let element = if let Type::Set(element) = ty { element } else { &Type::Dynamic };
    let mut plans = PlannedElements::of(planned);
    let count = result.len();
    let mut agreed: Vec<Value> = result.into_iter().filter(|candidate| plans.meet(candidate, element)).collect();
    let missing = plans.unmet();
    let is_same = agreed.len() == count && missing.is_empty();
    agreed.extend(missing);
    (Value::set(agreed), is_same)
}

/// Planned elements of a set by their known parts, so that a result is searched for among few.
struct PlannedElements<'v> {
    elements: &'v [Value],
    /// Whether an element of the result can be its result.
    is_met: Vec<bool>,
    /// By the names of the attributes that are wholly known, and their values. What is no object stands under no name, as a
    /// whole if it is known.
    index: BTreeMap<Vec<&'v str>, BTreeMap<Vec<&'v Value>, Vec<usize>>>,
}

impl<'v> PlannedElements<'v> {
    fn of(elements: &'v [Value]) -> Self {
        let mut index: BTreeMap<_, BTreeMap<_, Vec<usize>>> = BTreeMap::new();
        for (at, element) in elements.iter().enumerate() {
            let (names, values) = match element {
                Value::Map(parts) => {
                    let known = parts.iter().filter(|(_, part)| part.is_wholly_known());
                    known.map(|(name, part)| (name.as_str(), part)).unzip()
                }
                element if element.is_wholly_known() => (Vec::new(), vec![element]),
                _ => (Vec::new(), Vec::new()),
            };
            index.entry(names).or_default().entry(values).or_default().push(at);
        }
        Self { elements, is_met: vec![false; elements.len()], index }
    }

    /// Whether this can be the result of a planned element. Marks all such planned elements.
    fn meet(&mut self, candidate: &Value, ty: &Type) -> bool {
        let mut is_planned = false;
        for (names, by_values) in &self.index {
            let parts: Vec<&Value> = names.iter().map(|name| candidate.get(name)).collect();
            let whole = if names.is_empty() { by_values.get([candidate].as_slice()) } else { None };
            for at in by_values.get(&parts).into_iter().chain(whole).flatten().copied() {
                let (value, differences) = conform(&self.elements[at], candidate.clone(), ty);
                if differences.is_empty() && value == *candidate {
                    is_planned = true;
                    self.is_met[at] = true;
                }
            }
        }
        is_planned
    }

    /// The planned elements without a possible result.
    fn unmet(&self) -> Vec<Value> {
        let elements = self.elements.iter().zip(&self.is_met);
        let unmet = elements.filter(|(element, is_met)| element.is_known() && !**is_met);
        unmet.map(|(element, _)| known(element.clone())).collect()
    }
}
