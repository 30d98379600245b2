//! The messages about an order that leaves the state: destroyed, or replaced by another one.

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

/// The warning about an order that another one replaces. `renews_itself` is whether it does, where that is known.
pub(super) fn replaced(prior: &Partial<MarketOrder>, renews_itself: Option<bool>) -> Diagnostic {
    let summary = format!("Replacing order {} buys another one and refunds nothing", shown_id::<MarketOrder>(prior));
    not_refunded(prior, summary, "A changed argument means another order: this plan buys a new one", renews_itself)
}

/// The same of an order that is destroyed.
pub(super) fn destroyed(prior: &Partial<MarketOrder>, renews_itself: Option<bool>) -> Diagnostic {
    let summary = format!("Destroying order {} refunds nothing", shown_id::<MarketOrder>(prior));
    let is_turned_off = prior.renew_off_on_destroy.known() == Some(&true);
    let what = match is_turned_off {
        true => "Terraform turns the auto-renewal of the order off, then forgets the order",
        false => "Terraform only forgets the order: nothing is sent to Alibaba Cloud",
    };
    not_refunded(prior, summary, what, renews_itself)
}

fn not_refunded(prior: &Partial<MarketOrder>, summary: String, what: &str, renews_itself: Option<bool>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "{what}. The order {id} is neither cancelled nor refunded.{} {} To end it, use the Marketplace \
         console. To take it back into the state:\n\n  terraform import {NAME}.<name> {id}",
        cost(prior),
        renewal(prior, renews_itself)
    );
    Diagnostic::warning(summary, detail)
}

/// Whether an order that goes will cost anything more.
fn renewal(prior: &Partial<MarketOrder>, renews_itself: Option<bool>) -> &'static str {
    match renews_itself {
        _ if prior.renew_off_on_destroy.known() == Some(&true) => {
            "Its auto-renewal is turned off before that (renew_off_on_destroy), so it ends when its time is over."
        }
        Some(true) => {
            "It renews itself, and will be charged again when its time is over: to turn that off, apply auto_renew = { enabled = \
             false } or renew_off_on_destroy = true before."
        }
        Some(false) => "It does not renew itself, and ends when its time is over.",
        None => "Whether it renews itself is not known: the Marketplace console shows it.",
    }
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
