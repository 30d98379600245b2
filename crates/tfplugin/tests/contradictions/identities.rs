//! Identities that identify nothing, and options that they do not have.

use tfplugin::{Computed, Model};

/// No attributes.
#[derive(Debug, Clone, Model)]
#[model(identity)]
struct Empty {}

/// Options that an identity does not have.
#[derive(Debug, Clone, Model)]
#[model(identity)]
struct Options {
    /// The provider gives it.
    computed: Computed<String>,
    /// A default.
    #[attr(default = 1)]
    default: i64,
    /// A replacement.
    #[attr(force_new)]
    force_new: String,
    /// A relation.
    #[attr(conflicts_with(other))]
    relation: Option<String>,
    /// Another one.
    #[attr(deprecated = "use relation")]
    other: Option<String>,
}

/// Who else says what only an identity is.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_thing", mutable)]
struct Mutable {
    /// A field.
    field: String,
}

/// A data source has no identity.
#[derive(Debug, Clone, Model)]
#[model(data_source = "test_thing", identity = Options)]
struct Source {
    /// A field.
    field: Option<String>,
}

/// Not deprecated by itself.
#[derive(Debug, Clone, Model)]
#[model(identity, deprecated = "use another")]
struct Deprecated {
    /// A field.
    field: String,
}

fn main() {}
