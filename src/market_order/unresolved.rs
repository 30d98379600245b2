//! Reads the outcome of a purchase where sending it again cannot show it.

use std::collections::BTreeSet;

use alicloud::{
    error::Failure,
    market::{self, Described},
    market_search,
    retry::Deadline,
};
use chrono::TimeDelta;
use tfplugin::{Diagnostic, Partial};

use super::{MarketOrder, NAME, model};
use crate::{
    Cloud,
    journal::{self, Entry, Journal},
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
    deadline: &Deadline,
) -> Result<(), Diagnostic> {
    check(cloud, entry, planned, deadline).await?;
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
    deadline: &Deadline,
) -> Result<(), Diagnostic> {
    let found = candidates(cloud, entry, planned, deadline).await.map_err(|failure| {
        cloud.journal.mark_unresolved(entry);
        unread(&cloud.journal, entry, &failure)
    })?;
    let open: Vec<String> = found.into_iter().filter(|id| !cloud.journal.is_held(entry, id)).collect();
    if open.is_empty() {
        return Ok(());
    }
    cloud.journal.mark_unresolved(entry);
    Err(maybe_placed(&cloud.journal, entry, &open))
}

pub(super) fn maybe_placed(journal: &Journal, entry: &Entry, orders: &[String]) -> Diagnostic {
    let commands: Vec<String> = orders.iter().map(|id| format!("     terraform import {NAME}.<name> {id}")).collect();
    let file = journal.path(entry);
    let detail = format!(
        "An apply at {} sent the same purchase, and its outcome is unknown. Since then, the account has an order of this product \
         with the same arguments that this state does not seem to contain: {}. Nothing was bought now.\n\n1. If it is the order of \
         this purchase, import it and remove the entry of the purchase:\n\n{}\n     rm {file}\n\n2. If it is not, remove the entry, \
         then run terraform apply again:\n\n     rm {file}",
        journal::moment(entry.time),
        orders.join(", "),
        commands.join("\n"),
    );
    Diagnostic::error("No order was placed: an earlier purchase may be this one", detail)
}

/// The orders of the account that can have come of a purchase.
async fn candidates(
    cloud: &Cloud,
    entry: &Entry,
    planned: &Partial<MarketOrder>,
    deadline: &Deadline,
) -> Result<Vec<String>, Failure> {
    let product = planned.product_code.as_str().unwrap_or_default();
    let instances = market_search::instances(&cloud.client, product, deadline).await?;
    let times = (entry.time - CLOCK_SLACK).timestamp_millis()..=(entry.last_moment() + CLOCK_SLACK).timestamp_millis();
    let in_time = |created: Option<i64>| created.is_none_or(|created| times.contains(&created));
    let orders = instances.into_iter().filter(|instance| in_time(instance.created_on));
    let orders: BTreeSet<String> = orders.filter_map(|instance| instance.order_id).collect();
    let mut found = Vec::new();
    for id in orders {
        if let Described::Found(order) = market::describe_order(&cloud.client, &id, deadline).await?
            && in_time(order.created_on)
            && model::first_difference(&order, planned).is_none()
        {
            found.push(id);
        }
    }
    Ok(found)
}

pub(super) fn unread(journal: &Journal, entry: &Entry, failure: &Failure) -> Diagnostic {
    let file = journal.path(entry);
    let detail = format!(
        "An apply at {} sent the same purchase, and its outcome is unknown. The orders of the account cannot be read: {failure}. \
         Nothing was bought now. Look for an order of that time in the Marketplace console under My Orders.\n\n1. If there is no \
         such order, or a resource already has it, remove the entry of the purchase, then run terraform apply again:\n\n     rm \
         {file}\n\n2. If no resource has the order, import it and remove the entry:\n\n     terraform import {NAME}.<name> <order \
         id>\n     rm {file}",
        journal::moment(entry.time),
    );
    Diagnostic::error("No order was placed: an earlier purchase was never confirmed", detail)
}
