//! What an alias hides from the macro is found all the same.

use tfplugin::{Computed, Model, WriteOnly};

type Hidden = WriteOnly<String>;
type OptionalHidden = Option<WriteOnly<String>>;

/// A thing.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_thing")]
struct Thing {
    /// In no state.
    #[attr(force_new)] // error
    forced: Option<Hidden>,
    /// Read from the configuration alone.
    #[attr(default = "a".to_owned())] // error
    defaulted: Hidden,
    /// Never stored.
    computed: Computed<Hidden>, // error
    /// In no state.
    #[attr(plan_modifier = modifier)] // error
    modified: OptionalHidden,
}

/// A provider block.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Settings {
    /// Not in a provider block.
    hidden: OptionalHidden, // error
}

fn modifier(_: &tfplugin::model::AttributeChange<'_, Thing, Hidden>) -> tfplugin::schema::Decision {
    tfplugin::schema::Decision::Keep
}

fn main() {}
