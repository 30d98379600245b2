//! States in memory, for as long as the process lives.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tfplugin::{Context, Diagnostic, Diagnostics, Model, Partial, StateStore};

use super::framework::Client;

/// Keeps states in memory.
#[derive(Debug, Clone, Model)]
#[model(state_store = "framework_inmem")]
pub(crate) struct Memory {
    /// The region.
    #[attr(one_of("us-east-1", "us-west-2"))]
    region: String,
}

/// The states and the locks.
#[derive(Default)]
pub(crate) struct States {
    states: Mutex<BTreeMap<String, Vec<u8>>>,
    locks: Mutex<BTreeMap<String, String>>,
}

impl States {
    fn states(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn locks(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct MemoryStore;

impl StateStore for MemoryStore {
    type Model = Memory;
    type Client = Client;
    type Store = Arc<States>;

    /// What the schema refuses, in the words that the suite looks for.
    fn validate(&self, config: &Partial<Memory>) -> Diagnostics {
        let wrong = config.region.as_str().filter(|region| !["us-east-1", "us-west-2"].contains(region));
        let detail =
            |region| format!(r#"Attribute region value must be one of: ["us-east-1" "us-west-2"], got: "{region}""#);
        wrong
            .map(|region| Diagnostic::error("Invalid Attribute Value Match", detail(region)).at(Memory::REGION))
            .into_iter()
            .collect()
    }

    async fn configure(&self, client: &Client, _: Memory, _: &Context) -> Result<Arc<States>, Diagnostics> {
        Ok(Arc::clone(&client.states))
    }

    async fn read(&self, store: &Arc<States>, state: &str, _: &Context) -> Result<Option<Vec<u8>>, Diagnostics> {
        Ok(store.states().get(state).cloned())
    }

    async fn write(&self, store: &Arc<States>, state: &str, bytes: Vec<u8>, _: &Context) -> Result<(), Diagnostics> {
        store.states().insert(state.to_owned(), bytes);
        Ok(())
    }

    async fn lock(
        &self,
        store: &Arc<States>,
        state: &str,
        operation: &str,
        ctx: &Context,
    ) -> Result<String, Diagnostics> {
        let mut locks = store.locks();
        if let Some(holder) = locks.get(state) {
            let detail = format!("The state {state} is locked: {holder}.");
            return Err(Diagnostic::error("Workspace is already locked", detail).into());
        }
        let lock = format!("{operation}-{}", ctx.request_id());
        locks.insert(state.to_owned(), lock.clone());
        Ok(lock)
    }

    async fn unlock(&self, store: &Arc<States>, state: &str, lock: &str, _: &Context) -> Result<(), Diagnostics> {
        let mut locks = store.locks();
        if locks.get(state).is_none_or(|held| held != lock) {
            return Err(Diagnostic::error("Not locked", format!("Nobody holds the lock {lock} of {state}.")).into());
        }
        locks.remove(state);
        Ok(())
    }

    async fn list(&self, store: &Arc<States>, _: &Context) -> Result<Vec<String>, Diagnostics> {
        Ok(store.states().keys().cloned().collect())
    }

    async fn delete(&self, store: &Arc<States>, state: &str, _: &Context) -> Result<(), Diagnostics> {
        let missing = || Diagnostic::error("No such state", format!("There is no state {state}."));
        store.states().remove(state).map(drop).ok_or_else(|| missing().into())
    }
}
