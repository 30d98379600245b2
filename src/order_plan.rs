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
    let detail = "The state is not in a local file, or the environment variable CI is set, so the files of this run may be lost. If an \
                  apply is interrupted after it has bought, an apply in another directory cannot find the order and buys a second \
                  one. Set client_token to a constant; with count or for_each, derive one for each instance, such as from each.key. \
                  For 24 hours, the same token finds the same order and never buys another one.";
    Diagnostic::warning("An interrupted apply may buy again: set client_token", detail)
        .at(MarketOrder::CLIENT_TOKEN.path())
}

fn held_twice(id: &str) -> Diagnostic {
    let detail = format!(
        "Two resources in this state have the order {id}, which was bought once. Nothing was bought or changed.\n\n1. List both \
         addresses: terraform state list -id={id}\n\n2. Decide which of them keeps the order, and remove the other one from the \
         state: terraform state rm <address>\n\n3. Remove the other resource from the configuration too. Otherwise the next apply \
         buys an order for it; set a different client_token for it then.\n\nTo destroy both instead: terraform destroy \
         -refresh=false"
    );
    Diagnostic::error(format!("Two resources have the order {id}"), detail)
}

fn held_by_deposed(id: &str) -> Diagnostic {
    let detail = format!(
        "A resource has the order {id}, and so does an object that this plan removes from the state: the resource under its old \
         name, or an object that an interrupted replacement left in the state. The resource keeps the order, and nothing is bought \
         for it."
    );
    Diagnostic::warning(format!("The order {id} is in the state twice"), detail)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let id = "202600000000001";
    vec![without_client_token(), held_twice(id), held_by_deposed(id)]
}
