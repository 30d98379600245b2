//! One entry of the journal, and what it means for a purchase that is about to be made.

use std::{collections::BTreeSet, path::PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Purchase;
use crate::terraform::{Contents, IsSame, Process, StateId};

/// How long a service is trusted to remember an idempotency token.
pub(crate) const TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// A purchase that was sent, as it stands on disk. It holds what a state holds, and no key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The name of its file.
    pub(super) id: String,
    /// The idempotency token.
    pub(crate) token: String,
    /// Whether the token is the user's `client_token`, which identifies the purchase.
    pub(crate) is_client_token: bool,
    /// What is bought.
    #[serde(flatten)]
    pub(crate) purchase: Purchase,
    /// The state that the order is meant for.
    pub(super) state: StateId,
    /// When it was written.
    pub(crate) time: DateTime<Utc>,
    /// The Terraform that runs the purchase.
    pub(super) terraform: Process,
    /// The plugin that sends it, which waits for its reply even if Terraform is killed.
    pub(super) plugin: Process,
    /// Orders that were there before and look like it.
    pub(crate) known: Vec<String>,
    /// How far it has come.
    pub(super) progress: Progress,
    /// What later plans of the same state have shown.
    #[serde(default, rename = "seen")]
    pub(super) later_plans: LaterPlans,
    /// The folder of the journal that it was written in.
    pub(super) folder: PathBuf,
    /// Terraform's working directory.
    #[serde(default)]
    pub(super) directory: PathBuf,
    /// Whether the folder or the working directory has been moved here since. It was not copied: it is no longer there.
    #[serde(skip)]
    pub(super) is_moved: bool,
}

/// How far a purchase has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Progress {
    /// It was sent, or is about to be; its outcome is unknown.
    Sent,
    /// It placed this order.
    Placed(String),
    /// Terraform was given this order, and ended the plugin in the ordinary way.
    Delivered {
        order_id: String,
        /// Whether the state file had the order by then.
        is_saved: bool,
    },
}

/// What plans of a state have shown since an entry was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LaterPlans {
    /// The Terraform that planned last.
    pub(super) by: Option<Process>,
    /// Orders that resources hold.
    pub(super) held: BTreeSet<String>,
    /// Orders that were imported and may not be saved yet.
    pub(super) imported: BTreeSet<String>,
    /// Whether the last plan was of the whole state. It may have failed before it had looked at all of it.
    #[serde(default)]
    pub(super) is_whole: bool,
}

/// A purchase that is about to be made, and what is known of the state that it is made for.
pub(super) struct Situation<'a> {
    pub(super) purchase: &'a Purchase,
    pub(super) client_token: Option<&'a str>,
    /// Whether reading shows the outcome of a purchase, so that the age of its token does not matter.
    pub(super) is_settled_by_reading: bool,
    pub(super) state: &'a StateId,
    pub(super) terraform: &'a Process,
    /// `terraform test`.
    pub(super) is_test: bool,
    /// Orders that the plan of this Terraform has shown in prior states.
    pub(super) shown: &'a BTreeSet<String>,
    /// What the state holds, where that can be read.
    pub(super) contents: Option<&'a Contents>,
    /// What `errored.tfstate` holds, which Terraform writes when it cannot save.
    pub(super) errored: Option<&'a Contents>,
    /// Whether a process still runs.
    pub(super) is_running: &'a dyn Fn(&Process) -> bool,
    pub(super) now: DateTime<Utc>,
}

/// Whether a resource of the state holds an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Yes,
    No,
    /// It is being imported by this very apply.
    Imported,
    /// It is in the state that Terraform could not save.
    Errored,
    Unclear,
}

/// What an entry means for a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is of another purchase.
    Ignore,
    /// Its order came into a state: remove the entry and buy.
    Settle,
    /// Its order is the one that is wanted.
    Adopt(String),
    /// Send the same again: it buys nothing twice.
    Resend,
    /// The service may have forgotten its token: read its outcome.
    Read,
    /// Its plugin still waits for the reply.
    Wait,
    /// Nothing may be bought.
    Refuse(Refusal),
}

/// Why nothing may be bought before the user has checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is unknown whether the entry is of the same state.
    OtherState,
    /// It is unknown whether the entry is of the same buyer.
    OtherBuyer,
    /// The entry is of another endpoint, which may have been corrected since.
    OtherEndpoint,
    /// The same thing was bought with a client_token and is bought without one now, or the other way round.
    OtherToken,
    /// Another Terraform still works on it.
    StillRunning,
    /// Its order may be in the state.
    MaybeInState,
    /// Its order is in the state that Terraform could not save.
    NotSaved,
}

impl Entry {
    /// The last moment at which it may be sent: the service may not remember the token for longer.
    pub(crate) fn last_moment(&self) -> DateTime<Utc> {
        self.time + TOKEN_LIFETIME
    }

    pub(crate) fn order_id(&self) -> Option<&str> {
        match &self.progress {
            Progress::Sent => None,
            Progress::Placed(order_id) | Progress::Delivered { order_id, .. } => Some(order_id),
        }
    }

