//! The purchase itself: one intent, one token, one order.

use std::{
    ops::ControlFlow::{Break, Continue},
    time::Instant,
};

use chrono::Utc;
use serde_json::json;

use super::{NAME, model};
use crate::{
    Cloud,
    explain::{self, Money},
    intent::{self, Earlier, Intent},
    timeouts,
};
use alicloud::{
    endpoint::Product,
    error::{Error, Failure, Fate, Refusal},
    market::{self, NewOrder, Order},
};
use tfplugin::{
    diagnostics::{Diagnostic, Diagnostics},
    provider::Patience,
    value::{Path, Value},
};

/// An order that exists.
pub(super) struct Bought {
    pub(super) order_id: String,
    /// What notes it on disk, until it is safe in a state.
    pub(super) intent: Option<Intent>,
    /// With a token of the user's, which can have bought something else before: since when an order is certainly this
    /// one, by the server's clock, in milliseconds since 1970.
    pub(super) since: Option<i64>,
    pub(super) warnings: Diagnostics,
}

/// Buys what is planned, or finds the order that an earlier apply of the same plan placed.
pub(super) async fn buy(cloud: &Cloud, planned: &Value, patience: &Patience) -> Result<Bought, Diagnostics> {
    let commodity = json!(model::commodity(planned)).to_string();
    let purchase = cloud.purchase(NAME, Product::Market, commodity, patience).await?;
    let token = planned.get("client_token").as_str();
    if let Some(token) = token.filter(|token| !cloud.intents.uses(token)) {
        return Err(used_twice(token).into());
    }
    let mut warnings = Diagnostics::default();
    let limit = cloud.limit(timeouts::create(planned), patience);
    let found = match token {
        Some(_) => cloud.intents.claim(&purchase, &limit).await?.map_continue(|()| None),
        None => cloud.intents.claim_or_write(&purchase, &limit).await?.map_continue(Some),
    };
    let mut intent = match found {
        Break(Earlier::Placed(intent, order_id)) => {
            warnings.push(intent::taken_up(&order_id));
            return Ok(Bought { order_id, intent: Some(intent), since: None, warnings });
        }
        Break(Earlier::Undecided(intent)) => Some(intent),
        Continue(None) => None,
        Continue(Some(intent)) => {
            warnings.extend(cloud.intents.unclaimed());
            Some(intent)
        }
    };
    let limit = intent.iter().fold(limit, |limit, intent| limit.not_after(intent.last_moment()));
    let client_token = match (&intent, token) {
        (Some(intent), _) => intent.token.clone(),
        (None, Some(token)) => token.to_owned(),
        (None, None) => unreachable!("without a token there is an intent"),
    };
    let order = NewOrder { client_token, commodity: purchase.text };
    let begin = Instant::now();
    match market::create_order(&cloud.client, &order, &limit).await {
        Ok(placed) => {
            tracing::info!(order_id = placed.order_id, request_id = placed.request_id, "order placed");
            if let Some(intent) = &mut intent {
                cloud.intents.placed(intent, &placed.order_id);
            }
            let now = placed.server_time.map_or_else(|| Utc::now().timestamp_millis(), |seconds| seconds * 1000);
            let since = now - i64::try_from(begin.elapsed().as_millis()).unwrap_or(i64::MAX);
            let since = intent.is_none().then_some(since);
            Ok(Bought { order_id: placed.order_id, intent, since, warnings })
        }
        Err(failure) => Err(failed(cloud, planned, intent.as_ref(), &failure).into()),
    }
}

/// The error for a purchase that brought no order id. The intent of one that certainly did not happen is forgotten.
fn failed(cloud: &Cloud, planned: &Value, intent: Option<&Intent>, failure: &Failure) -> Diagnostic {
    let subject = format!("{NAME} for the product {:?}", planned.get("product_code").as_str().unwrap_or_default());
    let was_undecided = intent.is_some_and(|intent| cloud.intents.was_claimed(intent));
    let token_reused = matches!(&failure.error, Error::Api(error) if error.refusal() == Refusal::TokenReused);
    let money = match intent {
        Some(intent) if token_reused => Money::MaybePlaced(format!(
            "The token of this purchase was used for something else. Nothing was bought now. {}\n\nIf it is not there, remove \
             the note and apply again:\n\n  rm {}",
            look_for_it(),
            cloud.intents.place(intent)
        )),
        None if token_reused => Money::MaybePlaced(format!(
            "The client_token was used before, for something else than this. Nothing was bought now. {}",
            look_for_it()
        )),
        Some(intent) if failure.fate == Fate::NotDone && !was_undecided => {
            cloud.intents.forget(&intent.token);
            Money::NotPlaced
        }
        Some(intent) => {
            cloud.intents.unsettled(intent);
            let note = cloud.intents.place(intent);
            Money::MaybePlaced(format!(
                "Run terraform apply again in this directory: it asks for the same order with the same token, finds out what \
                 happened, and never buys a second one. The purchase is noted in {note}.\n\n{}\n\nThen the note is not \
                 needed any more:\n\n  rm {note}",
                look_for_it(),
            ))
        }
        None if failure.fate == Fate::NotDone => Money::NotPlacedNow(
            "If an earlier apply with this client_token ended without an answer, its order may exist: apply again with the \
             same client_token, which finds it and never sells a second one."
                .to_owned(),
        ),
        None => Money::MaybePlaced(format!(
            "Run terraform apply again: with the same client_token the Marketplace answers with the same order and never \
             sells a second one.\n\n{}",
            look_for_it()
        )),
    };
    explain::failure("The order was not confirmed", &subject, failure, &money)
}

/// Compares the order that a token of the user's answered with what was to be bought. A warning, if it was placed since
/// that moment and is told differently all the same.
///
/// # Errors
/// It is another one. Nothing is saved.
pub(super) fn is_what_was_planned(
    order_id: &str,
    order: &Order,
    planned: &Value,
    since: i64,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let Some((name, told)) = model::first_difference(order, planned) else { return Ok(None) };
    let told = told.as_str().map_or_else(|| told.as_i64().map_or_else(String::new, |n| n.to_string()), str::to_owned);
    if order.created_on.is_some_and(|created| created >= since) {
        let detail = format!(
            "The order {order_id} was placed by this apply and is in the state. The Marketplace says that its {name} is \
             {told:?}, which is not what the configuration asks for. The next plan shows the difference; look at the order \
             in the console before you apply it."
        );
        return Ok(Some(Diagnostic::warning(format!("Order {order_id} is not quite what was asked for"), detail)));
    }
    let detail = format!(
        "The client_token was used before: the Marketplace answers it with the order {order_id}, whose {name} is {told:?}. \
         That is another order than the configuration asks for. Nothing more was bought, and nothing is saved. Give a new \
         client_token for a new order. To take the order {order_id} into a state:\n\n  terraform import {NAME}.<name> \
         {order_id}"
    );
    Err(Diagnostic::error("The client_token belongs to another order", detail).at(Path::attribute("client_token")))
}

fn used_twice(token: &str) -> Diagnostic {
    let detail = format!(
        "Another resource of this apply bought with the client_token {token:?}, and one token is one order: the Marketplace \
         would answer both with the same. Nothing more was bought. Give each resource, and each instance of count or \
         for_each, a token of its own, such as \"{token}-${{each.key}}\"."
    );
    Diagnostic::error("Two orders with the same client_token", detail).at(Path::attribute("client_token"))
}

fn look_for_it() -> String {
    format!(
        "If the order is in the Marketplace console under My Orders, it can also be taken into the state by hand:\n\n  \
         terraform import {NAME}.<name> <order id>"
    )
}
