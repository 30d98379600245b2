//! `data "alicloud_market_products"`: the products of the Marketplace that a search finds.

use std::{env, fs, io, path::PathBuf, time::Duration};

use alicloud::{
    error::Failure,
    products::{self, ListedProduct, Search},
    signature::acs3::content_sha256,
};
use regex::Regex;
use serde_json::{Value as Json, json};
use tfplugin::{
    Computed, Context, DataSource, Diagnostic, Diagnostics, Model,
    schema::Validator,
    value::{Number, Value},
};

use crate::{Cloud, failure_messages};

/// How long reading all pages may take.
const TIME: Duration = Duration::from_secs(600);

/// Products of the Alibaba Cloud Marketplace, with the product codes to use in `alicloud_market_order`. Reading them buys
/// nothing. Alibaba Cloud applies `search_term`, `category_id`, `product_type` and `sort`. The provider reads all pages and
/// applies the other arguments.
#[derive(Clone, Debug, Model)]
#[model(data_source = "alicloud_market_products")]
pub(crate) struct MarketProducts {
    /// Only products that the Marketplace finds for this term.
    search_term: Option<String>,
    /// Only products of the category with this ID.
    category_id: Option<String>,
    /// Only products of this type.
    #[attr(one_of("APP", "SERVICE", "MIRROR", "DOWNLOAD", "API_SERVICE"))]
    product_type: Option<String>,
    /// What to sort the products by, highest first.
    #[attr(one_of("user_count-desc", "created_on-desc", "price-desc", "score-desc"))]
    sort: Option<String>,
    /// Only products whose name matches this regular expression.
    #[attr(validator = Validator::rule("a regular expression", regex_error))]
    name_regex: Option<String>,
    /// The product codes, in the order of `products`. If set and not empty, only products with these codes.
    #[attr(optional)]
    ids: Computed<Vec<String>>,
    /// Only products of the supplier with this ID.
    supplier_id: Option<String>,
    /// Only products of suppliers whose name contains this text.
    supplier_name_keyword: Option<String>,
    /// Only products whose `suggested_price` begins with this number. `1` finds `10元/月` too.
    suggested_price: Option<Number>,
    /// A file to write the products to, as JSON. A leading `~` means the home directory.
    output_file: Option<String>,
    /// An identifier of this list.
    id: Computed<String>,
    /// The products.
    products: Computed<Vec<Product>>,
}

/// A product.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Product {
    /// The product code.
    code: Computed<String>,
    /// The name of the product.
    name: Computed<String>,
    /// The ID of the category of the product.
    category_id: Computed<i64>,
    /// The ID of the supplier.
    supplier_id: Computed<i64>,
    /// The name of the supplier.
    supplier_name: Computed<String>,
    /// A short description of the product.
    short_description: Computed<String>,
    /// The tags of the product, separated by commas.
    tags: Computed<String>,
    /// The price in words, such as `10元/月`. `alicloud_market_price` has the exact one.
    suggested_price: Computed<String>,
    /// The path of the product's page.
    target_url: Computed<String>,
    /// The URL of the product's picture.
    image_url: Computed<String>,
    /// The rating of the product, such as `5.0`.
    score: Computed<String>,
    /// The operating system of an ECS image.
    operation_system: Computed<String>,
    /// How long the warranty lasts, in words.
    warranty_date: Computed<String>,
    /// How long delivery takes, in words.
    delivery_date: Computed<String>,
    /// How the product is delivered, in words.
    delivery_way: Computed<String>,
}

/// The data source.
#[derive(Debug)]
pub(crate) struct MarketProductsSource;

impl DataSource for MarketProductsSource {
    type Model = MarketProducts;
    type Client = Cloud;

    async fn read(&self, cloud: &Cloud, config: MarketProducts, ctx: &Context) -> Result<MarketProducts, Diagnostics> {
        let listed = products::products(&cloud.client, &config.search(), &cloud.deadline(TIME, ctx)).await;
        let mut listed = listed.map_err(|failure| unlisted(&failure))?;
        let is_wanted = config.filter();
        listed.retain(is_wanted);
        if let Some(file) = config.output_file.as_deref().filter(|file| !file.is_empty())
            && let Err(error) = write(file, &listed)
        {
            ctx.warn(not_written(file, &error));
        }
        Ok(config.with(listed))
    }
}

fn unlisted(failure: &Failure) -> Diagnostic {
    failure_messages::read_failure("The Marketplace products cannot be listed", "The list of products", failure)
}

