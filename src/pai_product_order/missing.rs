//! Products that were requested and not bought: CreateProductOrders can succeed in part.

use std::collections::BTreeSet;

use super::{
    NAME,
    products::{self, Match},
    schema::{PaiProductOrder, codes},
};
use crate::Cloud;
use alicloud::{
    aiworkspace::{self, Listed, ListedProduct},
    billing::Row,
    retry::Deadline,
};
use tfplugin::{Attr, Diagnostic, Diagnostics, Partial, Private, PrivateKey, State};

fn texts(attr: &Attr<Vec<Attr<String>>>) -> Vec<&str> {
    attr.known().into_iter().flatten().filter_map(Attr::as_str).filter(|text| !text.is_empty()).collect()
}

/// The products that a state names as missing.
fn named(state: &Partial<PaiProductOrder>) -> Vec<String> {
    texts(&state.missing_products).into_iter().map(str::to_owned).collect()
}

/// Where private data has the products for which it is unknown whether the order includes them.
const UNREPORTED: PrivateKey<Vec<String>> = PrivateKey::new("untold_products");

/// Looks for the products that a purchase left out, where its answer has fewer ids than products.
pub(super) async fn after_purchase(
    cloud: &Cloud,
    state: &mut State<PaiProductOrder>,
    rows: &[Row],
    deadline: &Deadline,
) {
    let codes = codes(state);
    // One id twice stands for one product.
    let ids: BTreeSet<&str> = texts(&state.product_ids).into_iter().collect();
    let candidates = if ids.len() >= codes.len() { Vec::new() } else { codes };
    record_missing(cloud, state, candidates, rows, deadline).await;
}

/// Looks again for the products that the state names as missing.
pub(super) async fn still_missing(
    cloud: &Cloud,
    state: &mut State<PaiProductOrder>,
    rows: &[Row],
    deadline: &Deadline,
) {
    record_missing(cloud, state, named(state), rows, deadline).await;
}

/// Writes into a state which of these products are missing. Where ListProducts cannot be read, or billing does not know the
/// order yet, or a row of it may be for a product that ListProducts does not show, it is unknown.
async fn record_missing(
    cloud: &Cloud,
    state: &mut State<PaiProductOrder>,
    codes: Vec<String>,
    rows: &[Row],
    deadline: &Deadline,
) {
    let matches = |code: &String, least: Match| {
        rows.iter().any(|row| products::best_match(std::slice::from_ref(code), row) >= Some(least))
    };
    let open: Vec<String> = codes.into_iter().filter(|code| !matches(code, Match::Certain)).collect();
    let (mut missing, mut unreported) = (Vec::new(), Vec::new());
    if !open.is_empty() {
        let listed = aiworkspace::list_products(&cloud.client, &open, deadline).await.ok();
        for code in open {
            match listed.as_ref().map(|listed| is_listed(listed, state, &code)) {
                Some(true) => continue,
                Some(false) if !rows.is_empty() && !matches(&code, Match::Possible) => {}
                _ => unreported.push(code.clone()),
            }
            missing.push(code);
        }
    }
    state.missing_products = missing.into();
    match unreported.is_empty() {
        true => state.private.remove(UNREPORTED),
        false => state.private.set(UNREPORTED, &unreported),
    }
}

/// Whether ListProducts shows a product as bought by the account or by this order.
fn is_listed(listed: &Listed, state: &Partial<PaiProductOrder>, code: &String) -> bool {
    let bought = texts(&state.product_ids);
    let is_there = |product: &ListedProduct| {
        product.is_purchased == Some(true) || product.product_id.as_deref().is_some_and(|id| bought.contains(&id))
    };
    listed.products.iter().any(|product| product.product_code.as_ref() == Some(code) && is_there(product))
}

/// The warnings about the products that a state names as missing.
pub(super) fn warnings(state: &Partial<PaiProductOrder>, private: &Private) -> Diagnostics {
    let all = private.get(UNREPORTED).unwrap_or_default();
    let (unreported, missing): (Vec<String>, Vec<String>) =
        named(state).into_iter().partition(|code| all.contains(code));
    let id = state.id.as_str().unwrap_or_default();
    let mut warnings = Diagnostics::default();
    warnings.extend((!missing.is_empty()).then(|| not_included(id, &missing)));
    warnings.extend((!unreported.is_empty()).then(|| not_reported(id, &unreported)));
    warnings
}

fn not_reported(id: &str, unreported: &[String]) -> Diagnostic {
    let all = unreported.join(", ");
    let attribute = PaiProductOrder::MISSING_PRODUCTS.name();
    let detail = format!(
        "The order {id} was placed, but neither ListProducts nor GetOrderDetail reports for certain whether it includes {all}. Do \
         not buy them again before you have checked the order in the billing console. The next plan checks again. Until then, the \
         attribute {attribute} lists them."
    );
    Diagnostic::warning(format!("It is unknown whether order {id} includes {all}"), detail)
}

fn not_included(id: &str, missing: &[String]) -> Diagnostic {
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
        "The order {id} was placed, but GetOrderDetail and ListProducts report that it does not include {all}. The provider does not \
         buy the missing products, and products in the state stays as planned. The attribute {attribute} lists what is missing \
         until ListProducts reports it as purchased.\n\nTo buy a missing product, find out in the billing console why it was not \
         bought. Then add a resource for it, with the properties that it has in this one:\n\n{}",
        resources.join("\n")
    );
    Diagnostic::warning(format!("Order {id} does not include {all}"), detail)
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let (id, codes) = ("202600000000001", ["PAI_share".to_owned(), "OSS_share".to_owned()]);
    vec![not_reported(id, &codes), not_included(id, &codes)]
}
