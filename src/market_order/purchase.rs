//! The purchase itself: one entry in the journal, one token, one order.

use std::{fs::File, time::Instant};

use alicloud::{
    endpoint::Product,
    error::{ApiErrorKind, Certainty, Error, Failure},
    market::{self, Commodity, NewOrder},
    retry::Deadline,
};
use chrono::Utc;
use serde_json::json;
use tfplugin::{Diagnostic, Diagnostics, Partial, State};

use super::{
    MarketOrder, NAME, model, planned_token,
    purchase_messages::{self, EARLIER_OF_PLAN, EARLIER_WITH_TOKEN, unknown_outcome},
    quote::{self, Cleared},
    quote_messages as messages, unresolved,
};
use crate::{
    Cloud,
    failure_messages::{self, PurchaseOutcome},
    journal::{self, Begin, Entry},
    purchase::{Attempt, Start, Steps},
    quotes::Quote,
};

/// A purchase at the Marketplace.
pub(super) struct MarketPurchase<'a> {
    cloud: &'a Cloud,
    planned: &'a Partial<MarketOrder>,
    /// What is bought.
    pub(super) requested: Commodity,
    commodity: String,
    client_token: Option<String>,
    /// The token that the plan has made.
    planned_token: Option<String>,
}

impl<'a> MarketPurchase<'a> {
    /// Of what is planned.
    ///
    /// # Errors
    /// An argument has no value.
    pub(super) fn new(cloud: &'a Cloud, planned: &'a State<MarketOrder>) -> Result<Self, Diagnostics> {
        let order = planned.complete()?;
        let client_token = order.client_token.clone();
        let requested = model::commodity(order);
        let commodity = json!(requested).to_string();
        Ok(Self {
            cloud,
            planned,
            requested,
            commodity,
            client_token,
            planned_token: planned_token::read(&planned.private),
        })
    }
}

/// What is known of an order beside its id.
#[derive(Debug)]
pub(super) struct Answer {
    /// Since when an order was certainly placed by this apply, by the server's clock, in milliseconds since 1970. The token
    /// can have bought it before.
    pub(super) since: i64,
    /// What it was to cost.
    pub(super) quote: Option<Quote>,
}

impl Steps for MarketPurchase<'_> {
    type Answer = Answer;

    const KIND: &'static str = NAME;

    const PRODUCT: Product = Product::Market;

    fn text(&self) -> &str {
        &self.commodity
    }

    async fn reserve(&self, _limit: &Deadline) -> Result<Option<File>, Diagnostic> {
        match &self.client_token {
            Some(token) if !self.cloud.journal.reserve_client_token(token) => Err(journal::used_twice()),
            _ => Ok(None),
        }
    }

    async fn begin(&mut self, purchase: &journal::Purchase, deadline: &Deadline) -> Result<Start, Diagnostic> {
        let journal = &self.cloud.journal;
        let (client_token, planned_token) = (self.client_token.as_deref(), self.planned_token.as_deref());
        loop {
            return Ok(match journal.begin(purchase, client_token, planned_token, deadline).await? {
                Begin::Placed(entry, order_id) => Start::Placed(entry, order_id),
                Begin::Expired(entry) => {
                    unresolved::read_outcome(self.cloud, &entry, self.planned, deadline).await?;
                    continue;
                }
                Begin::Again(entry) => Start::Again(entry),
                Begin::New(entry) => Start::New(entry),
            });
        }
    }

    async fn send(&self, attempt: &Attempt, deadline: &Deadline) -> Result<(String, Answer), Diagnostic> {
        let entry = attempt.entry.as_ref();
        let has_token = self.client_token.is_some();
        let is_resent = attempt.sent_earlier.is_some();
        // An order that is known costs nothing more.
        let is_known = entry.is_some_and(|entry| entry.order_id().is_some());
        let cleared = match is_known {
            true => Cleared::default(),
            false => quote::clear(self.cloud, self.planned, &self.requested, has_token, is_resent, deadline)
                .await
                .map_err(|refused| self.not_sent(entry, refused.diagnostic(self.cloud, false)))?,
        };
        let token = entry.map(|entry| entry.token.as_str()).or(self.client_token.as_deref()).unwrap_or_default();
        let deadline = entry.iter().fold(deadline.clone(), |deadline, entry| deadline.not_after(entry.last_moment()));
        let order = NewOrder { client_token: token.to_owned(), commodity: self.commodity.clone() };
        let begin = Instant::now();
        let placed = match market::create_order(&self.cloud.client, &order, &deadline).await {
            Ok(placed) => placed,
            Err(failure) => {
                if failure.certainty == Certainty::NotDone && !is_resent {
                    cleared.give_back(self.cloud);
                }
                return Err(failed(self.cloud, self.planned, entry, &failure, &deadline).await);
            }
        };
        tracing::info!(order_id = placed.order_id, request_id = placed.request_id, "order placed");
        let now = placed.server_time.map_or_else(|| Utc::now().timestamp_millis(), |seconds| seconds * 1000);
        let since = now - i64::try_from(begin.elapsed().as_millis()).unwrap_or(i64::MAX);
        let quote = cleared.quote.clone().filter(|_| !is_resent);
        Ok((placed.order_id, Answer { since, quote }))
    }

    fn accept(&self, attempt: &Attempt, order_id: &str) -> Result<(), Diagnostic> {
        if self.client_token.is_some() && self.cloud.journal.is_in_state(order_id) {
            attempt.entry.iter().for_each(|entry| self.cloud.journal.settle(entry));
            return Err(purchase_messages::in_use(order_id));
        }
        Ok(())
    }
}

