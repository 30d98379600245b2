//! State stores: where Terraform keeps its states. Experimental in Terraform, so this stands behind the feature
//! `state-stores`.

use std::{
    future::Future,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;

use crate::{
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    erased,
    model::{Partial, StateStoreModel},
    registration::collections,
    typed::{complete, items},
    value::Value,
};

/// A place for states. Implement it with plain `async fn`s.
///
/// A state may hold secrets, and is all that Terraform knows of what it has made. So nothing of it belongs into a log or a
/// message, and a write must either leave the old state or the new one. Terraform also writes after it stopped the provider:
/// the context of `write` and `unlock` is never cancelled.
///
/// ```
/// use std::{collections::BTreeMap, sync::Mutex};
///
/// use tfplugin::{Context, Diagnostic, Diagnostics, Model, StateStore, StateStores};
///
/// /// Keeps states in memory.
/// #[derive(Debug, Clone, Model)]
/// #[model(state_store = "example_memory")]
/// struct Memory {
///     /// What the names of states begin with.
///     #[attr(default = "")]
///     prefix: String,
/// }
///
/// struct MemoryStore;
///
/// #[derive(Default)]
/// struct Shelf {
///     prefix: String,
///     states: Mutex<BTreeMap<String, Vec<u8>>>,
///     locks: Mutex<BTreeMap<String, String>>,
/// }
///
/// impl StateStore for MemoryStore {
///     type Model = Memory;
///     type Client = ();
///     type Store = Shelf;
///
///     async fn configure(&self, _: &(), config: Memory, _: &Context) -> Result<Shelf, Diagnostics> {
///         Ok(Shelf { prefix: config.prefix, ..Shelf::default() })
///     }
///
///     async fn read(&self, shelf: &Shelf, state: &str, _: &Context) -> Result<Option<Vec<u8>>, Diagnostics> {
///         Ok(shelf.states.lock().unwrap().get(&format!("{}{state}", shelf.prefix)).cloned())
///     }
///
///     async fn write(&self, shelf: &Shelf, state: &str, bytes: Vec<u8>, _: &Context) -> Result<(), Diagnostics> {
///         shelf.states.lock().unwrap().insert(format!("{}{state}", shelf.prefix), bytes);
///         Ok(())
///     }
///
///     async fn lock(&self, shelf: &Shelf, state: &str, operation: &str, ctx: &Context) -> Result<String, Diagnostics> {
///         let mut locks = shelf.locks.lock().unwrap();
///         if let Some(other) = locks.get(state) {
///             return Err(Diagnostic::error("The state is locked", format!("By {other}, for another command.")).into());
///         }
///         let lock = format!("{operation}-{}", ctx.request_id());
///         locks.insert(state.to_owned(), lock.clone());
///         Ok(lock)
///     }
///
///     async fn unlock(&self, shelf: &Shelf, state: &str, lock: &str, _: &Context) -> Result<(), Diagnostics> {
///         let mut locks = shelf.locks.lock().unwrap();
///         if locks.get(state).is_none_or(|held| held != lock) {
///             return Err(Diagnostic::error("The state is not locked", format!("Nobody holds the lock {lock}.")).into());
///         }
///         locks.remove(state);
///         Ok(())
///     }
///
///     async fn list(&self, shelf: &Shelf, _: &Context) -> Result<Vec<String>, Diagnostics> {
///         let states = shelf.states.lock().unwrap();
///         Ok(states.keys().filter_map(|name| name.strip_prefix(&shelf.prefix)).map(str::to_owned).collect())
///     }
///
///     async fn delete(&self, shelf: &Shelf, state: &str, _: &Context) -> Result<(), Diagnostics> {
///         shelf.states.lock().unwrap().remove(&format!("{}{state}", shelf.prefix));
///         Ok(())
///     }
/// }
///
/// // In `Provider::state_stores`:
/// let state_stores = StateStores::new().add(MemoryStore);
/// ```
pub trait StateStore: Send + Sync + 'static {
    /// The struct that says what its configuration is.
    type Model: StateStoreModel;

    /// What the provider made of its configuration.
    type Client: Send + Sync + 'static;

    /// What the store makes of its configuration.
    type Store: Send + Sync + 'static;

    /// Checks a configuration beyond what its struct says. Values may be unknown.
    fn validate(&self, _config: &Partial<Self::Model>) -> Diagnostics {
        Diagnostics::default()
    }

    /// Gets ready.
    ///
    /// # Errors
    /// The store cannot be used.
    fn configure(
        &self,
        client: &Self::Client,
        config: Self::Model,
        ctx: &Context,
    ) -> impl Future<Output = Result<Self::Store, Diagnostics>> + Send;

    /// The state of this name; none where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(
        &self,
        store: &Self::Store,
        state: &str,
        ctx: &Context,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Diagnostics>> + Send;

    /// Keeps a state under this name. It comes as a whole: one that was cut off on its way does not get here.
    ///
    /// # Errors
    /// The old state is still there.
    fn write(
        &self,
        store: &Self::Store,
        state: &str,
        bytes: Vec<u8>,
        ctx: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Locks a state for a command (`operation` is what Terraform calls it) and returns the ID of the lock.
    ///
    /// # Errors
    /// Somebody else holds it: the message names them, since only the store knows them.
    fn lock(
        &self,
        store: &Self::Store,
        state: &str,
        operation: &str,
        ctx: &Context,
    ) -> impl Future<Output = Result<String, Diagnostics>> + Send;

    /// Gives up a lock.
    ///
    /// # Errors
    /// The lock is not this one, or still there.
    fn unlock(
        &self,
        store: &Self::Store,
        state: &str,
        lock: &str,
        ctx: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// The names of all states.
    ///
    /// # Errors
    /// They cannot be listed.
    fn list(&self, store: &Self::Store, ctx: &Context)
    -> impl Future<Output = Result<Vec<String>, Diagnostics>> + Send;

    /// Throws a state away.
    ///
    /// # Errors
    /// It is still there.
    fn delete(
        &self,
        store: &Self::Store,
        state: &str,
        ctx: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

collections! {
    /// The state stores of a provider.
    StateStores of StateStore as TypedStateStore::new;
}

/// A state store of a model, with what it made of its configuration.
struct TypedStateStore<S: StateStore>(S, RwLock<Option<Arc<S::Store>>>);

items! {
    TypedStateStore: StateStore, named by Model, with a Model;
}

impl<S: StateStore> TypedStateStore<S> {
    fn new(item: S) -> Self {
        Self(item, RwLock::new(None))
    }

    fn store(&self) -> Result<Arc<S::Store>, Diagnostic> {
        let store = self.1.read().unwrap_or_else(PoisonError::into_inner).clone();
        store.ok_or_else(|| {
            let detail = "Terraform used a state before it configured the state store. This is a fault of Terraform: please report \
                          it.";
            Diagnostic::error("The state store is not configured", detail)
        })
    }
}

#[async_trait]
impl<S: StateStore> erased::StateStore<S::Client> for TypedStateStore<S> {
    async fn configure(&self, client: &S::Client, config: Value, ctx: &Context) -> Result<(), Diagnostics> {
        let store = self.0.configure(client, complete(&config)?, ctx).await?;
        *self.1.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(store));
        Ok(())
    }

    async fn read(&self, state: &str, ctx: &Context) -> Result<Option<Vec<u8>>, Diagnostics> {
        self.0.read(&*self.store()?, state, ctx).await
    }

    async fn write(&self, state: &str, bytes: Vec<u8>, ctx: &Context) -> Result<(), Diagnostics> {
        self.0.write(&*self.store()?, state, bytes, ctx).await
    }

    async fn lock(&self, state: &str, operation: &str, ctx: &Context) -> Result<String, Diagnostics> {
        self.0.lock(&*self.store()?, state, operation, ctx).await
    }

    async fn unlock(&self, state: &str, lock: &str, ctx: &Context) -> Result<(), Diagnostics> {
        self.0.unlock(&*self.store()?, state, lock, ctx).await
    }

    async fn list(&self, ctx: &Context) -> Result<Vec<String>, Diagnostics> {
        self.0.list(&*self.store()?, ctx).await
    }

    async fn delete(&self, state: &str, ctx: &Context) -> Result<(), Diagnostics> {
        self.0.delete(&*self.store()?, state, ctx).await
    }
}
