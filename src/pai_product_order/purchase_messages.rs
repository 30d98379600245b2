//! Messages about a purchase of PAI products.

use alicloud::{billing::Row, error::Failure};
use tfplugin::Diagnostic;

use super::{NAME, candidates::Candidate};
use crate::{
    failure_messages::{self, PurchaseOutcome},
    journal::{Entry, Journal},
};

/// What a purchase is for, as a part of a sentence.
pub(super) fn subject(codes: &[String]) -> String {
    format!("{NAME} for {}", codes.join(", "))
}

/// The error about a purchase that was not sent because something cannot be read; `what` says it.
pub(super) fn unread(what: &str, codes: &[String], failure: &Failure) -> Diagnostic {
    let summary = format!("No order was placed: {what} cannot be read");
    failure_messages::failure(&summary, &subject(codes), failure, &PurchaseOutcome::NotPlaced)
}

/// The error about a purchase that the service refuses.
pub(super) fn refused(codes: &[String], failure: &Failure) -> Diagnostic {
    let outcome = PurchaseOutcome::NotPlaced;
    failure_messages::failure(outcome.heading(), &subject(codes), failure, &outcome)
}

pub(super) fn not_permitted(codes: &[String]) -> Diagnostic {
    let detail = format!(
        "ListProducts reports that the caller may not buy {}. No order was placed, and nothing was paid. Grant the caller the RAM \
         action pai:CreateOrder, then run terraform apply again.",
        codes.join(", ")
    );
    Diagnostic::error("No order was placed: the purchase is not permitted", detail)
}

/// The error about products that the account has; `import` says how to import their order.
pub(super) fn purchased_already(codes: &[String], import: &str) -> Diagnostic {
    let codes = codes.join(", ");
    let detail = format!(
        "ListProducts reports {codes} as purchased. No order was placed, and nothing was paid.\n\n{import}\n\n\
         Otherwise, remove {codes} from the configuration."
    );
    Diagnostic::error(format!("No order was placed: the account already has {codes}"), detail)
}

pub(super) fn several(journal: &Journal, entry: &Entry, codes: &[String], candidates: &[Candidate]) -> Diagnostic {
    let commands = candidates.iter().map(Candidate::import_command).collect::<Vec<_>>().join("\n");
    let detail = format!(
        "{}: the response to the purchase was lost, and billing lists several orders since then that may be this one. The provider \
         does not buy again.\n\n1. Check these orders in the billing console, and import the right one:\n\n{commands}\n\n2. Remove \
         the entry of the purchase:\n\n  rm {}",
        subject(codes),
        journal.path(entry)
    );
    Diagnostic::error("An order may have been placed", detail)
}

/// The error about a purchase whose outcome reading did not decide: how it was sent, what ListProducts and QueryOrders report,
/// and what to mend.
pub(super) fn undecided(
    journal: &Journal,
    entry: &Entry,
    codes: &[String],
    sent: Option<&Failure>,
    purchased: Result<&bool, String>,
    billing: &str,
    advice: Option<String>,
) -> Diagnostic {
    let advice = advice.map(|advice| format!(" {advice}")).unwrap_or_default();
    let sent = sent.map_or_else(
        || "An earlier apply sent it, and ended before it received the response".to_owned(),
        ToString::to_string,
    );
    let purchased = match purchased {
        Ok(true) => "ListProducts reports a product as purchased".to_owned(),
        Ok(false) => "ListProducts reports no product as purchased".to_owned(),
        Err(failure) => failure,
    };
    let detail = format!(
        "{0}: an order may have been placed.\n\nWhat is known: {sent}. {purchased}. {billing}.{advice}\n\n1. Run terraform apply \
         again in this directory, and keep its data directory (.terraform) until then: it continues to read, and buys only if it is \
         certain that nothing was bought. That can take more than a minute, so set timeouts.create accordingly.\n\n2. If the order \
         is in the billing console, you can import it instead, and remove the entry of the purchase:\n\n     terraform import \
         {NAME}.<name> <order id>\n     rm {1}",
        subject(codes),
        journal.path(entry)
    );
    Diagnostic::error("An order may have been placed", detail)
}

/// There is no token, so nothing may be sent that no later apply could find.
pub(super) fn not_entered() -> Diagnostic {
    let detail = "The purchase is not in the purchase journal, so nothing was sent or bought. This is a fault of the provider: please report \
                  it.";
    Diagnostic::error("No order was placed: the purchase is not in the journal", detail)
}

/// The warning about an order that only reading has found.
pub(super) fn found(order_id: &str, rows: &[Row]) -> Diagnostic {
    let commodities: Vec<&str> = rows.iter().filter_map(|row| row.names().next()).collect();
    let contents = match commodities[..] {
        [] => String::new(),
        _ => format!(", which contains {} (as billing reports it)", commodities.join(", ")),
    };
    let detail = format!(
        "The response to the purchase was lost, or an earlier apply ended before it saved the order. Reading the orders of the \
         account found the order {order_id}{contents}. It is now in the state, and nothing was bought again."
    );
    Diagnostic::warning(format!("Order {order_id} was found by reading; nothing was bought again"), detail)
}
