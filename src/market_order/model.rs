//! Converts between an order of the Marketplace and its state in Terraform.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};

use super::{
    period::Period,
    quote_messages,
    schema::{Cycle, MarketOrder, PACKAGE_VERSION, PayType, is_half_imported},
    sku,
};
use crate::{order::set_reported, quotes::Quote};
use alicloud::market::{Commodity, Order};
use tfplugin::{Attr, Diagnostic, Partial, State, value::Number};

/// The components that other arguments say, and that are never part of `components`.
pub(super) const RESERVED: [&str; 3] = [PACKAGE_VERSION, "ord_time", "order_num"];

/// What is bought.
pub(super) fn commodity(order: MarketOrder) -> Commodity {
    let mut components = order.components;
    components.insert(PACKAGE_VERSION.to_owned(), order.package_version);
    Commodity {
        components,
        coupon_id: order.coupon_id,
        duration: order.duration,
        pricing_cycle: order.pricing_cycle.as_str().to_owned(),
        sku_code: sku::code(&order.product_code, order.sku_code.as_deref(), order.pay_type),
        product_code: order.product_code,
        quantity: order.quantity,
    }
}

/// Fills the state of an order that was just placed: with what the order reports beyond its plan, if it could be read.
pub(super) fn place(state: &mut Partial<MarketOrder>, id: &str, order: Option<&Order>) {
    state.id = id.into();
    set_reported(&mut state.quoted_price, None);
    set_reported(&mut state.quoted_currency, None);
    match order {
        Some(order) => set_computed(state, order),
        None => {
            set_computed(state, &Order::default());
            // An order without instances was read, and this one was not.
            state.instance_ids = Attr::Null;
        }
    }
}

/// Updates a state with an order that was read again. What the order does not report stays as it was.
pub(super) fn refresh(state: &mut State<MarketOrder>, order: &Order) {
    if is_half_imported(state) {
        state.private.mark_imported();
        import(state, order);
        return;
    }
    let mut reported = Reported::by(order, state);
    // An order does not change: another value that is reported is no reason to buy another one.
    reported.product_code = reported.product_code.filter(|_| !is_bought(&state.product_code));
    reported.pay_type = reported.pay_type.filter(|_| state.pay_type.is_null());
    reported.quantity = reported.quantity.filter(|_| bought_quantity(state).is_none());
    reported.package_version = reported.package_version.filter(|_| !is_bought(&state.package_version));
    if let Some(bought) = Period::bought(state).filter(|_| reported.duration.is_some()) {
        (reported.pricing_cycle, reported.duration) = (Some(bought.unit), Some(bought.count));
    }
    let missing = reported.write_to(state);
    missing.into_iter().filter(|(_, is_null)| *is_null).for_each(|(mark, _)| mark(state));
    if state.components.is_null() {
        state.components = Attr::Known(Partial::<tfplugin::Map<String>>::new());
    }
    sku::refresh(state, order);
    set_computed(state, order);
}

