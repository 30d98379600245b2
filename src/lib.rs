//! A Terraform provider that buys Alibaba Cloud orders, each exactly once.
//!
//! The crate [`tfplugin`] speaks Terraform's plugin protocol, the crate [`alicloud`] speaks to Alibaba Cloud; what the
//! provider offers is here.

mod cloud;
mod config;
mod explain;
mod journal;
mod market_order;
mod order_plan;
mod owner;
mod pai_product_order;
mod terraform;
mod timeouts;
mod unpaid;

use async_trait::async_trait;

use alicloud::credentials::METADATA_SERVICE;

use tfplugin::{
    diagnostics::Diagnostics,
    provider::{Provider, Resource, Saved},
    schema::Schema,
    serve::Identity,
    value::Value,
};

pub use cloud::Cloud;
pub use config::environment;

/// Who this plugin is. The source addresses are those under which configurations know the existing provider.
pub const IDENTITY: Identity = Identity {
    name: "terraform-provider-alicloud",
    version: env!("CARGO_PKG_VERSION"),
    addresses: &[
        "registry.terraform.io/aliyun/alicloud",
        "registry.terraform.io/hashicorp/alicloud",
        "registry.opentofu.org/aliyun/alicloud",
        "registry.opentofu.org/hashicorp/alicloud",
    ],
    log_crates: &["terraform_provider_alicloud", "alicloud", "tfplugin"],
};

/// The resources that are orders.
pub(crate) const ORDER_TYPES: [&str; 2] = [market_order::NAME, pai_product_order::NAME];

/// The provider.
#[derive(Debug)]
pub struct Alicloud {
    /// Where an instance's role is asked for: [`METADATA_SERVICE`], but for tests.
    pub metadata_service: String,
}

impl Default for Alicloud {
    fn default() -> Self {
        Self { metadata_service: METADATA_SERVICE.to_owned() }
    }
}

#[async_trait]
impl Provider for Alicloud {
    type Client = Cloud;

    fn schema(&self) -> Schema {
        config::schema()
    }

    fn resources(&self) -> Vec<Box<dyn Resource<Cloud>>> {
        vec![Box::new(market_order::MarketOrder), Box::new(pai_product_order::PaiProductOrder)]
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        config::validate(config)
    }

    async fn configure(&self, config: Value, terraform_version: &str) -> Result<Saved<Cloud>, Diagnostics> {
        config::configure(&config, terraform_version, &self.metadata_service)
    }

    fn closing(&self, cloud: &Cloud) {
        cloud.journal.close();
    }
}
