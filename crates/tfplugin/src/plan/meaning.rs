//! Values that look different and mean the same.

use super::fill::can_become;
use crate::{
    schema::{Attribute, Block, Kind, NestedBlock, Nesting},
    value::Value,
};

/// A new object with the original's values where they mean the same: what a service answers in another form stays as the
/// user wrote it.
pub(crate) fn keep_meaning(block: &Block, original: &Value, new: Value) -> Value {
    let mut new = keep_attributes(&block.attributes, original, new);
    for nested in &block.blocks {
        let kept = keep_block(nested, original.get(nested.name), new.get(nested.name));
        new.set_attribute(nested.name, kept);
    }
    new
}

fn keep_attributes(attributes: &[Attribute], original: &Value, mut new: Value) -> Value {
    for attribute in attributes {
        if let Some(kept) = keep_attribute(attribute, original.get(attribute.name), new.get(attribute.name)) {
            new.set_attribute(attribute.name, kept);
        }
    }
    new
}

/// What stays of a value; none where the new one does as it is.
fn keep_attribute(attribute: &Attribute, before: &Value, after: &Value) -> Option<Value> {
    if before == after || before.is_null() || after.is_null() || !before.is_known() || !after.is_known() {
        return None;
    }
    match &attribute.kind {
        _ if attribute.is_same(before, after) => Some(before.clone()),
        Kind::Nested(nesting, inner) => Some(keep_objects(
            *nesting,
            before,
            after,
            &|original, new| keep_attributes(inner, original, new),
            &|original, new| has_kept(inner, original, new),
        )),
        Kind::Of(_) => None,
    }
}

/// Whether keeping every meaning makes an object the original one, or what the original can become.
fn has_kept(attributes: &[Attribute], original: &Value, new: &Value) -> bool {
    attributes.iter().all(|attribute| {
        let (before, after) = (original.get(attribute.name), new.get(attribute.name));
        before == after
            || !before.is_known()
            || keep_attribute(attribute, before, after).is_some_and(|kept| can_become(before, &kept))
    })
}

/// The same with nested blocks.
fn has_kept_block(block: &Block, original: &Value, new: &Value) -> bool {
    let has_kept_nested = |nested: &NestedBlock| {
        let (before, after) = (original.get(nested.name), new.get(nested.name));
        before == after || can_become(before, &keep_block(nested, before, after))
    };
    has_kept(&block.attributes, original, new) && block.blocks.iter().all(has_kept_nested)
}

fn keep_block(nested: &NestedBlock, original: &Value, new: &Value) -> Value {
    keep_objects(
        nested.nesting,
        original,
        new,
        &|original, new| keep_meaning(&nested.block, original, new),
        &|original, new| has_kept_block(&nested.block, original, new),
    )
}

/// Objects with what stays of the original ones: `keep` says it of two objects, `has_kept` whether that is all.
fn keep_objects(
    nesting: Nesting,
    original: &Value,
    new: &Value,
    keep: &dyn Fn(&Value, Value) -> Value,
    has_kept: &dyn Fn(&Value, &Value) -> bool,
) -> Value {
    nesting.map_objects(new, |at, object| match (super::fill::counterpart(original, at), original) {
        (Some(original), _) => keep(original, object.clone()),
        // An element of a set is the same if keeping every meaning makes it so.
        (None, Value::Set(elements)) => {
            let is_there = elements.binary_search(object).is_ok();
            let same = || elements.iter().find(|element| has_kept(element, object));
            let kept = |same: Option<&Value>| same.map_or_else(|| object.clone(), |same| keep(same, object.clone()));
            if is_there { object.clone() } else { kept(same()) }
        }
        (None, _) => object.clone(),
    })
}
