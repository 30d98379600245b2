//! Options that contradict what a field is or stands in.

use tfplugin::{Computed, Map, Model, Sensitive, Timeouts, WriteOnly};

/// A thing.
#[derive(Model)]
#[model(resource = "test_thing")]
struct Thing {
    /// Always set.
    #[attr(exactly_one_of(free))] // error
    always: String,
    /// Free.
    free: Option<String>,
    /// Its sibling is always set.
    #[attr(conflicts_with(always))] // error
    never: Option<String>,
    /// In no state.
    #[attr(force_new)] // error
    hidden: Option<WriteOnly<String>>,
    /// Planned whatever changes.
    #[attr(optional, default = "x", changes_with(free))] // error
    fixed: Computed<String>,
    /// Not one of them.
    #[attr(default = "c", one_of("a", "b"))] // error
    outside: String,
    /// Not in the range.
    #[attr(default = -1, range(0..=9))] // error
    below: i64,
    /// An empty range.
    #[attr(range(2.0..=-1.0))] // error
    empty: f64,
    /// None at all.
    #[attr(block, max = 0)] // error
    none: Vec<Nested>,
    /// No operation, and no time.
    #[attr(timeouts(craete = "10m", read = "10 parsecs"))] // error error
    timeouts: Timeouts,
}

/// What is nested.
#[derive(Model)]
#[model(nested)]
struct Nested {
    /// No place for time limits.
    #[attr(timeouts(create = "1m"))] // error
    timeouts: Timeouts,
}

/// A provider block.
#[derive(Model)]
#[model(provider)]
struct Settings {
    /// Never left out.
    #[attr(env("X"))] // error
    required: String,
    /// More than one value.
    #[attr(env("Y"))] // error
    list: Option<Map<String>>,
    /// Never planned.
    #[attr(force_new)] // error
    planned: Option<String>,
    /// Not in a provider block.
    hidden: Option<WriteOnly<String>>, // error
    /// Fine.
    fine: Option<Sensitive<String>>,
}

/// A data source.
#[derive(Model)]
#[model(data_source = "Bad Name")] // error
struct Source {
    /// Nothing is created.
    #[attr(default_on_create = 1)] // error
    created: i64,
    /// Read anew.
    #[attr(changes_with(created))] // error
    renewed: Computed<String>,
    /// Only read.
    #[attr(timeouts(create = "1m"))] // error
    timeouts: Timeouts,
}

fn main() {}
