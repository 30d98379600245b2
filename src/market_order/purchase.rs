//! The purchase itself: one entry in the journal, one token, one order.

use std::{fs::File, time::Instant};

use alicloud::{
    endpoint::Product,
    error::{ApiErrorKind, Certainty, Error, Failure},
    market::{self, Commodity, NewOrder},
    retry::Limit,
};
use chrono::Utc;
use serde_json::json;
use tfplugin::{Diagnostic, Diagnostics, Partial, State};

use super::{
    MarketOrder, NAME, model, planned_token,
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
    pub(super) asked: Commodity,
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
        let asked = model::commodity(order);
        let commodity = json!(asked).to_string();
        Ok(Self {
            cloud,
            planned,
            asked,
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

    async fn reserve(&self, _limit: &Limit) -> Result<Option<File>, Diagnostic> {
        match &self.client_token {
            Some(token) if !self.cloud.journal.reserve_client_token(token) => Err(journal::used_twice()),
            _ => Ok(None),
        }
    }

    async fn begin(&mut self, purchase: &journal::Purchase, limit: &Limit) -> Result<Start, Diagnostic> {
        let journal = &self.cloud.journal;
        let (client_token, planned_token) = (self.client_token.as_deref(), self.planned_token.as_deref());
        loop {
            return Ok(match journal.begin(purchase, client_token, planned_token, limit).await? {
                Begin::Placed(entry, order_id) => Start::Placed(entry, order_id),
                Begin::Expired(entry) => {
                    unresolved::read_outcome(self.cloud, &entry, self.planned, limit).await?;
                    continue;
                }
                Begin::Again(entry) => Start::Again(entry),
                Begin::New(entry) => Start::New(entry),
            });
        }
    }

    async fn send(&self, attempt: &Attempt, limit: &Limit) -> Result<(String, Answer), Diagnostic> {
        let entry = attempt.entry.as_ref();
        let has_token = self.client_token.is_some();
        let is_resent = attempt.sent_earlier.is_some();
        // An order that is known costs nothing more.
        let is_known = entry.is_some_and(|entry| entry.order_id().is_some());
        let cleared = match is_known {
            true => Cleared::default(),
            false => quote::clear(self.cloud, self.planned, &self.asked, has_token, is_resent, limit)
                .await
                .map_err(|refused| self.not_sent(entry, refused.diagnostic(self.cloud, false)))?,
        };
        let token = entry.map(|entry| entry.token.as_str()).or(self.client_token.as_deref()).unwrap_or_default();
        let limit = entry.iter().fold(limit.clone(), |limit, entry| limit.not_after(entry.last_moment()));
        let order = NewOrder { client_token: token.to_owned(), commodity: self.commodity.clone() };
        let begin = Instant::now();
        let placed = match market::create_order(&self.cloud.client, &order, &limit).await {
            Ok(placed) => placed,
            Err(failure) => {
                if failure.certainty == Certainty::NotDone && !is_resent {
                    cleared.give_back(self.cloud);
                }
                return Err(failed(self.cloud, self.planned, entry, &failure, &limit).await);
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
            return Err(in_use(order_id));
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
                return messages::not_now(error, &unknown_outcome(self.cloud, entry), false);
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

/// What is said of a refused purchase that an earlier apply sent.
pub(super) fn unknown_outcome(cloud: &Cloud, entry: &Entry) -> String {
    format!(
        "An earlier apply sent this purchase, and what became of it is not known. It was not sent again.\n\n1. Once what is \
         said above is settled, run terraform apply: it sends the same purchase with the same token, which finds the order and \
         never buys a second one.\n\n2. {}",
        search_advice(cloud, Some(entry))
    )
}

/// The error for a purchase that brought no order id. The entry of one that certainly did not happen is removed.
async fn failed(
    cloud: &Cloud,
    planned: &Partial<MarketOrder>,
    entry: Option<&Entry>,
    failure: &Failure,
    limit: &Limit,
) -> Diagnostic {
    let is_taken_over = entry.is_some_and(|entry| cloud.journal.is_taken_over(entry));
    let is_token_reused = matches!(&failure.error, Error::Api(error) if error.kind() == ApiErrorKind::TokenReused);
    let money = match entry {
        _ if is_token_reused => {
            entry.filter(|_| !is_taken_over).into_iter().for_each(|entry| cloud.journal.settle(entry));
            PurchaseOutcome::NotPlacedNow(format!(
                "The token of this purchase has bought something else.\n\n1. If the configuration has changed since, undo the \
                 change and apply: it finds the order and buys nothing.\n\n2. {}\n\n3. For another order, give a new \
                 client_token.",
                search_advice(cloud, entry.filter(|_| is_taken_over))
            ))
        }
        Some(entry) if failure.certainty == Certainty::NotDone && !is_taken_over => {
            cloud.journal.settle(entry);
            match entry.is_client_token {
                true => earlier_with_token(),
                false => PurchaseOutcome::NotPlaced,
            }
        }
        // The service refuses now what it may have accepted before.
        Some(entry) if failure.certainty == Certainty::NotDone => {
            cloud.journal.mark_unresolved(entry);
            PurchaseOutcome::MaybePlaced(match unresolved::check(cloud, entry, planned, limit).await {
                Ok(()) => format!(
                    "The account lists no order of it so far.\n\n1. Correct what the message names, and apply again: the same \
                     token finds the order and never buys a second one.\n\n2. {}",
                    search_advice(cloud, Some(entry))
                ),
                Err(error) => error.detail,
            })
        }
        Some(entry) => {
            cloud.journal.mark_unresolved(entry);
            PurchaseOutcome::MaybePlaced(format!(
                "1. Run terraform apply again {}: it sends the same purchase with the same token, which finds the order and \
                 never buys a second one.\n\n2. {}",
                if entry.is_client_token {
                    "with the same client_token"
                } else {
                    "in this directory, and keep its data directory (.terraform) until then"
                },
                search_advice(cloud, Some(entry)),
            ))
        }
        None if failure.certainty == Certainty::NotDone => earlier_with_token(),
        None => PurchaseOutcome::MaybePlaced(format!(
            "1. Run terraform apply again with the same client_token: it finds the order and never buys a second one.\n\n2. {}",
            search_advice(cloud, None)
        )),
    };
    cloud.with_balance(failure_messages::failure(money.heading(), NAME, failure, &money), failure, limit).await
}

/// What is said of a purchase that was not made, where the token may have made it before.
pub(super) const EARLIER_WITH_TOKEN: &str = "If an earlier apply with this client_token ended without an answer, its order may \
                                             exist. Look for it in the Marketplace console and import it; or, once what is \
                                             said above is settled, apply again with the same client_token, which finds it and \
                                             never buys a second one.";

/// The same of the token of a saved plan.
const EARLIER_OF_PLAN: &str = "If an earlier apply of this saved plan ended without an answer, its order may exist, and a new plan \
                               would buy another one: look in the Marketplace console before you make one. If the order is \
                               there and no resource has it, import it.";

fn earlier_with_token() -> PurchaseOutcome {
    PurchaseOutcome::NotPlacedNow(EARLIER_WITH_TOKEN.to_owned())
}

/// The error when the user's token answers an order that the state holds already.
fn in_use(order_id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace answers this client_token with the order {order_id}, which this state held when it was planned. Nothing \
         was bought.\n\n1. If this resource is that one under a new name, such as another key of for_each, apply again: once the \
         old name is gone, it finds the order and buys nothing. A `moved` block avoids the detour.\n\n2. For another order, \
         give a new client_token and apply again."
    );
    Diagnostic::error(format!("No order was placed: the client_token has bought the order {order_id}"), detail)
        .at(MarketOrder::CLIENT_TOKEN.path())
}

fn search_advice(cloud: &Cloud, entry: Option<&Entry>) -> String {
    let remove = entry.map_or_else(String::new, |entry| format!("\n     rm {}", cloud.journal.path(entry)));
    let both = if entry.is_some() { ", and remove the entry of the purchase" } else { "" };
    format!(
        "If the order is in the Marketplace console under My Orders, you can import it instead{both}:\n\n     terraform import \
         {NAME}.<name> <order id>{remove}"
    )
}
