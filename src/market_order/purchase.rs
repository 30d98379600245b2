//! The purchase itself: one intent, one token, one order.

use std::time::Instant;

use alicloud::{
    endpoint::Product,
    error::{Error, Failure, Fate, Refusal},
    market::{self, NewOrder, Order},
    retry::Limit,
};
use chrono::{DateTime, Utc};
use serde_json::json;
use tfplugin::{
    diagnostics::{Diagnostic, Diagnostics},
    provider::{Create, Patience},
    value::{Path, Value},
};

use super::{NAME, model, planned_token, unresolved};
use crate::{
    Cloud,
    explain::{self, Money},
    journal::{self, Answer, Begin, Entry},
    timeouts,
};

/// An order that exists.
pub(super) struct Bought {
    pub(super) order_id: String,
    /// Its entry in the journal, until it is safe in a state.
    pub(super) entry: Option<Entry>,
    /// When an earlier apply sent the purchase, if one did.
    pub(super) sent_earlier: Option<DateTime<Utc>>,
    /// With a token of the user's, which can have bought something else before: since when an order is certainly this
    /// one, by the server's clock, in milliseconds since 1970.
    pub(super) since: Option<i64>,
    pub(super) warnings: Diagnostics,
}

impl Bought {
    /// Whether this apply placed the order, as far as the clocks tell.
    pub(super) fn is_new(&self, order: &Order) -> bool {
        let is_later = |since| order.created_on.is_some_and(|created| created >= since);
        self.sent_earlier.is_some() || self.since.is_none_or(is_later)
    }
}

/// Buys what is planned, or finds the order that an earlier apply placed for it.
pub(super) async fn buy(cloud: &Cloud, create: &Create, patience: &Patience) -> Result<Bought, Diagnostics> {
    let planned = &create.planned;
    let commodity = json!(model::commodity(planned)).to_string();
    let purchase = cloud.purchase(NAME, Product::Market, commodity, patience).await?;
    let client_token = planned.get("client_token").as_str();
    if client_token.is_some_and(|token| !cloud.journal.reserve_client_token(token)) {
        return Err(journal::used_twice().into());
    }
    let token = planned_token::read(&create.private);
    let limit = cloud.limit(timeouts::create(planned), patience);
    loop {
        let (entry, sent_earlier) = match cloud.journal.begin(&purchase, client_token, token, &limit).await? {
            Begin::Placed(entry, order_id) => {
                let sent_earlier = Some(entry.time);
                let warnings = Diagnostics::default();
                return Ok(Bought { order_id, entry: Some(entry), sent_earlier, since: None, warnings });
            }
            Begin::Expired(entry) => {
                unresolved::read_outcome(cloud, &entry, planned, &limit).await?;
                continue;
            }
            Begin::Again(entry) => {
                let sent = entry.time;
                (Some(entry), Some(sent))
            }
            Begin::New(entry) => (entry, None),
        };
        let bought = send(cloud, planned, purchase.text.clone(), client_token, (entry, sent_earlier), &limit).await?;
        if let Some(bought) = bought {
            return Ok(bought);
        }
    }
}

/// Sends the purchase. None if its order is one that another resource holds, so that this purchase is a new one.
async fn send(
    cloud: &Cloud,
    planned: &Value,
    commodity: String,
    client_token: Option<&str>,
    (mut entry, sent_earlier): (Option<Entry>, Option<DateTime<Utc>>),
    limit: &Limit,
) -> Result<Option<Bought>, Diagnostics> {
    let mut warnings = Diagnostics::default();
    if sent_earlier.is_none() {
        warnings.extend(cloud.journal.warn_unresolved());
    }
    let token = entry.as_ref().map(|entry| entry.token.as_str()).or(client_token).unwrap_or_default();
    let limit = entry.iter().fold(limit.clone(), |limit, entry| limit.not_after(entry.last_moment()));
    let order = NewOrder { client_token: token.to_owned(), commodity };
    let begin = Instant::now();
    let placed = match market::create_order(&cloud.client, &order, &limit).await {
        Ok(placed) => placed,
        Err(failure) => return Err(failed(cloud, planned, entry.as_ref(), &failure, &limit).await.into()),
    };
    tracing::info!(order_id = placed.order_id, request_id = placed.request_id, "order placed");
    if let Some(entry) = &mut entry
        && matches!(cloud.journal.record_order(entry, &placed.order_id)?, Answer::BuyNew)
    {
        return Ok(None);
    }
    if client_token.is_some() && cloud.journal.is_in_state(&placed.order_id) {
        entry.iter().for_each(|entry| cloud.journal.settle(entry));
        return Err(in_use(&placed.order_id).into());
    }
    let now = placed.server_time.map_or_else(|| Utc::now().timestamp_millis(), |seconds| seconds * 1000);
    let since = now - i64::try_from(begin.elapsed().as_millis()).unwrap_or(i64::MAX);
    let since = client_token.map(|_| since);
    Ok(Some(Bought { order_id: placed.order_id, entry, sent_earlier, since, warnings }))
}

