//! Objects as Terraform stores them.

use std::sync::{Mutex, PoisonError};

use crate::{private::Private, value::Value};

/// What is to be done once a caller has been given its answer.
#[derive(Default)]
// The mutex is never locked: it lets a state be shared between threads, whatever its work is.
pub struct Delivered(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Delivered {
    /// This is to be done.
    pub fn then(work: impl FnOnce() + Send + 'static) -> Self {
        Self(Mutex::new(Some(Box::new(work))))
    }

    /// Whether nothing is to be done.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// The answer has been given.
    pub(crate) fn done(self) {
        if let Some(work) = self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            work();
        }
    }
}

impl std::fmt::Debug for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivered").finish_non_exhaustive()
    }
}

/// An object as Terraform stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The state, of the type of the schema. After a create or an update, values that are still unknown become null.
    pub state: Value,
    /// What is remembered beside it.
    pub private: Private,
    /// What the object is known by; null where that is not known.
    pub identity: Value,
}

impl Object {
    /// What a destroy leaves.
    pub fn gone() -> Self {
        Self { state: Value::Null, private: Private::default(), identity: Value::Null }
    }
}

/// A state as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// The version of the schema that it was stored with.
    pub version: i64,
    /// The whole JSON, also what the current schema does not have.
    pub json: &'a [u8],
}
