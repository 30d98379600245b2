//! Messages about a purchase that brought no order.

use tfplugin::Diagnostic;

use super::{MarketOrder, NAME};
use crate::{
    failure_messages::PurchaseOutcome,
    journal::{Entry, Journal},
};

/// The advice for a refused purchase that an earlier apply sent.
pub(super) fn unknown_outcome(journal: &Journal, entry: &Entry) -> String {
    format!(
        "An earlier apply sent this purchase, and its outcome is unknown. It was not sent again.\n\n1. When you have resolved the \
         problem above, run terraform apply: it sends the same purchase with the same token, which finds the order and never buys \
         a second one.\n\n2. {}",
        search_advice(journal, Some(entry))
    )
}

/// The outcome of a purchase whose token the service knows from another purchase.
pub(super) fn token_reused(journal: &Journal, taken_over: Option<&Entry>) -> PurchaseOutcome {
    PurchaseOutcome::NotPlacedNow(format!(
        "The token of this purchase has already bought something else.\n\n1. If the configuration changed since then, undo the \
         change and run terraform apply: it finds the order and buys nothing.\n\n2. {}\n\n3. To buy another order, set a new \
         client_token.",
        search_advice(journal, taken_over)
    ))
}

/// The outcome of a purchase that the service refuses now, and that it may have accepted before.
pub(super) fn refused_later(journal: &Journal, entry: &Entry) -> PurchaseOutcome {
    PurchaseOutcome::MaybePlaced(format!(
        "So far, the account lists no order of this purchase.\n\n1. Resolve the problem above, then run terraform apply again: \
         the same token finds the order and never buys a second one.\n\n2. {}",
        search_advice(journal, Some(entry))
    ))
}

/// The outcome of a purchase without a reply.
pub(super) fn no_reply(journal: &Journal, entry: Option<&Entry>) -> PurchaseOutcome {
    let again = match entry {
        Some(entry) if !entry.is_client_token => {
            "again in this directory, and keep its data directory (.terraform) until then: it sends the same purchase with the \
             same token, which"
        }
        _ => "again with the same client_token: it sends the same purchase, and the token",
    };
    PurchaseOutcome::MaybePlaced(format!(
        "1. Run terraform apply {again} finds the order and never buys a second one.\n\n2. {}",
        search_advice(journal, entry)
    ))
}

/// The advice for a purchase that was not made, where the token may have made it before.
pub(super) const EARLIER_WITH_TOKEN: &str = "If an earlier apply with this client_token ended without a response, its order may \
                                             exist. Look for it in the Marketplace console and import it. Or, when you have \
                                             resolved the problem above, apply again with the same client_token, which finds the \
                                             order and never buys a second one.";

/// The same of the token of a saved plan.
pub(super) const EARLIER_OF_PLAN: &str = "If an earlier apply of this saved plan ended without a response, its order may exist, and \
                                          a new plan would buy another one. Check the Marketplace console before you create a new \
                                          plan. If the order is there and no resource has it, import it.";

/// The error when the user's token answers an order that the state holds already.
pub(super) fn in_use(order_id: &str) -> Diagnostic {
    let detail = format!(
        "For this client_token, the Marketplace returns the order {order_id}, which the state already contained when the plan was \
         made. Nothing was bought.\n\n1. If this resource is that order under a new name, such as another key of for_each, run \
         terraform apply again: when the old name has left the state, it finds the order and buys nothing. Next time, use a `moved` \
         block.\n\n2. To buy another order, set a new client_token, then run terraform apply again."
    );
    Diagnostic::error(format!("No order was placed: the client_token has bought the order {order_id}"), detail)
        .at(MarketOrder::CLIENT_TOKEN.path())
}

fn search_advice(journal: &Journal, entry: Option<&Entry>) -> String {
    let remove = entry.map_or_else(String::new, |entry| format!("\n     rm {}", journal.path(entry)));
    let both = if entry.is_some() { ", and remove the entry of the purchase" } else { "" };
    format!(
        "If the order is in the Marketplace console under My Orders, you can import it instead{both}:\n\n     terraform import \
         {NAME}.<name> <order id>{remove}"
    )
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    use crate::{
        catalogue::{lost, refused},
        failure_messages::failure,
        journal::sample_entry,
    };

    let journal = Journal::current();
    let entry = sample_entry();
    let mut with_client_token = sample_entry();
    with_client_token.is_client_token = true;
    let outcomes = [
        (
            token_reused(&journal, Some(&entry)),
            refused("CreateOrder", 400, "IdempotentParameterMismatch", "Not the same."),
        ),
        (refused_later(&journal, &entry), refused("CreateOrder", 400, "InvalidParameter", "The service says why.")),
        (no_reply(&journal, Some(&entry)), lost("CreateOrder")),
        (no_reply(&journal, Some(&with_client_token)), lost("CreateOrder")),
        (no_reply(&journal, None), lost("CreateOrder")),
    ];
    let earlier = [unknown_outcome(&journal, &entry), EARLIER_WITH_TOKEN.to_owned(), EARLIER_OF_PLAN.to_owned()];
    let earlier = earlier.map(|earlier| {
        (
            PurchaseOutcome::NotPlacedNow(earlier),
            refused("CreateOrder", 403, "Forbidden.RAM", "You are not authorized."),
        )
    });
    let failed = outcomes.into_iter().chain(earlier);
    let mut samples: Vec<_> =
        failed.map(|(outcome, cause)| failure(outcome.heading(), NAME, &cause, &outcome)).collect();
    samples.push(in_use("202600000000001"));
    samples
}
