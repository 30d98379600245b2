//! Calls about ephemeral resources.

use std::time::SystemTime;

use prost_types::Timestamp;

use super::{
    Inner, Registered, SchemaWithType, find, messages,
    provider::{deferral, ended},
    resource::storable,
    wire,
};
use crate::{
    conform::conform,
    context::{Context, Operation},
    diagnostics::{Diagnostic, Diagnostics},
    erased::{EphemeralResource, Opened, Provider},
    plan,
    private::Private,
    proto::{
        close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource, validate_ephemeral_resource_config,
    },
    value::Value,
};

type Attempt<T> = Result<T, Diagnostics>;

impl<P: Provider> Inner<P> {
    fn ephemeral_resource(&self, name: &str) -> Result<&Registered<dyn EphemeralResource<P::Client>>, Diagnostic> {
        find(&self.ephemeral_resources, "ephemeral resource", name)
    }

    pub(super) fn validate_ephemeral_resource(
        &self,
        request: &validate_ephemeral_resource_config::Request,
    ) -> validate_ephemeral_resource_config::Response {
        let ephemeral = self.ephemeral_resource(&request.type_name);
        let checked = ephemeral.and_then(|ephemeral| ephemeral.validate(request.config.as_ref()));
        let diagnostics = wire::diagnostics(checked.unwrap_or_else(Into::into));
        validate_ephemeral_resource_config::Response { diagnostics }
    }

    pub(super) async fn open(
        &self,
        request: open_ephemeral_resource::Request,
        ctx: Context,
    ) -> open_ephemeral_resource::Response {
        let ctx = ctx.with_capabilities(wire::capabilities(request.client_capabilities));
        self.try_open(&request, ctx).await.unwrap_or_else(|errors| open_ephemeral_resource::Response {
            diagnostics: wire::diagnostics(errors),
            ..open_ephemeral_resource::Response::default()
        })
    }

    async fn try_open(
        &self,
        request: &open_ephemeral_resource::Request,
        ctx: Context,
    ) -> Attempt<open_ephemeral_resource::Response> {
        let (item, SchemaWithType { schema, ty }) = self.ephemeral_resource(&request.type_name)?.parts();
        let config = wire::decode(request.config.as_ref(), ty, "configuration")?;
        let ctx = ctx.with_time_limits(Operation::Open, &schema.block, &config);
        let open = match self.client_or_deferral(&ctx) {
            Ok(client) => item.open(&*client, config.clone(), &ctx).await,
            Err(errors) => Err(errors),
        };
        let Opened { private, values, renew_at } = match open {
            Ok(opened) => opened,
            Err(errors) => {
                let deferred = Some(deferral(&ctx, errors)?);
                let diagnostics = wire::diagnostics(ctx.take_warnings());
                return Ok(open_ephemeral_resource::Response {
                    result: wire::null(),
                    deferred,
                    diagnostics,
                    ..open_ephemeral_resource::Response::default()
                });
            }
        };
        // Terraform refuses a result that does not agree with the configuration, and would then never close it.
        let planned = plan::plan(&schema.block, &config, &Value::Null, Private::default()).state;
        let (result, differences) = conform(&planned, storable(&schema.block, values, &ctx), ty);
        if !differences.is_empty() {
            ctx.warn(messages::opened_otherwise(
                &request.type_name,
                &differences.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ));
        }
        Ok(open_ephemeral_resource::Response {
            result: wire::encode(&result, ty)?,
            private: bytes(&private),
            renew_at: renew_at.map(timestamp),
            diagnostics: wire::diagnostics(ctx.take_warnings()),
            deferred: None,
        })
    }

    pub(super) async fn renew(
        &self,
        request: renew_ephemeral_resource::Request,
        ctx: Context,
    ) -> renew_ephemeral_resource::Response {
        let renew = async {
            let item = &self.ephemeral_resource(&request.type_name)?.item;
            item.renew(&*self.client()?, remembered(request.private.as_deref()), &ctx).await
        };
        let (renewed, diagnostics) = ended(renew.await, &ctx);
        renew_ephemeral_resource::Response {
            private: renewed.as_ref().and_then(|renewed| bytes(&renewed.private)),
            renew_at: renewed.and_then(|renewed| renewed.renew_at).map(timestamp),
            diagnostics,
        }
    }

    pub(super) async fn close(
        &self,
        request: close_ephemeral_resource::Request,
        ctx: Context,
    ) -> close_ephemeral_resource::Response {
        let close = async {
            let item = &self.ephemeral_resource(&request.type_name)?.item;
            item.close(&*self.client()?, remembered(request.private.as_deref()), &ctx).await
        };
        close_ephemeral_resource::Response { diagnostics: ended(close.await, &ctx).1 }
    }
}

fn remembered(bytes: Option<&[u8]>) -> Private {
    bytes.filter(|bytes| !bytes.is_empty()).map_or_else(Private::default, Private::decode)
}

fn bytes(private: &Private) -> Option<Vec<u8>> {
    Some(private.encode()).filter(|bytes| !bytes.is_empty())
}

fn timestamp(time: SystemTime) -> Timestamp {
    time.into()
}
