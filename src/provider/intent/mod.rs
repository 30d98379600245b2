//! What is about to be bought, on disk from before the first byte is sent until the order is safe in a state.
//!
//! A create that fails saves nothing, and a process that is killed saves nothing either, so what became of the purchase
//! has to be found out by the next apply in the same directory. An intent tells it the idempotency token and the very
//! text that was sent; sending both again buys nothing twice. An intent is claimed once, by a purchase of the same thing
//! on the same account, endpoint and workspace, after the Terraform that wrote it has ended.

mod process;
mod store;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use process::Process;
use store::Store;

use crate::tfplugin::diagnostics::Diagnostic;

/// How long a service is trusted to remember an idempotency token.
const TOKEN_LIFE: Duration = Duration::hours(24);

/// What makes two purchases the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Purchase {
    /// The resource type.
    pub(super) kind: String,
    /// The text that says what is bought, byte by byte.
    pub(super) text: String,
    /// Who buys.
    pub(super) buyer: Buyer,
    /// Where it is bought.
    pub(super) endpoint: String,
    /// The region that is sent along.
    pub(super) region: String,
}

/// Who buys: the account, where STS tells it, and in any case a fingerprint of the AccessKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Buyer {
    /// The account.
    pub(super) account: Option<String>,
    /// The SHA-256 of the AccessKey id, in hexadecimal.
    pub(super) key: String,
}

impl Buyer {
    /// Whether both are the same; none if there is no telling.
    fn is_same(&self, other: &Self) -> Option<bool> {
        match (&self.account, &other.account) {
            (Some(one), Some(another)) => Some(one == another),
            _ => (self.key == other.key).then_some(true),
        }
    }
}

impl Purchase {
    /// Whether both are the same; none if all but the buyer is, and there is no telling of the buyer.
    fn is_same(&self, other: &Self) -> Option<bool> {
        let what = |purchase: &Self| (purchase.kind.clone(), purchase.text.clone(), purchase.endpoint.clone());
        if what(self) != what(other) || self.region != other.region {
            return Some(false);
        }
        self.buyer.is_same(&other.buyer)
    }
}

/// An intent as it stands on disk. It holds no secret.
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
    /// The order, once it is known.
    pub(super) order_id: Option<String>,
}

/// The intents of this directory.
#[derive(Debug)]
pub(super) struct Intents {
    store: Store,
    /// What was there before, as far as nobody has claimed or forgotten it. Read once, when it is first needed.
    left: Mutex<Option<Vec<Intent>>>,
    /// This process's own, by token.
    own: Mutex<BTreeMap<String, Own>>,
    /// The tokens of those that a warning has named.
    told: Mutex<BTreeSet<String>>,
    /// The orders that were imported here, which a state has only when Terraform has saved it.
    imported: Mutex<BTreeSet<String>>,
    /// The Terraform that started this process, as it was at the start.
    terraform: Process,
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
    /// There was none.
    None,
    /// Its order is known: adopt it.
    Placed(Intent, String),
    /// Nobody knows: send the same again.
    Undecided(Intent),
    /// Nobody knows, and sending the same again would not find out. Nothing may be bought.
    Stuck(Diagnostic),
}

impl Intents {
    /// Those of the working directory.
    pub(super) fn here() -> Self {
        Self {
            store: Store::here(),
            left: Mutex::default(),
            own: Mutex::default(),
            told: Mutex::default(),
            imported: Mutex::default(),
            terraform: Process::parent(),
        }
    }

    /// Claims what an earlier Terraform left of the same purchase.
    ///
    /// # Errors
    /// What is on disk cannot be read. Nothing may be bought without a token of the user's.
    pub(super) fn claim(&self, purchase: &Purchase) -> Result<Earlier, Diagnostic> {
        let workspace = self.store.workspace();
        if !self.terraform.is_parent() {
            return Ok(Earlier::Stuck(orphaned()));
        }
        let unreadable = |error: &std::io::Error| self.unreadable(error);
        self.with_left(|left| {
            let may_be = |intent: &Intent| {
                intent.purchase.is_same(purchase) != Some(false)
                    && intent.workspace == workspace
                    && intent.terraform != self.terraform
            };
            if let Some(intent) =
                left.iter().find(|intent| may_be(intent) && intent.purchase.is_same(purchase).is_none())
            {
                return Ok(Earlier::Stuck(self.whose(intent)));
            }
            let same = |intent: &Intent| may_be(intent) && !intent.terraform.is_running();
            while let Some(at) = left.iter().position(same) {
                let intent = left[at].clone();
                if intent.order_id.is_none() && Utc::now() - intent.time > TOKEN_LIFE {
                    return Ok(Earlier::Stuck(self.too_old(&intent)));
                }
                left.remove(at);
                let mine = Intent { terraform: self.terraform.clone(), ..intent.clone() };
                if self.store.take_over(&intent, &mine).map_err(|error| unreadable(&error))? {
                    self.note(&mine, false, true);
                    return Ok(match mine.order_id.clone() {
                        Some(order_id) => Earlier::Placed(mine, order_id),
                        None => Earlier::Undecided(mine),
                    });
                }
            }
            // One that still runs may be buying this very thing in this very directory.
            match left.iter().find(|intent| may_be(intent)) {
                Some(intent) => Ok(Earlier::Stuck(self.still_running(intent))),
                None => Ok(Earlier::None),
            }
        })
        .map_err(|error| unreadable(&error))?
    }

