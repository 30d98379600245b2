//! What Terraform does with actions.

use tonic::Request;

use super::{
    host::Host,
    messages::{Outcome, answered, completed, encode, fault, named},
};
use crate::{
    diagnostics::Diagnostics,
    proto::{self, DynamicValue, invoke_action::event::Type as EventType},
    registration::Provider,
    value::Value,
};

/// The result of invoking an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// The progress messages.
    pub progress: Vec<String>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Host<P> {
    /// Validates and plans an action.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn plan_action(&mut self, action: &str, config: &Value) -> Outcome<()> {
        let config = self.validated_action(action, config).await?;
        let request = proto::plan_action::Request {
            action_type: action.to_owned(),
            config,
            client_capabilities: Some(self.capabilities()),
        };
        let planned = answered(self.client.plan_action(Request::new(request)).await)?;
        self.checked(planned.diagnostics)
    }

    /// Validates and invokes an action and listens to its end.
    ///
    /// # Errors
    /// The configuration is invalid, the message could not be sent or read, or its events are not such as Terraform
    /// accepts. What the action answers is in the result.
    pub async fn invoke(&mut self, action: &str, config: &Value) -> Outcome<Invoked> {
        let request = proto::invoke_action::Request {
            action_type: action.to_owned(),
            config: self.validated_action(action, config).await?,
            client_capabilities: Some(self.capabilities()),
        };
        let mut events = answered(self.client.invoke_action(Request::new(request)).await)?;
        let (mut progress, mut completed) = (Vec::new(), None);
        while let Some(event) = events.message().await.map_err(|status| fault(status.message()))? {
            match event.r#type {
                _ if completed.is_some() => return Err(fault("an event came after the end")),
                Some(EventType::Progress(event)) => progress.push(event.message),
                Some(EventType::Completed(end)) => completed = Some(self.reported(end.diagnostics)?),
                None => return Err(fault("an event says nothing")),
            }
        }
        let diagnostics = completed.ok_or_else(|| fault("the events have no end"))?;
        Ok(Invoked { progress, diagnostics })
    }

    /// A valid configuration, as the messages carry it.
    async fn validated_action(&mut self, action: &str, config: &Value) -> Outcome<Option<DynamicValue>> {
        let ty = named(&self.actions, action)?;
        let config = encode(&completed(config, &ty)?, &ty)?;
        let request = proto::validate_action_config::Request { type_name: action.to_owned(), config: config.clone() };
        let validated = answered(self.client.validate_action_config(Request::new(request)).await)?;
        self.checked(validated.diagnostics)?;
        Ok(config)
    }
}
