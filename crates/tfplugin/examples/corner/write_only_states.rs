//! States that come in from elsewhere with a write-only value in them, which has to go: by import, upgrade and move.

use tfplugin::{
    Context, Create, CreateError, Delete, Diagnostics, Model, Moves, Partial, Resource, State, Upgrades, WriteOnly,
};

use super::framework::Client;

/// A model of one text and one write-only text.
macro_rules! models {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        $(
            #[derive(Debug, Clone, Model)]
            $(#[$meta])*
            pub(crate) struct $name {
                /// Text.
                string_attr: String,
                /// Text that is never stored.
                writeonly_string: Option<WriteOnly<String>>,
            }

            impl $name {
                /// A state with a value that no state may hold.
                fn with_secret(text: &str) -> Partial<Self> {
                    let secret = WriteOnly::from("what no state may hold".to_owned());
                    Partial::<Self> { string_attr: text.into(), writeonly_string: secret.into() }
                }
            }
        )*
    };
}

models! {
    /// What is imported.
    #[model(resource = "framework_writeonly_import")]
    Imported;

    /// What was stored by an older version.
    #[model(resource = "framework_writeonly_upgrade", version = 1)]
    Upgraded;

    /// What was something else.
    #[model(resource = "framework_writeonly_move")]
    Moved;
}

pub(crate) struct ImportedResource;

impl Resource for ImportedResource {
    type Model = Imported;
    type Client = Client;

    async fn create(
        &self,
        _: &Client,
        create: Create<Imported>,
        _: &Context,
    ) -> Result<State<Imported>, CreateError<Imported>> {
        Ok(configured(create))
    }

    async fn read(
        &self,
        _: &Client,
        mut state: State<Imported>,
        _: &Context,
    ) -> Result<Option<State<Imported>>, Diagnostics> {
        state.string_attr = "hello world!".into();
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<Imported>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, _: &Client, _: &str, _: &Context) -> Result<State<Imported>, Diagnostics> {
        Ok(State::new(Imported::with_secret("hello world!")))
    }
}

pub(crate) struct UpgradedResource;

impl Resource for UpgradedResource {
    type Model = Upgraded;
    type Client = Client;

    async fn create(
        &self,
        _: &Client,
        create: Create<Upgraded>,
        _: &Context,
    ) -> Result<State<Upgraded>, CreateError<Upgraded>> {
        Ok(configured(create))
    }

    async fn read(
        &self,
        _: &Client,
        state: State<Upgraded>,
        _: &Context,
    ) -> Result<Option<State<Upgraded>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<Upgraded>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn upgrades(&self) -> Upgrades<Upgraded> {
        Upgrades::new().from_json(0, |_| Ok(Upgraded::with_secret("world!")))
    }
}

pub(crate) struct MovedResource;

impl Resource for MovedResource {
    type Model = Moved;
    type Client = Client;

    async fn create(&self, _: &Client, create: Create<Moved>, _: &Context) -> Result<State<Moved>, CreateError<Moved>> {
        Ok(configured(create))
    }

    async fn read(&self, _: &Client, state: State<Moved>, _: &Context) -> Result<Option<State<Moved>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<Moved>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn moves(&self) -> Moves<Moved> {
        Moves::new().from_any("anything", |_| Some(Ok(State::new(Moved::with_secret("hello world!")))))
    }
}

/// The configuration as the state, with everything that is in it.
fn configured<M: tfplugin::model::ResourceModel>(create: Create<M>) -> State<M> {
    let mut state = create.planned;
    *state = create.config;
    state
}
