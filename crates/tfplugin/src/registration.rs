//! Providers, and what they offer.

use std::future::Future;

use async_trait::async_trait;

use crate::{
    action::Action,
    configure::{Configure, Configured},
    context::Context,
    data_source::DataSource,
    diagnostics::Diagnostics,
    environment,
    ephemeral::EphemeralResource,
    erased,
    function::{Functions, Signature},
    list::ListResource,
    model::{Model as _, ProviderModel, decoded},
    provider_meta::ProviderMeta,
    resource::Resource,
    schema::Schema,
    typed::{TypedAction, TypedDataSource, TypedEphemeralResource, TypedListResource, TypedResource},
    value::Value,
};

#[cfg(feature = "state-stores")]
use crate::state_store::StateStores;

/// A provider: its own block, and what it offers. Implement it with plain `async fn`s.
///
/// ```
/// use tfplugin::{Configure, Configured, Context, Diagnostics, Model, Provider, Resources};
///
/// /// Works with an example service.
/// #[derive(Debug, Clone, Model)]
/// #[model(provider)]
/// struct Block {
///     /// Where the service is.
///     #[attr(env("EXAMPLE_ENDPOINT"))]
///     endpoint: Option<String>,
/// }
///
/// struct Example;
///
/// impl Provider for Example {
///     type Block = Block;
///     type Client = String;
///
///     fn resources(&self) -> Resources<String> {
///         Resources::new()
///     }
///
///     async fn configure(
///         &self,
///         configure: Configure<Block>,
///         _: &Context,
///     ) -> Result<Configured<String>, Diagnostics> {
///         if configure.block.endpoint.is_unknown() {
///             return Ok(Configured::Waiting(vec![Block::ENDPOINT.into()]));
///         }
///         let endpoint = configure.block.complete()?.endpoint;
///         Ok(Configured::Ready(endpoint.unwrap_or_else(|| "localhost".to_owned())))
///     }
/// }
/// ```
pub trait Provider: Send + Sync + 'static {
    /// The struct that says what the provider block is; `()` where there is nothing to configure.
    type Block: ProviderModel;

    /// What resources work with, made from the provider block.
    type Client: Send + Sync + 'static;

    /// The resources.
    fn resources(&self) -> Resources<Self::Client>;

    /// The data sources.
    fn data_sources(&self) -> DataSources<Self::Client> {
        DataSources::new()
    }

    /// The list resources, which find existing objects of resources.
    fn list_resources(&self) -> ListResources<Self::Client> {
        ListResources::new()
    }

    /// What a module may declare about itself to the provider ([`provider_meta`](crate::provider_meta)).
    fn provider_meta(&self) -> ProviderMeta {
        ProviderMeta::none()
    }

    /// The ephemeral resources.
    fn ephemeral_resources(&self) -> EphemeralResources<Self::Client> {
        EphemeralResources::new()
    }

    /// The actions.
    fn actions(&self) -> Actions<Self::Client> {
        Actions::new()
    }

    /// The state stores.
    #[cfg(feature = "state-stores")]
    fn state_stores(&self) -> StateStores<Self::Client> {
        StateStores::new()
    }

    /// The functions.
    fn functions(&self) -> Functions {
        Functions::new()
    }

    /// Checks a provider block beyond what its struct says. Values may be unknown.
    fn validate(&self, _configure: &Configure<Self::Block>) -> Diagnostics {
        Diagnostics::default()
    }

    /// Makes the client.
    ///
    /// # Errors
    /// There is no client.
    fn configure(
        &self,
        configure: Configure<Self::Block>,
        ctx: &Context,
    ) -> impl Future<Output = Result<Configured<Self::Client>, Diagnostics>> + Send;

    /// What the user is to do after a panic in a call, where that is more than reporting it: what may be under way, and how
    /// to find out.
    fn after_panic(&self) -> &str {
        ""
    }

    /// Terraform ends this plugin in the ordinary way: it has received every response.
    fn shutdown(&self, _client: &Self::Client) {}
}

