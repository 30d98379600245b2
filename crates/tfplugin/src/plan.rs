//! The plan engine: schema, configuration and prior state become a plan that Terraform accepts.
//!
//! Terraform's rules for a plan are those of an ordinary provider, not of the legacy type system: an argument that the
//! configuration gives is planned as given, or keeps the prior value where both mean the same; only computed attributes
//! may become what the configuration does not say. The engine plans from the configuration and the prior state alone;
//! Terraform's proposed new state, a merge of these two, adds nothing that the schema does not say better.

use std::collections::BTreeMap;

use super::{
    private::Private,
    schema::{Attribute, Block, Change, Default, Kind, NestedBlock, Nesting, ObjectAt, Verdict},
    value::{Path, Value},
};

/// What a plan does to the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// There is none yet.
    Create,
    /// It stays as it is.
    Nothing,
    /// It stays and gets new values.
    Update,
    /// Another one takes its place.
    Replace,
    /// It goes.
    Destroy,
}

/// A plan for one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What happens.
    pub action: Action,
    /// The state that will come of it; null for a destroy.
    pub state: Value,
    /// The attributes that make it a replacement.
    pub requires_replace: Vec<Path>,
    /// What is remembered for the apply.
    pub private: Private,
}

/// Plans the destroy of an object.
pub fn destroy(private: Private) -> Plan {
    Plan { action: Action::Destroy, state: Value::Null, requires_replace: Vec::new(), private }
}

/// Plans the create of an object or the change of an existing one.
pub fn plan(block: &Block, config: &Value, prior: &Value, private: Private) -> Plan {
    if prior.is_null() {
        let replaced = (private != Private::default()).then(|| Box::new(private));
        let private = Private { creating: true, replaced, ..Private::default() };
        let state = fill(block, config, None);
        return Plan { action: Action::Create, state, requires_replace: Vec::new(), private };
    }
    let mut engine = Engine { config, prior, private, requires_replace: Vec::new(), changed: false };
    let attributes = block.attributes.iter().map(|attribute| (attribute.name, engine.attribute(attribute)));
    let mut state: BTreeMap<&str, Value> = attributes.collect();
    state.extend(block.blocks.iter().map(|nested| (nested.name, engine.block(nested))));
    let Engine { private, requires_replace, changed, .. } = engine;
    if requires_replace.is_empty() {
        let action = if changed { Action::Update } else { Action::Nothing };
        return Plan { action, state: Value::object(state), requires_replace, private };
    }
    // Terraform asks again for the create half, without a prior state, and shows that one.
    Plan { action: Action::Replace, state: fill(block, config, None), requires_replace, private }
}

struct Engine<'a> {
    config: &'a Value,
    prior: &'a Value,
    private: Private,
    requires_replace: Vec<Path>,
    changed: bool,
}

impl Engine<'_> {
    fn attribute(&mut self, attribute: &Attribute) -> Value {
        let config = self.config.get(attribute.name);
        let prior = self.prior.get(attribute.name);
        let untold = self.private.untold.contains(attribute.name) || (prior.is_null() && attribute.is_never_null());
        if config.is_null() && untold && attribute.is_computed() {
            return prior.clone();
        }
        let planned = fill_attribute(attribute, self.config, Some(self.prior));
        if planned == *prior {
            self.told(attribute.name, config);
            return planned;
        }
        match self.judge(attribute, &planned, untold) {
            // Terraform lets the prior value stand for what is configured only where there is one, and for what is
            // not configured only where the attribute is computed.
            Verdict::Same if !prior.is_null() && (!config.is_null() || attribute.is_computed()) => prior.clone(),
            Verdict::Replace => {
                self.requires_replace.push(Path::attribute(attribute.name));
                planned
            }
            Verdict::Same | Verdict::InPlace => {
                self.changed = true;
                self.told(attribute.name, config);
                planned
            }
        }
    }

    fn judge(&self, attribute: &Attribute, planned: &Value, untold: bool) -> Verdict {
        let prior = self.prior.get(attribute.name);
        match attribute.judge {
            Some(judge) if planned.is_wholly_known() => {
                let verdict = judge(&self.change(planned, prior));
                if untold && verdict == Verdict::Replace { Verdict::InPlace } else { verdict }
            }
            _ if untold => Verdict::InPlace,
            _ if attribute.force_new || forces_inside(&attribute.kind, planned, prior) => Verdict::Replace,
            _ => Verdict::InPlace,
        }
    }

    fn change<'v>(&'v self, planned: &'v Value, prior: &'v Value) -> Change<'v> {
        Change { planned, prior, config: self.config, state: self.prior, private: &self.private }
    }

    fn block(&mut self, nested: &NestedBlock) -> Value {
        let prior = self.prior.get(nested.name);
        let planned = fill_block(nested, self.config, Some(self.prior));
        if planned != *prior {
            if block_forces(nested, &planned, prior) {
                self.requires_replace.push(Path::attribute(nested.name));
            }
            self.changed = true;
        }
        planned
    }

    /// The configuration has said the value now, so that another one later is a change like any other.
    fn told(&mut self, name: &str, config: &Value) {
        if !config.is_null() && config.is_wholly_known() {
            let inside = format!("{name}.");
            self.private.untold.retain(|path| path != name && !path.starts_with(&inside));
        }
    }
}

