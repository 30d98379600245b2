//! The plan engine: schema, configuration and prior state become a plan that Terraform accepts.
//!
//! Terraform's rules for a plan are those of an ordinary provider, not of the legacy type system: an argument that the
//! configuration gives is planned as given, or keeps the prior value where both mean the same; only computed attributes
//! may become what the configuration does not say. The engine plans from the configuration and the prior state alone;
//! Terraform's proposed new state, a merge of these two, adds nothing that the schema does not say better.

mod engine;
mod fill;
mod meaning;
mod members;
mod rules;

use super::{
    private::Private,
    schema::Block,
    value::{Path, Value},
};
pub(crate) use meaning::keep_meaning;
pub use rules::check;
#[cfg(test)]
pub(crate) use rules::samples;

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
    /// What the object will be known by; null where that is not known.
    pub identity: Value,
}

/// What a plan is made of.
#[derive(Debug, Clone, Copy)]
pub struct Proposal<'a> {
    /// The configuration; null for a destroy.
    pub config: &'a Value,
    /// The prior state; null for a create.
    pub prior: &'a Value,
    /// What the same plan remembered when it was made first, where Terraform makes it again and hands that over.
    pub earlier: Option<&'a Private>,
}

/// Plans the destroy of an object.
pub fn destroy(private: Private) -> Plan {
    made(Action::Destroy, Value::Null, Vec::new(), private)
}

/// Plans the create of an object or the change of an existing one.
pub fn plan(block: &Block, config: &Value, prior: &Value, mut private: Private) -> Plan {
    if prior.is_null() {
        let replaced = (private != Private::default()).then(|| Box::new(private));
        let private = Private { creating: true, replaced, ..Private::default() };
        let state = fill::fill(block, config);
        return made(Action::Create, state, Vec::new(), private);
    }
    let (state, changes) = engine::Engine::new(&private).root(block, config, prior);
    let updates = changes.updates;
    changes.mark_recovered(&mut private);
    let requires_replace = changes.replaces();
    if requires_replace.is_empty() {
        let action = if updates { Action::Update } else { Action::Nothing };
        return made(action, state, requires_replace, private);
    }
    // Terraform asks again for the create half, without a prior state, and shows that one.
    made(Action::Replace, fill::fill(block, config), requires_replace, private)
}

fn made(action: Action, state: Value, requires_replace: Vec<Path>, private: Private) -> Plan {
    Plan { action, state, requires_replace, private, identity: Value::Null }
}

/// What a configuration and its defaults say, with unknown where only the provider has the value.
pub(crate) fn filled(block: &Block, config: &Value) -> Value {
    fill::fill(block, config)
}

impl Plan {
    /// What the plan does, now that a hook may have changed it.
    pub(crate) fn settle(&mut self, prior: &Value) {
        // What a change gives another value no longer keeps that of an earlier plan.
        self.private.pinned.retain(|name| self.state.get(name) == prior.get(name));
        self.action = match self.action {
            Action::Nothing | Action::Update if !self.requires_replace.is_empty() => Action::Replace,
            Action::Nothing if self.state != *prior => Action::Update,
            action => action,
        };
    }
}
