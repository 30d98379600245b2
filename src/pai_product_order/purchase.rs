//! The purchase. There is no idempotency token, so nothing is sent again before reading has decided that it did not
//! happen.

use std::{fs::File, time::Duration};

use chrono::Utc;
use serde_json::json;

use super::{
    NAME, PaiProductOrder,
    candidates::{self, Found, Sightings},
    model, purchase_messages as messages,
};
use crate::{
    Cloud, failure_messages,
    journal::{self, Begin, Entry},
    purchase::{Attempt, Start, Steps},
};
use alicloud::{
    aiworkspace::{self, ProductOrders},
    endpoint::Product,
    error::{ApiErrorKind, Certainty, Error, Failure, TransportKind},
    retry::Deadline,
};
use tfplugin::{Context, Diagnostic, Diagnostics, Partial};

/// How far apart two readings are.
const BETWEEN_READINGS: Duration = Duration::from_secs(5);

/// How many readings in a row, from one until two pauses later, must find nothing before it did not happen.
const READINGS: u32 = 3;

/// How many, if the service took the request and did not answer in time, or its response is unknown: it may be
/// working on it still.
const READINGS_WHILE_WORKING: u32 = 13;

/// How long before the server's clock an order of this purchase can seem to have been made, in seconds. Orders of that
/// time which the check before buying knew are left out.
const CLOCK_SLACK: i64 = 15 * 60;

/// How long asking for the orders before a purchase may take.
const KNOWN: Duration = Duration::from_secs(10);

/// A purchase of PAI products.
pub(super) struct PaiPurchase<'a> {
    cloud: &'a Cloud,
    ctx: &'a Context,
    codes: Vec<String>,
    body: String,
    /// From when on an order of these products can only be this one, in seconds since 1970.
    since: i64,
}

/// What reading has decided.
enum Decision {
    /// The purchase happened, and this is its order.
    Placed(String),
    /// It did not happen.
    NotPlaced,
}

impl<'a> PaiPurchase<'a> {
    /// Of what is planned.
    ///
    /// # Errors
    /// An argument has no value.
    pub(super) fn new(
        cloud: &'a Cloud,
        planned: &Partial<PaiProductOrder>,
        ctx: &'a Context,
    ) -> Result<Self, Diagnostics> {
        let order = planned.complete()?;
        let codes = order.products.iter().map(|product| product.product_code.clone()).collect();
        Ok(Self { cloud, ctx, codes, body: json!(model::body(order)).to_string(), since: 0 })
    }
}

impl PaiPurchase<'_> {
    /// The orders that were there before the purchase and look like it. That billing does not answer now stops nothing.
    ///
    /// # Errors
    /// Billing refuses to be read, so that the outcome of a purchase whose reply is lost could not be found out.
    async fn known(&self, since: i64) -> Result<Vec<String>, Diagnostic> {
        let brief = self.cloud.deadline(KNOWN, self.ctx);
        let read = candidates::since(self.cloud, &self.codes, since, &brief);
        match tokio::time::timeout(brief.left(), read).await {
            Ok(Err(failure)) if is_refused(&failure) => {
                Err(messages::unread("the list of orders", &self.codes, &failure))
            }
            known => Ok(known.ok().and_then(Result::ok).into_iter().flatten().map(|known| known.order_id).collect()),
        }
    }
}

/// Whether a service refuses a request for good.
fn is_refused(failure: &Failure) -> bool {
    match &failure.error {
        Error::Api(error) => matches!(error.kind(), ApiErrorKind::Forbidden | ApiErrorKind::Site),
        Error::TooMany { .. } => true,
        _ => false,
    }
}

/// Whether a service may still work on what it was sent: it, or a gateway before it, was not done in time.
fn may_be_working(failure: &Failure) -> bool {
    let is_late = |status| matches!(status, 408 | 409 | 504);
    match &failure.error {
        Error::Lost(transport) => transport.kind == TransportKind::Timeout,
        Error::Malformed { status, .. } => is_late(*status),
        Error::Api(error) => is_late(error.status),
        _ => false,
    }
}

impl Steps for PaiPurchase<'_> {
    /// None for an order that was found by reading.
    type Answer = Option<ProductOrders>;

    const KIND: &'static str = NAME;

    const PRODUCT: Product = Product::AiWorkspace;

    fn text(&self) -> &str {
        &self.body
    }

    async fn reserve(&self, deadline: &Deadline) -> Result<Option<File>, Diagnostic> {
        self.cloud.journal.lock_purchases(deadline).await.map(Some)
    }

    async fn begin(&mut self, purchase: &journal::Purchase, deadline: &Deadline) -> Result<Start, Diagnostic> {
        let (start, checked) = match self.cloud.journal.find(purchase, deadline).await? {
            Some(Begin::Placed(entry, order_id)) => return Ok(Start::Placed(entry, order_id)),
            Some(Begin::Again(entry) | Begin::Expired(entry) | Begin::New(Some(entry))) => {
                let checked = entry.time.timestamp();
                (Start::Again(entry), checked)
            }
            Some(Begin::New(None)) | None => {
                let checked = check(self.cloud, &self.codes, deadline).await?;
                let known = self.known(checked - CLOCK_SLACK).await?;
                (Start::New(Some(self.cloud.journal.enter(purchase, known)?)), checked)
            }
        };
        self.since = checked - CLOCK_SLACK;
        Ok(start)
    }

    async fn send(
        &self,
        attempt: &Attempt,
        deadline: &Deadline,
    ) -> Result<(String, Option<ProductOrders>), Diagnostic> {
        let Some(entry) = &attempt.entry else { return Err(messages::not_entered()) };
        let buying = Buying { purchase: self, deadline, entry };
        buying.run(attempt.sent_earlier.is_some()).await
    }
}

