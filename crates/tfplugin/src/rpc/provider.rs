//! Calls about the provider as a whole, and its data sources.

use std::sync::{Arc, PoisonError};

use super::{Inner, wire};
use crate::{
    diagnostics::Diagnostics,
    proto::{
        ServerCapabilities, configure_provider, get_metadata, get_provider_schema, read_data_source,
        validate_data_resource_config, validate_provider_config,
    },
    provider::Provider,
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
        get_metadata::Response {
            server_capabilities: capabilities(),
            resources: self.resources.keys().map(resource).collect(),
            data_sources: self.data_sources.keys().map(data_source).collect(),
            ..get_metadata::Response::default()
        }
    }

    pub(super) fn schemas(&self) -> get_provider_schema::Response {
        let named = |name: &&str, schema: &super::Schema| ((*name).to_owned(), schema.into());
        get_provider_schema::Response {
            provider: Some((&self.schema.schema).into()),
            resource_schemas: self.resources.iter().map(|(name, offer)| named(name, &offer.shape.schema)).collect(),
            data_source_schemas: self
                .data_sources
                .iter()
                .map(|(name, offer)| named(name, &offer.shape.schema))
                .collect(),
            server_capabilities: capabilities(),
            ..get_provider_schema::Response::default()
        }
    }

    pub(super) fn validate_provider(
        &self,
        request: &validate_provider_config::Request,
    ) -> validate_provider_config::Response {
        let mut diagnostics = Diagnostics::default();
        match wire::decode(request.config.as_ref(), &self.schema.ty, "provider configuration") {
            Err(error) => diagnostics.push(error),
            Ok(config) => {
                diagnostics.extend(validate(&self.schema.schema.block, &config));
                diagnostics.extend(self.provider.validate(&config));
            }
        }
        validate_provider_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    pub(super) async fn configure(&self, request: configure_provider::Request) -> configure_provider::Response {
        let config = wire::decode(request.config.as_ref(), &self.schema.ty, "provider configuration");
        let configured = match config {
            Err(error) => Err(error.into()),
            Ok(config) => self.provider.configure(config, &request.terraform_version).await,
        };
        let diagnostics = match configured {
            Err(errors) => errors,
            Ok(configured) => {
                *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(configured.value));
                configured.warnings
            }
        };
        configure_provider::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    pub(super) fn validate_data_source(
        &self,
        request: &validate_data_resource_config::Request,
    ) -> validate_data_resource_config::Response {
        let checked = self.data_source(&request.type_name).and_then(|offer| {
            let config = wire::decode(request.config.as_ref(), &offer.shape.ty, "configuration")?;
            Ok(validate(&offer.shape.schema.block, &config))
        });
        let diagnostics = checked.unwrap_or_else(Into::into);
        validate_data_resource_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    pub(super) async fn read_data_source(&self, request: read_data_source::Request) -> read_data_source::Response {
        match self.try_read_data_source(&request).await {
            Ok(response) => response,
            Err(errors) => read_data_source::Response {
                state: wire::null(),
                diagnostics: wire::diagnostics(errors),
                ..read_data_source::Response::default()
            },
        }
    }

    async fn try_read_data_source(
        &self,
        request: &read_data_source::Request,
    ) -> Result<read_data_source::Response, Diagnostics> {
        let offer = self.data_source(&request.type_name)?;
        let config = wire::decode(request.config.as_ref(), &offer.shape.ty, "configuration")?;
        let read = offer.item.read(&*self.client()?, config, &self.lifecycle.patience()).await?;
        Ok(read_data_source::Response {
            state: wire::encode(&read.value, &offer.shape.ty)?,
            diagnostics: wire::diagnostics(read.warnings),
            ..read_data_source::Response::default()
        })
    }
}
