//! What contradicts itself is one error, wherever it is used.

use tfplugin::{
    AttributeEnum, Computed, Context, Create, CreateError, Delete, Diagnostics, Model, Partial, Plan, Resource,
    Resources, State,
};

/// A thing.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_thing", identity = ThingIdentity)]
struct Thing {
    /// Its name.
    #[attr(default = "a")] // error
    name: Option<String>,
    /// Its colour.
    colour: Colour,
    /// Its parts.
    parts: Vec<Part>,
    /// Its price.
    price: Computed<i64>,
}

/// A part.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Part {
    /// The size.
    #[attr(rnage(1..=9))] // error
    size: i64,
}

/// What a thing is known by.
#[derive(Debug, Clone, Model)]
#[model(identity, mutabel)] // error
struct ThingIdentity {
    /// Its number.
    number: i64,
}

#[derive(Debug, Clone, PartialEq, AttributeEnum)]
enum Colour {
    Red,
    #[attr("Red")] // error
    Blue,
}

struct ThingResource;

impl Resource for ThingResource {
    type Model = Thing;
    type Client = ();

    async fn modify_plan(&self, _: Option<&()>, plan: &mut Plan<Thing>, _: &Context) -> Result<(), Diagnostics> {
        if plan.planned().colour.known().map(Colour::as_str) == Some("Blue") {
            plan.set(Thing::PRICE, 1);
        }
        plan.requires_replace(Thing::PARTS.index(0).then(Part::SIZE));
        Ok(())
    }

    async fn create(&self, _: &(), create: Create<Thing>, _: &Context) -> Result<State<Thing>, CreateError<Thing>> {
        let mut state = create.planned;
        let Thing { parts, .. } = state.complete()?;
        state.price = parts.iter().map(|part| part.size).sum::<i64>().into();
        state.set_identity(Partial::<ThingIdentity> { number: 1.into() });
        Ok(state)
    }

    async fn read(&self, _: &(), state: State<Thing>, _: &Context) -> Result<Option<State<Thing>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &(), _: Delete<Thing>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

fn main() {
    let _ = Resources::new().add(ThingResource);
}
