//! The derive macros of `tfplugin`, which re-exports them: use them from there.
//!
//! What contradicts itself within a struct does not compile, and the error stands at the field. What depends on where a
//! struct is used, `tfplugin::testing::check` finds.

mod arguments;
mod attribute_enum;
mod checks;
mod contradictions;
mod fields;
mod model;
mod options;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct the schema, the documentation and the typed access of a resource, a data source, a provider block, of
/// what is nested in one, or of an identity.
///
/// On the struct: `#[model(resource = "name")]`, optionally with `version = 1` and `identity = Struct`;
/// `#[model(data_source = "name")]`, `#[model(ephemeral_resource = "name")]`, `#[model(action = "name")]`,
/// `#[model(state_store = "name")]`, `#[model(function = "name")]`, `#[model(list)]`, `#[model(provider)]`,
/// `#[model(provider_meta)]` or `#[model(nested)]`; and `deprecated = "what to use instead"`. `#[model(identity)]` is the
/// identity of a resource, optionally with `version = 1` and `mutable`.
///
/// The type of a field decides who gives the value: `T` is required, `T` with a default optional, `Option<T>` optional,
/// `Computed<T>` computed. Its doc comment is the description. In `#[attr(…)]`:
///
/// | option | meaning |
/// | --- | --- |
/// | `default = value` | the value where the configuration has none. An imported null stays |
/// | `default_on_create = value` | the same for a new object; later, no value means no change. `None` on an `Option` |
/// | `default_with = function`, `default_text = "…"` | a default made of the object's other fields, and how the pages put it |
/// | `optional` | on `Computed<T>`: the configuration may give it too |
/// | `force_new` | another value needs another object |
/// | `plan_modifier = function` | decides Keep, Update or Replace |
/// | `changes_with(a, b)` | on `Computed<T>`: unknown in an update that changes `a` or `b` |
/// | `range(1..=9)`, `length(1..=9)`, `one_of("a")`, `one_of_ignore_case("a")`, `not_blank`, `not_empty` | what is valid |
/// | `validate(closure, "text")` | a rule of its own; `text` completes "must be …" |
/// | `validator = expression` | any other `Validator` |
/// | `conflicts_with(a)`, `exactly_one_of(a)`, `at_least_one_of(a)`, `required_with(a)` | demands on other fields, also `a.b` inside an object; blocks make them too |
/// | `block`, `min = 1`, `max = 1` | nested blocks instead of nested attributes |
/// | `env("VARIABLE")` | in a provider block: what stands in for it |
/// | `timeouts(create = "10m")` | on `Timeouts`: the operations with their defaults |
/// | `deprecated = "…"`, `name = "…"` | what to use instead; another name than the field's |
#[proc_macro_derive(Model, attributes(model, attr))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::derive(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes an enum without fields the type of an attribute that has a few values. A variant's text is its name, or what
/// `#[attr("…")]` says. The enum has to derive `Debug`, `Clone` and `PartialEq` too.
#[proc_macro_derive(AttributeEnum, attributes(attr))]
pub fn derive_attribute_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    attribute_enum::derive(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