/// The error for a purchase that brought no order id. The entry of one that certainly did not happen is removed.
async fn failed(cloud: &Cloud, planned: &Value, entry: Option<&Entry>, failure: &Failure, limit: &Limit) -> Diagnostic {
    let is_taken_over = entry.is_some_and(|entry| cloud.journal.is_taken_over(entry));
    let is_token_reused = matches!(&failure.error, Error::Api(error) if error.refusal() == Refusal::TokenReused);
    let money = match entry {
        _ if is_token_reused => Money::MaybePlaced(format!(
            "The token of this purchase has bought something else. Nothing was bought now. {}",
            look_for_it(cloud, entry)
        )),
        Some(entry) if failure.fate == Fate::NotDone && !is_taken_over => {
            cloud.journal.settle(entry);
            match entry.is_client_token {
                true => earlier_with_token(),
                false => Money::NotPlaced,
            }
        }
        // The service refuses now what it may have accepted before.
        Some(entry) if failure.fate == Fate::NotDone => {
            cloud.journal.mark_unresolved(entry);
            match unresolved::read_outcome(cloud, entry, planned, limit).await {
                Ok(()) => Money::NotPlaced,
                Err(error) => Money::MaybePlaced(error.detail),
            }
        }
        Some(entry) => {
            cloud.journal.mark_unresolved(entry);
            Money::MaybePlaced(format!(
                "1. Run terraform apply again {}: it sends the same purchase with the same token, which finds the order and \
                 never buys a second one.\n\n2. {}",
                if entry.is_client_token {
                    "with the same client_token"
                } else {
                    "in this directory, and keep its data directory (.terraform) until then"
                },
                look_for_it(cloud, Some(entry)),
            ))
        }
        None if failure.fate == Fate::NotDone => earlier_with_token(),
        None => Money::MaybePlaced(format!(
            "1. Run terraform apply again with the same client_token: it finds the order and never buys a second one.\n\n2. {}",
            look_for_it(cloud, None)
        )),
    };
    explain::failure(money.heading(), NAME, failure, &money)
}

fn earlier_with_token() -> Money {
    Money::NotPlacedNow(
        "If an earlier apply with this client_token ended without an answer, its order may exist: apply again with the same \
         client_token, which finds it and never buys a second one."
            .to_owned(),
    )
}

/// The error when the user's token answers an order that the state holds already.
fn in_use(order_id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace answers this client_token with the order {order_id}, which a resource of this state holds. Nothing \
         was bought. For another order, give a new client_token and apply again."
    );
    Diagnostic::error(format!("No order was placed: the client_token has bought the order {order_id}"), detail)
        .at(Path::attribute("client_token"))
}

fn look_for_it(cloud: &Cloud, entry: Option<&Entry>) -> String {
    let remove = entry.map_or_else(String::new, |entry| format!("\n     rm {}", cloud.journal.path(entry)));
    let both = if entry.is_some() { ", and remove the entry of the purchase" } else { "" };
    format!(
        "If the order is in the Marketplace console under My Orders, you can import it instead{both}:\n\n     terraform import \
         {NAME}.<name> <order id>{remove}"
    )
}