    /// What this means for a purchase.
    pub(super) fn decide(&self, situation: &Situation<'_>) -> Decision {
        let same_state = self.is_of(situation.state);
        if situation.is_test || same_state == IsSame::No || self.terraform == *situation.terraform {
            return Decision::Ignore;
        }
        let same_purchase = match situation.client_token {
            Some(token) if self.is_client_token => match self.token == token {
                false => IsSame::No,
                // Each site remembers only its own tokens.
                true if self.purchase.endpoint != situation.purchase.endpoint => IsSame::Unclear,
                true => IsSame::Yes,
            },
            _ => situation.purchase.is_same(&self.purchase),
        };
        if same_purchase == IsSame::No {
            return Decision::Ignore;
        }
        let held = self.order_id().map(|order_id| self.held(order_id, situation));
        match held {
            Some(Held::Imported) => return Decision::Ignore,
            Some(Held::Errored) => return Decision::Refuse(Refusal::NotSaved),
            Some(Held::Yes) if same_state == IsSame::Yes => return Decision::Settle,
            // Whichever state it is, its order is another resource's.
            Some(Held::Yes) => return Decision::Ignore,
            _ => {}
        }
        // What a state was saved with is done, wherever that state has gone since.
        if same_state == IsSame::Unclear && matches!(self.progress, Progress::Delivered { is_saved: true, .. }) {
            return Decision::Ignore;
        }
        let has_other_kind_of_token = self.is_client_token != situation.client_token.is_some();
        let is_known_by_token = self.is_client_token && !has_other_kind_of_token;
        if same_state == IsSame::Unclear && !is_known_by_token {
            return Decision::Refuse(Refusal::OtherState);
        }
        if same_purchase == IsSame::Unclear {
            let is_same_buyer = situation.purchase.buyer.is_same(&self.purchase.buyer) == IsSame::Yes;
            let is_of_endpoint = is_known_by_token || is_same_buyer;
            return Decision::Refuse(if is_of_endpoint { Refusal::OtherEndpoint } else { Refusal::OtherBuyer });
        }
        if (situation.is_running)(&self.terraform) {
            return Decision::Refuse(Refusal::StillRunning);
        }
        if (situation.is_running)(&self.plugin) {
            return Decision::Wait;
        }
        match self.decide_by_progress(held, situation) {
            Decision::Settle => Decision::Settle,
            _ if has_other_kind_of_token => Decision::Refuse(Refusal::OtherToken),
            decision => decision,
        }
    }

    /// Whether the entry is of this state. A directory that was copied has a state of its own, and one that was moved has
    /// kept its state.
    pub(super) fn is_of(&self, state: &StateId) -> IsSame {
        match state.is_same(&self.state) {
            IsSame::No if self.is_moved && self.state.file().is_some() => IsSame::Unclear,
            same => same,
        }
    }

    fn decide_by_progress(&self, held: Option<Held>, situation: &Situation<'_>) -> Decision {
        match (&self.progress, held) {
            // The request may buy now, or return an order that the state holds, and the response does not show which.
            (Progress::Sent, _) if !self.is_client_token && !self.is_state_known(situation) => {
                Decision::Refuse(Refusal::MaybeInState)
            }
            (Progress::Sent, _) if situation.now > self.last_moment() && !situation.is_settled_by_reading => {
                Decision::Read
            }
            (Progress::Sent, _) => Decision::Resend,
            // The token answers with the order, wherever it is.
            (_, _) if self.is_client_token && situation.now <= self.last_moment() => Decision::Resend,
            (Progress::Placed(order_id), Some(Held::No)) => Decision::Adopt(order_id.clone()),
            (Progress::Delivered { order_id, .. }, _) if matches!(situation.contents, Some(Contents::Torn)) => {
                Decision::Adopt(order_id.clone())
            }
            // A state that was saved with the order and is now without it: the user has removed it.
            (Progress::Delivered { is_saved: true, .. }, _) => Decision::Settle,
            // It was saved and removed, or Terraform was stopped before it saved.
            _ => Decision::Refuse(Refusal::MaybeInState),
        }
    }

    /// Whether it is known all that the state holds.
    fn is_state_known(&self, situation: &Situation<'_>) -> bool {
        // A plan that is being applied has not failed.
        let is_planned_now = self.later_plans.by.as_ref() == Some(situation.terraform);
        situation.contents.is_some() || (is_planned_now && self.later_plans.is_whole)
    }

    /// Whether a resource of the state holds an order.
    pub(super) fn held(&self, order_id: &str, situation: &Situation<'_>) -> Held {
        let is_in = |contents: Option<&Contents>| contents.is_some_and(|contents| contents.holds(order_id));
        let is_imported = self.later_plans.imported.contains(order_id);
        let is_planned_now = self.later_plans.by.as_ref() == Some(situation.terraform);
        if is_in(situation.contents) || situation.shown.contains(order_id) || self.later_plans.held.contains(order_id) {
            Held::Yes
        } else if is_in(situation.errored) {
            Held::Errored
        } else if is_imported && is_planned_now {
            Held::Imported
        } else if self.is_state_known(situation) && (situation.contents.is_some() || !is_imported) {
            Held::No
        } else {
            Held::Unclear
        }
    }
}
