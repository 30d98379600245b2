//! What the calls work with: providers, resources and data sources whose models are not known any more.

use std::time::SystemTime;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::{
    configure::Configured,
    context::Context,
    diagnostics::Diagnostics,
    ephemeral::Renewed,
    function::{FunctionError, Signature},
    identity::IdentitySchema,
    move_state::MoveSource,
    object::{Delivered, Object, Stored},
    plan::{Plan, Proposal},
    private::Private,
    schema::Schema,
    value::Value,
};

/// A provider.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// What its resources work with.
    type Client: Send + Sync + 'static;

    /// The provider block.
    fn schema(&self) -> Schema;

    /// The resources.
    fn resources(&self) -> Vec<Box<dyn Resource<Self::Client>>>;

    /// The data sources.
    fn data_sources(&self) -> Vec<Box<dyn DataSource<Self::Client>>>;

    /// The list resources.
    fn list_resources(&self) -> Vec<Box<dyn ListResource<Self::Client>>>;

    /// The ephemeral resources.
    fn ephemeral_resources(&self) -> Vec<Box<dyn EphemeralResource<Self::Client>>>;

    /// The actions.
    fn actions(&self) -> Vec<Box<dyn Action<Self::Client>>>;

    /// The state stores.
    fn state_stores(&self) -> Vec<Box<dyn StateStore<Self::Client>>>;

    /// The functions.
    fn functions(&self) -> Vec<Box<dyn Function>>;

    /// The schema of the `provider_meta` block of a module.
    fn provider_meta(&self) -> Option<Schema>;

    /// The block with what stands in for what it leaves out.
    fn completed(&self, config: &Value) -> Value;

    /// Checks a provider block beyond what its schema says.
    fn validate(&self, config: &Value) -> Diagnostics;

    /// Makes the client, or says which values it waits for.
    async fn configure(&self, config: Value, ctx: &Context) -> Result<Configured<Self::Client>, Diagnostics>;

    /// What the user is to do after a panic, if there is something to say.
    fn after_panic(&self) -> &str;

    /// Terraform ends the plugin in the ordinary way.
    fn shutdown(&self, client: &Self::Client);
}

/// What is registered by a type name and has a configuration.
pub trait Item: Send + Sync {
    /// The type name. A list resource has that of its resource.
    fn name(&self) -> &'static str;

    /// The shape of the configuration, and of what is made of it.
    fn schema(&self) -> Schema;

    /// Checks a configuration beyond what the schema says.
    fn validate(&self, config: &Value) -> Diagnostics;
}

/// A managed resource.
#[async_trait]
pub trait Resource<C>: Item {
    /// The older versions that a stored state may have.
    fn upgrades_from(&self) -> Vec<i64>;

