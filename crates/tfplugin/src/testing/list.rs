//! What the host does with list resources.

use tonic::Request;

use super::{
    host::Host,
    messages::{Outcome, answered, completed, decode, encode, fault, named},
};
use crate::{proto, registration::Provider, value::Value};

/// One object that a search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its identity.
    pub identity: Value,
    /// What people call it.
    pub display_name: String,
    /// The object; null where it was not requested.
    pub object: Value,
}

impl<P: Provider> Host<P> {
    /// Searches as `terraform query` does: for at most so many objects, or until the first error.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn list(
        &mut self,
        resource: &str,
        config: &Value,
        limit: usize,
        include_resource: bool,
    ) -> Outcome<Vec<Listed>> {
        let ty = named(&self.list_resources, resource)?;
        let config = encode(&completed(config, &ty)?, &ty)?;
        let request = proto::validate_list_resource_config::Request {
            type_name: resource.to_owned(),
            config: config.clone(),
            ..Default::default()
        };
        let validated = answered(self.client.validate_list_resource_config(Request::new(request)).await)?;
        self.checked(validated.diagnostics)?;
        let request = proto::list_resource::Request {
            type_name: resource.to_owned(),
            config,
            include_resource_object: include_resource,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
        };
        let mut events = answered(self.client.list_resource(Request::new(request)).await)?;
        let mut found = Vec::new();
        while found.len() < limit {
            let event = events.message().await.map_err(|status| fault(status.message()))?;
            let Some(event) = event else { break };
            self.checked(event.diagnostic)?;
            if event.identity.is_none() {
                continue;
            }
            found.push(Listed {
                identity: self.identity(resource, event.identity)?,
                display_name: event.display_name,
                object: decode(event.resource_object, &self.resource(resource)?)?,
            });
        }
        Ok(found)
    }
}