/// Whether a state has a value that can have been bought. The existing provider stores an empty one where nothing is reported.
fn is_bought(text: &Attr<String>) -> bool {
    text.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// The quantity that was bought, where the state has one. The existing provider stores 0 where nothing is reported.
fn bought_quantity(state: &Partial<MarketOrder>) -> Option<i64> {
    state.quantity.known().copied().filter(|quantity| *quantity > 0)
}

/// Fills the state of an order that nothing was known of, and marks the arguments that it does not report.
pub(super) fn import(state: &mut State<MarketOrder>, order: &Order) {
    state.mark_unrecovered(MarketOrder::COUPON_ID);
    let missing = Reported::by(order, state).write_to(state);
    missing.into_iter().for_each(|(mark, _)| mark(state));
    if Period::reported(order).is_none()
        && let Some(period) = Period::guess(order)
    {
        state.pricing_cycle = period.unit.into();
        state.duration = period.count.into();
    }
    if order.product_sku_code.is_none() {
        state.mark_unrecovered(MarketOrder::SKU_CODE);
    }
    sku::refresh(state, order);
    let components = order.components().into_iter().filter(|(key, _)| !RESERVED.contains(&key.as_str()));
    state.components = Attr::Known(components.map(|(key, value)| (key, value.as_str().into())).collect());
    state.coupon_id = "".into();
    set_computed(state, order);
}

/// The arguments that an order reports, where it does.
pub(super) struct Reported {
    pub(super) product_code: Option<String>,
    pay_type: Option<PayType>,
    pricing_cycle: Option<Cycle>,
    duration: Option<i64>,
    pub(super) quantity: Option<i64>,
    pub(super) package_version: Option<String>,
}

/// Marks an argument that an order does not report.
type Mark = fn(&mut State<MarketOrder>);

impl Reported {
    pub(super) fn by(order: &Order, state: &Partial<MarketOrder>) -> Self {
        let components = order.components();
        let known = Period::of(state);
        // Twelve months and a year are the same purchase, however the Marketplace counts it.
        let period =
            Period::reported(order).map(|reported| known.filter(|known| known.is_same(reported)).unwrap_or(reported));
        let quantity = order.quantity.or_else(|| components.get("order_num")?.trim().parse().ok());
        Self {
            product_code: order.product_code.clone(),
            pay_type: sku::pay_type(order, state),
            pricing_cycle: period.map(|period| period.unit),
            duration: period.map(|period| period.count),
            quantity: quantity.filter(|number| *number > 0),
            package_version: package_version(&components).map(str::to_owned),
        }
    }

    /// Writes what is reported into a state. Returns how to mark each of the others, and whether the state has null there.
    fn write_to(self, state: &mut Partial<MarketOrder>) -> Vec<(Mark, bool)> {
        fn write<T>(attr: &mut Attr<T>, reported: Option<T>, mark: Mark) -> Option<(Mark, bool)> {
            match reported {
                Some(reported) => {
                    *attr = reported.into();
                    None
                }
                None => Some((mark, attr.is_null())),
            }
        }
        macro_rules! written {
            ($($field:ident $token:ident),*) => {
                [$(write(&mut state.$field, self.$field, |state| state.mark_unrecovered(MarketOrder::$token))),*]
            };
        }
        let all = written!(
            product_code PRODUCT_CODE, pay_type PAY_TYPE, pricing_cycle PRICING_CYCLE, duration DURATION,
            quantity QUANTITY, package_version PACKAGE_VERSION
        );
        all.into_iter().flatten().collect()
    }
}

/// The version of the package among the components.
pub(super) fn package_version(components: &BTreeMap<String, String>) -> Option<&str> {
    components.get(PACKAGE_VERSION).map(|version| version.trim()).filter(|version| !version.is_empty())
}

/// Whether an order reports another value of a component than this one. A service may leave out the white space around it, or
/// all of it.
pub(super) fn is_other_component(value: &str, reported: Option<&String>) -> bool {
    reported.is_some_and(|reported| !reported.trim().is_empty() && reported.trim() != value.trim())
}

/// The name of the first argument by which an order differs from a planned state.
pub(super) fn first_difference(order: &Order, planned: &Partial<MarketOrder>) -> Option<&'static str> {
    fn differs<T: PartialEq>(planned: &Attr<T>, reported: Option<&T>) -> bool {
        reported.is_some_and(|reported| planned.known() != Some(reported))
    }
    let reported = Reported::by(order, planned);
    macro_rules! differing {
        ($($field:ident $token:ident),*) => {
            [$((differs(&planned.$field, reported.$field.as_ref()), MarketOrder::$token.name())),*]
        };
    }
    let arguments = differing!(
        product_code PRODUCT_CODE, pay_type PAY_TYPE, pricing_cycle PRICING_CYCLE, duration DURATION,
        quantity QUANTITY, package_version PACKAGE_VERSION
    );
    let components = order.components();
    let mut chosen = planned.components.known().into_iter().flatten();
    let is_other =
        chosen.any(|(key, value)| is_other_component(value.as_str().unwrap_or_default(), components.get(key)));
    let others =
        [(is_other, MarketOrder::COMPONENTS.name()), (sku::differs(order, planned), MarketOrder::SKU_CODE.name())];
    arguments.into_iter().chain(others).find(|(differs, _)| *differs).map(|(_, name)| name)
}

/// Updates what only the Marketplace knows in a state. What the order does not report stays as it was.
pub(super) fn set_computed(state: &mut Partial<MarketOrder>, order: &Order) {
    let price = |text: &Option<String>| text.as_deref().and_then(|text| Number::parse(text).ok());
    set_reported(&mut state.order_status, order.order_status.clone());
    set_reported(&mut state.pay_status, order.pay_status.clone());
    set_reported(&mut state.order_type, order.order_type.clone());
    set_reported(&mut state.product_name, order.product_name.clone());
    set_reported(&mut state.product_sku_code, order.product_sku_code.clone());
    set_reported(&mut state.supplier_company_name, order.supplier_company_name.clone());
    set_reported(&mut state.currency, order.currency.clone());
    set_reported(&mut state.original_price, price(&order.original_price));
    set_reported(&mut state.total_price, price(&order.total_price));
    set_reported(&mut state.payment_price, price(&order.payment_price));
    set_reported(&mut state.coupon_price, price(&order.coupon_price));
    set_reported(&mut state.created_on, order.created_on.and_then(moment));
    set_reported(&mut state.paid_on, order.paid_on.and_then(moment));
    // A reply without instances is no reason to forget those that are known.
    if !order.instance_ids.is_empty() || state.instance_ids.known().is_none() {
        state.instance_ids = order.instance_ids.clone().into();
    }
}

/// The warning about an order that cost something else than was quoted.
pub(super) fn paid_otherwise(id: &str, quote: &Quote, order: &Order) -> Option<Diagnostic> {
    let price = Number::parse(order.payment_price.as_deref()?).ok().filter(|price| *price != quote.price)?;
    let currency = order.currency.clone().or_else(|| quote.currency.clone());
    Some(quote_messages::paid_otherwise(id, quote, &Quote { price, currency }))
}

/// Milliseconds since 1970 as RFC 3339; none for 0, which stands for a moment that has not come.
pub(super) fn moment(milliseconds: i64) -> Option<String> {
    let moment = DateTime::from_timestamp_millis(milliseconds).filter(|_| milliseconds > 0)?;
    Some(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}
