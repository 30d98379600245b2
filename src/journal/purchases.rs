//! How a purchase goes through the journal: begun or taken over, recorded, settled.

use std::{
    collections::BTreeSet,
    fs::{File, TryLockError},
    io,
    time::{Duration, Instant},
};

use alicloud::{retry::Deadline, signature::acs3::content_sha256};
use chrono::{DateTime, Utc};
use tfplugin::diagnostics::Diagnostic;

use super::{
    Answer, Begin, Entries, Entry, Journal, POLL_INTERVAL, Purchase,
    entry::{Decision, Held, LaterPlans, Progress, Refusal, Situation},
    messages,
};
use crate::terraform::{Contents, Process};

/// What an entry of an earlier Terraform leads to.
enum Found {
    Nothing,
    Begin(Box<Begin>),
    /// The plugin of a Terraform that has ended still waits for the reply: the error, if there is no time to wait for it.
    UnderWay(Diagnostic),
    /// An entry of the same thing with another kind of token, which a resource of this very apply may take over: the error,
    /// if none does.
    OtherToken(Diagnostic),
}

/// How long a purchase waits for another resource of the same apply to take over an entry.
const SIBLING_GRACE: Duration = Duration::from_secs(5);

impl Journal {
    /// Looks for what an earlier Terraform left of this purchase, or else enters it as a new one. Nobody can do the same in
    /// between. `token` is the one that a new purchase gets.
    ///
    /// # Errors
    /// The journal cannot be read or written, or it is unknown whether an entry is of this purchase. Nothing may be
    /// bought.
    pub(crate) async fn begin(
        &self,
        purchase: &Purchase,
        client_token: Option<&str>,
        token: Option<&str>,
        deadline: &Deadline,
    ) -> Result<Begin, Diagnostic> {
        let prepared = self.store.prepare();
        if client_token.is_none() {
            prepared.map_err(|error| self.unwritable(&error))?;
        }
        let new = || {
            let entry = self.new_entry(purchase, client_token, token);
            match self.store.write(&entry) {
                Ok(()) => {
                    self.record_own(&entry, false);
                    Ok(Begin::New(Some(entry)))
                }
                // The user's token alone finds the order again.
                Err(error) if client_token.is_some() => {
                    tracing::warn!(%error, "the purchase was not entered in the journal");
                    Ok(Begin::New(None))
                }
                Err(error) => Err(self.unwritable(&error)),
            }
        };
        self.find_or(purchase, client_token, false, deadline, new).await
    }

    /// Looks for what an earlier Terraform left of a purchase that reading settles.
    ///
    /// # Errors
    /// As for [`Self::begin`].
    pub(crate) async fn find(&self, purchase: &Purchase, deadline: &Deadline) -> Result<Option<Begin>, Diagnostic> {
        let found = self.find_or(purchase, None, true, deadline, || Ok(Begin::New(None))).await?;
        Ok(Some(found).filter(|found| !matches!(found, Begin::New(_))))
    }

    /// Enters a new purchase that reading settles. `known` are the orders that were there before and look like it.
    ///
    /// # Errors
    /// The journal cannot be written. Nothing may be bought.
    pub(crate) fn enter(&self, purchase: &Purchase, known: Vec<String>) -> Result<Entry, Diagnostic> {
        let entry = Entry { known, ..self.new_entry(purchase, None, None) };
        self.store.write(&entry).map_err(|error| self.unwritable(&error))?;
        self.record_own(&entry, false);
        Ok(entry)
    }

    async fn find_or(
        &self,
        purchase: &Purchase,
        client_token: Option<&str>,
        is_settled_by_reading: bool,
        deadline: &Deadline,
        otherwise: impl Fn() -> Result<Begin, Diagnostic>,
    ) -> Result<Begin, Diagnostic> {
        let begin = Instant::now();
        loop {
            let lock = self.store.lock().map_err(|error| self.unreadable(&error))?;
            let (error, is_over) = match self.decide(purchase, client_token, is_settled_by_reading)? {
                Found::Begin(begin) => return Ok(*begin),
                Found::Nothing => return otherwise(),
                Found::UnderWay(error) => (error, false),
                Found::OtherToken(error) => (error, begin.elapsed() > SIBLING_GRACE),
            };
            drop(lock);
            if is_over || !deadline.wait(POLL_INTERVAL).await {
                return Err(error);
            }
        }
    }

