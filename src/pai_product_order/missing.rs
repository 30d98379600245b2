//! Products that were asked for and not bought: CreateProductOrders can succeed in part.

use super::{
    NAME,
    schema::{PaiProductOrder, codes},
};
use crate::Cloud;
use alicloud::{
    aiworkspace::{self, ListedProduct},
    retry::Limit,
};
use tfplugin::{Attr, Diagnostic, Partial};

fn texts(attr: &Attr<Vec<Attr<String>>>) -> Vec<&str> {
    attr.known().into_iter().flatten().filter_map(Attr::as_str).collect()
}

/// The products that a state names as missing.
pub(super) fn named(state: &Partial<PaiProductOrder>) -> Vec<String> {
    texts(&state.missing_products).into_iter().map(str::to_owned).collect()
}

/// The products that a purchase left out. They are looked up only where its answer has fewer ids than products, and are all
/// of them where that cannot be read.
pub(super) async fn after_purchase(cloud: &Cloud, state: &Partial<PaiProductOrder>, limit: &Limit) -> Vec<String> {
    let codes = codes(state);
    if texts(&state.product_ids).len() >= codes.len() {
        return Vec::new();
    }
    still_missing(cloud, state, codes, limit).await
}

/// Those of these products that the account still does not have. What cannot be read stays as it was.
pub(super) async fn still_missing(
    cloud: &Cloud,
    state: &Partial<PaiProductOrder>,
    codes: Vec<String>,
    limit: &Limit,
) -> Vec<String> {
    if codes.is_empty() {
        return codes;
    }
    let Ok(listed) = aiworkspace::list_products(&cloud.client, &codes, limit).await else { return codes };
    let bought = texts(&state.product_ids);
    let is_there = |product: &ListedProduct| {
        product.is_purchased == Some(true) || product.product_id.as_deref().is_some_and(|id| bought.contains(&id))
    };
    let is_missing = |code: &String| {
        !listed.products.iter().any(|product| product.product_code.as_ref() == Some(code) && is_there(product))
    };
    codes.into_iter().filter(is_missing).collect()
}

/// The warning about the products that a state names as missing.
pub(super) fn warning(state: &Partial<PaiProductOrder>) -> Option<Diagnostic> {
    let missing = named(state);
    let id = state.id.as_str().unwrap_or_default();
    let all = missing.join(", ");
    let attribute = PaiProductOrder::MISSING_PRODUCTS.name();
    let resources: Vec<String> = missing
        .iter()
        .map(|code| {
            let name = code.to_ascii_lowercase();
            format!("  resource \"{NAME}\" \"{name}\" {{\n    products = [{{ product_code = \"{code}\" }}]\n  }}")
        })
        .collect();
    let detail = format!(
        "The order {id} was placed, and it does not include {all}, as far as CreateProductOrders and ListProducts tell. \
         Nothing is bought again by itself, and products in the state stays as it was planned. The attribute {attribute} \
         names what is missing until ListProducts shows it.\n\nTo buy what is missing, look in the billing console why it \
         was not bought, and then give it a resource of its own, with the properties that it has in this one:\n\n{}",
        resources.join("\n")
    );
    (!missing.is_empty()).then(|| Diagnostic::warning(format!("Order {id} does not include {all}"), detail))
}
