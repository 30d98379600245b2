//! What the host does with identities.

use tonic::Request;

use super::{
    host::{Host, Stored},
    messages::{Outcome, answered, completed, decode, encode, named},
};
use crate::{
    proto::{self, ResourceIdentityData},
    registration::Provider,
    value::Value,
};

impl<P: Provider> Host<P> {
    /// Imports an object by its identity. What the identity leaves out is null.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn import_by_identity(&mut self, resource: &str, identity: &Value) -> Outcome<Stored> {
        let ty = named(&self.identities, resource)?;
        self.import_target(resource, "", &completed(identity, &ty)?).await
    }

    /// Reads the JSON of an identity in a state file, which was stored with this version.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn upgrade_identity(&mut self, resource: &str, version: i64, json: &str) -> Outcome<Value> {
        let raw_identity = proto::RawState { json: json.as_bytes().to_vec(), ..Default::default() };
        let request = proto::upgrade_resource_identity::Request {
            type_name: resource.to_owned(),
            version,
            raw_identity: Some(raw_identity),
        };
        let upgraded = answered(self.client.upgrade_resource_identity(Request::new(request)).await)?;
        self.checked(upgraded.diagnostics)?;
        self.identity(resource, upgraded.upgraded_identity)
    }

    /// The identity as a message carries it; none for null.
    pub(super) fn identity_data(&self, resource: &str, identity: &Value) -> Outcome<Option<ResourceIdentityData>> {
        if identity.is_null() {
            return Ok(None);
        }
        let ty = named(&self.identities, resource)?;
        Ok(Some(ResourceIdentityData { identity_data: encode(identity, &ty)? }))
    }

    pub(super) fn identity(&self, resource: &str, data: Option<ResourceIdentityData>) -> Outcome<Value> {
        match data {
            None => Ok(Value::Null),
            Some(data) => decode(data.identity_data, &named(&self.identities, resource)?),
        }
    }
}
