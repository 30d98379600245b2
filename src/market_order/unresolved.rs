//! Reads what became of a purchase whose outcome is unknown, where sending it again cannot tell.

use std::collections::BTreeSet;

use alicloud::{
    error::Failure,
    market::{self, Described},
    market_search,
    retry::Limit,
};
use chrono::TimeDelta;
use tfplugin::{Diagnostic, Partial};

use super::{MarketOrder, NAME, model};
use crate::{
    Cloud,
    journal::{self, Entry},
};

/// How far the clocks of this machine and of the service may be apart.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(15);

/// Settles the entry of a purchase that did not happen, or whose order a resource holds. Only for an entry that is so old
/// that its order would be listed.
///
/// # Errors
/// An order of it is in the account and in no state, or it cannot be read. Nothing may be bought.
pub(super) async fn read_outcome(
    cloud: &Cloud,
    entry: &Entry,
    planned: &Partial<MarketOrder>,
    limit: &Limit,
) -> Result<(), Diagnostic> {
    check(cloud, entry, planned, limit).await?;
    cloud.journal.settle(entry);
    Ok(())
}

/// Looks for orders of a purchase that no resource is known to hold. That none is listed says little of one that was placed
/// just now.
///
/// # Errors
/// There is one, or it cannot be read.
pub(super) async fn check(
    cloud: &Cloud,
    entry: &Entry,
    planned: &Partial<MarketOrder>,
    limit: &Limit,
) -> Result<(), Diagnostic> {
    let found = candidates(cloud, entry, planned, limit).await.map_err(|failure| unread(cloud, entry, &failure))?;
    let open: Vec<String> = found.into_iter().filter(|id| !cloud.journal.is_held(entry, id)).collect();
    if open.is_empty() {
        return Ok(());
    }
    cloud.journal.mark_unresolved(entry);
    let commands: Vec<String> = open.iter().map(|id| format!("     terraform import {NAME}.<name> {id}")).collect();
    let file = cloud.journal.path(entry);
    let detail = format!(
        "An apply at {} sent the same purchase, and its outcome was never known. The account holds an order of this product, \
         placed since then with the same arguments, that this state is not known to hold: {}. Nothing was bought now.\n\n1. \
         If it is this purchase's order, import it and remove the entry:\n\n{}\n     rm {file}\n\n2. If it is not, remove the \
         entry and apply again:\n\n     rm {file}",
        journal::moment(entry.time),
        open.join(", "),
        commands.join("\n"),
    );
    Err(Diagnostic::error("No order was placed: an earlier purchase may be this one", detail))
}

/// The orders of the account that can have come of a purchase.
async fn candidates(
    cloud: &Cloud,
    entry: &Entry,
    planned: &Partial<MarketOrder>,
    limit: &Limit,
) -> Result<Vec<String>, Failure> {
    let product = planned.product_code.as_str().unwrap_or_default();
    let instances = market_search::instances(&cloud.client, product, limit).await?;
    let times = (entry.time - CLOCK_SLACK).timestamp_millis()..=(entry.last_moment() + CLOCK_SLACK).timestamp_millis();
    let in_time = |created: Option<i64>| created.is_none_or(|created| times.contains(&created));
    let orders = instances.into_iter().filter(|instance| in_time(instance.created_on));
    let orders: BTreeSet<String> = orders.filter_map(|instance| instance.order_id).collect();
    let mut found = Vec::new();
    for id in orders {
        if let Described::Found(order) = market::describe_order(&cloud.client, &id, limit).await?
            && in_time(order.created_on)
            && model::first_difference(&order, planned).is_none()
        {
            found.push(id);
        }
    }
    Ok(found)
}

fn unread(cloud: &Cloud, entry: &Entry, failure: &Failure) -> Diagnostic {
    cloud.journal.mark_unresolved(entry);
    let file = cloud.journal.path(entry);
    let detail = format!(
        "An apply at {} sent the same purchase, and its outcome was never known. Asking for the orders of the account failed: \
         {failure}. Nothing was bought now. Look for an order of that time in the Marketplace console under My Orders.\n\n1. \
         If there is none, remove the entry and apply again:\n\n     rm {file}\n\n2. If there is one, and a resource of this \
         state has it, do the same.\n\n3. If there is one in no state, import it, and remove the entry:\n\n     terraform \
         import {NAME}.<name> <order id>\n     rm {file}",
        journal::moment(entry.time),
    );
    Diagnostic::error("No order was placed: an earlier purchase was never confirmed", detail)
}
