//! Calls about the provider as a whole, and its data sources.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use super::{Client, Inner, Items, Schema, SchemaWithType, resource::storable, wire};
use crate::{
    configure::Configured,
    context::{Context, Deferral, Operation},
    diagnostics::{Diagnostic, Diagnostics},
    erased::{Item, Provider},
    plan,
    proto::{
        self, ActionSchema, Deferred, DynamicValue, ServerCapabilities, configure_provider, get_metadata,
        get_provider_schema, read_data_source, validate_data_resource_config, validate_provider_config,
    },
    validate::validate,
    value::Value,
};

/// Destroys are planned too, so that a plan can warn of them; and Terraform may keep the schema that it has read.
fn capabilities() -> Option<ServerCapabilities> {
    Some(ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    })
}

impl<P: Provider> Inner<P> {
    pub(super) fn metadata(&self) -> get_metadata::Response {
        let resource = |name: &&str| get_metadata::ResourceMetadata { type_name: (*name).to_owned() };
        let data_source = |name: &&str| get_metadata::DataSourceMetadata { type_name: (*name).to_owned() };
        let list_resource = |name: &&str| get_metadata::ListResourceMetadata { type_name: (*name).to_owned() };
        let ephemeral = |name: &&str| get_metadata::EphemeralMetadata { type_name: (*name).to_owned() };
        let action = |name: &&str| get_metadata::ActionMetadata { type_name: (*name).to_owned() };
        let state_store = |name: &&str| get_metadata::StateStoreMetadata { type_name: (*name).to_owned() };
        get_metadata::Response {
            server_capabilities: capabilities(),
            resources: self.resources.keys().map(resource).collect(),
            data_sources: self.data_sources.keys().map(data_source).collect(),
            list_resources: self.list_resources.keys().map(list_resource).collect(),
            ephemeral_resources: self.ephemeral_resources.keys().map(ephemeral).collect(),
            actions: self.actions.keys().map(action).collect(),
            state_stores: self.state_stores.keys().map(state_store).collect(),
            functions: self.function_names(),
            diagnostics: wire::diagnostics(self.duplicates.clone()),
        }
    }

    pub(super) fn schemas(&self) -> get_provider_schema::Response {
        get_provider_schema::Response {
            provider: Some((&self.schema.schema).into()),
            provider_meta: self.provider_meta.as_ref().map(|meta| (&meta.schema).into()),
            resource_schemas: schemas(&self.resources, |schema| schema.into()),
            data_source_schemas: schemas(&self.data_sources, |schema| schema.into()),
            list_resource_schemas: schemas(&self.list_resources, wire::arguments),
            ephemeral_resource_schemas: schemas(&self.ephemeral_resources, |schema| schema.into()),
            action_schemas: schemas(&self.actions, |schema| ActionSchema { schema: Some(wire::arguments(schema)) }),
            state_store_schemas: schemas(&self.state_stores, wire::arguments),
            functions: self.signatures(),
            server_capabilities: capabilities(),
            diagnostics: wire::diagnostics(self.duplicates.clone()),
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
        let source = self.data_source(&request.type_name);
        let checked = source.and_then(|source| source.validate(request.config.as_ref()));
        let diagnostics = checked.unwrap_or_else(Into::into);
        validate_data_resource_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    pub(super) async fn read_data_source(
        &self,
        request: read_data_source::Request,
        ctx: Context,
    ) -> read_data_source::Response {
        self.try_read_data_source(&request, ctx).await.unwrap_or_else(|errors| read_data_source::Response {
            state: wire::null(),
            diagnostics: wire::diagnostics(errors),
            deferred: None,
        })
    }

    async fn try_read_data_source(
        &self,
        request: &read_data_source::Request,
        ctx: Context,
    ) -> Result<read_data_source::Response, Diagnostics> {
        let registered = self.data_source(&request.type_name)?;
        let SchemaWithType { schema, ty } = registered.schema();
        let config = wire::decode(request.config.as_ref(), ty, "configuration")?;
        let ctx = ctx
            .with_time_limits(Operation::Read, &schema.block, &config)
            .with_meta(self.meta(request.provider_meta.as_ref())?)
            .with_capabilities(wire::capabilities(request.client_capabilities));
        let read = match self.client_or_deferral(&ctx) {
            Ok(client) => registered.item.read(&*client, config.clone(), &ctx).await,
            Err(errors) => Err(errors),
        };
        let (state, deferred) = match read {
            Ok(state) => (storable(&schema.block, state, &ctx), None),
            Err(errors) => {
                let deferred = Some(deferral(&ctx, errors)?);
                // What only the provider has is unknown until then.
                (plan::filled(&schema.block, &config), deferred)
            }
        };
        let diagnostics = wire::diagnostics(ctx.take_warnings());
        Ok(read_data_source::Response { state: wire::encode(&state, ty)?, diagnostics, deferred })
    }

    /// What a module declares about itself; null for nothing.
    pub(super) fn meta(&self, meta: Option<&DynamicValue>) -> Result<Value, Diagnostic> {
        let Some(schema) = &self.provider_meta else { return Ok(Value::Null) };
        wire::decode(meta, &schema.ty, "provider_meta block")
    }

    /// The client. While the provider waits for its configuration, the call is put off where Terraform can do that.
    pub(super) fn client_or_deferral(&self, ctx: &Context) -> Result<Arc<P::Client>, Diagnostics> {
        let client = self.client();
        if client.is_err() && self.is_waiting() && ctx.capabilities().deferral_allowed {
            return Err(ctx.defer(Deferral::ProviderConfigUnknown));
        }
        Ok(client?)
    }
}

/// The schemas of everything of one kind, for Terraform.
fn schemas<T: Item + ?Sized, S>(items: &Items<T>, schema: impl Fn(&Schema) -> S) -> HashMap<String, S> {
    items.iter().map(|(name, registered)| ((*name).to_owned(), schema(&registered.schema().schema))).collect()
}

/// Why a call failed, after what it warned of. Everything that a provider fails with comes through here.
pub(super) fn failure(ctx: &Context, errors: Diagnostics) -> Diagnostics {
    let mut all = ctx.take_warnings();
    all.extend(errors.into_failure());
    all
}

/// The result of a call, if any, and its messages.
pub(super) fn ended<T>(done: Result<T, Diagnostics>, ctx: &Context) -> (Option<T>, Vec<proto::Diagnostic>) {
    match done {
        Ok(done) => (Some(done), wire::diagnostics(ctx.take_warnings())),
        Err(errors) => (None, wire::diagnostics(failure(ctx, errors))),
    }
}

/// What puts off a call that failed, or why it failed.
pub(super) fn deferral(ctx: &Context, errors: Diagnostics) -> Result<Deferred, Diagnostics> {
    wire::deferral(ctx, &errors).ok_or_else(|| failure(ctx, errors))
}
