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
    not_refunded(
        prior,
        summary,
        "An argument changed that an order cannot change, so this plan buys a new order",
        renews_itself,
    )
}

/// The same of an order that is destroyed.
pub(super) fn destroyed(prior: &Partial<MarketOrder>, renews_itself: Option<bool>) -> Diagnostic {
    let summary = format!("Destroying order {} refunds nothing", shown_id::<MarketOrder>(prior));
    let is_turned_off = prior.renew_off_on_destroy.known() == Some(&true);
    let what = match is_turned_off {
        true => "Terraform turns the auto-renewal of the order off, then removes the order from the state",
        false => "Terraform only removes the order from the state, and sends nothing to Alibaba Cloud",
    };
    not_refunded(prior, summary, what, renews_itself)
}

fn not_refunded(prior: &Partial<MarketOrder>, summary: String, what: &str, renews_itself: Option<bool>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "{what}. The order {id} is neither cancelled nor refunded.{} {} To cancel it, use the Marketplace console. To manage it with \
         Terraform again:\n\n  terraform import {NAME}.<name> {id}",
        cost(prior),
        renewal(prior, renews_itself)
    );
    Diagnostic::warning(summary, detail)
}

/// Whether an order that goes will cost anything more.
fn renewal(prior: &Partial<MarketOrder>, renews_itself: Option<bool>) -> &'static str {
    match renews_itself {
        _ if prior.renew_off_on_destroy.known() == Some(&true) => {
            "Its auto-renewal is turned off first (renew_off_on_destroy), so it ends with its period."
        }
        Some(true) => {
            "It renews automatically, and is then charged again. To prevent that, first apply auto_renew = { enabled = false } or \
             renew_off_on_destroy = true."
        }
        Some(false) => "It does not renew automatically, and ends with its period.",
        None => "Whether it renews automatically is unknown: check in the Marketplace console.",
    }
}

pub(super) fn same_token(prior: &Partial<MarketOrder>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "The changed arguments need another order, but client_token is still the one that bought the order {id}: the Marketplace \
         would return that order and sell nothing. Nothing was bought. To buy another order, set a new client_token. To keep the \
         order, undo the change. Then run terraform plan again."
    );
    Diagnostic::error("No order was placed: the same client_token cannot buy another order", detail)
        .at(MarketOrder::CLIENT_TOKEN.path())
}

/// The error of the destroy half of a replacement that its create cannot complete.
pub(super) fn replaced_with_its_token(prior: &Partial<MarketOrder>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "This replacement would remove the order {id} from the state, and for its client_token the Marketplace would return the \
         same order and sell nothing. Nothing was bought, and the state is kept.\n\n1. To keep the order, run terraform apply \
         without -replace, or first run terraform untaint {NAME}.<name> if the resource is tainted.\n\n2. To buy another order, set \
         a new client_token, then run terraform apply again."
    );
    Diagnostic::error("No order was placed: the client_token has bought the order that is replaced", detail)
        .at(MarketOrder::CLIENT_TOKEN.path())
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    use tfplugin::value::Number;

    let order = Partial::<MarketOrder> {
        id: "202600000000001".into(),
        payment_price: Number::from(100_i64).into(),
        currency: "CNY".into(),
        ..Partial::<MarketOrder>::default()
    };
    let turned_off = Partial::<MarketOrder> { renew_off_on_destroy: true.into(), ..order.clone() };
    vec![
        replaced(&order, Some(true)),
        destroyed(&order, Some(true)),
        destroyed(&order, Some(false)),
        destroyed(&order, None),
        destroyed(&turned_off, Some(true)),
        same_token(&order),
        replaced_with_its_token(&order),
    ]
}
