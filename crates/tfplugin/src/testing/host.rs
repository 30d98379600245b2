//! A host: what Terraform does with a provider, within one process and over the same messages.

use std::collections::BTreeMap;

use tonic::Request;

use super::{
    check::duplicates,
    messages::{Outcome, Types, answered, completed, decode, encode, fault, named, types},
    rules::check_object,
};
use crate::{
    context::Capabilities,
    diagnostics::{Diagnostic, Diagnostics},
    erased::Provider as _,
    function::Signature,
    lifecycle::Lifecycle,
    proto::{self, DynamicValue, provider_client::ProviderClient, provider_server::ProviderServer},
    registration::{Provider, Typed, schemas},
    rpc::{Delivering, Server},
    schema::Block,
    value::{Path, Type, Value},
};

/// Drives one provider, and fails where Terraform would, or where it would not because the SDK has repaired a fault of the
/// provider. The warnings of all answers are in [`take_warnings`](Self::take_warnings).
pub struct Host<P: Provider> {
    pub(super) client: ProviderClient<Delivering<ProviderServer<Server<Typed<P>>>>>,
    schemas: proto::get_provider_schema::Response,
    block: Type,
    resources: BTreeMap<&'static str, Block>,
    pub(super) identities: Types,
    pub(super) list_resources: Types,
    data_sources: Types,
    pub(super) ephemeral_resources: Types,
    pub(super) actions: Types,
    pub(super) functions: BTreeMap<&'static str, Signature>,
    capabilities: Capabilities,
    meta: Option<DynamicValue>,
    meta_type: Option<Type>,
    pub(super) tolerates_faults: bool,
    pub(super) warnings: Diagnostics,
    lifecycle: Lifecycle,
}

/// A plan, as Terraform shows it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The planned state.
    pub state: Value,
    /// The attributes that need another object.
    pub requires_replace: Vec<Path>,
    /// What is remembered for the apply.
    pub private: Vec<u8>,
    /// What the object will be known by; null for nothing.
    pub identity: Value,
}

/// An object as it is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    /// The state; null for none.
    pub state: Value,
    /// What is remembered beside it.
    pub private: Vec<u8>,
    /// What the object is known by; null for nothing.
    pub identity: Value,
}

