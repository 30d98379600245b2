//! Users in memory, for as long as the process lives.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{SecondsFormat, Utc};
use tfplugin::{
    Computed, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, Model, Partial, Resource, State, Update,
    UpdateError,
};

use super::framework::Client;

/// A user.
#[derive(Debug, Clone, Model)]
#[model(resource = "framework_user")]
pub(crate) struct User {
    /// The address, which identifies a user.
    #[attr(force_new)]
    email: String,
    /// The name.
    name: String,
    /// The age in years.
    age: i64,
    /// When the user joined.
    date_joined: Computed<String>,
    /// The language.
    #[attr(optional)]
    language: Computed<String>,
}

/// The users by their addresses.
#[derive(Default)]
pub(crate) struct Users(Mutex<BTreeMap<String, User>>);

impl Users {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, User>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct UserResource;

impl Resource for UserResource {
    type Model = User;
    type Client = Client;

    async fn create(
        &self,
        client: &Client,
        create: Create<User>,
        _: &Context,
    ) -> Result<State<User>, CreateError<User>> {
        let mut state = create.planned;
        if state.language.is_unknown() {
            state.language = "en".into();
        }
        state.date_joined = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true).into();
        let user = state.complete()?;
        let mut users = client.users.all();
        if users.contains_key(&user.email) {
            let detail = "A user with this address is there already. Nothing was made.";
            return Err(Diagnostic::error("Error creating user", detail).at(User::EMAIL).into());
        }
        users.insert(user.email.clone(), user);
        Ok(state)
    }

    async fn read(
        &self,
        client: &Client,
        mut state: State<User>,
        _: &Context,
    ) -> Result<Option<State<User>>, Diagnostics> {
        let user = client.users.all().get(state.email.require(User::EMAIL)?).cloned();
        Ok(user.map(|user| {
            *state = user.into();
            state
        }))
    }

    async fn update(
        &self,
        client: &Client,
        update: Update<User>,
        _: &Context,
    ) -> Result<State<User>, UpdateError<User>> {
        let user = update.planned.complete()?;
        client.users.all().insert(user.email.clone(), user);
        Ok(update.planned)
    }

    async fn delete(&self, client: &Client, delete: Delete<User>, _: &Context) -> Result<(), Diagnostics> {
        client.users.all().remove(delete.prior.email.require(User::EMAIL)?);
        Ok(())
    }

    async fn import(&self, _: &Client, id: &str, _: &Context) -> Result<State<User>, Diagnostics> {
        Ok(State::new(Partial::<User> { name: id.into(), ..Default::default() }))
    }
}
