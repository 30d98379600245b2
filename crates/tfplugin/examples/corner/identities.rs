//! Identities: imported by, carried through reads, and taken over from another type of resource.

use tfplugin::{
    Computed, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, Model, MoveFrom, Moves, Partial, Resource,
    State,
};

use super::framework::Client;

/// Who somebody is.
#[derive(Debug, Clone, Model)]
#[model(identity)]
pub(crate) struct PersonIdentity {
    /// The id.
    id: String,
    /// The name.
    name: Option<String>,
}

/// Somebody. There is only one, whose name is tom, whatever a create sets.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_identity", identity = PersonIdentity)]
pub(crate) struct Person {
    /// The id.
    id: Computed<String>,
    /// The name.
    name: String,
}

const ID: &str = "id-123";

pub(crate) struct PersonResource;

impl Resource for PersonResource {
    type Model = Person;
    type Client = Client;

    async fn create(
        &self,
        _: &Client,
        create: Create<Person>,
        _: &Context,
    ) -> Result<State<Person>, CreateError<Person>> {
        let mut person = create.planned;
        let name = Some(person.complete()?.name);
        person.set_identity(PersonIdentity { id: ID.to_owned(), name });
        person.id = ID.into();
        Ok(person)
    }

    async fn read(
        &self,
        _: &Client,
        mut person: State<Person>,
        _: &Context,
    ) -> Result<Option<State<Person>>, Diagnostics> {
        if person.id.as_str() != Some(ID) {
            return Err(Diagnostic::error("Unexpected ID value", format!("It is not {ID}.")).at(Person::ID).into());
        }
        person.name = "tom".into();
        person.set_identity(PersonIdentity { id: ID.to_owned(), name: Some("tom".to_owned()) });
        Ok(Some(person))
    }

    async fn delete(&self, _: &Client, _: Delete<Person>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, _: &Client, id: &str, _: &Context) -> Result<State<Person>, Diagnostics> {
        Ok(State::new(Partial::<Person> { id: id.into(), ..Default::default() }))
    }

    async fn import_by_identity(
        &self,
        client: &Client,
        identity: PersonIdentity,
        ctx: &Context,
    ) -> Result<State<Person>, Diagnostics> {
        self.import(client, &identity.id, ctx).await
    }
}

/// What something moved is known by.
#[derive(Debug, Clone, Model)]
#[model(identity)]
pub(crate) struct MovedIdentity {
    /// The id.
    id: String,
}

/// Something that was another thing once.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_move_state", identity = MovedIdentity)]
pub(crate) struct Moved {
    /// What it was.
    moved_random_string: Computed<String>,
}

impl Moved {
    fn of(text: Option<String>, id: Option<String>) -> State<Self> {
        let mut state = State::<Self>::new(Partial::<Self> { moved_random_string: text.into() });
        state.set_identity(Partial::<MovedIdentity> { id: id.into() });
        state
    }
}

impl MoveFrom<Person> for Moved {
    fn move_from(person: State<Person>) -> Result<State<Self>, Diagnostics> {
        let identity = person.identity().cloned().unwrap_or_default();
        Ok(Self::of(identity.name.into_known(), identity.id.into_known()))
    }
}

pub(crate) struct MovedResource;

impl Resource for MovedResource {
    type Model = Moved;
    type Client = Client;

    async fn create(&self, _: &Client, create: Create<Moved>, _: &Context) -> Result<State<Moved>, CreateError<Moved>> {
        Ok(create.planned)
    }

    async fn read(
        &self,
        _: &Client,
        mut moved: State<Moved>,
        _: &Context,
    ) -> Result<Option<State<Moved>>, Diagnostics> {
        if moved.identity().is_none() {
            let id = moved.moved_random_string.clone();
            moved.set_identity(Partial::<MovedIdentity> { id });
        }
        Ok(Some(moved))
    }

    async fn delete(&self, _: &Client, _: Delete<Moved>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn moves(&self) -> Moves<Moved> {
        Moves::new().from::<Person>("hashicorp/framework").from_any("random_string of hashicorp/random", |source| {
            let is_text = source.is_of("hashicorp/random") && source.type_name == "random_string";
            is_text.then(|| {
                let text = source.json()?["result"].as_str().map(str::to_owned);
                Ok(Moved::of(text.clone(), text))
            })
        })
    }
}
