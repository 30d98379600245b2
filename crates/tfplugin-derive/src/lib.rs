//! The derive macros of `tfplugin`, which re-exports them: use them from there.
//!
//! Contradictions within a struct are compile errors at the field. `tfplugin::testing::check` finds those that depend on where a
//! struct is used.

mod arguments;
mod attribute_enum;
mod checks;
mod contradictions;
mod docs;
mod fields;
mod model;
mod options;
mod partial;
mod stand_in;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives the schema, the documentation and the typed access of a resource, a data source, a provider block, a nested object or
/// an identity from a struct.
///
/// On the struct: `#[model(resource = "name")]`, optionally with `version = 1` and `identity = Struct`;
/// `#[model(data_source = "name")]`, `#[model(ephemeral_resource = "name")]`, `#[model(action = "name")]`,
/// `#[model(state_store = "name")]`, `#[model(function = "name")]`, `#[model(list)]`, `#[model(provider)]`,
/// `#[model(provider_meta)]` or `#[model(nested)]`; and `deprecated = "what to use instead"`. `#[model(identity)]` is the
/// identity of a resource, optionally with `version = 1` and `mutable`.
///
/// The type of a field decides who sets the value: `T` is required, `T` with a default is optional, `Option<T>` is optional,
/// `Computed<T>` is computed. Its doc comment is the description, in Markdown. Its token (`Book::SHELF` of `shelf`) is as visible as the field:
/// a test in another file needs a field that is `pub(crate)`, one in another crate a field that is `pub`. In `#[attr(…)]`:
///
/// | option | meaning |
/// | --- | --- |
/// | `default = value` | the value if the configuration has none. An imported null stays |
/// | `default_on_create = value` | the same for a new object; later, no value means no change. `None` on an `Option` |
/// | `default_with = function`, `default_text = "…"` | a default computed from the other fields, and its text in the documentation |
/// | `optional` | on `Computed<T>`: the configuration may set it too |
/// | `force_new` | a change forces replacement |
/// | `plan_modifier = function` | decides Keep, Update or Replace |
/// | `changes_with(a, b)` | on `Computed<T>`: unknown in an update that changes `a` or `b` |
/// | `range(1..=9)`, `length(1..=9)`, `one_of("a")`, `one_of_ignore_case("a")`, `not_blank`, `not_empty` | validators |
/// | `validate(closure, "text")` | a validator of your own; `text` completes "must be …" |
/// | `validator = expression` | any other `Validator` |
/// | `conflicts_with(a)`, `exactly_one_of(a)`, `at_least_one_of(a)`, `required_with(a)` | rules about other fields, also `a.b` inside an object; also on blocks |
/// | `block`, `min = 1`, `max = 1` | nested blocks instead of nested attributes |
/// | `env("VARIABLE")` | in a provider block: an environment variable that sets the argument |
/// | `timeouts(create = "10m")` | on `Timeouts`: the operations with their defaults |
/// | `deprecated = "…"`, `name = "…"` | what to use instead; a name that differs from the field's |
#[proc_macro_derive(Model, attributes(model, attr))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::derive(&input).unwrap_or_else(|error| stand_in::model(&input, &error)).into()
}

/// Derives an attribute type with a fixed set of values from an enum without fields. The text of a variant is its name, or the
/// text in `#[attr("…")]`. The enum must also derive `Debug`, `Clone` and `PartialEq`.
#[proc_macro_derive(AttributeEnum, attributes(attr))]
pub fn derive_attribute_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    attribute_enum::derive(&input).unwrap_or_else(|error| stand_in::attribute_enum(&input, &error)).into()
}
