//! Each field contradicts itself, and the error stands at it.

use tfplugin::{Computed, Map, Model, Timeouts, WriteOnly};

/// A thing.
#[derive(Model)]
#[model(resource = "test_thing")]
struct Thing {
    /// With a default there is always a value.
    #[attr(default = 1)] // error
    with_option: Option<i64>,
    /// Two defaults.
    #[attr(default = 1, default_on_create = 2)] // error
    two: i64,
    /// Only the provider sets it.
    #[attr(force_new)] // error
    computed: Computed<String>,
    /// Only the provider sets it.
    #[attr(default = "a")] // error
    computed_default: Computed<String>,
    /// Only the provider sets it.
    #[attr(not_blank)] // error
    validated: Computed<String>,
    /// Optional already.
    #[attr(optional)] // error
    optional: Option<String>,
    /// Not computed.
    #[attr(changes_with(two))] // error
    renewed: String,
    /// No such field.
    #[attr(changes_with(nothing))] // error
    misspelt: Computed<String>,
    /// A computed value is never in a configuration.
    #[attr(conflicts_with(computed))] // error
    conflicting: Option<String>,
    /// Never stored.
    unstored: Computed<WriteOnly<String>>, // error
    /// No range.
    #[attr(range(9..=1))] // error
    empty: i64,
    /// No block.
    #[attr(min = 1)] // error
    counted: Vec<String>,
    undocumented: String, // error
    /// Reserved.
    count: i64, // error
    /// The provider block only.
    #[attr(env("THING"))] // error
    variable: Option<String>,
    /// No operations.
    timeouts: Timeouts, // error
    /// Misspelt.
    #[attr(name = "Upper")]
    upper: String, // error
    /// Never null.
    #[attr(default_on_create = None)] // error
    null: String,
    /// A map of blocks has no limit.
    #[attr(block, min = 1)] // error
    map_blocks: Map<Nested>,
    /// One at most.
    #[attr(block, max = 1)] // error
    single_block: Option<Nested>,
}

/// What is nested.
#[derive(Model)]
#[model(nested)]
struct Nested {
    /// A field.
    field: String,
}

fn main() {}