/// Everything that the configuration and the defaults say, and what the prior object has where they say nothing.
fn fill(block: &Block, config: &Value, prior: Option<&Value>) -> Value {
    let attributes =
        block.attributes.iter().map(|attribute| (attribute.name, fill_attribute(attribute, config, prior)));
    let blocks = block.blocks.iter().map(|nested| (nested.name, fill_block(nested, config, prior)));
    Value::object(attributes.chain(blocks))
}

fn fill_attribute(attribute: &Attribute, config: &Value, prior: Option<&Value>) -> Value {
    let configured = config.get(attribute.name);
    let prior = prior.map(|prior| prior.get(attribute.name));
    if attribute.write_only {
        return Value::Null;
    }
    if !configured.is_null() {
        return match &attribute.kind {
            Kind::Of(_) => configured.clone(),
            Kind::Nested(nesting, attributes) => nesting.map_objects(configured, |at, object| {
                continue_object(prior, at, |prior| {
                    Value::object(attributes.iter().map(|inner| (inner.name, fill_attribute(inner, object, prior))))
                })
            }),
        };
    }
    match (&attribute.default, prior) {
        (Some(Default::Always(value)), _) => value.clone(),
        (Some(Default::From(from, _)), _) => from(config),
        (Some(Default::Initially(value)), None) => value.clone(),
        (_, Some(prior)) if attribute.is_computed() => prior.clone(),
        (_, None) if attribute.is_computed() => Value::unknown(),
        _ => Value::Null,
    }
}

fn fill_block(nested: &NestedBlock, config: &Value, prior: Option<&Value>) -> Value {
    let prior = prior.map(|prior| prior.get(nested.name));
    nested.nesting.map_objects(config.get(nested.name), |at, object| {
        continue_object(prior, at, |prior| fill(&nested.block, object, prior))
    })
}

/// Fills an object of the configuration from the prior object that it continues. In a set, that is one which comes out as
/// it was, and rather one which can have come of this very object than one which was changed since.
fn continue_object(prior: Option<&Value>, at: ObjectAt<'_>, fill: impl Fn(Option<&Value>) -> Value) -> Value {
    match (at, prior) {
        (ObjectAt::Member, Some(Value::Set(elements))) => {
            let fresh = fill(None);
            let same = |element: &&Value| fill(Some(element)) == **element;
            let born_of_it = elements.iter().filter(same).find(|element| can_become(&fresh, element));
            born_of_it.or_else(|| elements.iter().find(same)).cloned().unwrap_or(fresh)
        }
        _ => fill(prior.and_then(|prior| counterpart(prior, at))),
    }
}

/// Whether a planned value, with its unknowns, can have become this one.
fn can_become(planned: &Value, value: &Value) -> bool {
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

/// The prior object in the same place. A set has no places.
fn counterpart<'v>(prior: &'v Value, at: ObjectAt<'_>) -> Option<&'v Value> {
    match (at, prior) {
        (ObjectAt::Only, Value::Map(_)) => Some(prior),
        (ObjectAt::Index(index), Value::List(elements)) => elements.get(index),
        (ObjectAt::Key(key), Value::Map(elements)) => elements.get(key),
        _ => None,
    }
}

/// Whether a difference between two values of an attribute touches an inner attribute that forces a new object.
fn forces_inside(kind: &Kind, planned: &Value, prior: &Value) -> bool {
    let Kind::Nested(nesting, attributes) = kind else { return false };
    objects_force(*nesting, planned, prior, |planned, prior| {
        attributes.iter().any(|inner| attribute_forces(inner, planned, prior))
    })
}

fn attribute_forces(attribute: &Attribute, planned: &Value, prior: &Value) -> bool {
    let (planned, prior) = (planned.get(attribute.name), prior.get(attribute.name));
    planned != prior && (attribute.force_new || forces_inside(&attribute.kind, planned, prior))
}

fn block_forces(nested: &NestedBlock, planned: &Value, prior: &Value) -> bool {
    objects_force(nested.nesting, planned, prior, |planned, prior| {
        nested.block.attributes.iter().any(|inner| attribute_forces(inner, planned, prior))
            || nested
                .block
                .blocks
                .iter()
                .any(|inner| block_forces(inner, planned.get(inner.name), prior.get(inner.name)))
    })
}

fn objects_force(nesting: Nesting, planned: &Value, prior: &Value, differs: impl Fn(&Value, &Value) -> bool) -> bool {
    static NONE: Value = Value::Null;
    let mut forced = false;
    let mut compare = |mine: &Value, other: &Value, either_way: bool| {
        nesting.map_objects(mine, |at, object| {
            let other = counterpart(other, at).unwrap_or(&NONE);
            forced |= if either_way { differs(object, other) } else { other.is_null() && differs(object, other) };
            Value::Null
        });
    };
    compare(planned, prior, true);
    // Objects that are no longer there.
    compare(prior, planned, false);
    forced
}
