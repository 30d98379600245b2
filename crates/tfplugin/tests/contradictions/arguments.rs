//! What functions, ephemeral resources and actions cannot have.

use tfplugin::{Computed, MaybeUnknown, Model, Timeouts, Variadic, WriteOnly};

/// A function.
#[derive(Model)]
#[model(function = "Bad Name")]
struct Arguments {
    /// Not the last.
    texts: Variadic<String>,
    /// Nothing to change.
    #[attr(force_new)]
    changed: String,
    /// Nothing to leave out.
    #[attr(default = 1)]
    defaulted: i64,
    /// Nobody computes it.
    computed: Computed<String>,
    /// Nothing is stored.
    hidden: WriteOnly<String>,
    /// No time limit.
    #[attr(timeouts(read = "1m"))]
    timeouts: Timeouts,
    /// Fine.
    #[attr(length(1..=2))]
    fine: Option<MaybeUnknown<String>>,
}

/// An ephemeral resource.
#[derive(Model)]
#[model(ephemeral_resource = "test_token")]
struct Token {
    /// Never written.
    hidden: Option<WriteOnly<String>>,
    /// Nothing to change.
    #[attr(force_new)]
    changed: Option<String>,
    /// Reserved.
    lifecycle: Option<String>,
    /// Only opened.
    #[attr(timeouts(open = "1m", renew = "1m"))]
    timeouts: Timeouts,
    /// Fine.
    fine: Computed<String>,
}

/// An action.
#[derive(Model)]
#[model(action = "test_restart")]
struct Restart {
    /// Nothing comes back.
    done: Computed<bool>,
    /// For functions only.
    many: Variadic<String>,
    /// Fine.
    #[attr(timeouts(invoke = "1m"))]
    timeouts: Timeouts,
}

fn main() {}
