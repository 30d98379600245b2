//! The calls of the protocol: decode, ask the provider, encode.
//!
//! Every call runs in a task of its own that the caller only waits for. A panic in it becomes a diagnostic, and a caller
//! that goes away does not end it.

mod action;
mod delivery;
mod ephemeral;
mod function;
mod generate;
mod identity;
mod import;
mod list;
mod messages;
mod move_state;
mod provider;
mod resource;
mod service;
mod state_store;
mod wire;

#[cfg(test)]
pub(crate) use messages::samples;

use std::{
    collections::BTreeMap,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

pub use delivery::Delivering;
use futures_util::stream::BoxStream;
use tokio::task::JoinError;
use tonic::{Response, Status};
use tracing::Instrument as _;

use super::{
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    erased::{Action, DataSource, EphemeralResource, Item, ListResource, Provider, Resource, StateStore},
    lifecycle::Lifecycle,
    proto,
    schema::Schema,
    validate::validate,
    value::{Path, Type, Value},
};

/// The events of a streaming call.
type Events<E> = BoxStream<'static, Result<E, Status>>;

/// Answers Terraform's calls for one provider.
pub struct Server<P: Provider> {
    inner: Arc<Inner<P>>,
}

/// What all calls share.
struct Inner<P: Provider> {
    provider: P,
    schema: SchemaWithType,
    provider_meta: Option<SchemaWithType>,
    resources: Items<dyn Resource<P::Client>>,
    data_sources: Items<dyn DataSource<P::Client>>,
    list_resources: Items<dyn ListResource<P::Client>>,
    identities: BTreeMap<&'static str, identity::Identity>,
    ephemeral_resources: Items<dyn EphemeralResource<P::Client>>,
    actions: Items<dyn Action<P::Client>>,
    state_stores: Items<dyn StateStore<P::Client>>,
    /// The size of chunks that was agreed for each state store.
    chunk_sizes: RwLock<BTreeMap<String, usize>>,
    functions: BTreeMap<&'static str, function::Registered>,
    /// The errors about names that are registered twice, of which only one could be served.
    duplicates: Diagnostics,
    client: RwLock<Client<P::Client>>,
    lifecycle: Lifecycle,
}

/// The call with which a Terraform begins.
const CONFIGURE: &str = "ConfigureProvider";

/// The result of the provider block.
enum Client<C> {
    NotConfigured,
    Waiting(Option<Arc<C>>, Vec<Path>),
    Ready(Arc<C>),
}

/// A schema with the type that its values have.
struct SchemaWithType {
    schema: Schema,
    ty: Type,
}

/// Something that the provider offers, with its schema, which is built when it is first needed: most commands need few.
struct Registered<T: ?Sized> {
    item: Box<T>,
    schema: OnceLock<SchemaWithType>,
}

/// What the provider offers of one kind, by the type name.
type Items<T> = BTreeMap<&'static str, Registered<T>>;

fn registered<T: Item + ?Sized>(kind: &str, items: Vec<Box<T>>, duplicates: &mut Diagnostics) -> Items<T> {
    let items = items.into_iter().map(|item| (item.name(), Registered { schema: OnceLock::new(), item }));
    by_name(kind, items, duplicates)
}

/// Everything of one kind by its name, with an error for each name that is there twice.
fn by_name<T>(
    kind: &str,
    items: impl Iterator<Item = (&'static str, T)>,
    duplicates: &mut Diagnostics,
) -> BTreeMap<&'static str, T> {
    let mut registered = BTreeMap::new();
    for (name, item) in items {
        if registered.insert(name, item).is_some() {
            duplicates.push(messages::duplicate(kind, name));
        }
    }
    registered
}

fn find<'a, T: ?Sized>(items: &'a Items<T>, kind: &str, name: &str) -> Result<&'a Registered<T>, Diagnostic> {
    items.get(name).ok_or_else(|| messages::unknown_type(kind, name, items.keys().copied()))
}

impl<T: Item + ?Sized> Registered<T> {
    fn schema(&self) -> &SchemaWithType {
        self.schema.get_or_init(|| self.item.schema().into())
    }

    fn parts(&self) -> (&T, &SchemaWithType) {
        (&self.item, self.schema())
    }

    /// What is wrong with a configuration, by its schema and by its author.
    fn validate(&self, config: Option<&proto::DynamicValue>) -> Result<Diagnostics, Diagnostic> {
        self.config(config).map(|config| self.check(&config))
    }

    fn check(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = validate(&self.schema().schema.block, config);
        diagnostics.extend(self.item.validate(config));
        diagnostics
    }

    /// The configuration, for a call before which Terraform validates nothing once everything is known.
    fn valid_config(&self, config: Option<&proto::DynamicValue>) -> Result<Value, Diagnostics> {
        let config = self.config(config)?;
        let diagnostics = self.check(&config);
        if diagnostics.has_errors() { Err(diagnostics) } else { Ok(config) }
    }

    fn config(&self, config: Option<&proto::DynamicValue>) -> Result<Value, Diagnostic> {
        wire::decode(config, &self.schema().ty, "configuration")
    }
}

impl From<Schema> for SchemaWithType {
    fn from(schema: Schema) -> Self {
        Self { ty: schema.ty(), schema }
    }
}

