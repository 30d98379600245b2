//! One attribute, declared in a chain: `Attribute::string("name").required().force_new().describe("…")`.

use std::{sync::Arc, time::Duration};

use super::{Callback, Nesting, Relation, Validator};
use crate::{
    private::Private,
    value::{Type, Value},
};

/// An argument, a computed value, or both.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The name.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What each element is, where the values are collections of anything but nested objects.
    pub element: Option<Box<Attribute>>,
    /// Whether an element may be null, which only one of any number of arguments of a function may.
    pub allows_null_elements: bool,
    /// What each object has, where the values are objects without schemas of their own.
    pub members: Vec<Attribute>,
    /// Who gives the value.
    pub mode: Mode,
    /// The value where the configuration gives none.
    pub default: Option<Default>,
    /// Whether another value means another object.
    pub force_new: bool,
    /// What a change of this attribute comes to, where comparing values is not enough.
    pub plan_modifier: Option<Callback<PlanModifier>>,
    /// Whether two different values mean the same, so that one may stand for the other.
    pub same_meaning: Option<Callback<SameMeaning>>,
    /// What is wrong with a value that the attribute's own type cannot hold.
    pub parse: Option<Callback<Parse>>,
    /// The siblings with which a computed value changes: an update that changes one of them makes this value unknown.
    pub changes_with: Vec<&'static str>,
    /// What is valid.
    pub validators: Vec<Validator>,
    /// What this attribute demands of others beside it.
    pub relations: Vec<Relation>,
    /// The environment variables that stand in for an argument of the provider block: the first that is set and not empty.
    pub env: &'static [&'static str],
    /// The time limits of operations, where this attribute holds them: each operation with its default.
    pub timeouts: Vec<(&'static str, Duration)>,
    /// Whether Terraform hides the value.
    pub sensitive: bool,
    /// Whether the value is never stored.
    pub write_only: bool,
    /// What to use instead, if this is deprecated.
    pub deprecated: Option<&'static str>,
    /// What it is, in Markdown: units and formats included.
    pub description: &'static str,
}

/// What the values of an attribute are.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Values of a type.
    Of(Type),
    /// Objects whose attributes have schemas of their own.
    Nested(Nesting, Vec<Attribute>),
}

/// Who gives a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The configuration must.
    Required,
    /// The configuration may.
    Optional,
    /// The configuration may, else the provider does.
    OptionalComputed,
    /// The provider does.
    Computed,
}

/// Decides about a change.
pub type PlanModifier = dyn Fn(&Change<'_>) -> Decision + Send + Sync;

/// Compares the meaning of two values.
pub type SameMeaning = dyn Fn(&Value, &Value) -> bool + Send + Sync;

/// What is wrong with a value, as a sentence that begins "must …".
pub type Parse = dyn Fn(&Value) -> Option<String> + Send + Sync;

/// Makes a default of the object that the attribute stands in.
pub type DefaultWith = dyn Fn(&Value) -> Value + Send + Sync;

/// The value of an argument that the configuration leaves out.
#[derive(Debug, Clone)]
pub enum Default {
    /// This value, whenever the configuration has none.
    Always(Value),
    /// A value that depends on the other attributes of the same object, and how to say so in the documentation.
    With(Callback<DefaultWith>, &'static str),
    /// This value when the object is created. Afterwards no value means no change.
    OnCreate(Value),
}

/// A planned value beside the prior one, for a [plan modifier](Attribute::plan_modifier).
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// What the configuration and the defaults say.
    pub planned: &'a Value,
    /// What the state says.
    pub prior: &'a Value,
    /// The configuration of the object that the attribute stands in.
    pub config: &'a Value,
    /// The prior state of that object.
    pub state: &'a Value,
    /// What is remembered of the object: whether it was imported, and what could not be recovered then.
    pub private: &'a Private,
}

/// What a change of an attribute comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Both mean the same: the prior value stays.
    Keep,
    /// The object stays and gets the new value.
    Update,
    /// Another object is needed.
    Replace,
}

impl Attribute {
    /// An optional attribute of this type.
    pub fn new(name: &'static str, ty: Type) -> Self {
        Self::of_kind(name, Kind::Of(ty))
    }

    /// An optional string.
    pub fn string(name: &'static str) -> Self {
        Self::new(name, Type::String)
    }

    /// An optional attribute of nested objects.
    pub fn nested(name: &'static str, nesting: Nesting, attributes: Vec<Attribute>) -> Self {
        Self::of_kind(name, Kind::Nested(nesting, attributes))
    }

