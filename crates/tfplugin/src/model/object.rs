//! Objects that are one value for Terraform, without schemas of their own.

use std::ops::Deref;

use super::{AsAttribute, AttributeType, Element, Invalid, Model, PartialValue, PlainElement, wrappers::transparent};
use crate::{
    diagnostics::Diagnostics,
    schema::{Attribute, Kind},
    value::{Path, Type, Value},
};

/// An object as one value: Terraform knows its type, and no schema of what is in it. Write it where an existing provider
/// has an attribute of an object type, such as a list of objects that only the provider sets; everywhere else a nested
/// model says more.
///
/// A configuration has to give every field, also one that is null, and the object is planned as a whole. Types, rules and
/// what means the same count inside it. Defaults, plan modifiers and what is computed have no effect there.
///
/// ```
/// use tfplugin::{Computed, Model, Object, schema::Kind, value::Type};
///
/// /// A disk.
/// #[derive(Debug, Clone, Model)]
/// #[model(nested)]
/// struct Disk {
///     /// The name.
///     name: String,
///     /// The size in GiB.
///     size: Option<i64>,
/// }
///
/// /// A server.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_server")]
/// struct Server {
///     /// Its disks.
///     disks: Computed<Vec<Object<Disk>>>,
/// }
///
/// let disk = Type::object([("name", Type::String), ("size", Type::Number)]);
/// assert!(matches!(&Server::block().attributes[0].kind, Kind::Of(ty) if *ty == Type::list(disk)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Object<M>(M);

impl<M> Object<M> {
    /// What is in it.
    pub fn into_inner(self) -> M {
        self.0
    }
}

impl<M> From<M> for Object<M> {
    fn from(object: M) -> Self {
        Self(object)
    }
}

impl<M> Deref for Object<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.0
    }
}

transparent!(Object);

impl<M: Model + AsAttribute> AttributeType for Object<M> {
    type Partial = Object<M::Partial>;

    const ENDS: () = M::ENDS;

    fn kind() -> Kind {
        let whole = Attribute { kind: M::kind(), ..Attribute::new("", Type::Dynamic) };
        Kind::Of(whole.ty())
    }

    fn refine(attribute: Attribute) -> Attribute {
        let inside = M::block().attributes;
        // Terraform hides or forgets such an attribute as a whole.
        let sensitive = attribute.sensitive || inside.iter().any(|field| field.sensitive);
        let write_only = attribute.write_only || inside.iter().any(|field| field.write_only);
        // Neither has an effect inside.
        let as_member = |field: &Attribute| Attribute { default: None, force_new: false, ..field.clone() };
        let members = inside.iter().map(as_member).collect();
        let fields = inside.clone();
        let wrong = move |value: &Value| fields.iter().find_map(|field| wrong_inside(field, value));
        let same = move |a: &Value, b: &Value| {
            inside.iter().all(|field| {
                let (a, b) = (a.get(field.name), b.get(field.name));
                a == b || field.is_same(a, b)
            })
        };
        Attribute { sensitive, write_only, members, ..attribute.parsed_by(wrong).same_meaning(same) }
    }

    fn complete(partial: Self::Partial, path: &Path) -> Result<Self, Diagnostics> {
        M::complete(partial.0, path).map(Self)
    }

    fn into_partial(self) -> Self::Partial {
        Object(self.0.into_partial())
    }
}

/// What is wrong with a field of an object, as a sentence about the object.
fn wrong_inside(field: &Attribute, object: &Value) -> Option<String> {
    let value = object.get(field.name);
    if value.is_null() || !value.is_known() {
        return None;
    }
    field.wrong(value).map(|wrong| format!("must be valid in {}, which {wrong}", field.name))
}

impl<M: Model + AsAttribute> Element for Object<M> {}
impl<M: Model + AsAttribute> PlainElement for Object<M> {}
impl<M: Model + AsAttribute> AsAttribute for Object<M> {}
