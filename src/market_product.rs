//! `data "alicloud_market_product"`: one product of the Marketplace, and what can be bought of it.

use std::time::Duration;

use alicloud::{
    error::Failure,
    products::{self, Choice, Described, Sold},
};
use tfplugin::{Computed, Context, DataSource, Diagnostic, Diagnostics, Model};

use crate::{Cloud, failure_messages};

/// How long reading a product may take.
const TIME: Duration = Duration::from_secs(60);

/// A product of the Alibaba Cloud Marketplace, with the SKUs and package versions to use in `alicloud_market_order`. Reading it
/// buys nothing.
#[derive(Clone, Debug, Model)]
#[model(data_source = "alicloud_market_product")]
pub(crate) struct MarketProduct {
    /// The product code, such as `cmapi033136`.
    #[attr(not_blank)]
    product_code: String,
    /// Only ECS images of this region, such as `cn-hangzhou`. The provider recognizes the region of most images by their ID.
    available_region: Option<String>,
    /// The product code.
    id: Computed<String>,
    /// The product, as a list of one element.
    product: Computed<Vec<Product>>,
}

/// A product.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Product {
    /// The product code.
    code: Computed<String>,
    /// The name of the product.
    name: Computed<String>,
    /// The description of the product, as HTML.
    description: Computed<String>,
    /// The SKUs of the product.
    skus: Computed<Vec<Sku>>,
}

/// One thing that can be bought of a product.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Sku {
    /// The SKU, for `sku_code` of `alicloud_market_order`.
    sku_code: Computed<String>,
    /// The name of the SKU.
    sku_name: Computed<String>,
    /// The package versions of the SKU. If there are none, `alicloud_market_order` cannot order it.
    package_versions: Computed<Vec<PackageVersion>>,
    /// The ECS images of the SKU.
    images: Computed<Vec<Image>>,
}

/// A package version.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct PackageVersion {
    /// The package version, for `package_version` of `alicloud_market_order`.
    package_version: Computed<String>,
    /// The name of the package version.
    package_name: Computed<String>,
}

/// An ECS image.
#[derive(Clone, Debug, Model)]
#[model(nested)]
struct Image {
    /// The ID of the image.
    image_id: Computed<String>,
    /// The name of the image.
    image_name: Computed<String>,
    /// The region of the image. Empty if it is not recognized.
    region_id: Computed<String>,
}

/// The data source.
#[derive(Debug)]
pub(crate) struct MarketProductSource;

impl DataSource for MarketProductSource {
    type Model = MarketProduct;
    type Client = Cloud;

    async fn read(&self, cloud: &Cloud, config: MarketProduct, ctx: &Context) -> Result<MarketProduct, Diagnostics> {
        let code = &config.product_code;
        match products::product(&cloud.client, code, &cloud.deadline(TIME, ctx)).await {
            Ok(Described::Found(sold)) => Ok(config.with(sold)),
            Ok(Described::Absent { request_id }) => Err(absent(code, &request_id).into()),
            Err(failure) => Err(unread(code, &failure).into()),
        }
    }
}

fn absent(code: &str, request_id: &str) -> Diagnostic {
    let detail = format!(
        "The Marketplace has no product {code} (RequestId {request_id}). Nothing was bought. Check product_code, and that the account \
         belongs to the site that sells the product, then run terraform plan again."
    );
    Diagnostic::error(format!("The product {code} does not exist"), detail).at(MarketProduct::PRODUCT_CODE)
}

fn unread(code: &str, failure: &Failure) -> Diagnostic {
    let summary = format!("The product {code} cannot be read");
    failure_messages::read_failure(&summary, &format!("The product {code}"), failure)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let code = "cmapi033136";
    let failure = crate::catalogue::lost("DescribeProduct");
    vec![absent(code, "6EF60BEC-0242-43AF-BB20-270359FB54A7"), unread(code, &failure)]
}

impl MarketProduct {
    fn with(self, sold: Sold) -> Self {
        let wanted = self.available_region.clone().filter(|region| !region.is_empty());
        let version =
            |choice: Choice| PackageVersion { package_version: choice.value.into(), package_name: choice.name.into() };
        let image = |choice: Choice| {
            let region = choice.value.as_deref().map(region_of_image).unwrap_or_default();
            let is_wanted = wanted.as_deref().is_none_or(|wanted| wanted == region);
            let (image_id, image_name) = (choice.value.into(), choice.name.into());
            is_wanted.then(|| Image { image_id, image_name, region_id: region.into() })
        };
        let sku = |sku: products::Sku| Sku {
            sku_code: sku.code.into(),
            sku_name: sku.name.into(),
            package_versions: sku.package_versions.into_iter().map(version).collect::<Vec<_>>().into(),
            images: sku.images.into_iter().filter_map(image).collect::<Vec<_>>().into(),
        };
        let product = Product {
            code: sold.code.as_str().into(),
            name: sold.name.into(),
            description: sold.description.into(),
            skus: sold.skus.into_iter().map(sku).collect::<Vec<_>>().into(),
        };
        Self { id: sold.code.into(), product: vec![product].into(), ..self }
    }
}

/// How the IDs of ECS images begin, by region.
const IMAGES: [(&str, &str); 21] = [
    ("m-0xi", "us-east-1"),
    ("m-2vc", "cn-chengdu"),
    ("m-2ze", "cn-beijing"),
    ("m-6we", "ap-northeast-1"),
    ("m-8ps", "ap-southeast-3"),
    ("m-8vb", "cn-zhangjiakou"),
    ("m-a2d", "ap-south-1"),
    ("m-bp1", "cn-hangzhou"),
    ("m-d7o", "eu-west-1"),
    ("m-eb3", "me-east-1"),
    ("m-f8z", "cn-heyuan"),
    ("m-gw8", "eu-central-1"),
    ("m-hp3", "cn-huhehaote"),
    ("m-j6c", "cn-hongkong"),
    ("m-k1a", "ap-southeast-5"),
    ("m-m5e", "cn-qingdao"),
    ("m-p0w", "ap-southeast-2"),
    ("m-rj9", "us-west-1"),
    ("m-t4n", "ap-southeast-1"),
    ("m-uf6", "cn-shanghai"),
    ("m-wz9", "cn-shenzhen"),
];

/// The region that the ID of an image contains; empty if it contains none.
fn region_of_image(id: &str) -> &'static str {
    IMAGES.iter().find(|(prefix, _)| id.starts_with(prefix)).map(|(_, region)| *region).unwrap_or_default()
}
