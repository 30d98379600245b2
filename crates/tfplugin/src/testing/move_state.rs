//! What the host does with states of other types, and with configurations for objects that exist.

use tonic::Request;

use super::{
    host::{Host, Stored},
    messages::{Outcome, answered, decode, encode, fault},
};
use crate::{proto, registration::Provider, value::Value};

/// A state of another type or another provider, as a state file has it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Source<'a> {
    /// The address of the provider, such as `registry.terraform.io/hashicorp/null`.
    pub provider: &'a str,
    /// The type.
    pub type_name: &'a str,
    /// The version of the schema.
    pub version: i64,
    /// The state.
    pub json: &'a str,
    /// What the provider remembered beside it.
    pub private: &'a [u8],
    /// The JSON of the identity; empty for none.
    pub identity: &'a str,
}

impl<'a> Source<'a> {
    /// A state with nothing beside it.
    pub fn new(provider: &'a str, type_name: &'a str, version: i64, json: &'a str) -> Self {
        Self { provider, type_name, version, json, private: &[], identity: "" }
    }
}

impl<P: Provider> Host<P> {
    /// Moves a state here, as a `moved` block does.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn move_state(&mut self, resource: &str, source: &Source<'_>) -> Outcome<Stored> {
        let ty = self.resource(resource)?;
        let raw = |json: &str| proto::RawState { json: json.as_bytes().to_vec(), ..Default::default() };
        let request = proto::move_resource_state::Request {
            source_provider_address: source.provider.to_owned(),
            source_type_name: source.type_name.to_owned(),
            source_schema_version: source.version,
            source_state: Some(raw(source.json)),
            target_type_name: resource.to_owned(),
            source_private: source.private.to_vec(),
            source_identity: (!source.identity.is_empty()).then(|| raw(source.identity)),
            ..Default::default()
        };
        let moved = answered(self.client.move_resource_state(Request::new(request)).await)?;
        self.checked(moved.diagnostics)?;
        let state = decode(moved.target_state, &ty)?;
        if state.is_null() {
            return Err(fault("nothing was moved"));
        }
        Ok(Stored { state, private: moved.target_private, identity: self.identity(resource, moved.target_identity)? })
    }

    /// The configuration for an object that exists, as `-generate-config-out` requests it.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn generate_config(&mut self, resource: &str, state: &Value) -> Outcome<Value> {
        let ty = self.resource(resource)?;
        let request =
            proto::generate_resource_config::Request { type_name: resource.to_owned(), state: encode(state, &ty)? };
        let generated = answered(self.client.generate_resource_config(Request::new(request)).await)?;
        self.checked(generated.diagnostics)?;
        decode(generated.config, &ty)
    }
}