impl MarketPurchase<'_> {
    /// The error for a purchase that is refused before it is sent. What an earlier apply sent stays unresolved.
    fn not_sent(&self, entry: Option<&Entry>, error: Diagnostic) -> Diagnostic {
        let journal = &self.cloud.journal;
        match entry {
            Some(entry) if journal.is_taken_over(entry) => {
                journal.mark_unresolved(entry);
                return messages::not_now(error, &unknown_outcome(journal, entry), false);
            }
            Some(entry) => journal.settle(entry),
            None => {}
        }
        match (&self.client_token, &self.planned_token) {
            (Some(_), _) => messages::not_now(error, EARLIER_WITH_TOKEN, false),
            (None, Some(_)) if journal.applies_saved_plan() => messages::not_now(error, EARLIER_OF_PLAN, false),
            _ => error,
        }
    }
}

/// The error for a purchase that brought no order id. The entry of one that certainly did not happen is removed.
async fn failed(
    cloud: &Cloud,
    planned: &Partial<MarketOrder>,
    entry: Option<&Entry>,
    failure: &Failure,
    deadline: &Deadline,
) -> Diagnostic {
    let is_taken_over = entry.is_some_and(|entry| cloud.journal.is_taken_over(entry));
    let is_token_reused = matches!(&failure.error, Error::Api(error) if error.kind() == ApiErrorKind::TokenReused);
    let journal = &cloud.journal;
    let money = match entry {
        _ if is_token_reused => {
            entry.filter(|_| !is_taken_over).into_iter().for_each(|entry| journal.settle(entry));
            purchase_messages::token_reused(journal, entry.filter(|_| is_taken_over))
        }
        Some(entry) if failure.certainty == Certainty::NotDone && !is_taken_over => {
            journal.settle(entry);
            match entry.is_client_token {
                true => earlier_with_token(),
                false => PurchaseOutcome::NotPlaced,
            }
        }
        // The service refuses now what it may have accepted before.
        Some(entry) if failure.certainty == Certainty::NotDone => {
            journal.mark_unresolved(entry);
            match unresolved::check(cloud, entry, planned, deadline).await {
                Ok(()) => purchase_messages::refused_later(journal, entry),
                Err(error) => PurchaseOutcome::MaybePlaced(error.detail),
            }
        }
        None if failure.certainty == Certainty::NotDone => earlier_with_token(),
        entry => {
            entry.into_iter().for_each(|entry| journal.mark_unresolved(entry));
            purchase_messages::no_reply(journal, entry)
        }
    };
    cloud.with_balance(failure_messages::failure(money.heading(), NAME, failure, &money), failure, deadline).await
}

fn earlier_with_token() -> PurchaseOutcome {
    PurchaseOutcome::NotPlacedNow(EARLIER_WITH_TOKEN.to_owned())
}