fn not_written(file: &str, error: &io::Error) -> Diagnostic {
    let detail = format!(
        "The file {file} cannot be written: {error}. The products were read, and the attributes of the data source contain them."
    );
    let warning = Diagnostic::warning("The products were not written to the output file", detail);
    warning.at(MarketProducts::OUTPUT_FILE)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let full = io::Error::from(io::ErrorKind::StorageFull);
    vec![unlisted(&crate::catalogue::lost("DescribeProducts")), not_written("products.json", &full)]
}

/// What is wrong with a regular expression.
fn regex_error(value: &Value) -> Option<String> {
    match Regex::new(value.as_str()?).err()? {
        regex::Error::CompiledTooBig(_) => {
            Some("must be a smaller regular expression: lower its numbers of repetitions".to_owned())
        }
        error => {
            // The reason is the last line, below a picture of the expression.
            let text = error.to_string();
            let reason = text.rsplit_once("error: ").map(|(_, reason)| format!(": {reason}")).unwrap_or_default();
            Some(format!("must be a regular expression{reason}"))
        }
    }
}

impl MarketProducts {
    fn search(&self) -> Search {
        Search {
            term: self.search_term.clone().unwrap_or_default(),
            sort: self.sort.clone().unwrap_or_default(),
            category_id: self.category_id.clone().unwrap_or_default(),
            product_type: self.product_type.clone().unwrap_or_default(),
        }
    }

    /// What the service cannot narrow the list by.
    fn filter(&self) -> impl Fn(&ListedProduct) -> bool {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let name = given(&self.name_regex).and_then(|regex| Regex::new(&regex).ok());
        let codes = self.ids.known().cloned().filter(|codes| !codes.is_empty());
        let (supplier, keyword) = (given(&self.supplier_id), given(&self.supplier_name_keyword));
        let price = self.suggested_price.as_ref().map(Number::to_string);
        move |product| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            name.as_ref().is_none_or(|name| name.is_match(&text(&product.name)))
                && codes.as_ref().is_none_or(|codes| codes.contains(&text(&product.code)))
                && supplier.as_ref().is_none_or(|id| product.supplier_id.map(|id| id.to_string()).as_ref() == Some(id))
                && keyword.as_ref().is_none_or(|keyword| text(&product.supplier_name).contains(keyword))
                && price.as_ref().is_none_or(|price| text(&product.suggested_price).starts_with(price))
        }
    }

    fn with(self, listed: Vec<ListedProduct>) -> Self {
        let codes: Vec<String> = listed.iter().filter_map(|product| product.code.clone()).collect();
        let product = |product: ListedProduct| Product {
            code: product.code.into(),
            name: product.name.into(),
            category_id: product.category_id.into(),
            supplier_id: product.supplier_id.into(),
            supplier_name: product.supplier_name.into(),
            short_description: product.short_description.into(),
            tags: product.tags.into(),
            suggested_price: product.suggested_price.into(),
            target_url: product.target_url.into(),
            image_url: product.image_url.into(),
            score: product.score.into(),
            operation_system: product.operation_system.into(),
            warranty_date: product.warranty_date.into(),
            delivery_date: product.delivery_date.into(),
            delivery_way: product.delivery_way.into(),
        };
        Self {
            id: content_sha256(codes.join(",").as_bytes()).into(),
            ids: codes.into(),
            products: listed.into_iter().map(product).collect::<Vec<_>>().into(),
            ..self
        }
    }
}

/// Writes products where the configuration requests it, under the names of their attributes.
fn write(file: &str, listed: &[ListedProduct]) -> io::Result<()> {
    let product = |product: &ListedProduct| {
        json!({
            "code": product.code,
            "name": product.name,
            "category_id": product.category_id,
            "supplier_id": product.supplier_id,
            "supplier_name": product.supplier_name,
            "short_description": product.short_description,
            "tags": product.tags,
            "suggested_price": product.suggested_price,
            "target_url": product.target_url,
            "image_url": product.image_url,
            "score": product.score,
            "operation_system": product.operation_system,
            "warranty_date": product.warranty_date,
            "delivery_date": product.delivery_date,
            "delivery_way": product.delivery_way,
        })
    };
    let path = match (file.strip_prefix("~/"), env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(file),
    };
    let all: Vec<Json> = listed.iter().map(product).collect();
    fs::write(path, format!("{:#}\n", Json::Array(all)))
}
