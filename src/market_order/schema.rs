//! What an order is made of, and what is valid.

use super::{auto_renew, instances::OrderInstance, period, sku};
use tfplugin::{
    AttributeEnum, Computed, Map, Model, Partial, Timeouts,
    model::AttributeChange,
    schema::{Decision, Validator},
    value::{Number, Value},
};

use crate::{order_identity::OrderIdentity, purchase_guard};

/// The key of `components` that the argument `package_version` says.
pub(super) const PACKAGE_VERSION: &str = "package_version";

/// The unit of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeEnum)]
pub(crate) enum Cycle {
    Day,
    Month,
    Year,
}

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeEnum)]
pub(crate) enum PayType {
    PrePaid,
    PostPaid,
}

// The version stays 0, as the existing provider's, so that states can go back and forth.
/// An order on the Alibaba Cloud Marketplace. Creating it buys the product and pays for it immediately. Destroying it only
/// removes it from the state: the order is neither cancelled nor refunded.
#[derive(Clone, Debug, Model)]
#[model(resource = "alicloud_market_order", version = 0, identity = OrderIdentity)]
pub(crate) struct MarketOrder {
    /// The product code, such as `cmapi033136`.
    #[attr(force_new, length(8..=12))]
    pub(super) product_code: String,
    /// The unit of `duration`.
    #[attr(force_new, plan_modifier = period::same_length)]
    pub(super) pricing_cycle: Cycle,
    /// The version of the product's package, such as `yuncode2713600001`. The data source `alicloud_market_product` lists the
    /// versions. A product without any cannot be ordered.
    #[attr(force_new, not_blank)]
    pub(super) package_version: String,
    /// How the order is paid: `PrePaid` (subscription) or `PostPaid` (pay as you go).
    #[attr(
        default_with = sku::default_pay_type, default_text = "`PostPaid`, or what `sku_code` says",
        force_new, plan_modifier = sku::known_pay_type
    )]
    pub(super) pay_type: PayType,
    /// The SKU, if it is neither `<product_code>-prepay` nor `<product_code>-postpay`, which `pay_type` selects: for example
    /// `<product_code>-Package` (subscription) or `<product_code>-ECS` (pay as you go) for an image. You can omit the product
    /// code and its dash. The data source `alicloud_market_product` lists the SKUs of a product.
    #[attr(default_on_create = None, force_new, plan_modifier = sku::same_sku, not_blank)]
    pub(super) sku_code: Option<String>,
    /// The number of pricing cycles to buy.
    #[attr(default = 1, force_new, plan_modifier = period::same_length, range(1..=256))]
    pub(super) duration: i64,
    /// The number of units to buy.
    #[attr(default = 1, force_new, range(1..=i64::MAX))]
    pub(super) quantity: i64,
    /// The coupon to pay with. Omit it, or set it to `""`, to use no coupon.
    #[attr(default = "", force_new, plan_modifier = known_coupon)]
    pub(super) coupon_id: String,
    /// Seller-defined product options. May contain `package_version` if its value is the same as the argument's.
    #[attr(
        default_on_create = Map::new(), force_new, plan_modifier = same_components,
        validator = said_elsewhere(), validator = Validator::rule("a map without null values", without_nulls)
    )]
    pub(super) components: Map<String>,
    /// The idempotency key of the purchase. Applying the same token again returns the same order instead of buying another
    /// one, from any directory or machine, for as long as the Marketplace remembers the token: count on 24 hours. Use a
    /// constant, such as `team-7-${each.key}`, and a different one for each order. In a pipeline that keeps no files between
    /// jobs, only the token lets a job find the order of an interrupted apply. Terraform stores the token in the state.
    /// Changing it later updates only the state.
    #[attr(validator = Validator::rule("1 to 64 ASCII letters, digits, `-`, `_` or `.`", is_token))]
    pub(crate) client_token: Option<String>,
    /// The highest price to pay for the order, in the `currency` of the provider's `purchase_guard` (default `CNY`). The plan
    /// compares the price with it, and the apply does so again before it sends the order. An order whose price is unknown is
    /// not bought. Changing it later updates only the state.
    #[attr(validator = purchase_guard::amount())]
    pub(super) max_price: Option<Number>,
    /// Whether Alibaba Cloud renews the instances of the order when they end, and for how long: for the `pricing_cycle` and
    /// `duration` of the order, unless you set `cycle` and `duration` here. A change is an in-place update and buys nothing.
    /// Alibaba Cloud then renews and charges the account on its own: `max_price` and `purchase_guard` do not limit that. If you
    /// remove the argument, auto-renewal stays as it is. To turn it off, set `enabled` to `false`.
    #[attr(default_on_create = None, validator = auto_renew::settings())]
    pub(super) auto_renew: Option<Map<String>>,
    /// Whether to turn auto-renewal off before the order is destroyed or replaced. If that fails, the order stays in the state.
    /// Apply this argument before you destroy the order: the destroy uses its value in the state. Changing it updates only the
    /// state.
    pub(super) renew_off_on_destroy: Option<bool>,
    /// Time limits for the purchase (`create`) and for reading the order (`read`), each including all retries. If
    /// `max_retry_timeout` in the provider block is not 0, the shorter limit applies. Changing them sends no request.
    #[attr(timeouts(create = "10m", read = "2m"))]
    pub(super) timeouts: Timeouts,
    /// The ID of the order.
    pub(super) id: Computed<String>,
    /// The status of the order, such as `NORMAL`, `REFUND` or `DELETE`.
    pub(super) order_status: Computed<String>,
    /// The status of the payment, such as `PAID`.
    pub(super) pay_status: Computed<String>,
    /// The type of the order, such as `NEW`.
    pub(super) order_type: Computed<String>,
    /// The name of the product.
    pub(super) product_name: Computed<String>,
    /// The SKU of the order.
    pub(super) product_sku_code: Computed<String>,
    /// The company that sells the product.
    pub(super) supplier_company_name: Computed<String>,
    /// The price that Alibaba Cloud quoted when the purchase was planned, in `quoted_currency`. It does not change
    /// afterwards. Null if there was no quote, and after an import.
    pub(super) quoted_price: Computed<Number>,
    /// The currency of `quoted_price`.
    pub(super) quoted_currency: Computed<String>,
    /// The currency of the prices, such as `CNY`, `USD` or `JPY`. Null if the Marketplace does not return it.
    pub(super) currency: Computed<String>,
    /// The list price, in `currency`.
    pub(super) original_price: Computed<Number>,
    /// The price of the order, in `currency`.
    pub(super) total_price: Computed<Number>,
    /// The amount paid, in `currency`.
    pub(super) payment_price: Computed<Number>,
    /// The amount covered by a coupon, in `currency`.
    pub(super) coupon_price: Computed<Number>,
    /// When the order was created (RFC 3339). The Marketplace API calls it `CreatedOn`;
    /// `alicloud_pai_product_order` has `created_at` instead, as its API does.
    pub(super) created_on: Computed<String>,
    /// When the order was paid (RFC 3339). The Marketplace API calls it `PaidOn`.
    pub(super) paid_on: Computed<String>,
    /// IDs of the instances that this order created.
    pub(super) instance_ids: Computed<Vec<String>>,
    /// The instances that this order created, with their status and dates.
    #[attr(changes_with(auto_renew))]
    pub(super) instances: Computed<Vec<OrderInstance>>,
    /// When the first of the instances ends (RFC 3339). Null if none ends. A plan warns if the order has expired, or expires
    /// within 14 days without auto-renewal.
    #[attr(changes_with(auto_renew))]
    pub(super) expires_on: Computed<String>,
}

