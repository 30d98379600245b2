//! The provider's pages, as the Terraform Registry shows them.

use terraform_provider_alicloud::Alicloud;
use tfplugin::docs::Generator;
use xtask::{Outcome, root};

/// The sections of the registry's navigation, by type. A type that is not listed stands at the top.
const SUBCATEGORIES: [(&str, &str); 9] = [
    ("alicloud_caller_identity", "Security Token Service (STS)"),
    ("alicloud_market_instance_access", "Market Place"),
    ("alicloud_market_order", "Market Place"),
    ("alicloud_market_price", "Market Place"),
    ("alicloud_market_product", "Market Place"),
    ("alicloud_market_products", "Market Place"),
    ("alicloud_market_renewal", "Market Place"),
    ("alicloud_pai_products", "Platform For AI (PAI)"),
    ("alicloud_pai_product_order", "Platform For AI (PAI)"),
];

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let is_check = match arguments {
        [] => false,
        ["--check"] => true,
        _ => return Err("usage: cargo xtask docs [--check]".to_owned()),
    };
    let generator = Generator::new("alicloud", &Alicloud::default())
        .title("Alibaba Cloud orders")
        .examples(root().join("examples"))
        .templates(root().join("xtask/templates"))
        .require_examples();
    let generator =
        SUBCATEGORIES.iter().fold(generator, |generator, (name, title)| generator.subcategory(*name, *title));
    let docs = root().join("docs");
    let failed = |error: tfplugin::docs::Error| error.to_string();
    let pages = generator.pages().map_err(failed)?;
    let unexpected = pages.unexpected(&docs).map_err(failed)?;
    if !unexpected.is_empty() {
        return Err(format!(
            "docs/ has {}, which no schema stands behind or which have no page_title.",
            unexpected.join(", ")
        ));
    }
    if is_check {
        let differing = pages.differing(&docs);
        let list = differing.join(", ");
        return if differing.is_empty() {
            Ok(())
        } else {
            Err(format!("{list} in docs/ differ. Run cargo xtask docs."))
        };
    }
    for file in pages.write(&docs).map_err(failed)? {
        println!("wrote docs/{file}");
    }
    Ok(())
}
