//! The SKU that is bought. CreateOrder and DescribeProduct call it `<product_code>-prepay`, DescribePrice only `prepay`;
//! both are understood.

use super::schema::{MarketOrder, PayType, is_half_imported};
use alicloud::market::Order;
use tfplugin::{Attr, Diagnostics, Partial, model::AttributeChange, schema::Decision};

/// The kinds of SKUs, how each is paid, and whether it is what CreateOrder is sent where no SKU is given.
const KINDS: [(&str, PayType, bool); 4] = [
    ("prepay", PayType::PrePaid, true),
    ("postpay", PayType::PostPaid, true),
    ("Package", PayType::PrePaid, false),
    ("ECS", PayType::PostPaid, false),
];

/// How an order of this SKU is paid; none for SKUs that do not say it.
fn paid(sku: &str) -> Option<PayType> {
    let kind = sku.rsplit_once('-').map_or(sku, |(_, kind)| kind);
    KINDS.iter().find(|(name, ..)| *name == kind).map(|(_, paid, _)| *paid)
}

/// The SKU that a product, the argument `sku_code` and the way of paying mean.
pub(super) fn code(product: &str, given: Option<&str>, paid: PayType) -> String {
    match given {
        Some(given) => full(product, given),
        None => {
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
pub(super) fn pay_type(order: &Order, state: &Partial<MarketOrder>) -> Option<PayType> {
    let sku = order.product_sku_code.as_deref()?;
    let product = order.product_code.as_deref().unwrap_or_default();
    paid(sku).filter(|_| is_default(product, sku) || state.pay_type.is_null())
}

/// Whether a state names a SKU, and not the one that an order tells.
fn is_another(state: &Partial<MarketOrder>, told: &str) -> bool {
    let product = state.product_code.as_str().unwrap_or_default();
    state.sku_code.as_str().is_some_and(|given| full(product, given) != full(product, told))
}

/// Brings into a state what an order tells of its SKU, as far as it says more than the state does.
pub(super) fn refresh(state: &mut Partial<MarketOrder>, order: &Order) {
    let Some(told) = order.product_sku_code.as_deref() else { return };
    let product = state.product_code.as_str().unwrap_or_default();
    if (state.sku_code.is_null() && !is_default(product, told)) || is_another(state, told) {
        state.sku_code = told.into();
    }
}

/// Whether an order has another SKU than a planned state.
pub(super) fn differs(order: &Order, planned: &Partial<MarketOrder>) -> bool {
    order.product_sku_code.as_deref().is_some_and(|told| is_another(planned, told))
}

/// A SKU means the same with the product's code before it as without, and the usual one the same as none.
pub(super) fn same_sku(change: &AttributeChange<'_, MarketOrder, String>) -> Decision {
    let state = &change.state;
    if is_half_imported(state) {
        return Decision::Update;
    }
    let product = state.product_code.as_str().unwrap_or_default();
    let planned = change.planned.as_str().map(|given| full(product, given));
    let paid = state.pay_type.known().copied().unwrap_or(PayType::PostPaid);
    let prior = code(product, state.sku_code.as_str(), paid);
    if planned == Some(prior) { Decision::Keep } else { Decision::Replace }
}

/// How an order is paid where the configuration does not say it.
pub(super) fn default_pay_type(config: &Partial<MarketOrder>) -> Attr<PayType> {
    if config.sku_code.is_unknown() {
        return Attr::Unknown;
    }
    config.sku_code.as_str().and_then(paid).unwrap_or(PayType::PostPaid).into()
}

/// A way of paying that nobody could tell forces no other order.
pub(super) fn known_pay_type(change: &AttributeChange<'_, MarketOrder, PayType>) -> Decision {
    if change.prior.is_null() { Decision::Update } else { Decision::Replace }
}

/// Checks that the SKU and the way of paying agree.
pub(super) fn validate(config: &Partial<MarketOrder>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if let (Some(sku), Some(pay_type)) = (config.sku_code.as_str(), config.pay_type.known())
        && let Some(paid) = paid(sku).filter(|paid| paid != pay_type)
    {
        let (pay_type, paid) = (pay_type.as_str(), paid.as_str());
        let detail =
            format!("pay_type is {pay_type:?}, and the SKU {sku:?} is {paid:?}. Change one of them, or omit pay_type.");
        diagnostics.invalid(MarketOrder::PAY_TYPE.path(), "The SKU is paid in another way", detail);
    }
    diagnostics
}
