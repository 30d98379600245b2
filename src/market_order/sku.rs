//! The SKU that is bought. CreateOrder and DescribeProduct call it `<product_code>-prepay`, DescribePrice only `prepay`;
//! both are understood, in any case. What the service reports of it never replaces the SKU that a state names: an order does
//! not change, and the service may spell it in another way.

use super::schema::{MarketOrder, PayType, is_half_imported};
use alicloud::market::Order;
use tfplugin::{Attr, Diagnostic, Diagnostics, Partial, model::AttributeChange, schema::Decision};

/// The kinds of SKUs, how each is paid, and whether it is what CreateOrder is sent where no SKU is given.
const KINDS: [(&str, PayType, bool); 4] = [
    ("prepay", PayType::PrePaid, true),
    ("postpay", PayType::PostPaid, true),
    ("Package", PayType::PrePaid, false),
    ("ECS", PayType::PostPaid, false),
];

/// How an order of this SKU is paid; none for SKUs that do not say it.
pub(super) fn paid(sku: &str) -> Option<PayType> {
    let kind = sku.rsplit_once('-').map_or(sku, |(_, kind)| kind);
    KINDS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(kind)).map(|(_, paid, _)| *paid)
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
pub(super) fn full(product: &str, sku: &str) -> String {
    if after(product, sku).is_some() { sku.to_owned() } else { format!("{product}-{sku}") }
}

/// What stands after the product's code and a dash; none where the code does not stand before it.
fn after<'s>(product: &str, sku: &'s str) -> Option<&'s str> {
    let (code, rest) = sku.split_at_checked(product.len())?;
    rest.strip_prefix('-').filter(|_| code.eq_ignore_ascii_case(product))
}

/// Whether both are the same SKU of a product.
fn is_same(product: &str, one: &str, another: &str) -> bool {
    full(product, one).eq_ignore_ascii_case(&full(product, another))
}

/// Whether it is a SKU that needs no argument.
pub(super) fn is_default(product: &str, sku: &str) -> bool {
    let is_kind = |name: &str| after(product, sku).unwrap_or(sku).eq_ignore_ascii_case(name);
    KINDS.iter().any(|(name, _, is_default)| *is_default && is_kind(name))
}

/// How an order is paid, by its SKU. Only the two usual ones say it for certain; from others it is taken where the state
/// does not know it.
pub(super) fn pay_type(order: &Order, state: &Partial<MarketOrder>) -> Option<PayType> {
    let sku = order.product_sku_code.as_deref()?;
    let product = order.product_code.as_deref().unwrap_or_default();
    paid(sku).filter(|_| is_default(product, sku) || state.pay_type.is_null())
}

/// Updates a state with the SKU that an order reports, where the state names none.
pub(super) fn refresh(state: &mut Partial<MarketOrder>, order: &Order) {
    let Some(reported) = order.product_sku_code.as_deref() else { return };
    // The state keeps its product where another one is reported.
    let product = state.product_code.as_str().unwrap_or_default();
    let is_of_product = order.product_code.as_deref().is_none_or(|reported| reported == product);
    if is_of_product && state.sku_code.is_null() && !is_default(product, reported) {
        state.sku_code = reported.into();
    }
}

/// Whether an order certainly has another SKU than a planned state. A name beside one of the known kinds can mean the same.
pub(super) fn differs(order: &Order, planned: &Partial<MarketOrder>) -> bool {
    let (Some(reported), Some(given)) = (order.product_sku_code.as_deref(), planned.sku_code.as_str()) else {
        return false;
    };
    let product = planned.product_code.as_str().unwrap_or_default();
    !is_same(product, given, reported) && paid(given).is_some() == paid(reported).is_some()
}

/// A SKU means the same with the product's code before it as without, and the usual one the same as none.
pub(super) fn same_sku(change: &AttributeChange<'_, MarketOrder, String>) -> Decision {
    let state = &change.state;
    if is_half_imported(state) {
        return Decision::Update;
    }
    let product = state.product_code.as_str().unwrap_or_default();
    let paid = state.pay_type.known().copied().unwrap_or(PayType::PostPaid);
    let prior = code(product, state.sku_code.as_str(), paid);
    let is_prior = change.planned.as_str().is_some_and(|given| is_same(product, given, &prior));
    if is_prior { Decision::Keep } else { Decision::Replace }
}

