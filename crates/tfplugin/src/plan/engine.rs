//! The change of an object that is there: what stays, what changes, and what needs another object.

use std::collections::BTreeMap;

use super::fill::{counterpart, fill, fill_attribute, fill_attributes, unconfigured};
use super::members::Members;
use crate::{
    private::Private,
    schema::{self, Attribute, Block, Change, Decision, Kind, NestedBlock, Nesting, ObjectAt},
    value::{Path, Value},
};

/// The state after a change, and what the change comes to.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The attributes that need another object.
    pub(super) replaces: Vec<Path>,
    /// The arguments to which the configuration has given values.
    pub(super) configured: Vec<String>,
    /// Whether anything is to be updated.
    pub(super) updates: bool,
}

/// Plans a change, attribute by attribute, at any depth.
pub(super) struct Engine<'a> {
    private: &'a Private,
}

impl Attempt {
    /// The same for the objects in an attribute, whose plan modifier is to see all of them.
    fn inside(self) -> Self {
        if self == Self::TriedUntilChanged { Self::Tried } else { self }
    }
}

/// Two objects beside each other, and where they stand.
#[derive(Clone, Copy)]
struct Here<'a> {
    config: &'a Value,
    prior: &'a Value,
    path: &'a Path,
    /// Why this is planned.
    attempt: Attempt,
}

/// Why two objects are planned beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// One continues the other.
    Continued,
    /// It is tried what an element of a set does in the place of a prior one.
    Tried,
    /// It is tried if an element of a set continues a prior one, which must not change for that. The first value that does
    /// ends it: there is a pair for any two elements.
    TriedUntilChanged,
}

impl<'a> Engine<'a> {
    pub(super) fn new(private: &'a Private) -> Self {
        Self { private }
    }

    /// The planned state of the outermost object.
    pub(super) fn root(&self, block: &Block, config: &Value, prior: &Value) -> (Value, Changes) {
        let mut changes = Changes::default();
        let state = self.block(
            block,
            Here { config, prior, path: &Path::default(), attempt: Attempt::Continued },
            &mut changes,
        );
        (state, changes)
    }

    fn block(&self, block: &Block, here: Here<'_>, changes: &mut Changes) -> Value {
        let mut state = self.attributes(&block.attributes, here, changes);
        for nested in &block.blocks {
            if state.is_null() {
                return state;
            }
            let planned = self.nested_block(nested, here, changes);
            if here.ends_with(nested.name, &planned) {
                return Value::Null;
            }
            state.set_attribute(nested.name, planned);
        }
        renew(&block.attributes, here, &mut state, changes);
        state
    }

    fn object(&self, attributes: &[Attribute], here: Here<'_>, changes: &mut Changes) -> Value {
        let mut state = self.attributes(attributes, here, changes);
        renew(attributes, here, &mut state, changes);
        state
    }

    /// The planned attributes; null where an attempt ends.
    fn attributes(&self, attributes: &[Attribute], here: Here<'_>, changes: &mut Changes) -> Value {
        let planned = attributes.iter().map(|attribute| {
            let planned = self.attribute(attribute, here, changes);
            let name = attribute.name.to_owned();
            (!here.ends_with(attribute.name, &planned)).then_some((name, planned))
        });
        planned.collect::<Option<BTreeMap<_, _>>>().map_or(Value::Null, Value::Map)
    }

    fn attribute(&self, attribute: &Attribute, here: Here<'_>, changes: &mut Changes) -> Value {
        let (config, prior) = (here.config.get(attribute.name), here.prior.get(attribute.name));
        let path = here.path.dot(attribute.name);
        let unrecovered = self.is_unrecovered(&path) || (prior.is_null() && attribute.is_never_null());
        if config.is_null() && unrecovered && attribute.is_computed() && !self.is_new(attribute, here, &path) {
            return prior.clone();
        }
        let mut inside = Changes::default();
        let planned = self.proposed(attribute, here, &path, &mut inside);
        if planned == *prior {
            changes.record_configured(&path, config);
            return planned;
        }
        // Terraform lets the prior value stand for what is configured only where there is one, and for what is not
        // configured only where the attribute is computed.
        let may_keep = !prior.is_null() && (!config.is_null() || attribute.is_computed());
        if may_keep && attribute.is_same(&planned, prior) {
            return prior.clone();
        }
        match self.decide(attribute, &planned, here, unrecovered, &inside) {
            Decision::Keep if may_keep => return prior.clone(),
            Decision::Replace if inside.replaces.is_empty() || attribute.plan_modifier.is_some() => {
                changes.replaces.push(path);
            }
            Decision::Replace => changes.replaces.append(&mut inside.replaces),
            Decision::Keep | Decision::Update => {
                changes.updates = true;
                changes.record_configured(&path, config);
            }
        }
        changes.configured.append(&mut inside.configured);
        planned
    }

