//! What a plan says of an order, whatever it is for.

use tfplugin::{Change, Diagnostic, Diagnostics, Partial, Plan};

use crate::{
    Cloud,
    journal::{Duplicate, Journal},
    market_order::MarketOrder,
    order::OrderModel,
};

/// Records what the plan shows of an order, and refuses a plan on which no purchase would be safe.
pub(crate) fn check<M: OrderModel>(cloud: Option<&Cloud>, plan: &Plan<M>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let Some(cloud) = cloud else { return diagnostics };
    let is_destroy = matches!(plan.change(), Change::Destroy { .. });
    if let Some(id) = plan.prior().and_then(|prior| M::id(prior).as_str()) {
        cloud.journal.mark_in_state(id);
        diagnostics.extend(match cloud.journal.mark_planned(id, is_destroy) {
            Duplicate::None => None,
            Duplicate::Resource => Some(held_twice(id)),
            Duplicate::Deposed => Some(held_by_deposed(id)),
        });
    }
    if !is_destroy {
        diagnostics.extend(cloud.exposed(M::PRODUCTS));
    }
    match plan.change() {
        Change::Create => diagnostics.extend(cloud.journal.torn_state()),
        Change::Destroy { .. } => diagnostics.extend(cloud.journal.warn_unresolved(true)),
        _ => {}
    }
    diagnostics
}

/// Records an order that Terraform reads from a state. It does so for every object of a state that a plan looks at, also for
/// one that it only forgets.
pub(crate) fn record_shown<M: OrderModel>(state: &Partial<M>) {
    if let Some(id) = M::id(state).as_str() {
        Journal::current().mark_in_state(id);
    }
}

/// The warning about a purchase that only files could find again, where none may be kept.
pub(crate) fn without_client_token() -> Diagnostic {
    let detail = "The state is not in a local file, or CI is set, so the files of this run may not be kept. If an apply is cut \
                  off after it has bought, an apply in another directory cannot know of the order and buys a second one. Set \
                  client_token to a constant of your own, with count or for_each one for each instance (such as each.key): \
                  for 24 hours the same token finds the same order and never buys another.";
    Diagnostic::warning("A cut-off apply may buy again: set client_token", detail).at(MarketOrder::CLIENT_TOKEN.path())
}

fn held_twice(id: &str) -> Diagnostic {
    let detail = format!(
        "Two resources of this state have the order {id}, which was bought once. Nothing was bought or changed. \
         `terraform state list -id={id}` tells which. Decide which of them keeps it, and remove the other one from the \
         state:\n\n  terraform state rm <address>\n\nThe next apply \
         buys an order for the removed one, unless you remove it from the configuration too; a client_token of its own \
         keeps it from finding this order again. To destroy all of it instead:\n\n  \
         terraform destroy -refresh=false"
    );
    Diagnostic::error(format!("Two resources have the order {id}"), detail)
}

fn held_by_deposed(id: &str) -> Diagnostic {
    let detail = format!(
        "A resource that stays has the order {id}, and so has an object that this plan removes from the state: under an old \
         name, or as what an interrupted replacement has left. The resource keeps the order."
    );
    Diagnostic::warning(format!("The order {id} is in the state twice"), detail)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let id = "202600000000001";
    vec![without_client_token(), held_twice(id), held_by_deposed(id)]
}
