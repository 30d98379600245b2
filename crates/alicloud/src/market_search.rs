//! A search for what an account holds of the Marketplace: DescribeInstances, page by page.

use serde::Deserialize;

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::Failure,
    paging::Pages,
    reply::{self, loose_text},
    retry::Limit,
};

/// How many instances one page has.
const PAGE_SIZE: usize = 100;

/// The most pages that are read.
const MAX_PAGES: usize = 1000;

/// An instance, as far as a search shows it, without what is secret of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Held {
    /// The id, which tells instances of one order apart.
    #[serde(deserialize_with = "loose_text")]
    pub instance_id: Option<String>,
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

/// A search that goes on page by page, so that what is found can be used before everything is.
#[derive(Debug)]
pub struct Search<'c> {
    client: &'c Client,
    codes: Option<String>,
    pages: Pages<Held>,
    next: usize,
}

impl<'c> Search<'c> {
    /// For the instances of these products, or for all where there are none.
    pub fn new(client: &'c Client, product_codes: &[String]) -> Self {
        let codes = (!product_codes.is_empty()).then(|| product_codes.join(","));
        Self { client, codes, pages: Pages::of("DescribeInstances"), next: 1 }
    }

    /// The next page with anything new on it; none when all of them are read.
    ///
    /// # Errors
    /// Anything but a well-formed reply, and fewer instances than the service counts or more than are read.
    pub async fn next_page(&mut self, limit: &Limit) -> Result<Option<Vec<Held>>, Failure> {
        if self.next > MAX_PAGES {
            return Err(self.pages.endless());
        }
        let query = [("PageNumber", self.next.to_string()), ("PageSize", PAGE_SIZE.to_string())];
        let codes = self.codes.clone().map(|codes| ("Codes", codes));
        let request = Request::rpc(Product::Market, "DescribeInstances", codes.into_iter().chain(query));
        let (page, total) = self.client.call(&request, limit, read).await?;
        self.next += 1;
        if self.pages.add(page.clone(), Some(total)) {
            return Ok(Some(page));
        }
        self.pages.check().map(|()| None)
    }
}

pub(super) fn read(reply: &Reply) -> Result<(Vec<Held>, usize), String> {
    let total = reply::count(&reply.body).ok_or_else(|| "it has no TotalCount".to_owned())?;
    let items = reply::whole_list(&reply.body, "InstanceItems")?;
    let instances = items.iter().map(Held::deserialize).collect::<Result<_, _>>();
    Ok((instances.map_err(|_| "it has an instance that is none".to_owned())?, total))
}