/// Whether the existing provider's import made this state: nothing else leaves the pricing cycle out. It knows no more of
/// the order than that it exists.
pub(super) fn is_half_imported(state: &Partial<MarketOrder>) -> bool {
    state.pricing_cycle.is_null()
}

/// Nothing is known of the coupon of an order that the existing provider imported.
fn known_coupon(change: &AttributeChange<'_, MarketOrder, String>) -> Decision {
    if is_half_imported(&change.state) { Decision::Update } else { Decision::Replace }
}

/// Components mean the same when they differ only by the package version, which has an argument of its own. An
/// imported order holds what the seller added too, so what is configured of it only has to be there, with or without the white
/// space around it; an empty value need not be reported.
fn same_components(change: &AttributeChange<'_, MarketOrder, Map<String>>) -> Decision {
    if is_half_imported(&change.state) {
        return Decision::Update;
    }
    let version = &change.config.package_version;
    let chosen = |components: &tfplugin::Attr<Partial<Map<String>>>| -> Vec<_> {
        let all = components.known().cloned().unwrap_or_default();
        all.into_iter().filter(|(key, value)| key != PACKAGE_VERSION || value != version).collect()
    };
    let (planned, prior) = (chosen(&change.planned), chosen(&change.prior));
    let is_same = if change.private.is_imported() {
        planned.iter().all(|(key, value)| {
            let reported = prior.iter().find(|(other, _)| other == key);
            let reported = reported.map_or(Some(""), |(_, reported)| reported.as_str());
            value.as_str().zip(reported).is_some_and(|(value, reported)| value.trim() == reported.trim())
        })
    } else {
        planned == prior
    };
    if is_same { Decision::Keep } else { Decision::Replace }
}

pub(super) fn said_elsewhere() -> Validator {
    Validator::NoKeys(&[
        ("ord_time", "the arguments duration and pricing_cycle say it"),
        ("order_num", "the argument quantity says it"),
    ])
}

fn is_token(token: &Value) -> Option<String> {
    let text = token.as_str()?;
    let valid = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (!valid).then(|| "must be 1 to 64 ASCII letters, digits, '-', '_' or '.'".to_owned())
}

pub(super) fn without_nulls(components: &Value) -> Option<String> {
    let null = components.as_map()?.iter().find(|(_, value)| value.is_null())?;
    Some(format!("must have a value for the key {:?}", null.0))
}
