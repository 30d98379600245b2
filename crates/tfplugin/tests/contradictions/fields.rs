//! Each field contradicts itself, and the error stands at it.

use tfplugin::{Computed, Map, Model, Timeouts, WriteOnly};

/// A thing.
#[derive(Model)]
#[model(resource = "test_thing")]
struct Thing {
    /// With a default there is always a value.
    #[attr(default = 1)]
    with_option: Option<i64>,
    /// Two defaults.
    #[attr(default = 1, default_on_create = 2)]
    two: i64,
    /// Only the provider sets it.
    #[attr(force_new)]
    computed: Computed<String>,
    /// Only the provider sets it.
    #[attr(default = "a")]
    computed_default: Computed<String>,
    /// Only the provider sets it.
    #[attr(not_blank)]
    validated: Computed<String>,
    /// Optional already.
    #[attr(optional)]
    optional: Option<String>,
    /// Not computed.
    #[attr(changes_with(two))]
    renewed: String,
    /// No such field.
    #[attr(changes_with(nothing))]
    misspelt: Computed<String>,
    /// A computed value is never in a configuration.
    #[attr(conflicts_with(computed))]
    conflicting: Option<String>,
    /// Never stored.
    unstored: Computed<WriteOnly<String>>,
    /// No range.
    #[attr(range(9..=1))]
    empty: i64,
    /// No block.
    #[attr(min = 1)]
    counted: Vec<String>,
    undocumented: String,
    /// Reserved.
    count: i64,
    /// The provider block only.
    #[attr(env("THING"))]
    variable: Option<String>,
    /// No operations.
    timeouts: Timeouts,
    /// Misspelt.
    #[attr(name = "Upper")]
    upper: String,
    /// Never null.
    #[attr(default_on_create = None)]
    null: String,
    /// A map of blocks has no limit.
    #[attr(block, min = 1)]
    map_blocks: Map<Nested>,
    /// One at most.
    #[attr(block, max = 1)]
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
