//! What a token that is older than this apply may answer: the order that was just bought, one that it bought before, or
//! another one.

use alicloud::market::Order;
use chrono::DateTime;
use tfplugin::{Diagnostic, Partial};

use super::{MarketOrder, NAME, model};
use crate::journal::moment;

/// When an order was placed, beside the apply that has bought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    Now,
    Before,
    /// The service does not report it.
    Unclear,
}

/// A token that an earlier apply can have bought with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OldToken {
    /// The user's `client_token`.
    Client,
    /// The token of a saved plan.
    Plan,
}

/// Compares the order that a purchase answered with what was to be bought. A warning about an order that the token bought
/// before, and about a new one that differs from what was requested. `is_resent` is whether an earlier apply sent the
/// same purchase, whose order it then is.
///
/// # Errors
/// It is another order, or one that is no longer in force. Nothing is saved.
pub(super) fn check(
    order_id: &str,
    order: &Order,
    planned: &Partial<MarketOrder>,
    token: Option<OldToken>,
    placed: Placed,
    is_resent: bool,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let has_client_token = token == Some(OldToken::Client);
    if let Some(status) = order.order_status.as_deref().filter(|status| super::has_ended(status)) {
        return Err(ended(order_id, order, status, has_client_token));
    }
    let differing = model::first_difference(order, planned).filter(|_| has_client_token);
    let Some(name) = differing else {
        let earlier = match (token, placed) {
            _ if is_resent => None,
            (Some(OldToken::Client), Placed::Before | Placed::Unclear) => Some(bought_with_token(order_id, order)),
            (Some(OldToken::Plan), Placed::Before) => Some(bought_by_plan(order_id, order)),
            _ => None,
        };
        return Ok(earlier);
    };
    if placed == Placed::Now || is_resent {
        let detail = format!(
            "The order {order_id} of this purchase is in the state. The Marketplace reports a {name} that differs from the \
             configuration. The state keeps what was bought. Check the order in the Marketplace console under My Orders."
        );
        return Ok(Some(Diagnostic::warning(format!("Order {order_id} differs from the configuration"), detail)));
    }
    let detail = format!(
        "This client_token has already bought an order: the Marketplace returns the order {order_id}, whose {name} differs from \
         the configuration. Nothing was bought now, and nothing was saved.\n\n1. To buy a new order, set a new client_token, then \
         run terraform apply again.\n\n2. To manage the order {order_id} instead: terraform import {NAME}.<name> {order_id}"
    );
    let summary = "No order was placed: the client_token belongs to another order";
    Err(Diagnostic::error(summary, detail).at(MarketOrder::CLIENT_TOKEN.path()))
}

/// When an order was placed, as a part of a sentence.
fn placed(order: &Order) -> String {
    let created = order.created_on.and_then(DateTime::from_timestamp_millis);
    created.map_or_else(|| "earlier".to_owned(), |time| format!("at {}", moment(time)))
}

/// The error about an order that was found and is no longer in force.
fn ended(order_id: &str, order: &Order, status: &str, has_client_token: bool) -> Diagnostic {
    let next = match has_client_token {
        true => "To buy another order, set a new client_token, then run terraform apply again",
        false => "The next terraform apply buys another order",
    };
    let detail = format!(
        "This purchase was already made: its order {order_id} was placed {}, has the status {status}, and is no longer in \
         force. Nothing was bought now, and nothing was saved. {next}.",
        placed(order)
    );
    Diagnostic::error(format!("No order was placed: order {order_id} has the status {status}"), detail)
}

/// The warning about an order that the user's token bought before this apply.
fn bought_with_token(order_id: &str, order: &Order) -> Diagnostic {
    let placed = placed(order);
    let detail = format!(
        "The client_token bought the order {order_id} {placed}, and the Marketplace returns that order. It is now in the state. \
         Nothing was bought by this apply. To buy another order, set a new client_token."
    );
    let summary = format!("Order {order_id} was placed {placed}; nothing was bought now");
    Diagnostic::warning(summary, detail).at(MarketOrder::CLIENT_TOKEN.path())
}

/// The warning about an order that an earlier apply of the same saved plan bought.
fn bought_by_plan(order_id: &str, order: &Order) -> Diagnostic {
    let placed = placed(order);
    let detail = format!(
        "An earlier apply of this saved plan bought the order {order_id} {placed}. The order is now in this state. If that \
         apply saved another state, the order is in both states. Nothing was bought by this apply."
    );
    Diagnostic::warning(format!("Order {order_id} was placed {placed}; nothing was bought now"), detail)
}
