//! One attribute, declared in a chain: `Attribute::string("name").required().force_new().describe("…")`.

use super::{Nesting, Validator};
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
    /// Who gives the value.
    pub mode: Mode,
    /// The value where the configuration gives none.
    pub default: Option<Default>,
    /// Whether another value means another object.
    pub force_new: bool,
    /// How a change of this attribute is judged, where comparing values is not enough.
    pub judge: Option<fn(&Change<'_>) -> Verdict>,
    /// What is valid.
    pub validators: Vec<Validator>,
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

/// The value of an argument that the configuration leaves out.
#[derive(Debug, Clone)]
pub enum Default {
    /// This value, whenever the configuration has none.
    Always(Value),
    /// A value that depends on the other attributes of the same object, and how to say so in the documentation.
    From(fn(&Value) -> Value, &'static str),
    /// This value when the object is created. Afterwards no value means no change.
    Initially(Value),
}

/// A planned value beside the prior one, for a [`judge`](Attribute::judge).
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// What the configuration and the defaults say.
    pub planned: &'a Value,
    /// What the state says.
    pub prior: &'a Value,
    /// The configuration of the whole resource.
    pub config: &'a Value,
    /// The prior state of the whole resource.
    pub state: &'a Value,
    /// What is remembered of the object: whether it was imported, and what could not be told then.
    pub private: &'a Private,
}

/// What a change of an attribute comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Both mean the same: the prior value stays.
    Same,
    /// The object stays and gets the new value.
    InPlace,
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

    /// An optional number.
    pub fn number(name: &'static str) -> Self {
        Self::new(name, Type::Number)
    }

    /// An optional boolean.
    pub fn bool(name: &'static str) -> Self {
        Self::new(name, Type::Bool)
    }

    /// An optional attribute of nested objects.
    pub fn nested(name: &'static str, nesting: Nesting, attributes: Vec<Attribute>) -> Self {
        Self::of_kind(name, Kind::Nested(nesting, attributes))
    }

    fn of_kind(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            mode: Mode::Optional,
            default: None,
            force_new: false,
            judge: None,
            validators: Vec::new(),
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
    pub fn default_from(self, from: fn(&Value) -> Value, text: &'static str) -> Self {
        Self { default: Some(Default::From(from, text)), ..self }.optional_computed()
    }

    /// The value that a new object gets where the configuration has none.
    #[must_use]
    pub fn initially(self, value: Value) -> Self {
        Self { default: Some(Default::Initially(value)), ..self }.optional_computed()
    }

    /// Another value means another object.
    #[must_use]
    pub fn force_new(self) -> Self {
        Self { force_new: true, ..self }
    }

    /// Judges changes by more than comparing values.
    #[must_use]
    pub fn judged_by(self, judge: fn(&Change<'_>) -> Verdict) -> Self {
        Self { judge: Some(judge), ..self }
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

    /// Whether the configuration may give a value.
    pub fn is_argument(&self) -> bool {
        self.mode != Mode::Computed
    }

    /// Whether the provider may give a value.
    pub fn is_computed(&self) -> bool {
        matches!(self.mode, Mode::Computed | Mode::OptionalComputed)
    }

    /// Whether every object that was created has a value here, so that a null in a state means that nobody could
    /// tell it.
    pub fn is_never_null(&self) -> bool {
        self.mode == Mode::Required
            || matches!(&self.default, Some(Default::Always(value) | Default::Initially(value)) if !value.is_null())
    }
}
