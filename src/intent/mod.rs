//! What is about to be bought, on disk from before the first byte is sent until the order is safe in a state.
//!
//! A create that fails saves nothing, and a process that is killed saves nothing either, so what became of the purchase
//! has to be found out by the next apply in the same directory. An intent tells it the idempotency token and the very
//! text that was sent; sending both again buys nothing twice. An intent is claimed once, by a purchase of the same thing
//! on the same account, endpoint and workspace, after everybody who worked on it has ended.
//!
//! An order is safe in a state when Terraform shows it in a prior state, and not before: Terraform saves after it has ended
//! this process, and what it saves can be cut off.

mod explain;
mod process;
mod purchase;
mod store;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, TryLockError},
    ops::ControlFlow,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub(super) use explain::taken_up;
use process::Process;
pub(super) use purchase::{Buyer, Purchase};
use store::Store;
pub(super) use store::{create_private, folder};

use super::directory::Directory;
use alicloud::retry::Limit;
use tfplugin::{diagnostics::Diagnostic, serve::started_by_terraform};

/// How long to wait before looking again whether another process is done.
const AGAIN: Duration = Duration::from_millis(100);

/// How long a service is trusted to remember an idempotency token.
const TOKEN_LIFE: TimeDelta = TimeDelta::hours(24);

/// An intent as it stands on disk. It holds what a state holds, and no key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Intent {
    /// The idempotency token.
    pub(super) token: String,
    /// What is bought.
    #[serde(flatten)]
    pub(super) purchase: Purchase,
    /// Terraform's workspace.
    workspace: String,
    /// When it was written.
    pub(super) time: DateTime<Utc>,
    /// The Terraform that runs the purchase.
    terraform: Process,
    /// The plugin that sends it, which waits for its reply even if Terraform is killed.
    plugin: Process,
    /// Orders that were there before and look like it.
    pub(super) known: Vec<String>,
    /// The order, once it is known.
    pub(super) order_id: Option<String>,
    /// Whether Terraform was given the order, and ended the plugin in the ordinary way. A file of its own says so.
    #[serde(skip)]
    delivered: bool,
}

impl Intent {
    /// The last moment at which it may be sent: the service may not remember the token for longer.
    pub(super) fn last_moment(&self) -> DateTime<Utc> {
        self.time + TOKEN_LIFE
    }

    /// Whether somebody still works on it.
    fn is_held(&self) -> bool {
        self.terraform.is_running() || self.plugin.is_running()
    }
}

/// The intents of this directory.
#[derive(Debug)]
pub(super) struct Intents {
    directory: Directory,
    store: Store,
    /// What was there before, as far as nobody has claimed or forgotten it. Read when it is first needed, and again in the
    /// first turn: by then the plugins of all Terraforms that have ended have noted what they send.
    left: Mutex<Option<Vec<Intent>>>,
    has_looked: AtomicBool,
    /// This process's own, by token.
    own: Mutex<BTreeMap<String, Own>>,
    /// The tokens of those that a warning has named.
    told: Mutex<BTreeSet<String>>,
    /// The orders that were imported here, which a state has only when Terraform has saved it.
    imported: Mutex<BTreeSet<String>>,
    /// The tokens of the user's that this Terraform has used.
    used: Mutex<BTreeSet<String>>,
    /// Whether Terraform started this process, so that it serves this one Terraform.
    is_plugin: bool,
    /// The Terraform that started this process, as it was at the start; else this process.
    terraform: Process,
    plugin: Process,
}

/// What a look at the notes has found.
enum Found {
    Nothing,
    Earlier(Box<Earlier>),
    /// A Terraform has ended and its plugin still waits for the reply: the error, if there is no time to wait for it.
    UnderWay(Diagnostic),
}

/// A purchase of this process.
#[derive(Debug, Default)]
struct Own {
    order_id: Option<String>,
    /// Whether the reply has been handed over to be sent to Terraform.
    answered: bool,
    /// Whether an earlier Terraform sent it first, so that no failure now tells that it did not happen.
    claimed: bool,
}

/// What an earlier purchase of the same thing leaves to be done.
#[derive(Debug)]
pub(super) enum Earlier {
    /// Its order is known: adopt it.
    Placed(Intent, String),
    /// Nobody knows: send the same again.
    Undecided(Intent),
}

impl Intents {
    /// Those of the working directory.
    pub(super) fn here() -> Self {
        let directory = Directory::here();
        Self {
            store: Store::of(directory.data()),
            directory,
            left: Mutex::default(),
            has_looked: AtomicBool::default(),
            own: Mutex::default(),
            told: Mutex::default(),
            imported: Mutex::default(),
            used: Mutex::default(),
            is_plugin: started_by_terraform(),
            terraform: if started_by_terraform() { Process::parent() } else { Process::own() },
            plugin: Process::own(),
        }
    }