    /// What the configuration and the defaults say, with what the prior object has where they say nothing.
    fn proposed(&self, attribute: &Attribute, here: Here<'_>, path: &Path, inside: &mut Changes) -> Value {
        let (config, prior) = (here.config.get(attribute.name), here.prior.get(attribute.name));
        match &attribute.kind {
            _ if attribute.write_only => Value::Null,
            kind if config.is_null() => {
                let planned = unconfigured(attribute, here.config, Some(prior));
                if let (Kind::Nested(nesting, attributes), Value::Null) = (kind, &planned)
                    && any_object(*nesting, prior, &|object| forced_by(attributes, object))
                {
                    inside.replaces.push(path.clone());
                }
                planned
            }
            Kind::Of(_) => config.clone(),
            Kind::Nested(nesting, attributes) => {
                let changed = |here: Here<'_>, changes: &mut Changes| self.object(attributes, here, changes);
                let fresh = |config: &Value| fill_attributes(attributes, config);
                let forces = |object: &Value| forced_by(attributes, object);
                let here = Here { config, prior, path, attempt: here.attempt.inside() };
                objects(*nesting, here, inside, &changed, &fresh, &forces)
            }
        }
    }

    fn decide(
        &self,
        attribute: &Attribute,
        planned: &Value,
        here: Here<'_>,
        unrecovered: bool,
        inside: &Changes,
    ) -> Decision {
        let prior = here.prior.get(attribute.name);
        match &attribute.plan_modifier {
            Some(modifier) if planned.is_known() && here.config.get(attribute.name).is_wholly_known() => {
                let (config, state, private) = (here.config, here.prior, self.private);
                let decision = modifier.call()(&Change { planned, prior, config, state, private });
                if unrecovered && decision == Decision::Replace { Decision::Update } else { decision }
            }
            _ if unrecovered => Decision::Update,
            _ if attribute.force_new || !inside.replaces.is_empty() => Decision::Replace,
            _ => Decision::Update,
        }
    }

    fn nested_block(&self, nested: &NestedBlock, here: Here<'_>, changes: &mut Changes) -> Value {
        let (config, prior) = (here.config.get(nested.name), here.prior.get(nested.name));
        let path = here.path.dot(nested.name);
        let mut inside = Changes::default();
        let changed = |here: Here<'_>, changes: &mut Changes| self.block(&nested.block, here, changes);
        let fresh = |config: &Value| fill(&nested.block, config);
        let forces = |object: &Value| block_forced_by(&nested.block, object);
        let planned = objects(
            nested.nesting,
            Here { config, prior, path: &path, attempt: here.attempt.inside() },
            &mut inside,
            &changed,
            &fresh,
            &forces,
        );
        if planned != *prior {
            changes.updates = true;
            changes.replaces.append(&mut inside.replaces);
        }
        changes.configured.append(&mut inside.configured);
        planned
    }

    /// Whether an object of this provider has no value for a constant default: it is older than the attribute, and gets the
    /// default in place. An import or another SDK may have left the value out because it could not be recovered.
    fn is_new(&self, attribute: &Attribute, here: Here<'_>, path: &Path) -> bool {
        let is_own = !self.private.imported && self.private.others.is_empty() && self.private.foreign.is_empty();
        let has_constant = matches!(&attribute.default, Some(schema::Default::Always(value)) if !value.is_null());
        has_constant && is_own && here.attempt == Attempt::Continued && !self.is_unrecovered(path)
    }

    fn is_unrecovered(&self, path: &Path) -> bool {
        !self.private.unrecovered.is_empty() && self.private.is_unrecovered(path.clone())
    }
}

impl Here<'_> {
    /// Whether this planned value ends the attempt.
    fn ends_with(&self, name: &str, planned: &Value) -> bool {
        self.attempt == Attempt::TriedUntilChanged && planned != self.prior.get(name)
    }
}

impl Changes {
    /// The configuration gives the value now, so that another one later is a change like any other.
    fn record_configured(&mut self, path: &Path, config: &Value) {
        if !config.is_null() && config.is_wholly_known() {
            self.configured.push(path.attribute_names());
        }
    }
}