/// A purchase that is under way.
struct Buying<'a> {
    purchase: &'a PaiPurchase<'a>,
    deadline: &'a Deadline,
    entry: &'a Entry,
}

/// Makes sure that the account has none of the products and that the caller may buy them. Returns when that was, by the
/// server's clock, in seconds since 1970.
async fn check(cloud: &Cloud, codes: &[String], deadline: &Deadline) -> Result<i64, Diagnostic> {
    let listed = aiworkspace::list_products(&cloud.client, codes, deadline).await;
    let listed = listed.map_err(|failure| messages::unread("the list of products", codes, &failure))?;
    let named = |is: fn(&aiworkspace::ListedProduct) -> bool| -> Vec<String> {
        let matching = listed.products.iter().filter(|product| is(product));
        matching.filter_map(|product| product.product_code.clone()).filter(|code| codes.contains(code)).collect()
    };
    let purchased = named(|product| product.is_purchased == Some(true));
    if !purchased.is_empty() {
        return Err(purchased_already(cloud, &purchased, deadline).await);
    }
    let forbidden = named(|product| product.has_permission_to_purchase == Some(false));
    if forbidden.is_empty() {
        return Ok(listed.server_time.unwrap_or_else(|| Utc::now().timestamp()));
    }
    Err(messages::not_permitted(&forbidden))
}

async fn purchased_already(cloud: &Cloud, codes: &[String], deadline: &Deadline) -> Diagnostic {
    let since = Utc::now().timestamp() - candidates::YEAR;
    let import = candidates::proposal(&candidates::since(cloud, codes, since, deadline).await);
    messages::purchased_already(codes, &import)
}

impl Buying<'_> {
    async fn run(&self, is_taken_over: bool) -> Result<(String, Option<ProductOrders>), Diagnostic> {
        let PaiPurchase { cloud, codes, .. } = self.purchase;
        let mut is_undecided = is_taken_over;
        let mut last: Option<Failure> = None;
        loop {
            if is_undecided && let Decision::Placed(order_id) = self.decide(last.as_ref()).await? {
                return Ok((order_id, None));
            }
            let sent =
                aiworkspace::create_product_orders(&cloud.client, &self.entry.purchase.text, self.deadline).await;
            match sent {
                Ok(orders) => return Ok((orders.order_id.clone().unwrap_or_default(), Some(orders))),
                Err(failure) if failure.certainty == Certainty::NotDone => {
                    // Reading has decided that no earlier attempt did it either.
                    cloud.journal.settle(self.entry);
                    return Err(cloud.with_balance(messages::refused(codes, &failure), &failure, self.deadline).await);
                }
                Err(failure) => {
                    tracing::warn!(%failure, "the outcome of the purchase is not known");
                    is_undecided = true;
                    last = Some(failure);
                }
            }
        }
    }

    /// Reads until the outcome of the purchase is certain.
    ///
    /// # Errors
    /// It cannot be decided within the time limit.
    async fn decide(&self, sent: Option<&Failure>) -> Result<Decision, Diagnostic> {
        let readings = if sent.is_none_or(may_be_working) { READINGS_WHILE_WORKING } else { READINGS };
        let PaiPurchase { cloud, codes, since, .. } = self.purchase;
        let mut nothing = 0;
        let mut sightings = Sightings::default();
        loop {
            let is_purchased = aiworkspace::list_products(&cloud.client, codes, self.deadline).await.map(|listed| {
                let held = |code: &String| {
                    let product = listed.products.iter().find(|product| product.product_code.as_ref() == Some(code));
                    product.is_some_and(|product| product.is_purchased == Some(true))
                };
                codes.iter().any(held)
            });
            let has_one = matches!(is_purchased, Ok(true));
            let found = candidates::read(cloud, codes, *since, &self.entry.known, has_one, self.deadline).await;
            if let Some(order_id) = sightings.confirm(&found) {
                return Ok(Decision::Placed(order_id));
            }
            match (&is_purchased, &found) {
                (_, Ok(Found::Several(orders))) => {
                    cloud.journal.mark_unresolved(self.entry);
                    return Err(messages::several(&cloud.journal, self.entry, codes, orders));
                }
                (Ok(false), Ok(Found::Nothing)) => nothing += 1,
                _ => nothing = 0,
            }
            if nothing == readings {
                return Ok(Decision::NotPlaced);
            }
            let refused = is_purchased.as_ref().err().or(found.as_ref().err()).filter(|failure| is_refused(failure));
            if refused.is_some() || !self.deadline.wait(BETWEEN_READINGS).await {
                let advice = refused.map(failure_messages::failure_advice);
                let purchased = is_purchased.as_ref().map_err(ToString::to_string);
                cloud.journal.mark_unresolved(self.entry);
                let billing = candidates::reported(&found);
                return Err(messages::undecided(&cloud.journal, self.entry, codes, sent, purchased, &billing, advice));
            }
        }
    }
}
