//! The traits that a provider's author writes.

use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::{
    diagnostics::{Diagnostic, Diagnostics},
    plan::Plan,
    private::Private,
    schema::Schema,
    value::Value,
};

pub use super::object::{Delivered, Object};

/// A provider: its own block, and what it offers.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// What resources work with, made from the provider block.
    type Client: Send + Sync + 'static;

    /// The provider block.
    fn schema(&self) -> Schema;

    /// The resources.
    fn resources(&self) -> Vec<Box<dyn Resource<Self::Client>>>;

    /// The data sources.
    fn data_sources(&self) -> Vec<Box<dyn DataSource<Self::Client>>> {
        Vec::new()
    }

    /// Checks a provider block beyond what its schema says. Values may be unknown.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Makes a client from the provider block (ConfigureProvider). Values may be unknown while Terraform plans. Warnings
    /// go with the client; errors mean that there is none.
    async fn configure(&self, config: Value, terraform_version: &str) -> Result<Saved<Self::Client>, Diagnostics>;

    /// What the user is to do after a panic in a call, where that is more than reporting it: what may be under way, and how
    /// to find out.
    fn after_panic(&self) -> &str {
        ""
    }

    /// Terraform ends this plugin in the ordinary way: everything it was told has been delivered.
    fn closing(&self, _client: &Self::Client) {}
}

/// Something that a call made, with warnings that go beside it.
#[derive(Debug)]
pub struct Saved<T> {
    /// What was made.
    pub value: T,
    /// Warnings; an error belongs in the other half of a result.
    pub warnings: Diagnostics,
    /// What is to be done once the caller has been given the answer, if it is still there.
    pub delivered: Delivered,
}

impl<T> Saved<T> {
    /// With these warnings.
    pub fn with(value: T, warnings: Diagnostics) -> Self {
        Self { value, warnings, delivered: Delivered::default() }
    }
}

impl<T> From<T> for Saved<T> {
    fn from(value: T) -> Self {
        Self::with(value, Diagnostics::default())
    }
}

/// How a call can tell that it should not wait any longer.
#[derive(Debug, Clone)]
pub struct Patience {
    stopping: CancellationToken,
}

impl Patience {
    /// Patience that ends when this token is cancelled.
    pub fn new(stopping: CancellationToken) -> Self {
        Self { stopping }
    }

    /// Whether Terraform asked to stop: nothing new may be started.
    pub fn is_over(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// What is cancelled when Terraform asks to stop.
    pub fn token(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// Waits, but not beyond the moment when Terraform asks to stop. Says whether the whole time has passed.
    pub async fn wait(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.stopping.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }
}

/// A managed resource. No error of a create leaves a state behind, so that nothing is ever tainted by one.
#[async_trait]
pub trait Resource<C: Send + Sync>: Send + Sync {
    /// The type name, such as `example_thing`.
    fn name(&self) -> &'static str;

    /// The shape of configuration and state.
    fn schema(&self) -> Schema;

    /// Checks a configuration beyond what the schema says. Values may be unknown.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Brings a stored state of an older or the current version into the current shape. Missing attributes are null
    /// already, and unknown ones left out.
    ///
    /// # Errors
    /// A state that cannot be used.
    fn upgrade(&self, state: Value, _version: i64) -> Result<Value, Diagnostic> {
        Ok(state)
    }

    /// Warnings about a plan, and errors that refuse it. The plan itself is the engine's. There is no client while the
    /// provider block is not configured yet.
    fn review(&self, _client: Option<&C>, _review: &Review<'_>) -> Diagnostics {
        Diagnostics::default()
    }

    /// What the plan of a create remembers for its apply, and for the destroy half of a replacement that comes before it.
    /// Terraform plans a create again when it applies; `private` then holds what the first plan remembered if Terraform
    /// stores that (`ClientCapabilities.store_planned_private`, protocol 6.11), which `is_stored` says.
    fn remember(&self, _planned: &Value, _private: &mut Private, _is_stored: bool) {}

    /// Makes the object. An error means that Terraform saves nothing.
    async fn create(&self, client: &C, create: Create, patience: &Patience) -> Result<Saved<Object>, Diagnostics>;

    /// Reads the object again; none, if it is gone. An error keeps the state as it is.
    async fn read(&self, client: &C, prior: Object, patience: &Patience) -> Result<Saved<Option<Object>>, Diagnostics>;

    /// Gives the object new values. An error keeps the prior state.
    async fn update(&self, client: &C, update: Update, patience: &Patience) -> Result<Saved<Object>, Diagnostics>;

    /// Ends the object, or only Terraform's hold on it; the warnings say which. An error keeps the prior state.
    async fn delete(&self, client: &C, delete: Delete, patience: &Patience) -> Result<Diagnostics, Diagnostics>;

    /// Finds an existing object by its id.
    async fn import(&self, client: &C, id: &str, patience: &Patience) -> Result<Saved<Object>, Diagnostics>;
}

/// What a resource sees of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Review<'a> {
    /// The configuration; null for a destroy.
    pub config: &'a Value,
    /// The prior state; null for a create.
    pub prior: &'a Value,
    /// The engine's plan.
    pub plan: &'a Plan,
}

/// A create, as Terraform planned it.
#[derive(Debug, Clone)]
pub struct Create {
    /// The configuration.
    pub config: Value,
    /// The planned state, with unknowns where only the create can tell.
    pub planned: Value,
    /// What the plan remembered.
    pub private: Private,
}

/// An update in place, as Terraform planned it.
#[derive(Debug, Clone)]
pub struct Update {
    /// The state before.
    pub prior: Value,
    /// The planned state.
    pub planned: Object,
}

/// A destroy, or the destroy half of a replacement.
#[derive(Debug, Clone)]
pub struct Delete {
    /// The state before.
    pub prior: Value,
    /// What Terraform hands over: what the object was stored with, or, in a replacement that destroys first, what the
    /// create was planned with.
    pub private: Private,
}

/// Something that is only read.
#[async_trait]
pub trait DataSource<C: Send + Sync>: Send + Sync {
    /// The type name.
    fn name(&self) -> &'static str;

    /// The shape of configuration and state.
    fn schema(&self) -> Schema;

    /// Reads it.
    async fn read(&self, client: &C, config: Value, patience: &Patience) -> Result<Saved<Value>, Diagnostics>;
}