    /// Brings a stored state into the current shape.
    fn upgrade(&self, stored: Stored<'_>) -> Result<Value, Diagnostics>;

    /// Refines a plan of the engine's.
    async fn modify_plan(
        &self,
        client: Option<&C>,
        proposal: Proposal<'_>,
        plan: &mut Plan,
        ctx: &Context,
    ) -> Result<(), Diagnostics>;

    /// Makes the object.
    async fn create(&self, client: &C, config: Value, planned: Object, ctx: &Context) -> Result<Outcome, Failure>;

    /// Reads the object again; none, if it is gone.
    async fn read(&self, client: &C, prior: Object, ctx: &Context) -> Result<Option<Object>, Diagnostics>;

    /// Gives the object new values.
    async fn update(&self, client: &C, update: Update, ctx: &Context) -> Result<Outcome, Failure>;

    /// Ends the object.
    async fn delete(&self, client: &C, prior: Object, ctx: &Context) -> Result<(), Diagnostics>;

    /// Finds an existing object.
    async fn import(&self, client: &C, target: ImportTarget<'_>, ctx: &Context) -> Result<Object, Diagnostics>;

    /// Makes an object of one of another type.
    fn move_state(&self, source: &MoveSource<'_>) -> Result<Object, Diagnostics>;

    /// Refines a configuration that was made of a state.
    fn generate_config(&self, config: Value) -> Value;

    /// What its objects are known by, if anything.
    fn identity(&self) -> Option<IdentitySchema>;

    /// The older versions that a stored identity may have.
    fn identity_upgrades_from(&self) -> Vec<i64>;

    /// Brings a stored identity into the current shape.
    fn upgrade_identity(&self, stored: Stored<'_>) -> Result<Value, Diagnostics>;
}

/// Something that is only read.
#[async_trait]
pub trait DataSource<C>: Item {
    /// Reads it.
    async fn read(&self, client: &C, config: Value, ctx: &Context) -> Result<Value, Diagnostics>;
}

/// What an object is imported by.
#[derive(Debug, Clone, Copy)]
pub enum ImportTarget<'a> {
    /// Its id.
    Id(&'a str),
    /// Its identity.
    Identity(&'a Value),
}

/// A search for the objects of a resource.
#[async_trait]
pub trait ListResource<C>: Item {
    /// Finds the objects.
    async fn list(&self, client: &C, config: Value, sink: Sink, ctx: &Context) -> Result<(), Diagnostics>;
}

/// Where found objects go.
#[derive(Debug)]
pub struct Sink {
    pub(crate) events: mpsc::Sender<Listed>,
    /// How many are still wanted; none for no limit.
    pub(crate) remaining: Option<u64>,
    pub(crate) wants_objects: bool,
}

/// One object that was found, or diagnostics about the search.
#[derive(Debug)]
pub struct Listed {
    /// Its identity; null for none.
    pub identity: Value,
    /// What people call it.
    pub display_name: String,
    /// The object; null where it is not wanted.
    pub object: Value,
    /// Errors and warnings.
    pub messages: Diagnostics,
}

impl Listed {
    /// No object, only diagnostics.
    pub fn only(messages: Diagnostics) -> Self {
        Self { identity: Value::Null, display_name: String::new(), object: Value::Null, messages }
    }
}

/// Something that is opened and closed, and never stored.
#[async_trait]
pub trait EphemeralResource<C>: Item {
    /// Opens it.
    async fn open(&self, client: &C, config: Value, ctx: &Context) -> Result<Opened, Diagnostics>;

    /// Keeps it open for longer.
    async fn renew(&self, client: &C, private: Private, ctx: &Context) -> Result<Renewed, Diagnostics>;

    /// Closes it.
    async fn close(&self, client: &C, private: Private, ctx: &Context) -> Result<(), Diagnostics>;
}

/// The result of opening.
#[derive(Debug)]
pub struct Opened {
    /// The values.
    pub values: Value,
    /// What renewing and closing have to know.
    pub private: Private,
    /// When it has to be renewed.
    pub renew_at: Option<SystemTime>,
}

/// Something to do.
#[async_trait]
pub trait Action<C>: Item {
    /// Says what it would do.
    async fn plan(&self, client: Option<&C>, config: Value, ctx: &Context) -> Result<(), Diagnostics>;

    /// Does it.
    async fn invoke(&self, client: &C, config: Value, ctx: &Context) -> Result<(), Diagnostics>;
}

/// A place for states.
#[async_trait]
pub trait StateStore<C>: Item {
    /// Gets ready.
    async fn configure(&self, client: &C, config: Value, ctx: &Context) -> Result<(), Diagnostics>;

    /// The state of this name; none where there is none.
    async fn read(&self, state: &str, ctx: &Context) -> Result<Option<Vec<u8>>, Diagnostics>;

    /// Keeps a state under this name.
    async fn write(&self, state: &str, bytes: Vec<u8>, ctx: &Context) -> Result<(), Diagnostics>;

    /// Locks a state, and returns the ID of the lock.
    async fn lock(&self, state: &str, operation: &str, ctx: &Context) -> Result<String, Diagnostics>;

    /// Gives up a lock.
    async fn unlock(&self, state: &str, lock: &str, ctx: &Context) -> Result<(), Diagnostics>;

    /// The names of all states.
    async fn list(&self, ctx: &Context) -> Result<Vec<String>, Diagnostics>;

    /// Throws a state away.
    async fn delete(&self, state: &str, ctx: &Context) -> Result<(), Diagnostics>;
}

/// A function.
pub trait Function: Send + Sync {
    /// The name.
    fn name(&self) -> &'static str;

    /// What it takes and returns.
    fn signature(&self) -> Signature;

    /// Calls it with arguments that its signature allows.
    fn call(&self, signature: &Signature, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// An update in place, as Terraform planned it.
#[derive(Debug, Clone)]
pub struct Update {
    /// The configuration.
    pub config: Value,
    /// The state before.
    pub prior: Value,
    /// The planned state.
    pub planned: Object,
}

/// The result of a create or an update.
#[derive(Debug)]
pub struct Outcome {
    /// The object as it is now.
    pub object: Object,
    /// What is to be done once the caller has been given the answer, if it is still there.
    pub delivered: Delivered,
}

/// Why a create or an update failed, and what is left of it.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub errors: Diagnostics,
    /// The object in the state in which it was left. None: nothing was made, or the object is as it was.
    pub left: Option<Object>,
}

impl From<Diagnostics> for Failure {
    fn from(errors: Diagnostics) -> Self {
        Self { errors, left: None }
    }
}
