//! What an order of PAI products is made of, and what is valid.

use super::{messages, products};
use crate::order_identity::OrderIdentity;
use tfplugin::{
    Attr, Computed, Diagnostics, Model, Partial, Private, Timeouts, model::AttributeChange, schema::Decision,
    value::Number,
};

/// An order of pay-as-you-go products for Platform for AI (PAI): DataWorks, MaxCompute, PAI and OSS. Creating it buys the
/// products (CreateProductOrders). Destroying it only removes it from the state: the products stay active.
#[derive(Clone, Debug, Model)]
#[model(resource = "alicloud_pai_product_order", identity = OrderIdentity)]
pub(crate) struct PaiProductOrder {
    /// Whether to pay for all products immediately.
    #[attr(default = true, force_new)]
    pub(super) auto_pay: bool,
    /// The products to buy. Their sequence is not significant.
    #[attr(force_new, plan_modifier = same_products, not_empty)]
    pub(super) products: Vec<Product>,
    /// Time limits for the purchase (`create`) and for reading the order (`read`), each including all retries. If
    /// `max_retry_timeout` in the provider block is not 0, the shorter limit applies. Changing them sends no request.
    #[attr(timeouts(create = "10m", read = "2m"))]
    pub(super) timeouts: Timeouts,
    /// The ID of the order.
    pub(super) id: Computed<String>,
    /// The message that the service returned for the purchase.
    pub(super) message: Computed<String>,
    /// The ID of the purchase request.
    pub(super) buy_product_request_id: Computed<String>,
    /// IDs of the products that the order bought, in no particular order.
    pub(super) product_ids: Computed<Vec<String>>,
    /// Codes of the products that the purchase left out. Plans warn about them until ListProducts reports them as purchased.
    /// The provider does not buy them again.
    pub(super) missing_products: Computed<Vec<String>>,
    /// The status of the payment, such as `Paid`.
    pub(super) payment_status: Computed<String>,
    /// The billing method, such as `PayAsYouGo`.
    pub(super) subscription_type: Computed<String>,
    /// The currency of `pretax_amount`, such as `CNY`.
    pub(super) currency: Computed<String>,
    /// The cost of the order before taxes, in `currency`.
    pub(super) pretax_amount: Computed<Number>,
    /// When the order was created (RFC 3339). `alicloud_market_order` calls it `created_on`, as its API does.
    pub(super) created_at: Computed<String>,
    /// When the order was paid (RFC 3339).
    pub(super) paid_at: Computed<String>,
    /// IDs of the instances that this order created.
    pub(super) instance_ids: Computed<Vec<String>>,
}

/// A product of an order.
#[derive(Clone, Debug, Model)]
#[model(nested)]
pub(crate) struct Product {
    /// The product code.
    #[attr(one_of("DataWorks_share", "MaxCompute_share", "PAI_share", "OSS_share"))]
    pub(super) product_code: String,
    /// How the product is paid.
    #[attr(default = "POSTPAY", one_of("POSTPAY"))]
    pub(super) charge_type: String,
    /// The type of the order.
    #[attr(default = "BUY", one_of("BUY"))]
    pub(super) order_type: String,
    /// The billing cycle: `Month` for `DataWorks_share`, `Hour` for `OSS_share` and `MaxCompute_share`. Omit it for `PAI_share`.
    #[attr(
        optional, default_with = default_cycle,
        default_text = "the billing cycle of the product",
        one_of("Month", "Hour")
    )]
    pub(super) pricing_cycle: Computed<String>,
    /// The number of billing cycles.
    #[attr(default = 1, range(1..=1))]
    pub(super) duration: i64,
    /// Whether the product renews automatically.
    pub(super) auto_renew: Option<bool>,
    /// Other properties of the product. Their sequence is not significant.
    pub(super) instance_properties: Option<Vec<Property>>,
}

/// A property of an instance.
#[derive(Clone, Debug, Model)]
#[model(nested)]
pub(crate) struct Property {
    /// The code of the property, such as `region`.
    #[attr(not_blank)]
    pub(super) code: String,
    /// The value of the property, such as `cn-hangzhou`.
    #[attr(not_blank)]
    pub(super) value: String,
    /// The name of the property in the console.
    pub(super) name: Option<String>,
}

fn default_cycle(product: &Partial<Product>) -> Attr<String> {
    match &product.product_code {
        Attr::Known(code) => products::find(code).and_then(|product| product.pricing_cycle).map(str::to_owned).into(),
        Attr::Unknown => Attr::Unknown,
        _ => Attr::Null,
    }
}

