//! A provider that contradicts itself in ways that only a test can find.

use tfplugin::{
    Configure, Configured, Context, Create, CreateError, Delete, Diagnostics, Model, Provider, Resource, Resources,
    State, value::Value,
};

use crate::models::Block;

/// Nobody can read its older states.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_broken", version = 2)]
pub(crate) struct Thing {
    /// Values of any type.
    any: Option<Vec<Value>>,
}

struct BrokenResource;

impl Resource for BrokenResource {
    type Model = Thing;
    type Client = ();

    async fn create(&self, _: &(), create: Create<Thing>, _: &Context) -> Result<State<Thing>, CreateError<Thing>> {
        Ok(create.planned)
    }

    async fn read(&self, _: &(), state: State<Thing>, _: &Context) -> Result<Option<State<Thing>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &(), _: Delete<Thing>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// With as many resources of the same name.
pub(crate) struct Broken(pub(crate) usize);

impl Provider for Broken {
    type Block = Block;
    type Client = ();

    fn resources(&self) -> Resources<()> {
        (0..self.0).fold(Resources::new(), |resources, _| resources.add(BrokenResource))
    }

    async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}
