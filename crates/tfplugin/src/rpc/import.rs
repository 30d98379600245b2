//! Imports, by id and by identity.

use super::{Inner, provider::failure, wire};
use crate::{
    conform,
    context::{Context, Operation},
    diagnostics::Diagnostics,
    erased::{ImportTarget, Provider},
    object::Object,
    proto::import_resource_state,
    value::Value,
};

impl<P: Provider> Inner<P> {
    pub(super) async fn import(
        &self,
        request: import_resource_state::Request,
        ctx: Context,
    ) -> import_resource_state::Response {
        let ctx = ctx.with_capabilities(wire::capabilities(request.client_capabilities));
        // An import has no configuration, so reading has its default time.
        let ctx = match self.resource(&request.type_name) {
            Ok(registered) => ctx.with_time_limits(Operation::Read, &registered.schema().schema.block, &Value::Null),
            Err(_) => ctx,
        };
        let (imported_resources, deferred, diagnostics) = match self.try_import(&request, &ctx).await {
            Ok(resource) => (vec![resource], None, ctx.take_warnings()),
            Err(errors) => match wire::deferral(&ctx, &errors) {
                deferred @ Some(_) => (Vec::new(), deferred, ctx.take_warnings()),
                None => (Vec::new(), None, failure(&ctx, errors)),
            },
        };
        let diagnostics = wire::diagnostics(diagnostics);
        import_resource_state::Response { imported_resources, diagnostics, deferred }
    }

    async fn try_import(
        &self,
        request: &import_resource_state::Request,
        ctx: &Context,
    ) -> Result<import_resource_state::ImportedResource, Diagnostics> {
        let (item, schema) = self.resource(&request.type_name)?.parts();
        let of_type = self.identity(&request.type_name);
        let requested = of_type.decode(request.identity.as_ref())?;
        of_type.check_import(&requested)?;
        let target =
            if requested.is_null() { ImportTarget::Id(&request.id) } else { ImportTarget::Identity(&requested) };
        let Object { state, private, identity } = item.import(&*self.client_or_deferral(ctx)?, target, ctx).await?;
        let identity = of_type.imported(&requested, identity, ctx)?;
        Ok(import_resource_state::ImportedResource {
            type_name: request.type_name.clone(),
            state: wire::encode(&conform::storable(&schema.schema.block, state).0, &schema.ty)?,
            private: private.encode(),
            identity: of_type.encode(&identity),
        })
    }
}
