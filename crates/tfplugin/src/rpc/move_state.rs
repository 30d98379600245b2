//! States that come from another type of resource.

use super::{Inner, wire};
use crate::{
    conform,
    context::Context,
    diagnostics::Diagnostics,
    erased::Provider,
    move_state::MoveSource,
    proto::{RawState, move_resource_state},
};

impl<P: Provider> Inner<P> {
    pub(super) fn move_state(&self, request: &move_resource_state::Request) -> move_resource_state::Response {
        self.try_move_state(request).unwrap_or_else(|errors| move_resource_state::Response {
            diagnostics: wire::diagnostics(errors.into_failure()),
            ..Default::default()
        })
    }

    fn try_move_state(
        &self,
        request: &move_resource_state::Request,
    ) -> Result<move_resource_state::Response, Diagnostics> {
        let (item, schema) = self.resource(&request.target_type_name)?.parts();
        let json = |raw: &'_ Option<RawState>| raw.as_ref().map(|raw| raw.json.clone()).unwrap_or_default();
        let (state, identity) = (json(&request.source_state), json(&request.source_identity));
        let source = MoveSource {
            state: &state,
            private: &request.source_private,
            identity: &identity,
            ..MoveSource::new(
                &request.source_provider_address,
                &request.source_type_name,
                request.source_schema_version,
            )
        };
        let moved = item.move_state(&source)?;
        let of_type = self.identity(&request.target_type_name);
        let ctx = Context::default();
        let state = conform::storable(&schema.schema.block, moved.state).0;
        Ok(move_resource_state::Response {
            target_state: wire::encode(&state, &schema.ty)?,
            target_private: moved.private.encode(),
            target_identity: of_type.encode(&of_type.listed(moved.identity, &ctx)),
            diagnostics: wire::diagnostics(ctx.take_warnings()),
        })
    }
}
