#![doc = include_str!("../README.md")]
//!
//! ## Overview of the modules
//!
//! - [`Model`], [`Attr`], [`Partial`]: structs that define a schema, and values that may be unknown in part
//! - [`Provider`], [`Resource`], [`DataSource`], [`ListResource`]: the traits that you implement
//! - [`EphemeralResource`], [`Action`], [`Function`]: the traits of the other kinds
//! - [`Plan`], [`State`], [`Context`]: what your code receives
//! - [`identity`]: identities of objects
//! - [`schema`]: attributes, their defaults and validators
//! - [`value`]: values, types, paths and their encodings
//! - [`private`], [`diagnostics`]: private data beside a state; errors and warnings
//! - [`serve`]: the process, from go-plugin's handshake to its end
//! - `docs` and `testing` (features): the registry's pages, and a host that drives a provider in a test

// The derive macros name this crate as everybody else does.
extern crate self as tfplugin;

pub mod action;
#[cfg(test)]
mod catalogue;
pub mod configure;
#[doc(hidden)]
pub mod conform;
pub mod context;
pub mod data_source;
pub mod diagnostics;
#[cfg(feature = "docs")]
pub mod docs;
mod environment;
pub mod ephemeral;
#[doc(hidden)]
pub mod erased;
pub mod function;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod identity;
#[doc(hidden)]
pub mod lifecycle;
pub mod list;
pub mod model;
pub mod move_state;
#[doc(hidden)]
pub mod object;
#[doc(hidden)]
pub mod plan;
pub mod private;
#[doc(hidden)]
pub mod proto;
pub mod provider_meta;
pub mod registration;
pub mod resource;
#[doc(hidden)]
pub mod rpc;
pub mod schema;
pub mod serve;
#[cfg(feature = "state-stores")]
pub mod state_store;
#[cfg(feature = "testing")]
pub mod testing;
mod typed;
#[doc(hidden)]
pub mod validate;
pub mod value;

#[cfg(feature = "derive")]
pub use tfplugin_derive::{AttributeEnum, Model};

pub use action::Action;
pub use configure::{Configure, Configured};
pub use context::{Capabilities, Context, Deferral, Operation};
pub use data_source::DataSource;
pub use diagnostics::{Diagnostic, Diagnostics};
pub use ephemeral::{EphemeralResource, Opened, Renewed};
pub use function::{Function, FunctionError, Functions};
pub use identity::{Identity, NoIdentity};
pub use list::{Found, ListEnd, ListResource, Listing};
pub use model::{
    Attr, AttributeType, Computed, Field, Invalid, Map, MaybeUnknown, Model, Object, Partial, Scalar, Sensitive, Set,
    Timeouts, Variadic, WriteOnly,
};
pub use move_state::{MoveFrom, MoveSource, Moves};
pub use private::{Private, PrivateKey};
pub use provider_meta::ProviderMeta;
pub use registration::{
    Actions, DataSources, EphemeralResources, ListResources, Provider, Resources, Schemas, schemas,
};
pub use resource::{
    Change, Create, CreateError, Delete, Plan, Resource, State, Update, UpdateError, UpgradeFrom, Upgrades,
};
pub use serve::Plugin;
#[cfg(feature = "state-stores")]
pub use state_store::{StateStore, StateStores};

/// Serves a provider as the command line and the environment specify: as a plugin, or for a debugger. Returns when the
/// process should end.
pub fn run<P: Provider>(plugin: Plugin, provider: P) -> std::process::ExitCode {
    serve::run(plugin, registration::Typed(provider))
}

/// Serves a provider until Ctrl-C, and prints how Terraform attaches to it (TF_REATTACH_PROVIDERS).
pub fn debug<P: Provider>(plugin: Plugin, provider: P) -> std::process::ExitCode {
    serve::debug(plugin, registration::Typed(provider))
}
