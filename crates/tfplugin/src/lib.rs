//! The SDK: Terraform's plugin protocol 6 for providers written in Rust.
//!
//! A provider's author writes [`provider::Provider`] and a [`provider::Resource`] per resource, declares a
//! [`schema::Schema`] for each, and calls [`serve::run`]. Everything else is here:
//!
//! - [`serve`]: the process, from go-plugin's handshake to its end
//! - [`rpc`]: the 36 calls of the protocol
//! - [`schema`], [`validate`], [`plan`], [`conform`]: what attributes say of themselves, and what follows from it
//! - [`value`]: values, types, paths and their encodings
//! - [`private`], [`diagnostics`]: what is remembered, and what the user is told
//!
//! Nothing here knows what the provider is for.

pub mod conform;
pub mod diagnostics;
pub mod model;
pub mod plan;
pub mod private;
pub mod proto;
pub mod provider;
pub mod rpc;
pub mod schema;
pub mod serve;
pub mod validate;
pub mod value;

#[cfg(feature = "derive")]
pub use tfplugin_derive::{AttributeEnum, Model};

pub use diagnostics::{Diagnostic, Diagnostics};
pub use model::{
    Attr, AttributeType, Computed, Field, Invalid, Map, Model, Partial, Scalar, Sensitive, Set, Timeouts, WriteOnly,
};