    /// Looks for an entry of the same purchase, and takes it over. Only with the lock.
    fn decide(
        &self,
        purchase: &Purchase,
        client_token: Option<&str>,
        is_settled_by_reading: bool,
    ) -> Result<Found, Diagnostic> {
        // Who finds Terraform alive, and no entry, has entered its purchase before a later Terraform looks.
        if self.terraform.is_parent && !self.processes.is_parent(&self.terraform.process) {
            return Err(messages::orphaned());
        }
        let Entries { entries, damaged } = self.others().map_err(|error| self.unreadable(&error))?;
        // It may be of this purchase.
        if let Some(damaged) = damaged.first() {
            return Err(messages::damaged(damaged, &purchase.kind));
        }
        let is_ours = |entry: &Entry| entry.terraform == self.terraform.process;
        let is_token = |entry: &Entry| entry.is_client_token && Some(entry.token.as_str()) == client_token;
        if self.terraform.is_parent && entries.iter().any(|entry| is_ours(entry) && is_token(entry)) {
            return Err(messages::used_twice());
        }
        if entries.iter().all(is_ours) {
            return Ok(Found::Nothing);
        }
        let known = Known::of(self);
        let is_running = |process: &Process| self.processes.is_running(process);
        let situation =
            Situation { client_token, is_settled_by_reading, ..known.situation(self, purchase, &is_running) };
        let decided = entries.into_iter().map(|entry| (entry.decide(&situation), entry));
        let (mut refusals, mut waits) = (Vec::new(), None);
        for (decision, entry) in decided {
            match decision {
                Decision::Ignore => {}
                Decision::Settle => self.store.remove(&entry.id),
                Decision::Adopt(order_id) => return self.take_over(entry, |entry| Begin::Placed(entry, order_id)),
                Decision::Resend => return self.take_over(entry, Begin::Again),
                Decision::Read => return self.take_over(entry, Begin::Expired),
                Decision::Wait => waits = waits.or(Some(entry)),
                Decision::Refuse(refusal) => refusals.push((refusal, entry)),
            }
        }
        // Two purchases that are refused name two entries, as long as there are two.
        let at = refusals.iter().position(|(_, entry)| !self.memory().refused.contains(&entry.id)).unwrap_or_default();
        let refused = refusals.into_iter().nth(at);
        // What is certain comes first; only then does what is not certain stop the purchase.
        match (refused, waits) {
            (Some((Refusal::OtherToken, entry)), _) => Ok(Found::OtherToken(self.refused(Refusal::OtherToken, &entry))),
            (Some((refusal, entry)), _) => {
                self.memory().refused.insert(entry.id.clone());
                Err(self.refused(refusal, &entry))
            }
            (None, Some(entry)) => Ok(Found::UnderWay(self.refused(Refusal::StillRunning, &entry))),
            (None, None) => Ok(Found::Nothing),
        }
    }

    fn take_over(&self, entry: Entry, begin: impl FnOnce(Entry) -> Begin) -> Result<Found, Diagnostic> {
        let (terraform, plugin) = (self.terraform.process.clone(), self.plugin.clone());
        let (folder, directory) = (self.store.folder(), self.terraform.directory.clone());
        let entry = Entry { terraform, plugin, folder, directory, ..entry };
        self.store.write(&entry).map_err(|error| self.unwritable(&error))?;
        self.record_own(&entry, true);
        Ok(Found::Begin(Box::new(begin(entry))))
    }

    fn new_entry(&self, purchase: &Purchase, client_token: Option<&str>, token: Option<&str>) -> Entry {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let id = match client_token {
            // The same token may stand in several states.
            Some(token) => content_sha256(format!("{token} {}", self.state).as_bytes())[..32].to_owned(),
            None => unique.clone(),
        };
        Entry {
            id,
            token: client_token.or(token).map_or(unique, str::to_owned),
            is_client_token: client_token.is_some(),
            purchase: purchase.clone(),
            state: self.state.clone(),
            time: Utc::now(),
            terraform: self.terraform.process.clone(),
            plugin: self.plugin.clone(),
            known: Vec::new(),
            progress: Progress::Sent,
            later_plans: LaterPlans::default(),
            folder: self.store.folder(),
            directory: self.terraform.directory.clone(),
            is_moved: false,
        }
    }

    /// Waits until no other purchase in this directory is between its check and its outcome, so that two of them do not
    /// both find that nothing was bought: of this process or of another, such as that of an alias of the provider. It is
    /// given back when the file is dropped.
    ///
    /// # Errors
    /// The time is over, or there can be no file.
    pub(crate) async fn lock_purchases(&self, deadline: &Deadline) -> Result<File, Diagnostic> {
        let locked = self.lock_file("purchases.lock", deadline).await;
        locked.map_err(|error| self.unwritable(&error))?.ok_or_else(messages::queue_timeout)
    }

