//! A search for what an account holds of the Marketplace: DescribeInstances, page by page.

use serde::Deserialize;

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::Failure,
    reply::{self, loose_text},
    retry::Limit,
};

/// How many instances one page has.
const PAGE_SIZE: usize = 100;

/// An instance, as far as a search shows it, without what is secret of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Held {
    /// The order.
    #[serde(deserialize_with = "loose_text")]
    pub order_id: Option<String>,
    /// The product.
    #[serde(deserialize_with = "loose_text")]
    pub product_code: Option<String>,
    /// The product's name.
    #[serde(deserialize_with = "loose_text")]
    pub product_name: Option<String>,
    /// Such as `APP`.
    #[serde(deserialize_with = "loose_text")]
    pub product_type: Option<String>,
    /// Such as `OPENED`.
    #[serde(deserialize_with = "loose_text")]
    pub status: Option<String>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What is on it.
    pub instances: Vec<Held>,
    /// How many there are on all pages.
    pub total: usize,
}

/// One page of the instances of these products, or of all where there are none. The first page is 1.
///
/// # Errors
/// Anything but a well-formed reply.
pub async fn page(client: &Client, product_codes: &[String], page: usize, limit: &Limit) -> Result<Page, Failure> {
    let codes = (!product_codes.is_empty()).then(|| ("Codes", product_codes.join(",")));
    let query = [("PageNumber", page.to_string()), ("PageSize", PAGE_SIZE.to_string())];
    let request = Request::rpc(Product::Market, "DescribeInstances", codes.into_iter().chain(query));
    client.call(&request, limit, read).await
}

fn read(reply: &Reply) -> Result<Page, String> {
    let total = reply.body.get("TotalCount").and_then(reply::text).and_then(|text| text.parse().ok());
    let total = total.ok_or_else(|| "it has no TotalCount".to_owned())?;
    let items = reply.body.get("InstanceItems").map(reply::list).unwrap_or_default();
    let instances = items.iter().map(Held::deserialize).collect::<Result<_, _>>();
    Ok(Page { instances: instances.map_err(|_| "it has an instance that is none".to_owned())?, total })
}
