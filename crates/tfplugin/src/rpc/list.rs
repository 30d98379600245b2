//! Searches: a stream of objects that ends when Terraform has what it wants.

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::Instrument as _;

use super::{Inner, Registered, Server, provider::failure, unknown_type, wire};
use crate::{
    conform,
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    erased::{ListResource, Listed, Provider, Sink},
    proto::{list_resource, validate_list_resource_config},
    validate::validate,
    value::Value,
};

/// What was found, event by event.
pub(super) type Events = Pin<Box<dyn Stream<Item = Result<list_resource::Event, Status>> + Send>>;

impl<P: Provider> Server<P> {
    /// Starts a search. It goes on until it has found everything, or nobody listens any more.
    pub(super) fn list(&self, request: list_resource::Request) -> Events {
        // One event is on its way while the next one is looked for.
        let (events, found) = mpsc::channel(1);
        let inner = Arc::clone(&self.inner);
        let (id, type_name) = (uuid::Uuid::new_v4().to_string(), request.type_name.clone());
        let span = tracing::error_span!("call", tf_req_id = %id, tf_rpc = "ListResource", subject = type_name);
        let cancellation = inner.lifecycle.cancellation().child_token();
        let ctx = Context::new(cancellation).with_request_id(id);
        let last = events.clone();
        let search = {
            let inner = Arc::clone(&inner);
            async move { inner.search(&request, events, &ctx).await }.instrument(span)
        };
        let search = inner.lifecycle.work().spawn(search);
        let (ending, name) = (Arc::clone(&inner), type_name.clone());
        inner.lifecycle.work().spawn(async move {
            let messages = match search.await {
                Ok(messages) => messages,
                Err(error) => ending.fault("ListResource", &name, &error).into(),
            };
            if messages.iter().next().is_some() {
                // Nobody may listen any more, and then nobody has to be told.
                let _ = last.send(Listed::only(messages)).await;
            }
        });
        Box::pin(ReceiverStream::new(found).map(move |listed| Ok(inner.event(&type_name, listed))))
    }
}

impl<P: Provider> Inner<P> {
    fn list_resource(&self, name: &str) -> Result<&Registered<dyn ListResource<P::Client>>, Diagnostic> {
        self.list_resources.get(name).ok_or_else(|| unknown_type("list resource", name, self.list_resources.keys()))
    }

    pub(super) fn validate_list_resource(
        &self,
        request: &validate_list_resource_config::Request,
    ) -> validate_list_resource_config::Response {
        let checked = self.list_resource(&request.type_name).and_then(|registered| {
            let config = wire::decode(request.config.as_ref(), &registered.schema.ty, "configuration")?;
            let mut diagnostics = validate(&registered.schema.schema.block, &config);
            diagnostics.extend(registered.item.validate(&config));
            Ok(diagnostics)
        });
        let diagnostics = checked.unwrap_or_else(Into::into);
        validate_list_resource_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    /// Finds objects for as long as somebody listens. What remains to be said goes into an event of its own.
    async fn search(
        &self,
        request: &list_resource::Request,
        events: mpsc::Sender<Listed>,
        ctx: &Context,
    ) -> Diagnostics {
        let sink = Sink::new(events.clone(), request.limit, request.include_resource_object);
        let search = self.try_search(request, sink, ctx);
        tokio::pin!(search);
        let done = tokio::select! {
            done = &mut search => done,
            () = events.closed() => {
                ctx.cancellation().cancel();
                search.await
            }
        };
        done.map_or_else(|errors| failure(ctx, errors), |()| ctx.take_warnings())
    }

    async fn try_search(&self, request: &list_resource::Request, sink: Sink, ctx: &Context) -> Result<(), Diagnostics> {
        let registered = self.list_resource(&request.type_name)?;
        let config = wire::decode(request.config.as_ref(), &registered.schema.ty, "configuration")?;
        registered.item.list(&*self.client()?, config, sink, ctx).await
    }

    /// One object as Terraform reads it.
    fn event(&self, type_name: &str, listed: Listed) -> list_resource::Event {
        let Listed { identity, display_name, object, mut messages } = listed;
        let ctx = Context::default();
        let of_type = self.identity(type_name);
        let identity = of_type.encode(&of_type.listed(identity, &ctx));
        let resource_object = self.resources.get(type_name).filter(|_| !object.is_null()).and_then(|resource| {
            let object: Value = conform::storable(&resource.schema.schema.block, object).0;
            match wire::encode(&object, &resource.schema.ty) {
                Ok(object) => object,
                Err(error) => {
                    ctx.warn(error);
                    None
                }
            }
        });
        messages.extend(ctx.take_warnings());
        list_resource::Event { identity, display_name, resource_object, diagnostic: wire::diagnostics(messages) }
    }
}
