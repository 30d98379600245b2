//! Types that are none for an attribute.

use std::time::Instant;

use tfplugin::{AttributeType, Computed, Model, Partial, Set};

/// A thing.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_thing")]
struct Thing {
    /// When it was made.
    made: std::time::Instant, // error
    /// When it was changed.
    changed: Computed<Instant>, // error
    /// When it was read.
    read: Option<Set<Instant>>, // error
    /// Its name.
    name: String,
}

fn name(thing: &Partial<Thing>) -> Option<&str> {
    thing.name.as_str()
}

fn main() {
    let thing = <Thing as AttributeType>::Partial::default();
    println!("{:?} {}", name(&thing), Thing::MADE.name());
}
