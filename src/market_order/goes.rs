//! What is said of an order that goes: destroyed, or replaced by another one.

use tfplugin::{Attr, Diagnostic, Partial};

use super::{MarketOrder, NAME};
use crate::order::shown_id;

/// What an order cost, as far as a state knows.
fn cost(state: &Partial<MarketOrder>) -> String {
    match &state.payment_price {
        Attr::Known(price) => {
            let currency = state.currency.as_str().map(|currency| format!(" {currency}")).unwrap_or_default();
            format!(" It cost {price}{currency}.")
        }
        _ => String::new(),
    }
}

pub(super) fn replaced(prior: &Partial<MarketOrder>) -> Diagnostic {
    let summary = format!("Replacing order {} buys another one and refunds nothing", shown_id::<MarketOrder>(prior));
    not_refunded(prior, summary, "A changed argument means another order: this plan buys a new one")
}

pub(super) fn destroyed(prior: &Partial<MarketOrder>) -> Diagnostic {
    let summary = format!("Destroying order {} refunds nothing", shown_id::<MarketOrder>(prior));
    not_refunded(prior, summary, "Terraform only forgets the order: nothing is sent to Alibaba Cloud")
}

fn not_refunded(prior: &Partial<MarketOrder>, summary: String, what: &str) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "{what}. The order {id} is neither cancelled nor refunded.{} To end it, use the Marketplace \
         console. To take it back into the state:\n\n  terraform import {NAME}.<name> {id}",
        cost(prior)
    );
    Diagnostic::warning(summary, detail)
}

pub(super) fn same_token(prior: &Partial<MarketOrder>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "A changed argument means another order, and client_token is still the one that bought the order {id}: the \
         Marketplace would answer with that order and sell nothing. Nothing was bought. Undo the change, or give a new \
         client_token."
    );
    Diagnostic::error("The same client_token cannot buy another order", detail).at(MarketOrder::CLIENT_TOKEN.path())
}

/// The error of the destroy half of a replacement that its create cannot complete.
pub(super) fn replaced_with_its_token(prior: &Partial<MarketOrder>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "This replacement would forget the order {id}, and the Marketplace would answer its client_token with that order and \
         sell nothing. Nothing was bought, and the state is kept. To keep the order, leave out -replace, or run terraform \
         untaint on the resource. For another order, give a new client_token."
    );
    Diagnostic::error("No order was placed: the client_token has bought the order that is replaced", detail)
        .at(MarketOrder::CLIENT_TOKEN.path())
}
