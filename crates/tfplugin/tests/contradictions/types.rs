//! Rules that do not fit the type.

use tfplugin::Model;

/// A thing.
#[derive(Model)]
#[model(nested)]
struct Thing {
    /// Text has no range.
    #[attr(range(1..=9))] // error
    text: String, // error
    /// A number has no length.
    #[attr(length(1..=9))]
    number: i64, // error
}

fn main() {}