/// The products of a configuration or a state that are known to be there, each with its index.
pub(super) fn products(order: &Partial<PaiProductOrder>) -> impl Iterator<Item = (usize, &Partial<Product>)> {
    let products = order.products.known().into_iter().flatten().enumerate();
    products.filter_map(|(at, product)| Some((at, product.known()?)))
}

/// The codes of the products of a configuration or a state, as far as they are known.
pub(super) fn codes(order: &Partial<PaiProductOrder>) -> Vec<String> {
    products(order).filter_map(|(_, product)| product.product_code.known().cloned()).collect()
}

/// Whether a planned product is not known yet.
pub(super) fn has_unknown_code(order: &Partial<PaiProductOrder>) -> bool {
    let mut products = order.products.known().into_iter().flatten();
    let is_unknown = |product: &Attr<Partial<Product>>| {
        product.is_unknown() || product.known().is_some_and(|product| product.product_code.is_unknown())
    };
    order.products.is_unknown() || products.any(is_unknown)
}

/// The codes of all products that there are.
pub(super) fn all_codes() -> Vec<String> {
    products::PRODUCTS.iter().map(|product| product.code.to_owned()).collect()
}

/// The products mean the same in any order. What billing does not report is taken from the configuration.
fn same_products(change: &AttributeChange<'_, PaiProductOrder, Vec<Product>>) -> Decision {
    let known = |products: &Attr<Vec<Attr<Partial<Product>>>>| -> Vec<Partial<Product>> {
        let products = products.known().into_iter().flatten();
        products.map(|product| product.known().cloned().unwrap_or_default()).collect()
    };
    let (planned, prior) = (known(&change.planned), known(&change.prior));
    let mut decision = Decision::Keep;
    for product in &planned {
        let same = prior.iter().find(|prior| prior.product_code == product.product_code);
        match same.map(|prior| same_product(product, prior, change.private)) {
            None | Some(Decision::Replace) => return Decision::Replace,
            Some(Decision::Update) => decision = Decision::Update,
            Some(Decision::Keep) => {}
        }
    }
    if planned.len() == prior.len() { decision } else { Decision::Replace }
}

fn same_product(planned: &Partial<Product>, prior: &Partial<Product>, private: &Private) -> Decision {
    let bought = |product: &Partial<Product>| Partial::<Product> {
        auto_renew: Attr::Null,
        instance_properties: Attr::Null,
        ..product.clone()
    };
    if bought(planned) != bought(prior) {
        return Decision::Replace;
    }
    // The order of properties means nothing, and none of them means the same as an empty list.
    let properties = |product: &Partial<Product>| product.instance_properties.known().cloned().unwrap_or_default();
    let (some, others) = (properties(planned), properties(prior));
    let is_same = some.iter().all(|one| others.contains(one)) && others.iter().all(|one| some.contains(one));
    let unrecoverable = [
        (planned.auto_renew != prior.auto_renew, planned.auto_renew.is_null(), Product::AUTO_RENEW.name()),
        (!is_same, planned.instance_properties.is_null(), Product::INSTANCE_PROPERTIES.name()),
    ];
    let mut decision = Decision::Keep;
    for (_, is_null, name) in unrecoverable.into_iter().filter(|(differs, ..)| *differs) {
        match (private.is_unrecovered(PaiProductOrder::PRODUCTS.path().dot(name)), is_null) {
            (true, true) => {}
            (true, false) => decision = Decision::Update,
            (false, _) => return Decision::Replace,
        }
    }
    decision
}

/// Checks what products allow together.
pub(super) fn validate(config: &Partial<PaiProductOrder>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut codes = Vec::new();
    for (at, configured) in products(config) {
        let place = PaiProductOrder::PRODUCTS.index(at);
        let Some(code) = configured.product_code.as_str() else { continue };
        if codes.contains(&code) {
            diagnostics.push(messages::twice(code).at(place.clone().then(Product::PRODUCT_CODE)));
        }
        codes.push(code);
        let cycle = configured.pricing_cycle.as_str();
        let allowed = products::find(code).map(|product| product.pricing_cycle);
        if let (Some(cycle), Some(allowed)) = (cycle, allowed)
            && Some(cycle) != allowed
        {
            diagnostics.push(messages::wrong_cycle(code, cycle, allowed).at(place.then(Product::PRICING_CYCLE)));
        }
    }
    diagnostics
}
