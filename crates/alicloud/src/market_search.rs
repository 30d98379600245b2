//! A search for what an account holds of the Marketplace: DescribeInstances, page by page.

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::Failure,
    market_instance::Instance,
    paging::Pages,
    reply::{self, loose_text},
    retry::Deadline,
};

/// How many instances one page has.
const PAGE_SIZE: usize = 100;

/// The most pages that are read.
const MAX_PAGES: usize = 1000;

/// An instance as a search lists it, without its secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Held {
    /// The id, which distinguishes the instances of one order.
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

/// DescribeInstances: all instances of a product that the account holds.
///
/// # Errors
/// As for [`Search::next_page`].
pub async fn instances(client: &Client, product_code: &str, deadline: &Deadline) -> Result<Vec<Instance>, Failure> {
    let mut search = Search::<Instance>::new(client, &[product_code.to_owned()]);
    while search.next_page(deadline).await?.is_some() {}
    search.pages.complete()
}

/// A search that goes on page by page, so that what is found can be used before everything is. `T` is what is read of an
/// instance: [`Held`] or [`Instance`].
#[derive(Debug)]
pub struct Search<'c, T> {
    client: &'c Client,
    codes: Option<String>,
    pages: Pages<T>,
    next: usize,
}

impl<'c, T: DeserializeOwned + Clone + PartialEq> Search<'c, T> {
    /// For the instances of these products, or for all where there are none.
    pub fn new(client: &'c Client, product_codes: &[String]) -> Self {
        let codes = (!product_codes.is_empty()).then(|| product_codes.join(","));
        Self { client, codes, pages: Pages::of("DescribeInstances"), next: 1 }
    }

    /// The next page with anything new on it; none when all of them are read.
    ///
    /// # Errors
    /// Anything but a well-formed reply, and fewer instances than the service counts or more than are read.
    pub async fn next_page(&mut self, deadline: &Deadline) -> Result<Option<Vec<T>>, Failure> {
        if self.next > MAX_PAGES {
            return Err(self.pages.endless());
        }
        let query = [("PageNumber", self.next.to_string()), ("PageSize", PAGE_SIZE.to_string())];
        let codes = self.codes.clone().map(|codes| ("Codes", codes));
        let request = Request::rpc(Product::Market, "DescribeInstances", codes.into_iter().chain(query));
        let (page, total) = self.client.call(&request, deadline, read).await?;
        self.next += 1;
        if self.pages.add(page.clone(), Some(total)) {
            return Ok(Some(page));
        }
        self.pages.check().map(|()| None)
    }
}

pub(super) fn read<T: DeserializeOwned>(reply: &Reply) -> Result<(Vec<T>, usize), String> {
    let total = reply::count(&reply.body).ok_or_else(|| "it has no TotalCount".to_owned())?;
    let items = reply::whole_list(&reply.body, "InstanceItems")?;
    let instances = items.iter().map(T::deserialize).collect::<Result<_, _>>();
    Ok((instances.map_err(|_| "it has an instance that is none".to_owned())?, total))
}
