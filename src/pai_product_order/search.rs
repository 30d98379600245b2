//! The search for orders of PAI products, by QueryOrders.

use std::{collections::BTreeMap, time::Duration};

use alicloud::{
    billing::{self, Row},
    error::Failure,
};
use chrono::{Days, NaiveDate, Utc};
use tfplugin::{Context, Diagnostic, Found, ListEnd, ListResource, Listing, Model};

use super::{
    model,
    products::{self, PRODUCTS},
    schema::{self, PaiProductOrder},
};
use crate::{Cloud, failure_messages, order_identity::OrderIdentity};

/// How long one request may take.
const TIME: Duration = Duration::from_secs(60);

/// How far a search looks back that does not say it.
const LOOK_BACK: Days = Days::new(365);

/// Finds the orders of pay-as-you-go products for Platform for AI (PAI), including orders whose products billing does not
/// identify for certain.
#[derive(Clone, Debug, Model)]
#[model(list)]
pub(crate) struct PaiProductOrderSearch {
    /// Only orders of products with these codes, such as `PAI_share`. Default: all products.
    #[attr(validate(|codes: &Vec<String>| are_known(codes), "one or more codes that `alicloud_pai_product_order` can buy"))]
    product_codes: Option<Vec<String>>,
    /// Only orders that were placed on this day (UTC) or later. Default: the last 365 days.
    #[attr(validate(|day: &String| day.parse::<NaiveDate>().is_ok(), "a day as YYYY-MM-DD"))]
    since: Option<String>,
}

fn are_known(codes: &[String]) -> bool {
    !codes.is_empty() && codes.iter().all(|code| products::find(code).is_some())
}

/// The search.
#[derive(Debug)]
pub(crate) struct PaiProductOrderList;

impl ListResource for PaiProductOrderList {
    type Config = PaiProductOrderSearch;
    type Model = PaiProductOrder;
    type Client = Cloud;

    async fn list(
        &self,
        cloud: &Cloud,
        search: PaiProductOrderSearch,
        listing: &mut Listing<'_, PaiProductOrder>,
        ctx: &Context,
    ) -> Result<(), ListEnd> {
        let account_id =
            cloud.account(&cloud.deadline(TIME, ctx)).await.map_err(|unknown| unknown.diagnostic())?.to_owned();
        for (order_id, rows) in orders(cloud, &search, ctx).await? {
            // Only the order itself has its instances, and all of its rows.
            let rows = if listing.wants_objects() {
                let detail = billing::order_detail(&cloud.client, &order_id, &cloud.deadline(TIME, ctx)).await;
                match detail {
                    Ok(detail) if !detail.rows.is_empty() => detail.rows,
                    Ok(_) => rows,
                    Err(failure) => {
                        ctx.warn(unread(&order_id, &failure));
                        rows
                    }
                }
            } else {
                rows
            };
            let Some(state) = model::imported(&order_id, &rows) else { continue };
            let name = format!("Order {order_id} ({})", schema::codes(&state).join(", "));
            let identity = OrderIdentity { order_id, account_id: Some(account_id.clone()) };
            listing.send(Found::new(identity, name).with_object(state.into_partial())).await?;
        }
        Ok(())
    }
}

/// The rows of all orders that buy one of the products, by order.
async fn orders(
    cloud: &Cloud,
    search: &PaiProductOrderSearch,
    ctx: &Context,
) -> Result<BTreeMap<String, Vec<Row>>, ListEnd> {
    let now = Utc::now();
    let since = search.since.as_deref().and_then(|day| day.parse::<NaiveDate>().ok());
    let since = since.unwrap_or_else(|| now.date_naive() - LOOK_BACK).and_time(Default::default()).and_utc();
    let is_wanted =
        |code: &str| search.product_codes.as_ref().is_none_or(|codes| codes.iter().any(|known| known == code));
    let mut orders: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for product in PRODUCTS.iter().filter(|product| is_wanted(product.code)) {
        // To the end of this second: the service leaves the end out.
        let period = since.timestamp()..now.timestamp() + 1;
        let rows = billing::orders_between(&cloud.client, product.billing, period, &cloud.deadline(TIME, ctx)).await;
        let rows = rows.map_err(|failure| unlisted(&failure))?;
        for row in rows.into_iter().filter(|row| row.is_purchase() && product.matches(row).is_some()) {
            if let Some(id) = row.order_id.clone() {
                orders.entry(id).or_default().push(row);
            }
        }
    }
    Ok(orders)
}

fn unread(id: &str, failure: &Failure) -> Diagnostic {
    let summary = format!("Order {id} was found, but could not be read");
    failure_messages::read_failure(&summary, &format!("The order {id}"), failure)
}

fn unlisted(failure: &Failure) -> Diagnostic {
    failure_messages::read_failure("The PAI orders cannot be listed", "The list of orders", failure)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let failure = crate::catalogue::lost("QueryOrders");
    vec![unread("202600000000001", &failure), unlisted(&failure)]
}
