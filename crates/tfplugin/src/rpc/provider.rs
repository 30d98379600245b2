//! Calls about the provider as a whole, and its data sources.

use std::sync::{Arc, PoisonError};

use super::{Client, Inner, SchemaWithType, resource::storable, wire};
use crate::{
    configure::Configured,
    context::{Context, Operation},
    diagnostics::Diagnostics,
    erased::Provider,
    proto::{
        self, DynamicValue, ServerCapabilities, configure_provider, get_metadata, get_provider_schema,
        read_data_source, validate_data_resource_config, validate_provider_config,
    },
    validate::validate,
};

/// Destroys are planned too, so that a plan can warn of them; and Terraform may keep the schema that it has read.
fn capabilities() -> Option<ServerCapabilities> {
    Some(ServerCapabilities { plan_destroy: true, get_provider_schema_optional: true, ..ServerCapabilities::default() })
}

impl<P: Provider> Inner<P> {
    pub(super) fn metadata(&self) -> get_metadata::Response {
        let resource = |name: &&str| get_metadata::ResourceMetadata { type_name: (*name).to_owned() };
        let data_source = |name: &&str| get_metadata::DataSourceMetadata { type_name: (*name).to_owned() };
        let ephemeral = |name: &&str| get_metadata::EphemeralMetadata { type_name: (*name).to_owned() };
        let action = |name: &&str| get_metadata::ActionMetadata { type_name: (*name).to_owned() };
        let state_store = |name: &&str| get_metadata::StateStoreMetadata { type_name: (*name).to_owned() };
        get_metadata::Response {
            server_capabilities: capabilities(),
            resources: self.resources.keys().map(resource).collect(),
            data_sources: self.data_sources.keys().map(data_source).collect(),
            ephemeral_resources: self.ephemeral_resources.keys().map(ephemeral).collect(),
            actions: self.actions.keys().map(action).collect(),
            state_stores: self.state_stores.keys().map(state_store).collect(),
            functions: self.function_names(),
            ..get_metadata::Response::default()
        }
    }

    pub(super) fn schemas(&self) -> get_provider_schema::Response {
        let named = |name: &&str, schema: &super::Schema| ((*name).to_owned(), schema.into());
        get_provider_schema::Response {
            provider: Some((&self.schema.schema).into()),
            resource_schemas: self
                .resources
                .iter()
                .map(|(name, registered)| named(name, &registered.schema.schema))
                .collect(),
            data_source_schemas: self
                .data_sources
                .iter()
                .map(|(name, registered)| named(name, &registered.schema.schema))
                .collect(),
            ephemeral_resource_schemas: self
                .ephemeral_resources
                .iter()
                .map(|(name, registered)| named(name, &registered.schema.schema))
                .collect(),
            action_schemas: self.action_schemas(),
            state_store_schemas: self.state_store_schemas(),
            functions: self.signatures(),
            server_capabilities: capabilities(),
            ..get_provider_schema::Response::default()
        }
    }

    pub(super) fn validate_provider(
        &self,
        request: &validate_provider_config::Request,
    ) -> validate_provider_config::Response {
        let config = wire::decode(request.config.as_ref(), &self.schema.ty, "provider configuration");
        let diagnostics = config.map_or_else(Into::into, |config| {
            let mut diagnostics = validate(&self.schema.schema.block, &self.provider.completed(&config));
            diagnostics.extend(self.provider.validate(&config));
            diagnostics
        });
        validate_provider_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    pub(super) async fn configure(
        &self,
        request: configure_provider::Request,
        ctx: Context,
    ) -> configure_provider::Response {
        let ctx = ctx
            .with_terraform_version(request.terraform_version)
            .with_capabilities(wire::capabilities(request.client_capabilities));
        let config = wire::decode(request.config.as_ref(), &self.schema.ty, "provider configuration");
        let configured = match config {
            Err(error) => Err(error.into()),
            Ok(config) => self.provider.configure(config, &ctx).await,
        };
        let diagnostics = match configured {
            Err(errors) => wire::diagnostics(failure(&ctx, errors)),
            Ok(configured) => {
                let client = match configured {
                    Configured::Ready(client) => Client::Ready(Arc::new(client)),
                    Configured::Waiting(paths) => Client::Waiting(None, paths),
                    Configured::PlansOnly(client, paths) => Client::Waiting(Some(Arc::new(client)), paths),
                };
                *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
                wire::diagnostics(ctx.take_warnings())
            }
        };
        configure_provider::Response { diagnostics }
    }

    pub(super) fn validate_data_source(
        &self,
        request: &validate_data_resource_config::Request,
    ) -> validate_data_resource_config::Response {
        let checked = self.data_source(&request.type_name).and_then(|registered| {
            let config = wire::decode(request.config.as_ref(), &registered.schema.ty, "configuration")?;
            let mut diagnostics = validate(&registered.schema.schema.block, &config);
            diagnostics.extend(registered.item.validate(&config));
            Ok(diagnostics)
        });
        let diagnostics = checked.unwrap_or_else(Into::into);
        validate_data_resource_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    pub(super) async fn read_data_source(
        &self,
        request: read_data_source::Request,
        ctx: Context,
    ) -> read_data_source::Response {
        let (state, diagnostics) = match self.try_read_data_source(&request, ctx).await {
            Ok((state, warnings)) => (state, warnings),
            Err(errors) => (wire::null(), wire::diagnostics(errors)),
        };
        read_data_source::Response { state, diagnostics, ..read_data_source::Response::default() }
    }

    async fn try_read_data_source(
        &self,
        request: &read_data_source::Request,
        ctx: Context,
    ) -> Result<(Option<DynamicValue>, Vec<proto::Diagnostic>), Diagnostics> {
        let registered = self.data_source(&request.type_name)?;
        let SchemaWithType { schema, ty } = &registered.schema;
        let config = wire::decode(request.config.as_ref(), ty, "configuration")?;
        let ctx = ctx
            .with_time_limits(Operation::Read, &schema.block, &config)
            .with_capabilities(wire::capabilities(request.client_capabilities));
        let read = registered.item.read(&*self.client()?, config, &ctx).await;
        let state = read.map_err(|errors| failure(&ctx, errors))?;
        let state = storable(&schema.block, state, &ctx);
        Ok((wire::encode(&state, ty)?, wire::diagnostics(ctx.take_warnings())))
    }
}

/// Why a call failed, after what it warned of. Everything that a provider fails with comes through here.
pub(super) fn failure(ctx: &Context, errors: Diagnostics) -> Diagnostics {
    let mut all = ctx.take_warnings();
    all.extend(errors.into_failure());
    all
}