    /// Claims what an earlier Terraform left of the same purchase. A plugin that outlives its Terraform is waited for.
    ///
    /// # Errors
    /// What is on disk cannot be read; or nobody knows what became of it, and sending the same again would not find out.
    /// Nothing may be bought.
    pub(super) async fn claim(&self, purchase: &Purchase, limit: &Limit) -> Result<ControlFlow<Earlier>, Diagnostic> {
        self.claim_or(purchase, limit, || Ok(())).await
    }

    /// Claims what an earlier Terraform left of the same purchase, or else notes it as a new one. Nobody can do the same in
    /// between.
    ///
    /// # Errors
    /// As for [`Self::claim`] and [`Self::write`].
    pub(super) async fn claim_or_write(
        &self,
        purchase: &Purchase,
        limit: &Limit,
    ) -> Result<ControlFlow<Earlier, Intent>, Diagnostic> {
        self.store.prepare().map_err(|error| self.unwritable(&error))?;
        self.claim_or(purchase, limit, || self.write(purchase.clone(), Vec::new())).await
    }

    async fn claim_or<T>(
        &self,
        purchase: &Purchase,
        limit: &Limit,
        otherwise: impl Fn() -> Result<T, Diagnostic>,
    ) -> Result<ControlFlow<Earlier, T>, Diagnostic> {
        loop {
            let turn = self.store.turn().map_err(|error| self.unreadable(&error))?;
            let under_way = match self.look(purchase)? {
                Found::Earlier(earlier) => return Ok(ControlFlow::Break(*earlier)),
                Found::Nothing => return otherwise().map(ControlFlow::Continue),
                Found::UnderWay(error) => error,
            };
            drop(turn);
            if !limit.wait(AGAIN).await {
                return Err(under_way);
            }
        }
    }

