//! The search for Marketplace orders: what the account holds, by DescribeInstances.

use std::{collections::BTreeSet, time::Duration};

use alicloud::{
    error::Failure,
    market::{self, Described},
    market_search::{Held, Search},
};
use tfplugin::{Context, Diagnostic, Found, ListEnd, ListResource, Listing, Model, Partial};

use super::MarketOrder;
use crate::{Cloud, failure_messages, order_identity::OrderIdentity};

/// How long one request may take.
const TIME: Duration = Duration::from_secs(60);

/// Finds the orders on the Alibaba Cloud Marketplace that have an instance in the account.
#[derive(Clone, Debug, Model)]
#[model(list)]
pub(crate) struct MarketOrderSearch {
    /// Only orders of products with these codes, such as `cmapi033136`. Default: all products.
    #[attr(not_empty)]
    product_codes: Option<Vec<String>>,
    /// Only orders of products of this type, such as `APP`.
    #[attr(not_blank)]
    product_type: Option<String>,
    /// Only orders with an instance of this status, such as `OPENED`.
    #[attr(not_blank)]
    status: Option<String>,
}

impl MarketOrderSearch {
    fn wants(&self, held: &Held) -> bool {
        let is = |wanted: &Option<String>, reported: &Option<String>| {
            wanted
                .as_deref()
                .is_none_or(|wanted| reported.as_deref().is_some_and(|reported| reported.eq_ignore_ascii_case(wanted)))
        };
        is(&self.product_type, &held.product_type) && is(&self.status, &held.status)
    }
}

/// The search.
#[derive(Debug)]
pub(crate) struct MarketOrderList;

impl ListResource for MarketOrderList {
    type Config = MarketOrderSearch;
    type Model = MarketOrder;
    type Client = Cloud;

    async fn list(
        &self,
        cloud: &Cloud,
        search: MarketOrderSearch,
        listing: &mut Listing<'_, MarketOrder>,
        ctx: &Context,
    ) -> Result<(), ListEnd> {
        let account_id =
            cloud.account(&cloud.deadline(TIME, ctx)).await.map_err(|unknown| unknown.diagnostic())?.to_owned();
        let codes = search.product_codes.clone().unwrap_or_default();
        let mut listed = BTreeSet::new();
        let mut pages = Search::<Held>::new(&cloud.client, &codes);
        let deadline = || cloud.deadline(TIME, ctx);
        while let Some(page) = pages.next_page(&deadline()).await.map_err(|failure| unlisted(&failure))? {
            for held in page.into_iter().filter(|held| search.wants(held)) {
                let Some(order_id) = held.order_id.clone().filter(|id| listed.insert(id.clone())) else { continue };
                let identity = OrderIdentity { order_id: order_id.clone(), account_id: Some(account_id.clone()) };
                let mut found = Found::new(identity, display_name(&order_id, &held));
                if listing.wants_objects() {
                    found = match object(cloud, &order_id, ctx).await {
                        Ok(order) => found.with_object(order),
                        Err(warning) => found.with_warning(warning),
                    };
                }
                listing.send(found).await?;
            }
        }
        Ok(())
    }
}

fn display_name(order_id: &str, held: &Held) -> String {
    let names = [&held.product_name, &held.product_code].into_iter().flatten();
    let names = names.map(String::as_str).collect::<Vec<_>>().join(", ");
    format!("Order {order_id} ({names})")
}

/// The order as an import would have it.
async fn object(cloud: &Cloud, id: &str, ctx: &Context) -> Result<Partial<MarketOrder>, Diagnostic> {
    let deadline = cloud.deadline(TIME, ctx);
    match market::describe_order(&cloud.client, id, &deadline).await {
        Ok(Described::Found(order)) => Ok(super::imported(cloud, id, &order, &deadline, ctx).await.into_partial()),
        Ok(Described::Absent { request_id, .. }) => Err(unknown(id, &request_id)),
        Err(failure) => Err(unread(id, &failure)),
    }
}

fn unread_summary(id: &str) -> String {
    format!("Order {id} was found, but could not be read")
}

fn unknown(id: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "DescribeInstances lists an instance of the order {id}, but DescribeOrder does not find the order (RequestId \
         {request_id}). The result contains the order without its attributes. Wait a few minutes, then run the command again."
    );
    Diagnostic::warning(unread_summary(id), detail)
}

fn unread(id: &str, failure: &Failure) -> Diagnostic {
    failure_messages::read_failure(&unread_summary(id), &format!("The order {id}"), failure)
}

fn unlisted(failure: &Failure) -> Diagnostic {
    failure_messages::read_failure("The Marketplace orders cannot be listed", "The list of orders", failure)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let (id, failure) = ("202600000000001", crate::catalogue::lost("DescribeOrder"));
    vec![unknown(id, "6EF60BEC-0242-43AF-BB20-270359FB54A7"), unread(id, &failure), unlisted(&failure)]
}