impl<P: Provider> Server<P> {
    /// A server for this provider, in a process with this lifecycle.
    pub fn new(provider: P, lifecycle: Lifecycle) -> Self {
        let mut duplicates = Diagnostics::default();
        let resources = registered("resource", provider.resources(), &mut duplicates);
        let inner = Inner {
            schema: provider.schema().into(),
            provider_meta: provider.provider_meta().map(Into::into),
            identities: identity::all(resources.iter().map(|(name, resource)| (*name, &*resource.item))),
            resources,
            data_sources: registered("data source", provider.data_sources(), &mut duplicates),
            list_resources: registered("list resource", provider.list_resources(), &mut duplicates),
            ephemeral_resources: registered("ephemeral resource", provider.ephemeral_resources(), &mut duplicates),
            actions: registered("action", provider.actions(), &mut duplicates),
            state_stores: registered("state store", provider.state_stores(), &mut duplicates),
            chunk_sizes: RwLock::default(),
            functions: function::registered(provider.functions(), &mut duplicates),
            client: RwLock::new(Client::NotConfigured),
            duplicates,
            lifecycle,
            provider,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Terraform ends the plugin in the ordinary way.
    pub(super) async fn shutdown(&self) {
        self.inner.lifecycle.deliveries().wait().await;
        let Some(client) = self.inner.planning_client() else { return };
        if catch_unwind(AssertUnwindSafe(|| self.inner.provider.shutdown(&client))).is_err() {
            tracing::error!("the provider panicked at its shutdown");
        }
    }

    /// Terraform asks everything that waits to wait no longer.
    fn stop(&self) -> proto::stop_provider::Response {
        tracing::debug!("Terraform asks to stop");
        self.inner.lifecycle.stop();
        proto::stop_provider::Response::default()
    }

    /// Runs one call to its end, even if the caller goes away. A panic comes back as `fallback` with a diagnostic.
    async fn call<R, F>(
        &self,
        rpc: &'static str,
        subject: &str,
        fallback: R,
        work: impl FnOnce(Arc<Inner<P>>, Context) -> F,
    ) -> Result<Response<R>, Status>
    where
        R: Diagnosed + Send + 'static,
        F: Future<Output = R> + Send + 'static,
    {
        let id = uuid::Uuid::new_v4().to_string();
        let span = tracing::error_span!("call", tf_req_id = %id, tf_rpc = rpc, subject);
        span.in_scope(|| tracing::debug!("called"));
        if rpc == CONFIGURE {
            self.inner.lifecycle.begin();
        }
        let ctx = Context::new(self.inner.lifecycle.cancellation()).with_request_id(id);
        let work = work(Arc::clone(&self.inner), ctx).instrument(span.clone());
        let reply = match self.inner.lifecycle.work().spawn(work).await {
            Ok(reply) => reply,
            Err(error) => fallback.with(self.inner.fault(rpc, subject, &error)),
        };
        span.in_scope(|| tracing::trace!("answered"));
        Ok(Response::new(reply))
    }
}

impl<P: Provider> Inner<P> {
    /// Why a call did not come to its end.
    fn fault(&self, rpc: &str, subject: &str, error: &JoinError) -> Diagnostic {
        messages::fault(rpc, subject, error.is_panic(), self.provider.after_panic())
    }

    fn client(&self) -> Result<Arc<P::Client>, Diagnostic> {
        match &*self.client.read().unwrap_or_else(PoisonError::into_inner) {
            Client::Ready(client) => Ok(Arc::clone(client)),
            Client::Waiting(_, paths) => Err(messages::waiting(paths)),
            Client::NotConfigured => Err(messages::not_configured()),
        }
    }

    /// Whether the provider block has values that are not known yet.
    fn is_waiting(&self) -> bool {
        matches!(&*self.client.read().unwrap_or_else(PoisonError::into_inner), Client::Waiting(..))
    }

    /// The client of plans, which may go on while the provider block has values that are not known yet.
    fn planning_client(&self) -> Option<Arc<P::Client>> {
        match &*self.client.read().unwrap_or_else(PoisonError::into_inner) {
            Client::Ready(client) => Some(Arc::clone(client)),
            Client::Waiting(client, _) => client.clone(),
            Client::NotConfigured => None,
        }
    }

    fn resource(&self, name: &str) -> Result<&Registered<dyn Resource<P::Client>>, Diagnostic> {
        find(&self.resources, "resource", name)
    }

    fn data_source(&self, name: &str) -> Result<&Registered<dyn DataSource<P::Client>>, Diagnostic> {
        find(&self.data_sources, "data source", name)
    }
}

/// A response that can carry diagnostics.
trait Diagnosed {
    /// The same response, with this one too.
    fn with(self, diagnostic: Diagnostic) -> Self;
}

impl Diagnosed for Diagnostics {
    fn with(mut self, diagnostic: Diagnostic) -> Self {
        self.push(diagnostic);
        self
    }
}

macro_rules! diagnosed {
    ($($message:ident),* $(,)?) => {
        $(impl Diagnosed for proto::$message::Response {
            fn with(mut self, diagnostic: Diagnostic) -> Self {
                self.diagnostics.push(diagnostic.into());
                self
            }
        })*
    };
}

diagnosed!(
    get_provider_schema,
    validate_provider_config,
    validate_resource_config,
    validate_data_resource_config,
    upgrade_resource_state,
    configure_provider,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
    read_data_source,
    upgrade_resource_identity,
    move_resource_state,
    generate_resource_config,
    validate_ephemeral_resource_config,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
    validate_list_resource_config,
    validate_state_store,
    configure_state_store,
    read_state_bytes,
    write_state_bytes,
    lock_state,
    unlock_state,
    get_states,
    delete_state,
    plan_action,
    validate_action_config,
);
