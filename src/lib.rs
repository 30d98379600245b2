//! A Terraform provider that buys Alibaba Cloud orders, each exactly once.
//!
//! The crate [`tfplugin`] implements Terraform's plugin protocol, and the crate [`alicloud`] calls Alibaba Cloud. This crate has the
//! provider's resources, data sources and actions.

mod balance;
mod caller_identity;
#[cfg(test)]
mod catalogue;
mod cloud;
mod config;
mod failure_messages;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod instance_access;
mod journal;
mod market_order;
mod market_product;
mod market_products;
mod order;
mod order_identity;
mod order_plan;
mod owner;
mod pai_product_order;
mod purchase;
mod purchase_guard;
mod quotes;
mod spending;
mod terraform;
mod unpaid;

use alicloud::credentials::METADATA_SERVICE;

use tfplugin::{
    Actions, Configure, Configured, Context, DataSources, Diagnostics, EphemeralResources, ListResources, Plugin,
    Provider, Resources,
};

pub use cloud::Cloud;
pub use config::{ProviderBlock, environment};

/// Who this plugin is. The source addresses are those of the existing provider, and the one in this project's documentation.
pub const PLUGIN: Plugin = Plugin {
    name: "terraform-provider-alicloud",
    version: env!("CARGO_PKG_VERSION"),
    addresses: &[
        "registry.terraform.io/aliyun/alicloud",
        "registry.terraform.io/hashicorp/alicloud",
        "registry.opentofu.org/aliyun/alicloud",
        "registry.opentofu.org/hashicorp/alicloud",
        "registry.terraform.io/example/alicloud",
        "registry.opentofu.org/example/alicloud",
    ],
    log_crates: &["terraform_provider_alicloud", "alicloud", "tfplugin"],
};

/// The provider.
#[derive(Debug)]
pub struct Alicloud {
    /// The service that has the credentials of an instance's role: [`METADATA_SERVICE`], except in tests.
    pub metadata_service: String,
}

impl Default for Alicloud {
    fn default() -> Self {
        Self { metadata_service: METADATA_SERVICE.to_owned() }
    }
}

impl Provider for Alicloud {
    type Block = ProviderBlock;
    type Client = Cloud;

    fn resources(&self) -> Resources<Cloud> {
        Resources::new().add(market_order::MarketOrders).add(pai_product_order::PaiProductOrders)
    }

    fn data_sources(&self) -> DataSources<Cloud> {
        DataSources::new()
            .add(caller_identity::CallerIdentitySource)
            .add(market_order::MarketPrices)
            .add(market_product::MarketProductSource)
            .add(market_products::MarketProductsSource)
            .add(pai_product_order::PaiProductsSource)
    }

    fn ephemeral_resources(&self) -> EphemeralResources<Cloud> {
        EphemeralResources::new().add(instance_access::InstanceAccessResource)
    }

    fn list_resources(&self) -> ListResources<Cloud> {
        ListResources::new().add(market_order::MarketOrderList).add(pai_product_order::PaiProductOrderList)
    }

    fn validate(&self, configure: &Configure<ProviderBlock>) -> Diagnostics {
        config::validate(configure)
    }

    fn actions(&self) -> Actions<Cloud> {
        Actions::new().add(market_order::MarketRenewals)
    }

    async fn configure(
        &self,
        configure: Configure<ProviderBlock>,
        ctx: &Context,
    ) -> Result<Configured<Cloud>, Diagnostics> {
        config::configure(configure, ctx, &self.metadata_service)
    }

    fn after_panic(&self) -> &str {
        "If a purchase was in progress, run terraform apply again: it finds out whether an order was placed before it buys anything."
    }

    fn shutdown(&self, cloud: &Cloud) {
        cloud.journal.close();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_order_is_found_in_a_state() {
        assert_eq!(super::terraform::ORDER_TYPES, [super::market_order::NAME, super::pai_product_order::NAME]);
    }
}
