//! The SKU that is bought. CreateOrder and DescribeProduct call it `<product_code>-prepay`, DescribePrice only `prepay`;
//! both are understood.

use super::model::is_half_imported;
use alicloud::market::Order;
use tfplugin::{
    diagnostics::Diagnostics,
    schema::{Change, Verdict},
    value::{Path, Value},
};

/// The attribute.
pub(super) const ATTRIBUTE: &str = "sku_code";

/// The kinds of SKUs, how each is paid, and whether it is what CreateOrder is sent where no SKU is given.
const KINDS: [(&str, &str, bool); 4] = [
    ("prepay", "PrePaid", true),
    ("postpay", "PostPaid", true),
    ("Package", "PrePaid", false),
    ("ECS", "PostPaid", false),
];

/// How an order of this SKU is paid; none for SKUs that do not say it.
fn paid(sku: &str) -> Option<&'static str> {
    let kind = sku.rsplit_once('-').map_or(sku, |(_, kind)| kind);
    KINDS.iter().find(|(name, ..)| *name == kind).map(|(_, paid, _)| *paid)
}

/// The SKU that a configuration or a state means.
pub(super) fn code(resource: &Value) -> String {
    let product = resource.get("product_code").as_str().unwrap_or_default();
    match resource.get(ATTRIBUTE).as_str() {
        Some(given) => full(product, given),
        None => {
            let paid = resource.get("pay_type").as_str().unwrap_or("PostPaid");
            let kind = KINDS.iter().find(|(_, known, is_default)| *is_default && *known == paid);
            full(product, kind.map_or("postpay", |(kind, ..)| *kind))
        }
    }
}

/// With the product's code before it.
fn full(product: &str, sku: &str) -> String {
    let begins = sku.strip_prefix(product).is_some_and(|rest| rest.starts_with('-'));
    if begins { sku.to_owned() } else { format!("{product}-{sku}") }
}

/// Whether it is a SKU that needs no argument.
fn is_default(product: &str, sku: &str) -> bool {
    let kind = sku.strip_prefix(product).and_then(|rest| rest.strip_prefix('-'));
    KINDS.iter().any(|(name, _, is_default)| *is_default && kind == Some(*name))
}

/// How an order is paid, by its SKU. Only the two usual ones say it for certain; from others it is taken where the state
/// does not know it.
pub(super) fn pay_type(order: &Order, state: &Value) -> Option<&'static str> {
    let sku = order.product_sku_code.as_deref()?;
    let product = order.product_code.as_deref().unwrap_or_default();
    paid(sku).filter(|_| is_default(product, sku) || state.get("pay_type").is_null())
}

/// Brings into a state what an order tells of its SKU, as far as it says more than the state does.
pub(super) fn refresh(state: &mut Value, order: &Order) {
    let Some(told) = order.product_sku_code.as_deref() else { return };
    let product = state.get("product_code").as_str().unwrap_or_default();
    let is_news = state.get(ATTRIBUTE).is_null() && !is_default(product, told);
    let is_another = state.get(ATTRIBUTE).as_str().is_some_and(|given| full(product, given) != full(product, told));
    if is_news || is_another {
        state.set_attribute(ATTRIBUTE, told);
    }
}

/// The SKU of an order, if it is not the one of a planned state.
pub(super) fn difference(order: &Order, planned: &Value) -> Option<Value> {
    let told = order.product_sku_code.as_deref()?;
    let product = planned.get("product_code").as_str().unwrap_or_default();
    let is_another = planned.get(ATTRIBUTE).as_str().is_some_and(|given| full(product, given) != full(product, told));
    is_another.then(|| told.into())
}

/// A SKU means the same with the product's code before it as without, and the usual one the same as none.
pub(super) fn judge(change: &Change<'_>) -> Verdict {
    if is_half_imported(change.state) {
        return Verdict::InPlace;
    }
    let product = change.state.get("product_code").as_str().unwrap_or_default();
    let planned = change.planned.as_str().map(|given| full(product, given));
    if planned == Some(code(change.state)) { Verdict::Same } else { Verdict::Replace }
}

/// How an order is paid where the configuration does not say it.
pub(super) fn default_pay_type(config: &Value) -> Value {
    match config.get(ATTRIBUTE) {
        Value::Unknown(_) => Value::unknown(),
        given => given.as_str().and_then(paid).unwrap_or("PostPaid").into(),
    }
}

/// A way of paying that nobody could tell forces no other order.
pub(super) fn judge_pay_type(change: &Change<'_>) -> Verdict {
    if change.prior.is_null() { Verdict::InPlace } else { Verdict::Replace }
}

/// Checks that the SKU and the way of paying agree.
pub(super) fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let (sku, pay_type) = (config.get(ATTRIBUTE).as_str(), config.get("pay_type").as_str());
    if let (Some(sku), Some(pay_type)) = (sku, pay_type)
        && let Some(paid) = paid(sku).filter(|paid| *paid != pay_type)
    {
        let detail =
            format!("pay_type is {pay_type:?}, and the SKU {sku:?} is {paid:?}. Change one of them, or omit pay_type.");
        diagnostics.invalid(Path::attribute("pay_type"), "The SKU is paid in another way", detail);
    }
    diagnostics
}
