//! Structs that are no models, and enums that are no attributes.

use tfplugin::{AttributeEnum, Model};

/// The model of nothing.
#[derive(Model)]
struct Nothing { // error
    /// A field.
    field: String,
}

/// The model of two things.
#[derive(Model)]
#[model(resource = "test_thing", provider)] // error
struct Two {
    /// A field.
    field: String,
}

/// Only resources have versions.
#[derive(Model)]
#[model(nested, version = 1)]
struct Versioned { // error
    /// A field.
    field: String,
}

/// An option that there is not.
#[derive(Model)]
#[model(nested)]
struct Misspelt {
    /// A field.
    #[attr(force_knew)] // error
    field: String,
}

/// A provider block computes nothing.
#[derive(Model)]
#[model(provider)]
struct Settings {
    /// A field.
    #[attr(default = 1)]
    retries: i64, // error
}

/// A tree.
#[derive(Model)]
#[model(nested)]
struct Tree {
    /// Trees.
    children: Option<Vec<Tree>>, // error
}

#[derive(Debug, Clone, PartialEq, AttributeEnum)]
enum Valued {
    A(String), // error
}

#[derive(Debug, Clone, PartialEq, AttributeEnum)]
enum Twice {
    A,
    #[attr("A")] // error
    B,
}

fn main() {}
