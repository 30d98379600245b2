//! Schemas whose attributes say everything about themselves.
//!
//! A resource declares here what is required, what has a default, what forces a replacement and what is valid; the
//! [plan engine](super::plan), the [validation](super::validate) and the documentation all read it from here.

mod attribute;
mod callback;
mod describe;
mod relation;
mod timeouts;
mod validator;

pub use attribute::{Attribute, Change, Decision, Default, DefaultWith, Kind, Mode, Parse, PlanModifier, SameMeaning};
pub use callback::Callback;
pub use describe::{demands, describe, with_facts};
pub use relation::{Demand, Relation};
pub use validator::{Rule, Validator};

use super::value::{Type, Value};

/// A block with a version: the shape of a configuration and of the state that comes of it.
#[derive(Debug, Clone)]
pub struct Schema {
    /// The version that states are stored with.
    pub version: i64,
    /// The outermost block.
    pub block: Block,
}

/// Attributes and nested blocks.
#[derive(Debug, Clone, std::default::Default)]
pub struct Block {
    /// The attributes.
    pub attributes: Vec<Attribute>,
    /// The nested blocks.
    pub blocks: Vec<NestedBlock>,
    /// What it is for, in Markdown.
    pub description: &'static str,
    /// What to use instead, if this is deprecated.
    pub deprecated: Option<&'static str>,
}

/// A block that a configuration writes as `name { … }`.
#[derive(Debug, Clone)]
pub struct NestedBlock {
    /// The name.
    pub name: &'static str,
    /// How often it may stand there, and what comes of it.
    pub nesting: Nesting,
    /// What is inside.
    pub block: Block,
    /// The least number of blocks; 0 for none.
    pub min_items: i64,
    /// The greatest number of blocks; 0 for no limit.
    pub max_items: i64,
    /// What these blocks demand of others beside them.
    pub relations: Vec<Relation>,
}

/// How nested objects are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object, or null.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
    /// One object, never null. Only for blocks.
    Group,
}

impl Nesting {
    /// The type of values that hold objects of this type in this way.
    pub fn wrap(self, object: Type) -> Type {
        match self {
            Self::Single | Self::Group => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }

    /// What a configuration has where it writes none of these blocks.
    pub(crate) fn without_blocks(self) -> Value {
        match self {
            Self::List => Value::List(Vec::new()),
            Self::Set => Value::Set(Vec::new()),
            Self::Map => Value::object::<String>([]),
            Self::Single | Self::Group => Value::Null,
        }
    }

    /// Rebuilds a value of nested objects, object by object. Anything but objects (null, unknown) is left as it is.
    pub fn map_objects(self, value: &Value, mut each: impl FnMut(ObjectAt<'_>, &Value) -> Value) -> Value {
        match (self, value) {
            (Self::Single | Self::Group, Value::Map(_)) => each(ObjectAt::Only, value),
            (Self::List, Value::List(elements)) => {
                Value::List(elements.iter().enumerate().map(|(at, object)| each(ObjectAt::Index(at), object)).collect())
            }
            (Self::Set, Value::Set(elements)) => {
                Value::set(elements.iter().map(|object| each(ObjectAt::Member, object)))
            }
            (Self::Map, Value::Map(elements)) => Value::Map(
                elements.iter().map(|(key, object)| (key.clone(), each(ObjectAt::Key(key), object))).collect(),
            ),
            _ => value.clone(),
        }
    }
}

/// Where an object stands among those of one nested attribute or block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectAt<'a> {
    /// It is the only one.
    Only,
    /// In a list.
    Index(usize),
    /// In a map.
    Key(&'a str),
    /// In a set, where it has no place.
    Member,
}

impl Schema {
    /// The type of configurations, plans and states of this schema.
    pub fn ty(&self) -> Type {
        self.block.ty()
    }
}

impl Block {
    /// An object of a configuration with the constant defaults of the attributes that it leaves out.
    pub(crate) fn with_constants(&self, object: &Value) -> Value {
        let mut object = object.clone();
        for attribute in &self.attributes {
            if let (Some(Default::Always(value)), Value::Null) = (&attribute.default, object.get(attribute.name)) {
                object.set_attribute(attribute.name, value.clone());
            }
        }
        object
    }

    /// The object with no null where a collection of blocks is empty.
    pub(crate) fn with_blocks(&self, mut object: Value) -> Value {
        for nested in &self.blocks {
            let inner = match object.get(nested.name) {
                Value::Null => nested.nesting.without_blocks(),
                blocks => nested.nesting.map_objects(blocks, |_, object| nested.block.with_blocks(object.clone())),
            };
            object.set_attribute(nested.name, inner);
        }
        object
    }

    /// The type of values of this block.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name, attribute.ty()));
        let blocks = self.blocks.iter().map(|nested| (nested.name, nested.nesting.wrap(nested.block.ty())));
        Type::object(attributes.chain(blocks))
    }
}

impl NestedBlock {
    /// A block that may stand there any number of times, or once for [`Nesting::Single`].
    pub fn new(name: &'static str, nesting: Nesting, block: Block) -> Self {
        Self { name, nesting, block, min_items: 0, max_items: 0, relations: Vec::new() }
    }

    /// At most so many.
    #[must_use]
    pub fn at_most(self, max_items: i64) -> Self {
        Self { max_items, ..self }
    }

    /// What these blocks demand of others.
    #[must_use]
    pub fn relation(mut self, relation: Relation) -> Self {
        self.relations.push(relation);
        self
    }
}
