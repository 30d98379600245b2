//! The state that a configuration and its defaults describe, without a decision about changes.

use crate::{
    schema::{Attribute, Block, Default, Kind, NestedBlock, ObjectAt},
    value::Value,
};

/// Everything that the configuration and the defaults say, and unknown where only the provider has the value.
pub(super) fn fill(block: &Block, config: &Value) -> Value {
    let attributes = block.attributes.iter().map(|attribute| (attribute.name, fill_attribute(attribute, config)));
    let blocks = block.blocks.iter().map(|nested| (nested.name, fill_block(nested, config)));
    Value::object(attributes.chain(blocks))
}

/// The same for one attribute of an object of the configuration.
pub(super) fn fill_attribute(attribute: &Attribute, config: &Value) -> Value {
    let configured = config.get(attribute.name);
    match &attribute.kind {
        _ if attribute.write_only => Value::Null,
        _ if configured.is_null() => unconfigured(attribute, config, None),
        Kind::Of(_) => configured.clone(),
        Kind::Nested(nesting, attributes) => {
            nesting.map_objects(configured, |_, object| fill_attributes(attributes, object))
        }
    }
}

/// The same for the objects of a nested block.
pub(super) fn fill_block(nested: &NestedBlock, config: &Value) -> Value {
    nested.nesting.map_objects(config.get(nested.name), |_, object| fill(&nested.block, object))
}

/// The same for an object of nested attributes.
pub(super) fn fill_attributes(attributes: &[Attribute], config: &Value) -> Value {
    Value::object(attributes.iter().map(|attribute| (attribute.name, fill_attribute(attribute, config))))
}

/// The value of what the configuration leaves out.
pub(super) fn unconfigured(attribute: &Attribute, config: &Value, prior: Option<&Value>) -> Value {
    match (&attribute.default, prior) {
        (Some(Default::Always(value)), _) => value.clone(),
        (Some(Default::With(with, _)), _) => with.call()(config),
        (Some(Default::OnCreate(value)), None) => value.clone(),
        (_, Some(prior)) if attribute.is_computed() => prior.clone(),
        (_, None) if attribute.is_computed() => Value::unknown(),
        _ => Value::Null,
    }
}

/// The prior object in the same place. A set has no places.
pub(super) fn counterpart<'v>(prior: &'v Value, at: ObjectAt<'_>) -> Option<&'v Value> {
    match (at, prior) {
        (ObjectAt::Only, Value::Map(_)) => Some(prior),
        (ObjectAt::Index(index), Value::List(elements)) => elements.get(index).filter(|object| !object.is_null()),
        (ObjectAt::Key(key), Value::Map(elements)) => elements.get(key).filter(|object| !object.is_null()),
        _ => None,
    }
}

/// Whether a planned value, with its unknowns, can have become this one.
pub(super) fn can_become(planned: &Value, value: &Value) -> bool {
    match (planned, value) {
        (Value::Unknown(_), _) => true,
        (Value::Map(planned), Value::Map(value)) => {
            planned.len() == value.len() && planned.iter().zip(value).all(|(a, b)| a.0 == b.0 && can_become(a.1, b.1))
        }
        (Value::List(planned), Value::List(value)) | (Value::Set(planned), Value::Set(value)) => {
            planned.len() == value.len() && planned.iter().zip(value).all(|(a, b)| can_become(a, b))
        }
        _ => planned == value,
    }
}
