//! What attributes of one object demand of each other.

use super::NestedBlock;
use crate::value::{Path, Step, Value};

/// A demand that an attribute or a nested block makes of others, named by their paths in the same object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// What is demanded.
    pub demand: Demand,
    /// The others.
    pub others: Vec<Path>,
}

/// What an attribute demands of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Where this one is set, none of the others is.
    Conflict,
    /// One of all is set, and only one.
    ExactlyOne,
    /// One or more of all are set.
    AtLeastOne,
    /// Where this one is set, all of the others are.
    Together,
}

impl Relation {
    /// A demand on siblings with these names.
    pub fn new(demand: Demand, siblings: &[&str]) -> Self {
        Self { demand, others: siblings.iter().map(|name| Path::attribute(*name)).collect() }
    }

    /// What is wrong in this object, if anything; `name` makes the demand. What is not known yet may turn out either way.
    pub(crate) fn check(&self, name: &str, object: &Value, blocks: &[NestedBlock]) -> Option<String> {
        let is_block = |path: &Path| {
            let name = match path.steps() {
                [Step::Attribute(name)] => name,
                _ => return false,
            };
            blocks.iter().any(|block| block.name == name)
        };
        let is_set = |path: &Path, value: &Value| match value {
            Value::Null => Some(false),
            // A block that is not written is an empty list.
            Value::List(elements) | Value::Set(elements) if is_block(path) => Some(!elements.is_empty()),
            Value::Map(elements) if is_block(path) => Some(!elements.is_empty()),
            value if !value.is_known() => None,
            _ => Some(true),
        };
        let own = is_set(&Path::attribute(name), object.get(name));
        let others: Vec<Option<bool>> =
            self.others.iter().map(|path| object.at(path).map_or(Some(false), |value| is_set(path, value))).collect();
        let with = |wanted: bool| {
            let found = self.others.iter().zip(&others).find(|(_, is_set)| **is_set == Some(wanted));
            found.map(|(path, _)| path.to_string())
        };
        let set = others.iter().chain([&own]).filter(|is_set| **is_set == Some(true)).count();
        let all_known = others.iter().chain([&own]).all(Option::is_some);
        match self.demand {
            Demand::Conflict if own == Some(true) => {
                with(true).map(|other| format!("cannot be set together with {other}: remove one of them"))
            }
            Demand::Together if own == Some(true) => {
                with(false).map(|other| format!("is set, so {other} must be set too"))
            }
            Demand::ExactlyOne if set > 1 => {
                Some(format!("cannot be set together with {}: set exactly one", self.names()))
            }
            Demand::ExactlyOne if set == 0 && all_known => {
                Some(format!("or {} must be set: exactly one", self.names()))
            }
            Demand::AtLeastOne if set == 0 && all_known => {
                Some(format!("or {} must be set: at least one", self.names()))
            }
            _ => None,
        }
    }

    /// The demand in words, for the documentation.
    pub(crate) fn describe(&self) -> String {
        let names: Vec<String> = self.others.iter().map(|path| format!("`{path}`")).collect();
        let names = names.join(", ");
        match self.demand {
            Demand::Conflict => format!("Conflicts with {names}."),
            Demand::ExactlyOne => format!("Set exactly one of this and {names}."),
            Demand::AtLeastOne => format!("Set at least one of this and {names}."),
            Demand::Together => format!("Requires {names}."),
        }
    }

    fn names(&self) -> String {
        let names: Vec<String> = self.others.iter().map(ToString::to_string).collect();
        names.join(" or ")
    }
}