    fn of_kind(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            element: None,
            allows_null_elements: false,
            members: Vec::new(),
            mode: Mode::Optional,
            default: None,
            force_new: false,
            plan_modifier: None,
            same_meaning: None,
            parse: None,
            changes_with: Vec::new(),
            validators: Vec::new(),
            relations: Vec::new(),
            env: &[],
            timeouts: Vec::new(),
            sensitive: false,
            write_only: false,
            deprecated: None,
            description: "",
        }
    }

    /// The configuration must give a value.
    #[must_use]
    pub fn required(self) -> Self {
        Self { mode: Mode::Required, ..self }
    }

    /// Only the provider gives a value.
    #[must_use]
    pub fn computed(self) -> Self {
        Self { mode: Mode::Computed, ..self }
    }

    /// The provider gives a value where the configuration does not.
    #[must_use]
    pub fn optional_computed(self) -> Self {
        Self { mode: Mode::OptionalComputed, ..self }
    }

    /// The value where the configuration has none. On the wire the attribute becomes optional and computed.
    #[must_use]
    pub fn default(self, default: impl Into<Value>) -> Self {
        Self { default: Some(Default::Always(default.into())), ..self }.optional_computed()
    }

    /// A default that depends on the other attributes of the same object. `text` says so in the documentation.
    #[must_use]
    pub fn default_with(self, with: impl Fn(&Value) -> Value + Send + Sync + 'static, text: &'static str) -> Self {
        Self { default: Some(Default::With(Callback(Arc::new(with)), text)), ..self }.optional_computed()
    }

    /// The value that a new object gets where the configuration has none.
    #[must_use]
    pub fn default_on_create(self, value: Value) -> Self {
        Self { default: Some(Default::OnCreate(value)), ..self }.optional_computed()
    }

    /// Another value means another object.
    #[must_use]
    pub fn force_new(self) -> Self {
        Self { force_new: true, ..self }
    }

    /// Decides about changes by more than comparing values. Called once the configured value is wholly
    /// known; inside it, only what the provider sets can be unknown.
    #[must_use]
    pub fn plan_modifier(self, modifier: impl Fn(&Change<'_>) -> Decision + Send + Sync + 'static) -> Self {
        Self { plan_modifier: Some(Callback(Arc::new(modifier))), ..self }
    }

    /// Tells values apart that only look different.
    #[must_use]
    pub fn same_meaning(self, same: impl Fn(&Value, &Value) -> bool + Send + Sync + 'static) -> Self {
        Self { same_meaning: Some(Callback(Arc::new(same))), ..self }
    }

    /// Refuses values that the attribute's own type cannot hold.
    #[must_use]
    pub fn parsed_by(self, parse: impl Fn(&Value) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { parse: Some(Callback(Arc::new(parse))), ..self }
    }

    /// A computed value that an update renews: one that changes any of these siblings makes it unknown.
    #[must_use]
    pub fn changes_with(self, siblings: &[&'static str]) -> Self {
        Self { changes_with: siblings.to_vec(), ..self }
    }

    /// What this attribute demands of others.
    #[must_use]
    pub fn relation(mut self, relation: Relation) -> Self {
        self.relations.push(relation);
        self
    }

    /// The environment variables that stand in for an argument of the provider block.
    #[must_use]
    pub fn env(self, variables: &'static [&'static str]) -> Self {
        Self { env: variables, ..self }
    }

    /// What is valid. Several hold together.
    #[must_use]
    pub fn valid(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// Terraform hides the value.
    #[must_use]
    pub fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    /// The value is never stored.
    #[must_use]
    pub fn write_only(self) -> Self {
        Self { write_only: true, ..self }
    }

    /// What to use instead.
    #[must_use]
    pub fn deprecated(self, instead: &'static str) -> Self {
        Self { deprecated: Some(instead), ..self }
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn describe(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Of(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                nesting.wrap(Type::object(attributes.iter().map(|attribute| (attribute.name, attribute.ty()))))
            }
        }
    }

    /// What is wrong with a value, which is known and not null, as a sentence that begins "must …".
    pub fn wrong(&self, value: &Value) -> Option<String> {
        let rules = || self.validators.iter().find_map(|validator| validator.check(value));
        let parsed = || self.parse.as_ref().and_then(|parse| parse.call()(value));
        rules().or_else(parsed)
    }

    /// Whether two values mean the same, element by element in collections, although they are written differently.
    pub fn is_same(&self, a: &Value, b: &Value) -> bool {
        if let Some(same) = &self.same_meaning {
            return same.call()(a, b);
        }
        let Some(element) = &self.element else { return false };
        let same = |a: &Value, b: &Value| a == b || element.is_same(a, b);
        match (a, b) {
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            (Value::Set(a), Value::Set(b)) => {
                let mut rest: Vec<&Value> = b.iter().collect();
                let mut take = |a| rest.iter().position(|b| same(a, b)).map(|at| rest.swap_remove(at));
                a.len() == b.len() && a.iter().all(|a| take(a).is_some())
            }
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
            }
            _ => false,
        }
    }

    /// Whether the configuration may give a value.
    pub fn is_argument(&self) -> bool {
        self.mode != Mode::Computed
    }

    /// Whether the provider may give a value.
    pub fn is_computed(&self) -> bool {
        matches!(self.mode, Mode::Computed | Mode::OptionalComputed)
    }

    /// Whether every object that was created has a value here, so that a null in a state means that the provider could
    /// not recover it.
    pub fn is_never_null(&self) -> bool {
        self.mode == Mode::Required
            || matches!(&self.default, Some(Default::Always(value) | Default::OnCreate(value)) if !value.is_null())
    }
}