/// The result of an apply.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What is stored.
    pub stored: Stored,
    /// Errors and warnings. With errors beside a state, a created object is tainted.
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Host<P> {
    /// Starts a provider and reads its schemas.
    ///
    /// # Errors
    /// What the provider answers, and what it offers twice under one name. [`check`](super::check()) finds everything that
    /// is wrong with the schemas.
    pub async fn start(provider: P) -> Outcome<Self> {
        let duplicates = duplicates(&schemas(&provider));
        if !duplicates.is_empty() {
            return Err(fault(&duplicates.join("; ")));
        }
        let provider = Typed(provider);
        let block = provider.schema().ty();
        let resources =
            provider.resources().iter().map(|resource| (resource.name(), resource.schema().block)).collect();
        let meta_type = provider.provider_meta().map(|schema| schema.ty());
        let identities =
            provider.resources().into_iter().filter_map(|item| Some((item.name(), item.identity()?.schema.ty())));
        let identities = identities.collect();
        let list_resources = types(&provider.list_resources());
        let data_sources = types(&provider.data_sources());
        let ephemeral_resources = types(&provider.ephemeral_resources());
        let actions = types(&provider.actions());
        let functions = provider.functions().iter().map(|item| (item.name(), item.signature())).collect();
        let lifecycle = Lifecycle::default();
        let server = Server::new(provider, lifecycle.clone());
        let mut client = ProviderClient::new(Delivering(ProviderServer::new(server)));
        let schemas = answered(client.get_provider_schema(Request::new(Default::default())).await)?;
        let capabilities = Capabilities { write_only_attributes_allowed: true, ..Capabilities::default() };
        Ok(Self {
            client,
            schemas,
            block,
            resources,
            identities,
            list_resources,
            data_sources,
            ephemeral_resources,
            actions,
            functions,
            capabilities,
            meta: None,
            meta_type,
            tolerates_faults: false,
            warnings: Diagnostics::default(),
            lifecycle,
        })
    }

    /// The same for a Terraform that can do this.
    #[must_use]
    pub fn with_capabilities(self, capabilities: Capabilities) -> Self {
        Self { capabilities, ..self }
    }

    /// The same for a provider with faults: what the SDK repairs is a warning here too, as Terraform shows it.
    #[must_use]
    pub fn tolerating_faults(self) -> Self {
        Self { tolerates_faults: true, ..self }
    }

    /// The same for a module that declares this about itself (`provider_meta`).
    ///
    /// # Errors
    /// The provider has no such block, or not with these values.
    pub fn with_provider_meta(self, meta: &Value) -> Outcome<Self> {
        let ty = self.meta_type.clone().ok_or_else(|| fault("the provider has no provider_meta block"))?;
        Ok(Self { meta: encode(&completed(meta, &ty)?, &ty)?, ..self })
    }

    /// The description of an attribute of a resource, as an editor shows it.
    pub fn description(&self, resource: &str, attribute: &str) -> Option<&str> {
        let block = self.schemas.resource_schemas.get(resource)?.block.as_ref()?;
        block.attributes.iter().find(|found| found.name == attribute).map(|found| found.description.as_str())
    }

    /// Validates and configures the provider block. What the block leaves out is null.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn configure(&mut self, block: &Value) -> Outcome<()> {
        let config = encode(&completed(block, &self.block)?, &self.block)?;
        let request = proto::validate_provider_config::Request { config: config.clone() };
        let validated = answered(self.client.validate_provider_config(Request::new(request)).await)?;
        self.checked(validated.diagnostics)?;
        let request = proto::configure_provider::Request {
            config,
            terraform_version: "1.11.0".to_owned(),
            client_capabilities: Some(self.capabilities()),
        };
        let configured = answered(self.client.configure_provider(Request::new(request)).await)?;
        self.checked(configured.diagnostics)
    }

    /// Validates the configuration of a resource.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn validate(&mut self, resource: &str, config: &Value) -> Outcome<()> {
        let ty = self.resource(resource)?;
        let request = proto::validate_resource_config::Request {
            type_name: resource.to_owned(),
            config: encode(&self.config(resource, config)?, &ty)?,
            client_capabilities: Some(self.capabilities()),
        };
        let validated = answered(self.client.validate_resource_config(Request::new(request)).await)?;
        self.checked(validated.diagnostics)
    }

    /// Validates and plans: a create where nothing is stored, a destroy where the configuration is null.
    ///
    /// # Errors
    /// What the provider answers, and where Terraform would refuse its plan.
    pub async fn plan(&mut self, resource: &str, config: &Value, prior: Option<&Stored>) -> Outcome<Planned> {
        let ty = self.resource(resource)?;
        if !config.is_null() {
            self.validate(resource, config).await?;
        }
        let config = self.config(resource, config)?;
        let prior = prior.cloned().unwrap_or_default();
        let request = proto::plan_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: encode(&prior.state, &ty)?,
            proposed_new_state: encode(&config, &ty)?,
            config: encode(&config, &ty)?,
            prior_private: prior.private,
            prior_identity: self.identity_data(resource, &prior.identity)?,
            provider_meta: self.meta.clone(),
            client_capabilities: Some(self.capabilities()),
            ..Default::default()
        };
        let planned = answered(self.client.plan_resource_change(Request::new(request)).await)?;
        self.planned(resource, &config, &prior.state, planned)
    }

    /// Applies a plan.
    ///
    /// # Errors
    /// The message could not be sent or read, Terraform would refuse the result, or the plan is a replacement. What the
    /// provider answers is in the result.
    pub async fn apply(
        &mut self,
        resource: &str,
        config: &Value,
        prior: Option<&Stored>,
        planned: &Planned,
    ) -> Outcome<Applied> {
        let ty = self.resource(resource)?;
        if !planned.requires_replace.is_empty() && !planned.state.is_null() {
            let paths: Vec<String> = planned.requires_replace.iter().map(ToString::to_string).collect();
            let what = format!(
                "Terraform does not apply a plan that replaces the object ({}): plan and apply a destroy, then plan again \
                 without a prior object and apply that",
                paths.join(", ")
            );
            return Err(fault(&what));
        }
        let request = proto::apply_resource_change::Request {
            type_name: resource.to_owned(),
            prior_state: encode(prior.map_or(&Value::Null, |prior| &prior.state), &ty)?,
            planned_state: encode(&planned.state, &ty)?,
            config: encode(&self.config(resource, config)?, &ty)?,
            planned_private: planned.private.clone(),
            planned_identity: self.identity_data(resource, &planned.identity)?,
            provider_meta: self.meta.clone(),
        };
        let applied = answered(self.client.apply_resource_change(Request::new(request)).await)?;
        // What the resource does once its answer is delivered is done when this returns.
        self.lifecycle.deliveries().wait().await;
        self.applied(resource, &planned.state, applied)
    }

    /// Plans a create and applies it.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn create(&mut self, resource: &str, config: &Value) -> Outcome<Stored> {
        let planned = self.plan(resource, config, None).await?;
        let applied = self.apply(resource, config, None, &planned).await?;
        if applied.diagnostics.has_errors() { Err(applied.diagnostics) } else { Ok(applied.stored) }
    }

    /// Refreshes a stored object.
    ///
    /// # Errors
    /// What the provider answers, and where Terraform would refuse it.
    pub async fn read(&mut self, resource: &str, stored: &Stored) -> Outcome<Stored> {
        let ty = self.resource(resource)?;
        let request = proto::read_resource::Request {
            type_name: resource.to_owned(),
            current_state: encode(&stored.state, &ty)?,
            private: stored.private.clone(),
            current_identity: self.identity_data(resource, &stored.identity)?,
            provider_meta: self.meta.clone(),
            client_capabilities: Some(self.capabilities()),
        };
        let read = answered(self.client.read_resource(Request::new(request)).await)?;
        self.refreshed(resource, read)
    }

    /// Reads a state file's JSON, which was stored with this version.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn upgrade(&mut self, resource: &str, version: i64, json: &str) -> Outcome<Value> {
        let ty = self.resource(resource)?;
        let raw_state = proto::RawState { json: json.as_bytes().to_vec(), ..Default::default() };
        let request = proto::upgrade_resource_state::Request {
            type_name: resource.to_owned(),
            version,
            raw_state: Some(raw_state),
        };
        let upgraded = answered(self.client.upgrade_resource_state(Request::new(request)).await)?;
        self.checked(upgraded.diagnostics)?;
        decode(upgraded.upgraded_state, &ty)
    }

    /// Imports an object and reads it.
    ///
    /// # Errors
    /// What the provider answers, and where Terraform would refuse it.
    pub async fn import(&mut self, resource: &str, id: &str) -> Outcome<Stored> {
        self.import_target(resource, id, &Value::Null).await
    }

    pub(super) async fn import_target(&mut self, resource: &str, id: &str, identity: &Value) -> Outcome<Stored> {
        let request = proto::import_resource_state::Request {
            type_name: resource.to_owned(),
            id: id.to_owned(),
            identity: self.identity_data(resource, identity)?,
            client_capabilities: Some(self.capabilities()),
        };
        let imported = answered(self.client.import_resource_state(Request::new(request)).await)?;
        let imported = self.imported(resource, imported)?;
        let read = self.read(resource, &imported).await?;
        if read.state.is_null() {
            let detail = "The import returned an object, and the read that follows it found none.";
            return Err(Diagnostic::error("Cannot import non-existent remote object", detail).into());
        }
        Ok(read)
    }

    /// Validates and reads a data source.
    ///
    /// # Errors
    /// What the provider answers.
    pub async fn data(&mut self, source: &str, config: &Value) -> Outcome<Value> {
        let ty = named(&self.data_sources, source)?;
        let config = encode(&completed(config, &ty)?, &ty)?;
        let request =
            proto::validate_data_resource_config::Request { type_name: source.to_owned(), config: config.clone() };
        let validated = answered(self.client.validate_data_resource_config(Request::new(request)).await)?;
        self.checked(validated.diagnostics)?;
        let request = proto::read_data_source::Request {
            type_name: source.to_owned(),
            config,
            provider_meta: self.meta.clone(),
            ..Default::default()
        };
        let read = answered(self.client.read_data_source(Request::new(request)).await)?;
        self.checked(read.diagnostics)?;
        let found = decode(read.state, &ty)?;
        check_object(&Block::default(), &found, "read")?;
        if found.is_null() { Err(fault("a data source was read, and there is no object")) } else { Ok(found) }
    }

    /// A configuration as Terraform sends it.
    fn config(&self, resource: &str, config: &Value) -> Outcome<Value> {
        let block = self.block(resource)?;
        Ok(block.with_blocks(completed(config, &block.ty())?))
    }

    pub(super) fn resource(&self, name: &str) -> Outcome<Type> {
        self.block(name).map(Block::ty)
    }

    pub(super) fn block(&self, resource: &str) -> Outcome<&Block> {
        self.resources.get(resource).ok_or_else(|| fault(&format!("the provider offers no {resource}")))
    }

    pub(super) fn capabilities(&self) -> proto::ClientCapabilities {
        proto::ClientCapabilities {
            deferral_allowed: self.capabilities.deferral_allowed,
            write_only_attributes_allowed: self.capabilities.write_only_attributes_allowed,
            store_planned_private: self.capabilities.store_planned_private,
            computed_blocks_allowed: self.capabilities.computed_blocks_allowed,
        }
    }
}
