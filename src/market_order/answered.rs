//! What a token of the user's may answer: the order that was just bought, one that it bought before, or another one.

use alicloud::market::Order;
use chrono::DateTime;
use tfplugin::{Diagnostic, Partial};

use super::{MarketOrder, NAME, model};
use crate::journal::moment;

/// Compares the order that a token answered with what was to be bought. A warning about an order that was not bought just
/// now, and about a new one that differs from what was asked for.
///
/// # Errors
/// It is another order, or one that is no longer in force. Nothing is saved.
pub(super) fn check(
    order_id: &str,
    order: &Order,
    planned: &Partial<MarketOrder>,
    is_new: bool,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let differing = model::first_difference(order, planned);
    let Some(name) = differing else { return if is_new { Ok(None) } else { earlier(order_id, order) } };
    if is_new {
        let detail = format!(
            "The order {order_id} was placed by this apply and is in the state. The Marketplace reports another \
             {name} than the configuration asks for. The next plan shows the difference; look at the order \
             in the console before you apply it."
        );
        return Ok(Some(Diagnostic::warning(format!("Order {order_id} differs from what was asked for"), detail)));
    }
    let detail = format!(
        "The client_token has bought an order before: the Marketplace answers with the order {order_id}, which has \
         another {name} than the configuration asks for. Nothing was bought now, and nothing is saved. Give a \
         new client_token for a new order. To take the order {order_id} into a state:\n\n  terraform import {NAME}.<name> \
         {order_id}"
    );
    let summary = "No order was placed: the client_token belongs to another order";
    Err(Diagnostic::error(summary, detail).at(MarketOrder::CLIENT_TOKEN.path()))
}

/// An order that the token bought before this apply.
fn earlier(order_id: &str, order: &Order) -> Result<Option<Diagnostic>, Diagnostic> {
    let created = order.created_on.and_then(DateTime::from_timestamp_millis);
    let placed = created.map_or_else(|| "earlier".to_owned(), |time| format!("at {}", moment(time)));
    if let Some(status) = order.order_status.as_deref().filter(|status| super::has_ended(status)) {
        let detail = format!(
            "The client_token bought the order {order_id} {placed}, which has the status {status} and is no longer in force. \
             Nothing was bought now, and nothing is saved. For another order, give a new client_token."
        );
        let summary = format!("No order was placed: the client_token belongs to an order that is {status}");
        return Err(Diagnostic::error(summary, detail).at(MarketOrder::CLIENT_TOKEN.path()));
    }
    let detail = format!(
        "The client_token bought the order {order_id} {placed}, and the Marketplace answers with that order. It is in the state \
         now. Nothing was bought by this apply. For another order, give a new client_token."
    );
    let summary = format!("Order {order_id} was placed {placed}; nothing was bought now");
    Ok(Some(Diagnostic::warning(summary, detail).at(MarketOrder::CLIENT_TOKEN.path())))
}
