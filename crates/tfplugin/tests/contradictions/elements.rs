//! Elements that Terraform does not know, and models without an end.

use tfplugin::{Map, Model, WriteOnly};

/// A thing.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_thing")]
struct Thing {
    /// Never stored.
    hidden: Option<Map<WriteOnly<String>>>, // error
}

/// Another thing.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_deep")]
struct Deep {
    /// Collections of collections of objects.
    parts: Map<Vec<Part>>, // error
}

/// A part.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Part {
    /// Its name.
    name: String,
}

/// Blocks in an attribute.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_outer")]
struct Outer {
    /// An attribute.
    inner: Option<Inner>, // error
}

/// It has blocks.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Inner {
    /// A block.
    #[attr(block)]
    parts: Vec<Part>,
}

fn main() {}
