//! Searches: a stream of objects that ends when Terraform has what it wants.

use std::sync::Arc;

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Response;

use super::{Events, Inner, Registered, Server, find, provider::failure, wire};
use crate::{
    conform,
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    erased::{ListResource, Listed, Provider, Sink},
    proto::{list_resource, validate_list_resource_config},
    value::Value,
};

impl<P: Provider> Server<P> {
    /// Starts a search. It runs until it has found everything, or Terraform no longer listens.
    pub(super) fn list(&self, request: list_resource::Request) -> Events<list_resource::Event> {
        // One event is on its way while the next one is looked for.
        let (events, found) = mpsc::channel(1);
        let (server, inner) = (Self { inner: Arc::clone(&self.inner) }, Arc::clone(&self.inner));
        let (last, type_name) = (events.clone(), request.type_name.clone());
        self.inner.lifecycle.work().spawn(async move {
            let subject = request.type_name.clone();
            let searched = server.call("ListResource", &subject, Diagnostics::default(), |inner, ctx| async move {
                inner.search(&request, events, &ctx.with_own_cancellation()).await
            });
            let messages = searched.await.map(Response::into_inner).unwrap_or_default();
            if messages.iter().next().is_some() {
                // Terraform may not listen any more, and then needs no diagnostics.
                let _ = last.send(Listed::only(messages)).await;
            }
        });
        ReceiverStream::new(found).map(move |listed| Ok(inner.event(&type_name, listed))).boxed()
    }
}

impl<P: Provider> Inner<P> {
    fn list_resource(&self, name: &str) -> Result<&Registered<dyn ListResource<P::Client>>, Diagnostic> {
        find(&self.list_resources, "list resource", name)
    }

    pub(super) fn validate_list_resource(
        &self,
        request: &validate_list_resource_config::Request,
    ) -> validate_list_resource_config::Response {
        let list = self.list_resource(&request.type_name);
        let checked = list.and_then(|list| list.validate(request.config.as_ref()));
        let diagnostics = checked.unwrap_or_else(Into::into);
        validate_list_resource_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    /// Finds objects for as long as Terraform listens. Remaining diagnostics go into an event of their own.
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
        let config = registered.config(request.config.as_ref())?;
        registered.item.list(&*self.client()?, config, sink, ctx).await
    }

    /// One object as Terraform reads it.
    fn event(&self, type_name: &str, listed: Listed) -> list_resource::Event {
        let Listed { identity, display_name, object, mut messages } = listed;
        let ctx = Context::default();
        let of_type = self.identity(type_name);
        let identity = of_type.encode(&of_type.listed(identity, &ctx));
        let resource_object = self.resources.get(type_name).filter(|_| !object.is_null()).and_then(|resource| {
            let object: Value = conform::storable(&resource.schema().schema.block, object).0;
            match wire::encode(&object, &resource.schema().ty) {
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