    /// Waits until no other process has a file of this name. None if the time is over.
    pub(super) async fn lock_file(&self, name: &str, deadline: &Deadline) -> io::Result<Option<File>> {
        let file = self.store.open_to_lock(name)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if deadline.wait(POLL_INTERVAL).await => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
            }
        }
    }

    /// Records the order of a purchase. One that was sent by an earlier Terraform may be held by another resource.
    ///
    /// # Errors
    /// It is unknown whether another resource holds it. Nothing more may be bought.
    pub(crate) fn record_order(&self, entry: &mut Entry, order_id: &str) -> Result<Answer, Diagnostic> {
        let is_taken_over = self.is_taken_over(entry);
        entry.progress = Progress::Placed(order_id.to_owned());
        let lock = self.store.lock();
        // Plans may have recorded what they have shown meanwhile.
        if let Some(current) = self.store.entry(&entry.id) {
            entry.later_plans = current.later_plans;
        }
        let written = self.store.write(entry);
        drop(lock);
        if let Err(error) = written {
            tracing::warn!(%error, order_id, "the order was not recorded; the entry of the purchase still stands");
        }
        if !is_taken_over {
            return Ok(Answer::Adopt);
        }
        match self.held(entry, order_id) {
            Held::Yes => {
                self.settle(entry);
                Ok(Answer::BuyNew)
            }
            // A later plan that shows the order settles the entry.
            Held::Imported => Ok(Answer::BuyNew),
            Held::Errored => Err(self.refused(Refusal::NotSaved, entry)),
            // The same token is the same order.
            Held::Unclear if entry.is_client_token => Ok(Answer::Adopt),
            Held::Unclear => Err(self.refused(Refusal::MaybeInState, entry)),
            Held::No => Ok(Answer::Adopt),
        }
    }

    /// Whether a resource of the state certainly holds an order that an entry may be of.
    pub(crate) fn is_held(&self, entry: &Entry, order_id: &str) -> bool {
        self.held(entry, order_id) == Held::Yes
    }

    /// Whether a resource of the state holds an order that an entry may be of.
    fn held(&self, entry: &Entry, order_id: &str) -> Held {
        let known = Known::of(self);
        let is_running = |process: &Process| self.processes.is_running(process);
        entry.held(order_id, &known.situation(self, &entry.purchase, &is_running))
    }

    /// Whether the state certainly holds an order that this apply has not destroyed.
    pub(crate) fn is_in_state(&self, order_id: &str) -> bool {
        if self.memory().destroyed.contains(order_id) {
            return false;
        }
        let contents = self.terraform.contents(&self.state);
        contents.is_some_and(|contents| contents.holds(order_id))
            || self.memory().held.contains(order_id)
            || self.shown().contains(order_id)
    }

    /// Records that this process no longer works on a purchase whose outcome is unknown. A process that serves one
    /// Terraform after the other has to find it again itself.
    pub(crate) fn mark_unresolved(&self, entry: &Entry) {
        if self.terraform.is_parent {
            return;
        }
        let entry = Entry { terraform: Process::ended(), plugin: Process::ended(), ..entry.clone() };
        let written = self.store.write(&entry);
        written.unwrap_or_else(|error| tracing::warn!(%error, "an unresolved purchase was not recorded"));
    }

    /// Reserves a token of the user's. False, if this Terraform has used it before.
    pub(crate) fn reserve_client_token(&self, token: &str) -> bool {
        !self.terraform.is_parent || self.memory().used_tokens.insert(token.to_owned())
    }

    /// Whether an earlier Terraform sent this purchase first, so that a refusal now does not prove that it did not happen.
    pub(crate) fn is_taken_over(&self, entry: &Entry) -> bool {
        self.memory().own.get(&entry.id).is_some_and(|own| own.is_taken_over)
    }

    /// Removes the entry of a purchase that certainly did not happen, or whose order is in a state.
    pub(crate) fn settle(&self, entry: &Entry) {
        self.memory().own.remove(&entry.id);
        self.store.remove(&entry.id);
    }

    /// The reply with the order is on its way to Terraform.
    pub(crate) fn mark_answered(&self, entry: &Entry) {
        if let Some(own) = self.memory().own.get_mut(&entry.id) {
            own.entry = entry.clone();
            own.is_answered = true;
        }
    }
}

/// What is known of the state: what it holds, and what Terraform could not save.
struct Known {
    shown: BTreeSet<String>,
    contents: Option<Contents>,
    errored: Option<Contents>,
    now: DateTime<Utc>,
}

impl Known {
    fn of(journal: &Journal) -> Self {
        let terraform = &journal.terraform;
        let shown = &journal.shown() | &journal.memory().held;
        Self { shown, contents: terraform.contents(&journal.state), errored: terraform.errored(), now: Utc::now() }
    }

    fn situation<'a>(
        &'a self,
        journal: &'a Journal,
        purchase: &'a Purchase,
        is_running: &'a dyn Fn(&Process) -> bool,
    ) -> Situation<'a> {
        Situation {
            purchase,
            client_token: None,
            is_settled_by_reading: false,
            state: &journal.state,
            terraform: &journal.terraform.process,
            is_test: journal.terraform.command.is_test(),
            shown: &self.shown,
            contents: self.contents.as_ref(),
            errored: self.errored.as_ref(),
            is_running,
            now: self.now,
        }
    }
}
