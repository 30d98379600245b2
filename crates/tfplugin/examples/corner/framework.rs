//! The provider `framework`: its block, its client and what it offers.

use std::{marker::PhantomData, sync::Arc};

use tfplugin::{
    Actions, Configure, Configured, Context, Create, CreateError, Delete, Diagnostics, EphemeralResources, Functions,
    Model, Plugin, Provider, Resource, Resources, State, StateStores, model::ResourceModel,
};

use super::{
    computed, deferral, ephemeral, every_type::Everything, file_action, floats, functions, identities, meanings,
    passwords, state_store, state_store::States, users, users::Users, write_only, write_only_states,
};

pub(crate) const PLUGIN: Plugin = Plugin {
    name: "terraform-provider-framework",
    version: "1.0.0",
    addresses: &["registry.terraform.io/hashicorp/framework"],
    log_crates: &[],
};

/// A provider of corner cases.
#[derive(Debug, Clone, Model)]
#[model(provider)]
pub(crate) struct Block {
    /// Means nothing.
    dummy: Option<String>,
    /// Whether everything is to be put off.
    deferral: Option<bool>,
}

/// The provider.
#[derive(Default)]
pub(crate) struct Framework {
    users: Arc<Users>,
    states: Arc<States>,
}

/// What its resources work with.
pub(crate) struct Client {
    pub(crate) users: Arc<Users>,
    pub(crate) states: Arc<States>,
}

impl Provider for Framework {
    type Block = Block;
    type Client = Client;

    fn resources(&self) -> Resources<Client> {
        Resources::new()
            .add(Stored::<Everything>::new())
            .add(deferral::DeferredResource)
            .add(deferral::PlannedResource)
            .add(computed::TypeChangeResource)
            .add(Stored::<computed::Limits>::new())
            .add(meanings::TimesResource)
            .add(users::UserResource)
            .add(floats::Float32Resource)
            .add(floats::Float64Resource)
            .add(computed::PairsResource)
            .add(identities::MovedResource)
            .add(Stored::<computed::BlocksOfDefaults>::new())
            .add(Stored::<computed::SetOfDefaults>::new())
            .add(meanings::AddressesResource)
            .add(meanings::MeaningsResource)
            .add(write_only::SecretsResource)
            .add(write_only::OnceResource)
            .add(passwords::PasswordResource)
            .add(write_only_states::ImportedResource)
            .add(write_only_states::MovedResource)
            .add(write_only_states::UpgradedResource)
            .add(identities::PersonResource)
    }

    fn ephemeral_resources(&self) -> EphemeralResources<Client> {
        EphemeralResources::new().add(ephemeral::EverythingResource).add(ephemeral::TokenResource)
    }

    fn actions(&self) -> Actions<Client> {
        Actions::new().add(file_action::ModifyFileAction)
    }

    fn functions(&self) -> Functions {
        functions::functions()
    }

    fn state_stores(&self) -> StateStores<Client> {
        StateStores::new().add(state_store::MemoryStore)
    }

    async fn configure(&self, configure: Configure<Block>, ctx: &Context) -> Result<Configured<Client>, Diagnostics> {
        if configure.block.deferral.known() == Some(&true) && ctx.capabilities().deferral_allowed {
            return Ok(Configured::Waiting(vec![Block::DEFERRAL.into()]));
        }
        Ok(Configured::Ready(Client { users: Arc::clone(&self.users), states: Arc::clone(&self.states) }))
    }
}

/// A resource that is nothing but its state: what is planned is stored, and what is stored is read.
pub(crate) struct Stored<M>(PhantomData<fn() -> M>);

impl<M> Stored<M> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<M: ResourceModel> Resource for Stored<M> {
    type Model = M;
    type Client = Client;

    async fn create(&self, _: &Client, create: Create<M>, _: &Context) -> Result<State<M>, CreateError<M>> {
        Ok(create.planned)
    }

    async fn read(&self, _: &Client, state: State<M>, _: &Context) -> Result<Option<State<M>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Client, _: Delete<M>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}
