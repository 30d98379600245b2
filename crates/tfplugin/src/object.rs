//! Objects as Terraform stores them.

use crate::{private::Private, value::Value};

/// What is to be done once a caller has been given its answer.
#[derive(Default)]
pub struct Delivered(Option<Box<dyn FnOnce() + Send>>);

impl Delivered {
    /// This is to be done.
    pub fn then(work: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(work)))
    }

    /// The answer has been given.
    pub(crate) fn done(self) {
        if let Some(work) = self.0 {
            work();
        }
    }
}

impl std::fmt::Debug for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Delivered").field(&self.0.is_some()).finish()
    }
}

/// An object as Terraform stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The state, of the type of the schema. After a create or an update, values that are still unknown become null.
    pub state: Value,
    /// What is remembered beside it.
    pub private: Private,
}

/// A state as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// The version of the schema that it was stored with.
    pub version: i64,
    /// The whole JSON, also what the current schema does not have.
    pub json: &'a [u8],
}
