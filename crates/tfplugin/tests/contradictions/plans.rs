//! Values that no plan sets.

use tfplugin::{Computed, Model, Plan};

/// A thing.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_thing")]
struct Thing {
    /// Its name.
    name: String,
    /// Its size.
    size: Option<i64>,
    /// Its price.
    price: Computed<i64>,
    /// Its parts.
    parts: Vec<Part>,
}

/// A part.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Part {
    /// Its name.
    name: String,
    /// Its price.
    price: Computed<i64>,
}

fn modify(plan: &mut Plan<Thing>) {
    plan.set(Thing::PRICE, 1);
    plan.set_unknown(Thing::PARTS.index(0).then(Part::PRICE));
    plan.set(Thing::NAME, "another".to_owned()); // error
    plan.set_unknown(Thing::SIZE); // error
    plan.set(Thing::PARTS.index(0).then(Part::NAME), "another".to_owned()); // error
    plan.set(Part::PRICE, 1); // error
}

fn main() {}
