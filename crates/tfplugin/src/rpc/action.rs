//! Calls about actions.

use std::sync::Arc;

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::{Diagnosed, Events, Inner, Registered, Server, find, provider::ended, wire};
use crate::{
    context::{Context, Operation},
    diagnostics::{Diagnostic, Diagnostics},
    erased::{Action, Provider},
    proto::{
        self,
        invoke_action::{
            Event,
            event::{Completed, Progress, Type as EventType},
        },
        plan_action, validate_action_config,
    },
};

impl Diagnosed for Completed {
    fn with(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic.into());
        self
    }
}

impl<P: Provider> Server<P> {
    /// Starts an action, which runs to its end even if Terraform does not listen.
    pub(super) fn invoke(&self, request: proto::invoke_action::Request) -> Events<Event> {
        let (events, stream) = mpsc::unbounded_channel();
        let server = Self { inner: Arc::clone(&self.inner) };
        let progress_events = events.clone();
        let progress = move |message: String| {
            // Terraform may not listen any more.
            let _ = progress_events.send(Event { r#type: Some(EventType::Progress(Progress { message })) });
        };
        self.inner.lifecycle.work().spawn(async move {
            let subject = request.action_type.clone();
            let invoked = server.call("InvokeAction", &subject, Completed::default(), |inner, ctx| async move {
                inner.invoke(request, ctx.with_progress(progress)).await
            });
            if let Ok(completed) = invoked.await {
                let _ = events.send(Event { r#type: Some(EventType::Completed(completed.into_inner())) });
            }
        });
        UnboundedReceiverStream::new(stream).map(Ok).boxed()
    }
}

impl<P: Provider> Inner<P> {
    fn action(&self, name: &str) -> Result<&Registered<dyn Action<P::Client>>, Diagnostic> {
        find(&self.actions, "action", name)
    }

    pub(super) fn validate_action(
        &self,
        request: &validate_action_config::Request,
    ) -> validate_action_config::Response {
        let checked = self.action(&request.type_name).and_then(|action| action.validate(request.config.as_ref()));
        validate_action_config::Response { diagnostics: wire::diagnostics(checked.unwrap_or_else(Into::into)) }
    }

    pub(super) async fn plan_action(&self, request: plan_action::Request, ctx: Context) -> plan_action::Response {
        let ctx = ctx.with_capabilities(wire::capabilities(request.client_capabilities));
        let planned = async {
            let action = self.action(&request.action_type)?;
            let config = action.valid_config(request.config.as_ref())?;
            action.item.plan(self.planning_client().as_deref(), config, &ctx).await
        };
        let diagnostics = ended(planned.await, &ctx).1;
        plan_action::Response { diagnostics, ..plan_action::Response::default() }
    }

    async fn invoke(&self, request: proto::invoke_action::Request, ctx: Context) -> Completed {
        let invoked = async {
            let action = self.action(&request.action_type)?;
            let config = action.valid_config(request.config.as_ref())?;
            let ctx = ctx
                .with_time_limits(Operation::Invoke, &action.schema().schema.block, &config)
                .with_capabilities(wire::capabilities(request.client_capabilities));
            let client = self.client()?;
            let done = action.item.invoke(&*client, config, &ctx).await;
            Ok(ended(done, &ctx).1)
        };
        let diagnostics = invoked.await.unwrap_or_else(|errors: Diagnostics| wire::diagnostics(errors));
        Completed { diagnostics }
    }
}
