//! What the Marketplace sells: DescribeProducts, page by page, and DescribeProduct.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::{ApiError, Failure},
    paging::Pages,
    reply::{self, loose_text, loose_whole},
    retry::Deadline,
};

/// How many products one page has.
const PAGE_SIZE: usize = 50;

/// The most pages that are read.
const MAX_PAGES: usize = 1000;

/// What a list of products is narrowed by. Empty text is no wish.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// A term to search for.
    pub term: String,
    /// The order of the list: `user_count-desc`, `created_on-desc`, `price-desc` or `score-desc`.
    pub sort: String,
    /// The category.
    pub category_id: String,
    /// `APP`, `SERVICE`, `MIRROR`, `DOWNLOAD` or `API_SERVICE`.
    pub product_type: String,
}

/// A product, as DescribeProducts lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListedProduct {
    /// The code, such as `cmapi033136`.
    #[serde(deserialize_with = "loose_text")]
    pub code: Option<String>,
    /// The name.
    #[serde(deserialize_with = "loose_text")]
    pub name: Option<String>,
    /// The category.
    #[serde(deserialize_with = "loose_whole")]
    pub category_id: Option<i64>,
    /// Who sells it.
    #[serde(deserialize_with = "loose_whole")]
    pub supplier_id: Option<i64>,
    /// The name of who sells it.
    #[serde(deserialize_with = "loose_text")]
    pub supplier_name: Option<String>,
    /// What it is.
    #[serde(deserialize_with = "loose_text")]
    pub short_description: Option<String>,
    /// Tags, with commas between them.
    #[serde(deserialize_with = "loose_text")]
    pub tags: Option<String>,
    /// What it costs, in words such as `10元/月`.
    #[serde(deserialize_with = "loose_text")]
    pub suggested_price: Option<String>,
    /// The path of its page.
    #[serde(deserialize_with = "loose_text")]
    pub target_url: Option<String>,
    /// The URL of its picture.
    #[serde(deserialize_with = "loose_text")]
    pub image_url: Option<String>,
    /// What its buyers give it, such as `5.0`.
    #[serde(deserialize_with = "loose_text")]
    pub score: Option<String>,
    /// The operating system of an image.
    #[serde(deserialize_with = "loose_text")]
    pub operation_system: Option<String>,
    /// How long it is guaranteed, in words.
    #[serde(deserialize_with = "loose_text")]
    pub warranty_date: Option<String>,
    /// How long its delivery takes, in words.
    #[serde(deserialize_with = "loose_text")]
    pub delivery_date: Option<String>,
    /// How it is delivered, in words.
    #[serde(deserialize_with = "loose_text")]
    pub delivery_way: Option<String>,
}

/// A product and its offers, as DescribeProduct reports them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sold {
    /// The code.
    pub code: String,
    /// The name.
    pub name: Option<String>,
    /// What it is, as HTML.
    pub description: Option<String>,
    /// What can be bought of it.
    pub skus: Vec<Sku>,
}

/// One thing that can be bought of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sku {
    /// The code, such as `cmapi033136-prepay`.
    pub code: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The versions of its package.
    pub package_versions: Vec<Choice>,
    /// The images, of an ECS image.
    pub images: Vec<Choice>,
}

/// A value that can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The value.
    pub value: Option<String>,
    /// What the seller calls it.
    pub name: Option<String>,
}

/// The answer to DescribeProduct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Described {
    /// The product.
    Found(Sold),
    /// The Marketplace has no such product.
    Absent {
        /// The id of the request; empty where the service gave none.
        request_id: String,
    },
}

/// DescribeProducts: all products that the search finds, in its order.
///
/// # Errors
/// Anything but well-formed replies, and fewer products than the service counts or more than are read.
pub async fn products(client: &Client, search: &Search, deadline: &Deadline) -> Result<Vec<ListedProduct>, Failure> {
    let mut pages = Pages::of("DescribeProducts");
    for page in 1..=MAX_PAGES {
        let request = Request::rpc(Product::Market, "DescribeProducts", []);
        let mut request = Request { query: search.query(), ..request };
        request.query.insert("PageNumber".to_owned(), page.to_string());
        let (more, total) = client.call(&request, deadline, read_page).await?;
        if !pages.add(more, Some(total)) {
            return pages.complete();
        }
    }
    Err(pages.endless())
}

