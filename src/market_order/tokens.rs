//! What a plan says of the tokens of its orders.

use serde_json::json;
use tfplugin::{Change, Diagnostic, Partial, Plan};

use super::{MarketOrder, NAME, quote};
use crate::{
    journal::{Journal, Left},
    order::shown_id,
};

/// The error about a purchase whose `client_token` another resource of the plan has or gets.
pub(super) fn check(journal: &Journal, plan: &Plan<MarketOrder>) -> Option<Diagnostic> {
    let token = plan.planned().client_token.as_str();
    let is_taken = match (plan.change(), token) {
        (Change::Create, Some(token)) => journal.mark_planned_token(token, None),
        (Change::Replace { prior }, Some(token)) => journal.mark_planned_token(token, prior.id.as_str()),
        (Change::Nothing { prior } | Change::Update { prior }, _) => {
            prior.id.as_str().is_some_and(|id| journal.is_token_planned(id))
        }
        _ => false,
    };
    is_taken.then(taken)
}

/// Whether only files would find this purchase again, and none says anything of it yet.
pub(super) fn is_needed(journal: &Journal, plan: &Plan<MarketOrder>) -> bool {
    let is_open = || {
        let requested = quote::planned_commodity(plan.planned());
        requested.is_some_and(|requested| {
            !matches!(journal.left_of(NAME, &json!(requested).to_string(), None), Left::Nothing)
        })
    };
    plan.config().client_token.is_null() && journal.needs_client_token() && !is_open()
}

pub(super) fn taken() -> Diagnostic {
    let detail = "A client_token buys one order: for two purchases with the same token, the Marketplace would return the same order. \
                  Nothing was bought.\n\n1. If another resource has this client_token, set a different one for each resource, and \
                  for each instance of count or for_each, such as one that ends with ${each.key}.\n\n2. If -replace or \
                  replace_triggered_by replaces the order that this client_token bought, set a new client_token to buy another \
                  order, or remove the replacement to keep the order.\n\n3. Run terraform plan again.";
    Diagnostic::error("No order was placed: the client_token belongs to another order of this plan", detail)
        .at(MarketOrder::CLIENT_TOKEN.path())
}

/// The warning about a replacement whose token is not known when the old order leaves the state.
pub(super) fn unknown(prior: &Partial<MarketOrder>) -> Diagnostic {
    let id = shown_id::<MarketOrder>(prior);
    let detail = format!(
        "The client_token of the new order is known only after Terraform has removed the order {id} from the state. If that token \
         has already bought an order, nothing is bought, and the state contains neither order. Use a client_token that is known \
         during the plan."
    );
    Diagnostic::warning("The client_token of the new order is not known yet", detail)
        .at(MarketOrder::CLIENT_TOKEN.path())
}
