//! What Terraform does with ephemeral resources.

use std::time::SystemTime;

use tonic::Request;

use super::{
    host::Host,
    messages::{Outcome, answered, completed, decode, encode, fault, named},
};
use crate::{proto, registration::Provider, value::Value};

/// An ephemeral resource that is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// The values.
    pub result: Value,
    /// What is remembered for renewing and closing.
    pub private: Option<Vec<u8>>,
    /// When it has to be renewed.
    pub renew_at: Option<SystemTime>,
}

impl<P: Provider> Host<P> {
    /// Validates and opens an ephemeral resource. None: it is put off, which the capabilities must allow.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn open(&mut self, ephemeral: &str, config: &Value) -> Outcome<Option<Open>> {
        let ty = named(&self.ephemeral_resources, ephemeral)?;
        let config = encode(&completed(config, &ty)?, &ty)?;
        let request = proto::validate_ephemeral_resource_config::Request {
            type_name: ephemeral.to_owned(),
            config: config.clone(),
        };
        let validated = answered(self.client.validate_ephemeral_resource_config(Request::new(request)).await)?;
        self.checked(validated.diagnostics)?;
        let capabilities = self.capabilities();
        let request = proto::open_ephemeral_resource::Request {
            type_name: ephemeral.to_owned(),
            config,
            client_capabilities: Some(capabilities),
        };
        let opened = answered(self.client.open_ephemeral_resource(Request::new(request)).await)?;
        self.checked(opened.diagnostics)?;
        if opened.deferred.is_some() {
            return if capabilities.deferral_allowed { Ok(None) } else { Err(fault("it was put off, unasked")) };
        }
        let result = decode(opened.result, &ty)?;
        if !result.is_wholly_known() {
            return Err(fault("an ephemeral resource that is open has unknown values"));
        }
        let renew_at =
            opened.renew_at.map(SystemTime::try_from).transpose().map_err(|error| fault(&error.to_string()))?;
        Ok(Some(Open { result, private: opened.private, renew_at }))
    }

    /// Renews an ephemeral resource, with what it or its last renewal remembered.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn renew(&mut self, ephemeral: &str, open: &Open) -> Outcome<Open> {
        let request =
            proto::renew_ephemeral_resource::Request { type_name: ephemeral.to_owned(), private: open.private.clone() };
        let renewed = answered(self.client.renew_ephemeral_resource(Request::new(request)).await)?;
        self.checked(renewed.diagnostics)?;
        let renew_at =
            renewed.renew_at.map(SystemTime::try_from).transpose().map_err(|error| fault(&error.to_string()))?;
        Ok(Open { result: open.result.clone(), private: renewed.private, renew_at })
    }

    /// Closes an ephemeral resource. Terraform does so with what was remembered when it was opened.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn close(&mut self, ephemeral: &str, open: &Open) -> Outcome<()> {
        let request =
            proto::close_ephemeral_resource::Request { type_name: ephemeral.to_owned(), private: open.private.clone() };
        let closed = answered(self.client.close_ephemeral_resource(Request::new(request)).await)?;
        self.checked(closed.diagnostics)
    }
}
