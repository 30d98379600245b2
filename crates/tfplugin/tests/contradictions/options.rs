//! Options that contradict what a field is or stands in.

use tfplugin::{Computed, Map, Model, Sensitive, Timeouts, WriteOnly};

/// A thing.
#[derive(Model)]
#[model(resource = "test_thing")]
struct Thing {
    /// Always set.
    #[attr(exactly_one_of(free))]
    always: String,
    /// Free.
    free: Option<String>,
    /// Its sibling is always set.
    #[attr(conflicts_with(always))]
    never: Option<String>,
    /// In no state.
    #[attr(force_new)]
    hidden: Option<WriteOnly<String>>,
    /// Planned whatever changes.
    #[attr(optional, default = "x", changes_with(free))]
    fixed: Computed<String>,
    /// Not one of them.
    #[attr(default = "c", one_of("a", "b"))]
    outside: String,
    /// Not in the range.
    #[attr(default = -1, range(0..=9))]
    below: i64,
    /// An empty range.
    #[attr(range(2.0..=-1.0))]
    empty: f64,
    /// None at all.
    #[attr(block, max = 0)]
    none: Vec<Nested>,
    /// Blocks make no demands.
    #[attr(block, conflicts_with(free))]
    demanding: Vec<Nested>,
    /// No operation, and no time.
    #[attr(timeouts(craete = "10m", read = "10 parsecs"))]
    timeouts: Timeouts,
}

/// What is nested.
#[derive(Model)]
#[model(nested)]
struct Nested {
    /// No place for time limits.
    #[attr(timeouts(create = "1m"))]
    timeouts: Timeouts,
}

/// A provider block.
#[derive(Model)]
#[model(provider)]
struct Settings {
    /// Never left out.
    #[attr(env("X"))]
    required: String,
    /// More than one value.
    #[attr(env("Y"))]
    list: Option<Map<String>>,
    /// Never planned.
    #[attr(force_new)]
    planned: Option<String>,
    /// Not in a provider block.
    hidden: Option<WriteOnly<String>>,
    /// Fine.
    fine: Option<Sensitive<String>>,
}

/// A data source.
#[derive(Model)]
#[model(data_source = "Bad Name")]
struct Source {
    /// Nothing is created.
    #[attr(default_on_create = 1)]
    created: i64,
    /// Read anew.
    #[attr(changes_with(created))]
    renewed: Computed<String>,
    /// Only read.
    #[attr(timeouts(create = "1m"))]
    timeouts: Timeouts,
}

fn main() {}
