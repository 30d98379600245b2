//! Searches that Terraform does not have.

use tfplugin::{Computed, Model, WriteOnly};

/// A search.
#[derive(Debug, Clone, Model)]
#[model(list)]
struct Search {
    /// The provider gives it.
    computed: Computed<String>,
    /// Nothing changes.
    #[attr(force_new)]
    force_new: String,
    /// Nothing is created.
    #[attr(default_on_create = 1)]
    default_on_create: i64,
    /// Nothing is stored.
    write_only: Option<WriteOnly<String>>,
}

fn main() {}
