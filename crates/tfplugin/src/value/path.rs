//! Paths to values, as diagnostics and plans name them.

use std::fmt;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An attribute of an object.
    Attribute(String),
    /// An element of a map.
    Key(String),
    /// An element of a list or tuple, from 0.
    Index(i64),
    /// An element of a set, which has no position: the path does not say which one. The protocol has no such step, so Terraform
    /// gets the path of the set.
    Element,
}

/// Where a value stands inside another.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

impl Path {
    /// The path to an attribute of the outermost object.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self(vec![Step::Attribute(name.into())])
    }

    /// This path, one step further in.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The path to an attribute of the object at this path.
    #[must_use]
    pub fn dot(&self, name: impl Into<String>) -> Self {
        self.then(Step::Attribute(name.into()))
    }

    /// The path to an element of the list at this path.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)))
    }

    /// The path to an element of the map at this path.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// The path to an element of the set at this path.
    #[must_use]
    pub fn element(&self) -> Self {
        self.then(Step::Element)
    }

    /// The steps, from the outermost.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the path to the whole value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of its attributes, without the places of elements: `products.auto_renew`.
    pub(crate) fn attribute_names(&self) -> String {
        let names = self.0.iter().filter_map(|step| match step {
            Step::Attribute(name) => Some(name.as_str()),
            Step::Key(_) | Step::Index(_) | Step::Element => None,
        });
        names.collect::<Vec<_>>().join(".")
    }

    /// This path from one level further out.
    #[must_use]
    pub(super) fn prefixed(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }
}

/// As it would be written in a configuration: `products[0].name` or `components["a"]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Element => {}
            }
        }
        Ok(())
    }
}
