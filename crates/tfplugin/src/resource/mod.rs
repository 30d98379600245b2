//! Managed resources.

mod plan;
mod state;
mod upgrade;

use std::future::{Future, ready};

pub use plan::{Change, Plan};
pub use state::{Create, CreateError, Delete, State, Update, UpdateError};
#[cfg(test)]
pub(crate) use upgrade::samples as upgrade_samples;
pub use upgrade::{UpgradeFrom, Upgrades};
pub(crate) use upgrade::{read_json, upgraded, upgraded_identity};

use crate::{
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    identity::Identity,
    model::{Partial, ResourceModel},
    move_state::Moves,
};

/// A managed resource. Implement it with plain `async fn`s.
///
/// ```
/// use std::collections::BTreeMap;
/// use tfplugin::{Attr, Computed, Context, Create, CreateError, Delete, Diagnostics, Model, Resource, State};
/// use tokio::sync::Mutex;
///
/// /// A note.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_note")]
/// struct Note {
///     /// What it says.
///     #[attr(force_new)]
///     text: String,
///     /// Its number.
///     id: Computed<String>,
/// }
///
/// struct NoteResource;
///
/// impl Resource for NoteResource {
///     type Model = Note;
///     type Client = Mutex<Vec<String>>;
///
///     async fn create(
///         &self,
///         notes: &Self::Client,
///         create: Create<Note>,
///         _: &Context,
///     ) -> Result<State<Note>, CreateError<Note>> {
///         let mut state = create.planned;
///         let mut notes = notes.lock().await;
///         state.id = notes.len().to_string().into();
///         notes.push(state.complete()?.text);
///         Ok(state)
///     }
///
///     async fn read(
///         &self,
///         notes: &Self::Client,
///         mut state: State<Note>,
///         _: &Context,
///     ) -> Result<Option<State<Note>>, Diagnostics> {
///         let number = state.id.as_str().and_then(|id| id.parse::<usize>().ok());
///         let text = notes.lock().await.get(number.unwrap_or(usize::MAX)).cloned();
///         Ok(text.map(|text| {
///             state.text = text.into();
///             state
///         }))
///     }
///
///     async fn delete(&self, _: &Self::Client, _: Delete<Note>, _: &Context) -> Result<(), Diagnostics> {
///         Ok(())
///     }
/// }
/// ```
pub trait Resource: Send + Sync + 'static {
    /// The struct that says what the resource is.
    type Model: ResourceModel;

    /// What the provider made of its configuration.
    type Client: Send + Sync + 'static;

    /// Checks a configuration beyond what its struct says. Values may be unknown.
    fn validate(&self, _config: &Partial<Self::Model>) -> Diagnostics {
        Diagnostics::default()
    }

    /// Brings a stored state into the form that this provider writes. It runs at every read of one, of the current version
    /// too, because two providers may write the same version.
    fn normalize(&self, _state: &mut Partial<Self::Model>) {}

    /// The older versions whose states can be read.
    fn upgrades(&self) -> Upgrades<Self::Model> {
        Upgrades::new()
    }

    /// Refines the engine's plan of a create, update, replacement or destroy: sets unknown values, makes values unknown, adds
    /// replacements, remembers, warns, or refuses. There is no client while the provider waits for its configuration, unless
    /// it has one for plans ([`PlansOnly`](crate::Configured::PlansOnly)).
    ///
    /// # Errors
    /// Why this must not be applied.
    fn modify_plan(
        &self,
        _client: Option<&Self::Client>,
        _plan: &mut Plan<Self::Model>,
        _ctx: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        ready(Ok(()))
    }

    /// Makes the object.
    ///
    /// # Errors
    /// Why it failed, and what is left.
    fn create(
        &self,
        client: &Self::Client,
        create: Create<Self::Model>,
        ctx: &Context,
    ) -> impl Future<Output = Result<State<Self::Model>, CreateError<Self::Model>>> + Send;

    /// Reads the object again; none, if it is gone.
    ///
    /// # Errors
    /// It is unknown whether the object exists, or it cannot be read. The state stays as it is.
    fn read(
        &self,
        client: &Self::Client,
        state: State<Self::Model>,
        ctx: &Context,
    ) -> impl Future<Output = Result<Option<State<Self::Model>>, Diagnostics>> + Send;

    /// Gives the object new values. Where nothing is to be sent, the default is right: it stores what is planned.
    ///
    /// # Errors
    /// Why it failed, and what is left.
    fn update(
        &self,
        _client: &Self::Client,
        update: Update<Self::Model>,
        _ctx: &Context,
    ) -> impl Future<Output = Result<State<Self::Model>, UpdateError<Self::Model>>> + Send {
        ready(Ok(update.planned))
    }

    /// Ends the object, or only Terraform's hold on it.
    ///
    /// # Errors
    /// Why it failed. The state stays as it is.
    fn delete(
        &self,
        client: &Self::Client,
        delete: Delete<Self::Model>,
        ctx: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Finds an existing object by its id. Terraform reads it afterwards: what only a read can return may stay null here.
    ///
    /// What stays null after that is not planned, also where it has a default, until the configuration gives a value.
    /// [`State::mark_unrecovered`] lets that value force no replacement.
    ///
    /// ```
    /// use tfplugin::{Computed, Context, Diagnostics, Model, Partial, State};
    ///
    /// /// A note.
    /// #[derive(Debug, Clone, Model)]
    /// #[model(resource = "example_note")]
    /// struct Note {
    ///     /// What it says.
    ///     text: String,
    ///     /// Its number.
    ///     id: Computed<String>,
    /// }
    ///
    /// /// What `Resource::import` does.
    /// async fn import(id: &str, _: &Context) -> Result<State<Note>, Diagnostics> {
    ///     Ok(State::<Note>::new(Partial::<Note> { id: id.into(), ..Default::default() }))
    /// }
    /// ```
    ///
    /// # Errors
    /// There is no such object, or that is unknown.
    fn import(
        &self,
        _client: &Self::Client,
        id: &str,
        _ctx: &Context,
    ) -> impl Future<Output = Result<State<Self::Model>, Diagnostics>> + Send {
        let detail = format!("The provider cannot import this resource. Nothing was imported for the ID {id:?}.");
        ready(Err(Diagnostic::error("Import is not supported", detail).into()))
    }

    /// Finds an existing object by its identity (Terraform 1.12). The identity is complete but for what may be left out; set
    /// that in the state's identity.
    ///
    /// # Errors
    /// There is no such object, or that is unknown.
    fn import_by_identity(
        &self,
        _client: &Self::Client,
        _identity: Identity<Self::Model>,
        _ctx: &Context,
    ) -> impl Future<Output = Result<State<Self::Model>, Diagnostics>> + Send {
        let detail = "The provider imports this resource only by its ID. Set id = \"…\" in the import block instead of identity.";
        ready(Err(Diagnostic::error("Import by identity is not supported", detail).into()))
    }

    /// The other types of resources whose states become those of this one (`moved` blocks, Terraform 1.8).
    fn moves(&self) -> Moves<Self::Model> {
        Moves::new()
    }

    /// Refines the configuration that Terraform writes for an object which exists (`-generate-config-out`, Terraform 1.14). It
    /// has the arguments of the state that are not deprecated and differ from their defaults.
    fn generate_config(&self, _config: &mut Partial<Self::Model>) {}

    /// The older versions of the identity that can be read.
    fn identity_upgrades(&self) -> Upgrades<Identity<Self::Model>> {
        Upgrades::new()
    }
}
