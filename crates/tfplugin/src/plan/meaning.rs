//! Values that look different and mean the same.

use crate::{
    schema::{Attribute, Block, Kind, Nesting},
    value::Value,
};

/// A new object with the original's values where they mean the same: what a service answers in another form stays as the
/// user wrote it.
pub(crate) fn keep_meaning(block: &Block, original: &Value, new: Value) -> Value {
    let mut new = keep_attributes(&block.attributes, original, new);
    for nested in &block.blocks {
        let inner = new.get(nested.name).clone();
        let kept = keep_objects(nested.nesting, original.get(nested.name), &inner, &|original, new| {
            keep_meaning(&nested.block, original, new)
        });
        new.set_attribute(nested.name, kept);
    }
    new
}

fn keep_attributes(attributes: &[Attribute], original: &Value, mut new: Value) -> Value {
    for attribute in attributes {
        let (before, after) = (original.get(attribute.name), new.get(attribute.name));
        if before == after || before.is_null() || after.is_null() || !before.is_known() || !after.is_known() {
            continue;
        }
        let kept = match &attribute.kind {
            _ if attribute.is_same(before, after) => before.clone(),
            Kind::Nested(nesting, inner) => {
                keep_objects(*nesting, before, after, &|original, new| keep_attributes(inner, original, new))
            }
            _ => continue,
        };
        new.set_attribute(attribute.name, kept);
    }
    new
}

fn keep_objects(nesting: Nesting, original: &Value, new: &Value, keep: &dyn Fn(&Value, Value) -> Value) -> Value {
    nesting.map_objects(new, |at, object| match (super::fill::counterpart(original, at), original) {
        (Some(original), _) => keep(original, object.clone()),
        // An element of a set is the same if keeping every meaning makes it so.
        (None, Value::Set(elements)) => {
            let same = elements.iter().find(|element| keep(element, object.clone()) == **element);
            same.unwrap_or(object).clone()
        }
        (None, _) => object.clone(),
    })
}
