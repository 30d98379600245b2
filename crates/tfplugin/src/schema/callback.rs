//! Functions and closures in a schema.

use std::{fmt, sync::Arc};

/// A function that a schema carries, with whatever it captured.
pub struct Callback<F: ?Sized>(pub(super) Arc<F>);

impl<F: ?Sized> Callback<F> {
    /// The function.
    pub fn call(&self) -> &F {
        &self.0
    }
}

impl<F: ?Sized> Clone for Callback<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F: ?Sized> fmt::Debug for Callback<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}
