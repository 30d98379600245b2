//! `data "alicloud_pai_products"`: which PAI products the account has, and which of them the caller may buy.

use std::time::Duration;

use alicloud::aiworkspace::{self, ListedProduct};
use tfplugin::{Computed, Context, DataSource, Diagnostics, Model};

use super::{messages, products::PRODUCTS};
use crate::{Cloud, failure_messages};

/// How long reading may take.
const TIME: Duration = Duration::from_secs(60);

/// The products for Platform for AI (PAI): which the account has, and which the caller may buy. Reading them buys nothing.
#[derive(Clone, Debug, Model)]
#[model(data_source = "alicloud_pai_products")]
pub(crate) struct PaiProducts {
    /// Codes of the products to read, such as `PAI_share`. An error names a code that Alibaba Cloud does not know. Default: those
    /// products that `alicloud_pai_product_order` can buy and Alibaba Cloud offers in the region.
    #[attr(not_empty, validate(|codes: &Vec<String>| codes.iter().all(|code| !code.trim().is_empty()), "a list without empty codes"))]
    product_codes: Option<Vec<String>>,
    /// The region of the provider. The result applies to this region: a product may be purchased in one region and not in
    /// another.
    region_id: Computed<String>,
    /// The products, in the order of `product_codes`.
    products: Computed<Vec<Product>>,
}

/// A product.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Product {
    /// The product code, for `product_code` of `alicloud_pai_product_order`.
    product_code: Computed<String>,
    /// The ID of the product.
    product_id: Computed<String>,
    /// Whether the account has the product.
    is_purchased: Computed<bool>,
    /// Whether the caller may buy the product. Null if Alibaba Cloud does not return it.
    has_permission_to_purchase: Computed<bool>,
    /// The page on which you can buy the product by hand.
    purchase_url: Computed<String>,
}

/// The data source.
#[derive(Debug)]
pub(crate) struct PaiProductsSource;

impl DataSource for PaiProductsSource {
    type Model = PaiProducts;
    type Client = Cloud;

    async fn read(&self, cloud: &Cloud, config: PaiProducts, ctx: &Context) -> Result<PaiProducts, Diagnostics> {
        let all = || PRODUCTS.iter().map(|product| product.code.to_owned()).collect();
        let codes: Vec<String> = config.product_codes.clone().unwrap_or_else(all);
        let listed = aiworkspace::known_products(&cloud.client, &codes, &cloud.deadline(TIME, ctx)).await;
        let listed = listed.map_err(|failure| {
            failure_messages::read_failure("The PAI products cannot be listed", "The list of PAI products", &failure)
        })?;
        let mut products = Vec::with_capacity(codes.len());
        for (at, code) in codes.iter().enumerate() {
            match listed.product(code) {
                Some(product) => products.push(Product::of(product)),
                None if config.product_codes.is_none() => {}
                None => {
                    let region = cloud.client.region();
                    let unknown = messages::unknown_product(code, region, listed.request_id.as_deref());
                    return Err(unknown.at(PaiProducts::PRODUCT_CODES.index(at)).into());
                }
            }
        }
        Ok(PaiProducts { region_id: cloud.client.region().into(), products: products.into(), ..config })
    }
}

impl Product {
    fn of(listed: &ListedProduct) -> Self {
        Self {
            product_code: listed.product_code.clone().into(),
            product_id: listed.product_id.clone().into(),
            is_purchased: listed.is_purchased.into(),
            has_permission_to_purchase: listed.has_permission_to_purchase.into(),
            purchase_url: listed.purchase_url.clone().into(),
        }
    }
}