    /// Looks for a note of the same purchase, and takes it over. Only for whose turn it is.
    fn look(&self, purchase: &Purchase) -> Result<Found, Diagnostic> {
        let workspace = self.directory.workspace();
        // Who finds it alive, and nothing noted, has noted its purchase before a later Terraform has its turn.
        if self.is_plugin && !self.terraform.is_parent() {
            return Err(explain::orphaned());
        }
        if !self.is_plugin || !self.has_looked.swap(true, Ordering::Relaxed) {
            self.left.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        let unreadable = |error: &std::io::Error| self.unreadable(error);
        self.with_left(|left| {
            let may_be = |intent: &Intent| {
                intent.purchase.is_same(purchase) != Some(false)
                    && intent.workspace == workspace
                    && intent.terraform != self.terraform
            };
            let same = |intent: &Intent| may_be(intent) && !intent.is_held();
            loop {
                let unclear = |intent: &&Intent| may_be(intent) && intent.purchase.is_same(purchase).is_none();
                if let Some(intent) = left.iter().find(unclear) {
                    return Err(self.whose(intent));
                }
                let Some(at) = left.iter().position(same) else { break };
                let intent = left[at].clone();
                if intent.delivered {
                    return Err(self.delivered(&intent));
                }
                if intent.order_id.is_none() && Utc::now() > intent.last_moment() {
                    return Err(self.too_old(&intent));
                }
                let (terraform, plugin) = (self.terraform.clone(), self.plugin.clone());
                let mine = Intent { terraform, plugin, ..intent.clone() };
                if self.store.take_over(&intent, &mine).map_err(|error| unreadable(&error))? {
                    left.remove(at);
                    self.note(&mine, false, true);
                    let earlier = match mine.order_id.clone() {
                        Some(order_id) => Earlier::Placed(mine, order_id),
                        None => Earlier::Undecided(mine),
                    };
                    return Ok(Found::Earlier(Box::new(earlier)));
                }
                // It was written on since it was read: its plugin has ended meanwhile, or another Terraform has it.
                *left = self.store.all().map_err(|error| unreadable(&error))?;
            }
            // One that still runs may be buying this very thing in this very directory.
            match left.iter().find(|intent| may_be(intent)) {
                Some(intent) if intent.terraform.is_running() => Err(self.still_running(intent)),
                Some(intent) => Ok(Found::UnderWay(self.still_running(intent))),
                None => Ok(Found::Nothing),
            }
        })
        .map_err(|error| unreadable(&error))?
    }

    /// Waits until no other purchase in this directory is between its check and its outcome, so that two of them do not
    /// both find that nothing was bought: of this process or of another, such as that of an alias of the provider. It is
    /// given back when the file is dropped.
    ///
    /// # Errors
    /// The time is over, or there can be no file.
    pub(super) async fn alone(&self, limit: &Limit) -> Result<File, Diagnostic> {
        let file = self.store.open("alone").map_err(|error| self.unwritable(&error))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(self.unwritable(&error)),
                Err(TryLockError::WouldBlock) if limit.wait(AGAIN).await => {}
                Err(TryLockError::WouldBlock) => return Err(explain::crowded()),
            }
        }
    }

    /// Writes a new intent, so that it is on disk when this returns. `known` are the orders that were there before and
    /// look like it.
    ///
    /// # Errors
    /// It cannot be written. Nothing may be bought.
    pub(super) fn write(&self, purchase: Purchase, known: Vec<String>) -> Result<Intent, Diagnostic> {
        let intent = Intent {
            token: uuid::Uuid::new_v4().simple().to_string(),
            purchase,
            known,
            workspace: self.directory.workspace(),
            time: Utc::now(),
            terraform: self.terraform.clone(),
            plugin: self.plugin.clone(),
            order_id: None,
            delivered: false,
        };
        self.store.write(&intent).map_err(|error| self.unwritable(&error))?;
        self.note(&intent, false, false);
        Ok(intent)
    }

    /// Notes that the order is known.
    pub(super) fn placed(&self, intent: &mut Intent, order_id: &str) {
        intent.order_id = Some(order_id.to_owned());
        if let Err(error) = self.store.write(intent) {
            tracing::warn!(%error, order_id, "the order was not noted; the note of the purchase still stands");
        }
    }

    /// Notes that nobody here works on a purchase any more whose outcome is not known. A process that serves one Terraform
    /// after the other has to find it again itself.
    pub(super) fn unsettled(&self, intent: &Intent) {
        if self.is_plugin {
            return;
        }
        let intent = Intent { terraform: Process::ended(), plugin: Process::ended(), ..intent.clone() };
        if self.store.write(&intent).is_ok() {
            let _ = self.with_left(|left| left.push(intent));
        }
    }

    /// Notes that a token of the user's is about to be used. False, if this Terraform has used it before.
    pub(super) fn uses(&self, token: &str) -> bool {
        !self.is_plugin || self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned())
    }

    /// Whether an earlier Terraform sent this purchase first, so that a refusal now does not tell that it did not happen.
    pub(super) fn was_claimed(&self, intent: &Intent) -> bool {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.get(&intent.token).is_some_and(|own| own.claimed)
    }

    /// Notes that the reply is on its way to Terraform.
    pub(super) fn answered(&self, intent: &Intent) {
        self.note(intent, true, false);
    }

    /// Forgets an intent whose purchase certainly did not happen, or whose order is in a state.
    pub(super) fn forget(&self, token: &str) {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
        self.store.remove(token);
    }

    /// Terraform shows this order in a state, so that it needs no note any more.
    pub(super) fn seen_in_state(&self, order_id: &str) {
        if self.imported.lock().unwrap_or_else(PoisonError::into_inner).contains(order_id) {
            return;
        }
        let is_it = |noted: &Option<String>| noted.as_deref() == Some(order_id);
        let left = self.with_left(|left| {
            let at = left.iter().position(|intent| is_it(&intent.order_id))?;
            Some(left.remove(at).token)
        });
        let own = || {
            let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            own.iter().find(|(_, own)| is_it(&own.order_id)).map(|(token, _)| token.clone())
        };
        if let Some(token) = left.ok().flatten().or_else(own) {
            self.forget(&token);
        }
    }

    /// An order was imported: until Terraform has saved it, that it comes back says nothing.
    pub(super) fn imported(&self, order_id: &str) {
        self.imported.lock().unwrap_or_else(PoisonError::into_inner).insert(order_id.to_owned());
    }

    /// Terraform ends the plugin in the ordinary way, so that it has everything it was answered, and is about to save it.
    pub(super) fn closing(&self) {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        for (token, _) in own.iter().filter(|(_, own)| own.answered) {
            let marked = self.store.mark_delivered(token);
            marked.unwrap_or_else(|error| tracing::warn!(%error, "that an order was delivered was not noted"));
        }
    }

    /// What earlier Terraforms left and nobody has claimed so far, each told once. It stays to be claimed.
    pub(super) fn unclaimed(&self) -> Vec<Diagnostic> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = self.with_left(|left| {
            left.iter().filter(|intent| !intent.is_held() && !intent.delivered).cloned().collect::<Vec<_>>()
        });
        let ended = ended.unwrap_or_default().into_iter();
        ended.filter(|intent| told.insert(intent.token.clone())).map(|intent| self.left_over(&intent)).collect()
    }

    /// Where the note of a purchase stands, for messages.
    pub(super) fn place(&self, intent: &Intent) -> String {
        self.store.file(&intent.token).display().to_string()
    }

    fn note(&self, intent: &Intent, answered: bool, claimed: bool) {
        let own = Own { order_id: intent.order_id.clone(), answered, claimed };
        self.own.lock().unwrap_or_else(PoisonError::into_inner).insert(intent.token.clone(), own);
    }

    fn with_left<T>(&self, work: impl FnOnce(&mut Vec<Intent>) -> T) -> std::io::Result<T> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let mut intents = match left.take() {
            Some(intents) => intents,
            None => self.store.all()?,
        };
        let done = work(&mut intents);
        *left = Some(intents);
        Ok(done)
    }
}