/// Plans the objects of one nested attribute or block. `changed` plans an object beside the prior one that it continues,
/// `fresh` a new one; `forces` says whether an object that comes or goes forces a replacement.
fn objects(
    nesting: Nesting,
    here: Here<'_>,
    inside: &mut Changes,
    changed: &dyn Fn(Here<'_>, &mut Changes) -> Value,
    fresh: &dyn Fn(&Value) -> Value,
    forces: &dyn Fn(&Value) -> bool,
) -> Value {
    let Here { config, prior, path, attempt } = here;
    if let (Nesting::Set, Value::Set(elements)) = (nesting, config) {
        let prior_elements = prior.as_list().unwrap_or_default();
        let continues = |config: &Value, prior: &Value| {
            let here = Here { config, prior, path, attempt: Attempt::TriedUntilChanged };
            changed(here, &mut Changes::default()) == *prior
        };
        let replaces = |config: &Value, prior: &Value| {
            let mut changes = Changes::default();
            changed(Here { config, prior, path, attempt: Attempt::Tried }, &mut changes);
            !changes.replaces.is_empty()
        };
        let members = Members { continues: &continues, replaces: &replaces, fresh, forces };
        let (planned, forces) = members.plan(elements, prior_elements);
        if forces && planned != *prior {
            inside.replaces.push(path.clone());
        }
        return planned;
    }
    let mut comes_or_goes = false;
    let planned = nesting.map_objects(config, |at, object| match counterpart(prior, at) {
        Some(prior) => changed(Here { config: object, prior, path: &step(path, at), attempt }, inside),
        None => {
            let new = fresh(object);
            comes_or_goes |= forces(&new);
            new
        }
    });
    nesting.map_objects(prior, |at, object| {
        comes_or_goes |= counterpart(&planned, at).is_none() && forces(object);
        Value::Null
    });
    if comes_or_goes && planned != *prior {
        inside.replaces.push(path.clone());
    }
    planned
}

fn step(path: &Path, at: ObjectAt<'_>) -> Path {
    match at {
        // The protocol has no step into a set.
        ObjectAt::Only | ObjectAt::Member => path.clone(),
        ObjectAt::Index(index) => path.index(index),
        ObjectAt::Key(key) => path.key(key),
    }
}

/// Whether an object that comes or goes has a value that forces a replacement.
fn forced_by(attributes: &[Attribute], object: &Value) -> bool {
    attributes.iter().any(|attribute| {
        let value = object.get(attribute.name);
        let inner = |attribute: &Attribute| match &attribute.kind {
            Kind::Nested(nesting, inner) => any_object(*nesting, value, &|object| forced_by(inner, object)),
            Kind::Of(_) => false,
        };
        !value.is_null() && (attribute.force_new || inner(attribute))
    })
}

fn block_forced_by(block: &Block, object: &Value) -> bool {
    forced_by(&block.attributes, object)
        || block.blocks.iter().any(|nested| {
            any_object(nested.nesting, object.get(nested.name), &|object| block_forced_by(&nested.block, object))
        })
}

fn any_object(nesting: Nesting, value: &Value, test: &dyn Fn(&Value) -> bool) -> bool {
    let mut found = false;
    nesting.map_objects(value, |_, object| {
        found |= test(object);
        Value::Null
    });
    found
}

/// Makes computed values unknown that change with a sibling which changes.
fn renew(attributes: &[Attribute], here: Here<'_>, state: &mut Value, changes: &mut Changes) {
    if state.is_null() {
        return;
    }
    let is_changed = |state: &Value, name: &str| state.get(name) != here.prior.get(name);
    // A renewed value may renew another one in its turn.
    for _ in attributes {
        let renewed: Vec<&Attribute> = attributes
            .iter()
            .filter(|attribute| here.config.get(attribute.name).is_null() && state.get(attribute.name).is_known())
            .filter(|attribute| attribute.changes_with.iter().any(|name| is_changed(state, name)))
            .collect();
        if renewed.is_empty() {
            return;
        }
        for attribute in renewed {
            state.set_attribute(
                attribute.name,
                fill_attribute(&Attribute { default: None, ..attribute.clone() }, &Value::Null),
            );
            changes.updates = true;
        }
    }
}

impl Changes {
    /// Removes the configured arguments from the unrecovered ones.
    pub(super) fn mark_recovered(&self, private: &mut Private) {
        for name in &self.configured {
            let inside = format!("{name}.");
            private.unrecovered.retain(|path| path != name && !path.starts_with(&inside));
        }
    }

    /// The paths that need another object, each once.
    pub(super) fn replaces(self) -> Vec<Path> {
        let unique: BTreeMap<Path, ()> = self.replaces.into_iter().map(|path| (path, ())).collect();
        unique.into_keys().collect()
    }
}
