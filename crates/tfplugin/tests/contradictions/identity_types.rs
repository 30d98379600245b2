//! Types that an identity does not hold.

use tfplugin::{Map, Model, Sensitive};

/// What something is known by.
#[derive(Debug, Clone, Model)]
#[model(identity)]
struct Types {
    /// A map.
    map: Map<String>,
    /// A secret.
    secret: Option<Sensitive<String>>,
}

fn main() {}
