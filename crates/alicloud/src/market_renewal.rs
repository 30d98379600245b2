//! Renewing an instance at the Marketplace: what it costs (DescribePrice), and buying it (CreateOrder).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::{
    client::Client,
    error::Failure,
    market::{self, NewOrder, OrderType, Placed},
    price::{self, Priced},
    retry::Deadline,
};

/// What is bought to renew an instance, in the JSON form that CreateOrder's parameter `Commodity` takes. The fields are always
/// all there and always in this order, so that the same purchase is the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewal {
    /// What was chosen of what the seller offers, the package version among it.
    pub components: BTreeMap<String, String>,
    /// How many pricing cycles.
    pub duration: i64,
    /// The instance.
    pub instance_id: String,
    /// `Day`, `Month` or `Year`.
    pub pricing_cycle: String,
    /// The product, such as `cmapi033136`.
    pub product_code: String,
    /// Properties of the order; none are known.
    pub properties: BTreeMap<String, String>,
    /// How many: one instance is one.
    pub quantity: i64,
    /// The SKU, with the product's code.
    pub sku_code: String,
}

/// A renewal as DescribePrice takes it, which calls the SKU without the product's code.
pub fn priced(renewal: &Renewal) -> String {
    let sku_code = price::sku_kind(&renewal.product_code, &renewal.sku_code).to_owned();
    json!(Renewal { sku_code, ..renewal.clone() }).to_string()
}

/// DescribePrice: what a renewal would cost now. `renewal` is the text that [`priced`] makes.
///
/// # Errors
/// Anything but a well-formed reply, and a reply about another product.
pub async fn describe_price(client: &Client, renewal: &str, deadline: &Deadline) -> Result<Priced, Failure> {
    price::describe_price_of(client, OrderType::Renew, renewal, deadline).await
}

/// CreateOrder: renews, and pays at once. The same token and renewal never buy twice, however often they are sent.
///
/// # Errors
/// A failure whose certainty says whether the renewal can have been bought.
pub async fn renew(client: &Client, order: &NewOrder, deadline: &Deadline) -> Result<Placed, Failure> {
    market::create_order_of(client, OrderType::Renew, order, deadline).await
}