impl Search {
    fn query(&self) -> super::signature::Parameters {
        let filters = [("sort", &self.sort), ("categoryId", &self.category_id), ("productType", &self.product_type)];
        let filters = filters.into_iter().filter(|(_, value)| !value.is_empty());
        let filters = (1..).zip(filters).flat_map(|(number, (key, value))| {
            [(format!("Filter.{number}.Key"), key.to_owned()), (format!("Filter.{number}.Value"), value.clone())]
        });
        let term = (!self.term.is_empty()).then(|| ("SearchTerm".to_owned(), self.term.clone()));
        filters.chain(term).chain([("PageSize".to_owned(), PAGE_SIZE.to_string())]).collect()
    }
}

pub(super) fn read_page(reply: &Reply) -> Result<(Vec<ListedProduct>, usize), String> {
    let total = reply::count(&reply.body).ok_or_else(|| "it has no TotalCount".to_owned())?;
    let items = reply::whole_list(&reply.body, "ProductItems")?;
    let products: Result<Vec<ListedProduct>, _> = items.iter().map(ListedProduct::deserialize).collect();
    match products {
        Ok(products) if products.iter().all(|product| product.code.is_some()) => Ok((products, total)),
        _ => Err("it has a product without a Code".to_owned()),
    }
}

/// DescribeProduct: a product by its code.
///
/// # Errors
/// Anything but a well-formed reply, and a reply about another product.
pub async fn product(client: &Client, code: &str, deadline: &Deadline) -> Result<Described, Failure> {
    let request = Request::rpc(Product::Market, "DescribeProduct", [("Code", code.to_owned())]);
    let unknown =
        |error: &ApiError| error.is_absent().then(|| Described::Absent { request_id: error.request_id.clone() });
    client.call_or(&request, deadline, |reply| Described::read(reply, code), unknown).await
}

impl Described {
    /// Reads the reply to DescribeProduct for this code.
    ///
    /// # Errors
    /// What is wrong with the reply, as a part of a sentence.
    pub fn read(reply: &Reply, code: &str) -> Result<Self, String> {
        match text(&reply.body, "Code") {
            Some(reported) if reported == code => {}
            Some(reported) => return Err(format!("it is about another product, {reported:?}")),
            None if reply.is_empty() => {
                return Ok(Self::Absent { request_id: reply.request_id.clone().unwrap_or_default() });
            }
            None => return Err("it has no Code".to_owned()),
        }
        let skus = reply::whole_list(&reply.body, "ProductSkus")?.iter().map(Sku::read).collect();
        let (name, description) = (text(&reply.body, "Name"), text(&reply.body, "Description"));
        Ok(Self::Found(Sold { code: code.to_owned(), name, description, skus }))
    }
}

impl Sku {
    fn read(sku: &Json) -> Self {
        Self {
            code: text(sku, "Code"),
            name: text(sku, "Name"),
            package_versions: choices(sku, "package_version"),
            images: choices(sku, "img_id"),
        }
    }
}

/// What can be chosen for the property of this name, in the module of the same name.
fn choices(sku: &Json, name: &str) -> Vec<Choice> {
    let modules = elements(sku, "Modules").iter().filter(|module| text(module, "Code").as_deref() == Some(name));
    let properties = modules.flat_map(|module| elements(module, "Properties"));
    let properties = properties.filter(|property| text(property, "Key").as_deref() == Some(name));
    let values = properties.flat_map(|property| elements(property, "PropertyValues"));
    values.map(|value| Choice { value: text(value, "Value"), name: text(value, "DisplayName") }).collect()
}

fn elements<'j>(json: &'j Json, name: &str) -> &'j [Json] {
    json.get(name).map(reply::list).unwrap_or_default()
}

fn text(json: &Json, name: &str) -> Option<String> {
    json.get(name).and_then(reply::text)
}