/// How an order is paid where the configuration does not say it.
pub(super) fn default_pay_type(config: &Partial<MarketOrder>) -> Attr<PayType> {
    if config.sku_code.is_unknown() {
        return Attr::Unknown;
    }
    usual_pay_type(config.sku_code.as_str()).into()
}

/// How an order of this SKU is paid where nothing else says it.
pub(super) fn usual_pay_type(sku: Option<&str>) -> PayType {
    sku.and_then(paid).unwrap_or(PayType::PostPaid)
}

/// A way of paying that the state does not have forces no other order.
pub(super) fn known_pay_type(change: &AttributeChange<'_, MarketOrder, PayType>) -> Decision {
    if change.prior.is_null() { Decision::Update } else { Decision::Replace }
}

/// Whether this begins like the code of a product, such as `cmapi033136`.
fn begins_with_a_product_code(text: &str) -> bool {
    let after = text.get(..2).filter(|start| start.eq_ignore_ascii_case("cm")).map_or("", |_| &text[2..]);
    let digits = after.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    digits.len() < after.len() && digits.starts_with(|letter: char| letter.is_ascii_digit())
}

/// What is wrong with a SKU of a product, as a part of a sentence.
fn mistake(product: &str, sku: &str) -> Option<&'static str> {
    let other = "begins with the code of another product";
    match after(product, sku) {
        _ if sku.contains(char::is_whitespace) => Some("contains spaces"),
        Some("") => Some("has nothing after the product code"),
        None if sku.eq_ignore_ascii_case(product) => Some("has nothing after the product code"),
        Some(_) => None,
        None if begins_with_a_product_code(sku) => Some(other),
        None => sku.contains('-').then(|| paid(sku)).flatten().map(|_| other),
    }
}

/// Checks the SKU, and that it agrees with the way of paying.
pub(super) fn validate(config: &Partial<MarketOrder>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if let (Some(product), Some(sku)) = (config.product_code.as_str(), config.sku_code.as_str())
        && let Some(mistake) = mistake(product, sku).filter(|_| !sku.trim().is_empty())
    {
        diagnostics.push(invalid(product, sku, mistake));
    }
    if let (Some(sku), Some(pay_type)) = (config.sku_code.as_str(), config.pay_type.known())
        && let Some(paid) = paid(sku).filter(|paid| paid != pay_type)
    {
        diagnostics.push(paid_otherwise(sku, *pay_type, paid));
    }
    diagnostics
}

fn invalid(product: &str, sku: &str, mistake: &str) -> Diagnostic {
    let detail = format!(
        "sku_code is {sku:?}, which {mistake}. Set it to a SKU of {product:?}, such as \"{product}-Package\" or \"Package\"."
    );
    let summary = format!("Invalid sku_code {sku:?} for {product}");
    Diagnostic::error(summary, detail).at(MarketOrder::SKU_CODE.path())
}

fn paid_otherwise(sku: &str, pay_type: PayType, paid: PayType) -> Diagnostic {
    let (pay_type, paid) = (pay_type.as_str(), paid.as_str());
    let detail =
        format!("pay_type is {pay_type:?}, and the SKU {sku:?} is {paid:?}. Change one of them, or omit pay_type.");
    Diagnostic::error("The arguments sku_code and pay_type contradict each other", detail)
        .at(MarketOrder::PAY_TYPE.path())
}

#[cfg(test)]
pub(super) fn samples() -> Vec<Diagnostic> {
    let product = "cmapi033136";
    let skus = ["cmapi033136-", "cmapi000001-prepay", "pre pay"];
    let mut samples: Vec<_> =
        skus.iter().filter_map(|sku| Some(invalid(product, sku, mistake(product, sku)?))).collect();
    samples.push(paid_otherwise("Package", PayType::PostPaid, PayType::PrePaid));
    samples
}