macro_rules! collections {
    ($($(#[$doc:meta])* $name:ident of $role:ident as $typed:path;)*) => {
        $($(#[$doc])*
        pub struct $name<C>(pub(crate) Vec<Box<dyn $crate::erased::$role<C>>>);

        impl<C> Default for $name<C> {
            fn default() -> Self {
                Self(Vec::new())
            }
        }

        impl<C: Send + Sync + 'static> $name<C> {
            /// None.
            pub fn new() -> Self {
                Self::default()
            }

            /// And this one.
            #[must_use]
            #[allow(clippy::should_implement_trait)]
            pub fn add<T: $role<Client = C>>(mut self, item: T) -> Self {
                self.0.push(Box::new($typed(item)));
                self
            }
        })*
    };
}

#[cfg(feature = "state-stores")]
pub(crate) use collections;

collections! {
    /// The resources of a provider.
    Resources of Resource as TypedResource;
    /// The data sources of a provider.
    DataSources of DataSource as TypedDataSource;
    /// The list resources of a provider.
    ListResources of ListResource as TypedListResource;
    /// The ephemeral resources of a provider.
    EphemeralResources of EphemeralResource as TypedEphemeralResource;
    /// The actions of a provider.
    Actions of Action as TypedAction;
}

/// The schemas of a provider, for documentation and tools.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Schemas {
    /// The provider block.
    pub provider: Schema,
    /// What a module may declare about itself, if anything.
    pub provider_meta: Option<Schema>,
    /// Each resource's, by its type name.
    pub resources: Vec<(&'static str, Schema)>,
    /// The identities of those resources that have one, by their type names.
    pub identities: Vec<(&'static str, Schema)>,
    /// Each data source's, by its type name.
    pub data_sources: Vec<(&'static str, Schema)>,
    /// Each list resource's, by its type name, which is that of a resource.
    pub list_resources: Vec<(&'static str, Schema)>,
    /// Each ephemeral resource's, by its type name.
    pub ephemeral_resources: Vec<(&'static str, Schema)>,
    /// Each action's, by its type name.
    pub actions: Vec<(&'static str, Schema)>,
    /// What each function takes and returns, by its name.
    pub functions: Vec<(&'static str, Signature)>,
}

/// The schemas of a provider.
pub fn schemas<P: Provider>(provider: &P) -> Schemas {
    let resources = provider.resources().0;
    Schemas {
        provider: P::Block::schema(),
        provider_meta: provider.provider_meta().0,
        resources: named(&resources),
        identities: resources.iter().filter_map(|item| Some((item.name(), item.identity()?.schema))).collect(),
        data_sources: named(&provider.data_sources().0),
        list_resources: named(&provider.list_resources().0),
        ephemeral_resources: named(&provider.ephemeral_resources().0),
        actions: named(&provider.actions().0),
        functions: provider.functions().0.iter().map(|item| (item.name(), item.signature())).collect(),
    }
}

fn named<I: erased::Item + ?Sized>(items: &[Box<I>]) -> Vec<(&'static str, Schema)> {
    items.iter().map(|item| (item.name(), item.schema())).collect()
}

/// A provider of a model, as the calls work with it.
pub struct Typed<P>(pub P);

/// The block with what stands in for what it leaves out.
fn filled<P: Provider>(config: &Value) -> Result<Configure<P::Block>, Diagnostics> {
    let filled = environment::filled(&P::Block::block(), config, &|name| std::env::var(name).ok())?;
    let (block, given) = (decoded::<P::Block>(&filled.block), decoded::<P::Block>(config));
    Ok(Configure::new(block, given, filled.variables))
}

#[async_trait]
impl<P: Provider> erased::Provider for Typed<P> {
    type Client = P::Client;

    fn schema(&self) -> Schema {
        P::Block::schema()
    }

    fn resources(&self) -> Vec<Box<dyn erased::Resource<P::Client>>> {
        self.0.resources().0
    }

    fn data_sources(&self) -> Vec<Box<dyn erased::DataSource<P::Client>>> {
        self.0.data_sources().0
    }

    fn list_resources(&self) -> Vec<Box<dyn erased::ListResource<P::Client>>> {
        self.0.list_resources().0
    }

    fn provider_meta(&self) -> Option<Schema> {
        self.0.provider_meta().0
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn erased::EphemeralResource<P::Client>>> {
        self.0.ephemeral_resources().0
    }

    fn actions(&self) -> Vec<Box<dyn erased::Action<P::Client>>> {
        self.0.actions().0
    }

    #[cfg(feature = "state-stores")]
    fn state_stores(&self) -> Vec<Box<dyn erased::StateStore<P::Client>>> {
        self.0.state_stores().0
    }

    #[cfg(not(feature = "state-stores"))]
    fn state_stores(&self) -> Vec<Box<dyn erased::StateStore<P::Client>>> {
        Vec::new()
    }

    fn functions(&self) -> Vec<Box<dyn erased::Function>> {
        self.0.functions().0
    }

    fn completed(&self, config: &Value) -> Value {
        let filled = environment::filled(&P::Block::block(), config, &|name| std::env::var(name).ok());
        // What is wrong with a variable is reported when the provider is configured.
        filled.map_or_else(|_| config.clone(), |filled| filled.block)
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        // What is wrong with a variable is reported when the provider is configured.
        filled::<P>(config).map_or_else(|_| Diagnostics::default(), |configure| self.0.validate(&configure))
    }

    async fn configure(&self, config: Value, ctx: &Context) -> Result<Configured<P::Client>, Diagnostics> {
        self.0.configure(filled::<P>(&config)?, ctx).await
    }

    fn after_panic(&self) -> &str {
        self.0.after_panic()
    }

    fn shutdown(&self, client: &P::Client) {
        self.0.shutdown(client);
    }
}