    /// Writes a new intent, so that it is on disk when this returns.
    ///
    /// # Errors
    /// It cannot be written. Nothing may be bought.
    pub(super) fn write(&self, token: String, purchase: Purchase) -> Result<Intent, Diagnostic> {
        let intent = Intent {
            token,
            purchase,
            workspace: self.store.workspace(),
            time: Utc::now(),
            terraform: self.terraform.clone(),
            order_id: None,
        };
        self.store.write(&intent).map_err(|error| {
            let detail = format!(
                "Before a purchase is sent, what is bought is noted in {}, so that no second order is placed if the reply \
                 is lost. That note cannot be written: {error}. Nothing was bought. Make the directory writable, or give \
                 the resource a client_token, which does the same without a note.",
                self.store.directory().display()
            );
            Diagnostic::error("The purchase cannot be noted", detail)
        })?;
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

    /// Terraform ends the plugin in the ordinary way, so that it has everything it was answered.
    pub(super) fn closing(&self) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|token, purchase| {
            if purchase.answered {
                self.store.remove(token);
            }
            !purchase.answered
        });
    }

    /// What earlier Terraforms left and nobody has claimed so far, each told once. It stays to be claimed.
    pub(super) fn unclaimed(&self) -> Vec<Diagnostic> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = self
            .with_left(|left| left.iter().filter(|intent| !intent.terraform.is_running()).cloned().collect::<Vec<_>>());
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

    fn unreadable(&self, error: &std::io::Error) -> Diagnostic {
        let detail = format!(
            "The notes of earlier purchases in {} cannot be read: {error}. One of them may be of this very purchase, so \
             nothing was bought. Make the directory readable and writable, or give the resource a client_token, which \
             does the same without a note.",
            self.store.directory().display()
        );
        Diagnostic::error("Earlier purchases cannot be looked up", detail)
    }

    fn whose(&self, intent: &Intent) -> Diagnostic {
        let detail = format!(
            "A purchase of the same thing was sent from this directory at {}, with other keys, and STS does not tell \
             whether they belong to the same account. An order may have been placed; nothing was bought now. Apply again \
             when STS can be reached (endpoints.sts), or with the same keys. If that purchase was another account's: rm {}",
            intent.time.to_rfc3339(),
            self.place(intent)
        );
        Diagnostic::error("An earlier purchase may be of the same account", detail)
    }

    fn still_running(&self, intent: &Intent) -> Diagnostic {
        let detail = format!(
            "Another Terraform in this directory sent a purchase of the same thing at {} and still runs. Nothing was bought \
             now. Apply again when it has ended. If it is no Terraform any more, and its order is in no need of being \
             found: rm {}",
            intent.time.to_rfc3339(),
            self.place(intent)
        );
        Diagnostic::error("The same purchase is under way", detail)
    }

    fn too_old(&self, intent: &Intent) -> Diagnostic {
        let detail = format!(
            "A purchase of the same thing was sent from this directory at {}, and its outcome was never known. That is \
             more than {} hours ago, too long to ask for it by sending it again. An order may have been placed; nothing \
             was bought now.\n\nLook for the order in the console. If it is there:\n\n  terraform import {}.<name> <order \
             id>\n\nIf it is not, remove the note and apply again:\n\n  rm {}",
            intent.time.to_rfc3339(),
            TOKEN_LIFE.num_hours(),
            intent.purchase.kind,
            self.place(intent)
        );
        Diagnostic::error("An earlier purchase was never confirmed", detail)
    }

    /// The warning about an intent that nobody claims.
    fn left_over(&self, intent: &Intent) -> Diagnostic {
        let kind = &intent.purchase.kind;
        let what = match &intent.order_id {
            Some(id) => format!(
                "placed the order {id}, which may be in no state. To take it into the state:\n\n  terraform import {kind}.<name> {id}"
            ),
            None => format!(
                "sent a purchase whose outcome was never known: an order may have been placed. Look for it in the console. If \
             it is there:\n\n  terraform import {kind}.<name> <order id>"
            ),
        };
        let detail = format!(
            "At {} a Terraform in this directory (workspace {:?}, account {}) {what}\n\nApplying the configuration that it \
         bought with takes it up as well. If neither is needed any more: rm {}",
            intent.time.to_rfc3339(),
            intent.workspace,
            intent.purchase.buyer.account.as_deref().unwrap_or("unknown"),
            self.place(intent)
        );
        Diagnostic::warning(format!("An earlier purchase is not taken up so far ({})", intent.token), detail)
    }
}

/// The error when the Terraform that started this process has died: nobody would save what is bought.
fn orphaned() -> Diagnostic {
    Diagnostic::error("Terraform is gone", "The Terraform that started this provider has ended. Nothing was bought.")
}
