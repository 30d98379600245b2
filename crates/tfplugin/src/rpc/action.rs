//! Calls about actions.

use std::{collections::HashMap, sync::Arc};

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::Status;

use super::{Diagnosed, Inner, Registered, SchemaWithType, Server, provider::failure, unknown_type, wire};
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
        plan_action, schema, validate_action_config,
    },
    validate::validate,
};

/// The events of an action that runs.
pub(super) type Events = futures_util::stream::BoxStream<'static, Result<Event, Status>>;

impl Diagnosed for Completed {
    fn with(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic.into());
        self
    }
}

impl<P: Provider> Server<P> {
    /// Starts an action, which runs to its end even if nobody listens.
    pub(super) fn invoke(&self, request: proto::invoke_action::Request) -> Events {
        let (events, stream) = mpsc::unbounded_channel();
        let server = Self { inner: Arc::clone(&self.inner) };
        let told = events.clone();
        let progress = move |message: String| {
            // Nobody may listen any more.
            let _ = told.send(Event { r#type: Some(EventType::Progress(Progress { message })) });
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
        self.actions.get(name).ok_or_else(|| unknown_type("action", name, self.actions.keys()))
    }

    pub(super) fn action_schemas(&self) -> HashMap<String, proto::ActionSchema> {
        let schema = |registered: &Registered<dyn Action<P::Client>>| {
            let mut schema = proto::Schema::from(&registered.schema.schema);
            // Nothing comes back from an action, so what has a default is optional, and not computed.
            schema.block.iter_mut().for_each(not_computed);
            proto::ActionSchema { schema: Some(schema) }
        };
        self.actions.iter().map(|(name, registered)| ((*name).to_owned(), schema(registered))).collect()
    }

    pub(super) fn validate_action(
        &self,
        request: &validate_action_config::Request,
    ) -> validate_action_config::Response {
        let checked = self.action(&request.type_name).and_then(|registered| {
            let config = wire::decode(request.config.as_ref(), &registered.schema.ty, "configuration")?;
            let mut diagnostics = validate(&registered.schema.schema.block, &config);
            diagnostics.extend(registered.item.validate(&config));
            Ok(diagnostics)
        });
        validate_action_config::Response { diagnostics: wire::diagnostics(checked.unwrap_or_else(Into::into)) }
    }

    pub(super) async fn plan_action(&self, request: plan_action::Request, ctx: Context) -> plan_action::Response {
        let ctx = ctx.with_capabilities(wire::capabilities(request.client_capabilities));
        let planned = async {
            let Registered { item, schema } = self.action(&request.action_type)?;
            let config = wire::decode(request.config.as_ref(), &schema.ty, "configuration")?;
            item.plan(self.planning_client().as_deref(), config, &ctx).await
        };
        let diagnostics = answered(planned.await, &ctx);
        plan_action::Response { diagnostics, ..plan_action::Response::default() }
    }

    async fn invoke(&self, request: proto::invoke_action::Request, ctx: Context) -> Completed {
        let invoked = async {
            let Registered { item, schema: SchemaWithType { schema, ty } } = self.action(&request.action_type)?;
            let config = wire::decode(request.config.as_ref(), ty, "configuration")?;
            let ctx = ctx
                .with_time_limits(Operation::Invoke, &schema.block, &config)
                .with_capabilities(wire::capabilities(request.client_capabilities));
            let client = self.client()?;
            let done = item.invoke(&*client, config, &ctx).await;
            Ok(answered(done, &ctx))
        };
        let diagnostics = invoked.await.unwrap_or_else(|errors: Diagnostics| wire::diagnostics(errors));
        Completed { diagnostics }
    }
}

fn answered(done: Result<(), Diagnostics>, ctx: &Context) -> Vec<proto::Diagnostic> {
    wire::diagnostics(match done {
        Ok(()) => ctx.take_warnings(),
        Err(errors) => failure(ctx, errors),
    })
}

pub(super) fn not_computed(block: &mut schema::Block) {
    block.attributes.iter_mut().for_each(attribute_not_computed);
    block.block_types.iter_mut().filter_map(|nested| nested.block.as_mut()).for_each(not_computed);
}

fn attribute_not_computed(attribute: &mut schema::Attribute) {
    attribute.computed = false;
    attribute.nested_type.iter_mut().flat_map(|object| &mut object.attributes).for_each(attribute_not_computed);
}
