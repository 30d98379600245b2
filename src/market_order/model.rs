//! Between an order as the Marketplace tells it and the state that Terraform keeps of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SecondsFormat};

use super::{period::Period, sku};
use alicloud::market::{Commodity, Order};

use tfplugin::{
    private::Private,
    provider::Object,
    value::{Number, Value},
};

/// The components that other arguments say, and that are never part of `components`.
const RESERVED: [&str; 3] = ["package_version", "ord_time", "order_num"];

/// What is bought, from a planned state.
pub(super) fn commodity(planned: &Value) -> Commodity {
    let text = |name: &str| planned.get(name).as_str().unwrap_or_default().to_owned();
    let whole = |name: &str| planned.get(name).as_i64().unwrap_or(1);
    let chosen = planned.get("components").as_map().into_iter().flatten();
    let mut components: BTreeMap<String, String> =
        chosen.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    components.insert("package_version".to_owned(), text("package_version"));
    let product_code = text("product_code");
    Commodity {
        components,
        coupon_id: text("coupon_id"),
        duration: whole("duration"),
        pricing_cycle: text("pricing_cycle"),
        sku_code: sku::code(planned),
        product_code,
        quantity: whole("quantity"),
    }
}

/// The state of an order that was just placed: what was planned, and what the order tells beyond that, if it could be
/// read.
pub(super) fn placed(planned: Value, id: &str, order: Option<&Order>) -> Value {
    let mut state = planned;
    if let Some(order) = order {
        set_computed(&mut state, order);
    }
    state.set_attribute("id", id);
    state
}

/// The state of an order that was read again. What the order does not tell stays as it was.
pub(super) fn refreshed(prior: Object, order: &Order) -> Object {
    let Object { mut state, mut private } = prior;
    if is_half_imported(&state) {
        let id = state.get("id").clone();
        let mut object = imported(state, id.as_str().unwrap_or_default(), order);
        object.private.own = private.own;
        return object;
    }
    for (name, told) in arguments(order, &state) {
        match told {
            Some(value) => state.set_attribute(name, value),
            None if state.get(name).is_null() => {
                private.untold.insert(name.to_owned());
            }
            None => {}
        }
    }
    let told = order.components();
    let kept = state.get("components").as_map().cloned().unwrap_or_default().into_iter();
    let kept = kept.map(|(key, value)| (told.get(&key).map_or(value, |told| told.as_str().into()), key));
    let kept = Value::object(kept.map(|(value, key)| (key, value)));
    state.set_attribute("components", kept);
    sku::refresh(&mut state, order);
    set_computed(&mut state, order);
    Object { state, private }
}

/// Whether the existing provider's import made this state: nothing else leaves the pricing cycle out. It knows no more of
/// the order than that it exists.
pub(super) fn is_half_imported(state: &Value) -> bool {
    state.get("pricing_cycle").is_null()
}

/// The state of an order that nothing was known of, and which arguments it does not tell.
pub(super) fn imported(empty: Value, id: &str, order: &Order) -> Object {
    let mut state = empty;
    let mut untold = BTreeSet::from(["coupon_id".to_owned()]);
    for (name, told) in arguments(order, &state) {
        match told {
            Some(value) => state.set_attribute(name, value),
            None => {
                untold.insert(name.to_owned());
            }
        }
    }
    if Period::told(order).is_none() {
        for (name, value) in Period::guess(order) {
            state.set_attribute(name, value);
            untold.insert(name.to_owned());
        }
    }
    if order.product_sku_code.is_none() {
        untold.insert(sku::ATTRIBUTE.to_owned());
    }
    sku::refresh(&mut state, order);
    let components = order.components().into_iter().filter(|(key, _)| !RESERVED.contains(&key.as_str()));
    let components = Value::object(components.map(|(key, value)| (key, Value::from(value))));
    state.set_attribute("components", components);
    state.set_attribute("coupon_id", "");
    set_computed(&mut state, order);
    state.set_attribute("id", id);
    Object { state, private: Private { imported: true, untold, ..Private::default() } }
}

/// The arguments that an order tells, each with its value where it does.
fn arguments(order: &Order, state: &Value) -> [(&'static str, Option<Value>); 6] {
    let components = order.components();
    let known = Period::of(state);
    // Twelve months and a year are the same purchase, however the Marketplace counts it.
    let period = Period::told(order).map(|told| known.filter(|known| known.is_same(told)).unwrap_or(told));
    let quantity = order.quantity.or_else(|| components.get("order_num")?.parse().ok()).filter(|number| *number > 0);
    [
        ("product_code", order.product_code.clone().map(Value::from)),
        ("pay_type", sku::pay_type(order, state).map(Value::from)),
        ("pricing_cycle", period.map(|period| Value::from(period.unit))),
        ("duration", period.map(|period| Value::from(period.count))),
        ("quantity", quantity.map(Value::from)),
        ("package_version", components.get("package_version").map(|version| version.as_str().into())),
    ]
}

/// The first argument by which an order differs from a planned state, with the order's own value.
pub(super) fn first_difference(order: &Order, planned: &Value) -> Option<(&'static str, Value)> {
    let told = arguments(order, planned).into_iter().filter_map(|(name, value)| Some((name, value?)));
    let components = order.components();
    let chosen = planned.get("components").as_map().into_iter().flatten();
    let mut differing = chosen.filter_map(|(key, value)| Some((components.get(key)?, value)));
    let differing = differing.find(|(told, value)| Some(told.as_str()) != value.as_str());
    let differing = differing.map(|(told, _)| ("components", told.as_str().into()));
    let sku = sku::difference(order, planned).map(|told| (sku::ATTRIBUTE, told));
    told.chain(differing).find(|(name, value)| planned.get(name) != value).or(sku)
}

fn set_computed(state: &mut Value, order: &Order) {
    let price = |text: &Option<String>| text.as_deref().and_then(|text| Number::parse(text).ok());
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let table = [
        ("order_status", text(&order.order_status)),
        ("pay_status", text(&order.pay_status)),
        ("order_type", text(&order.order_type)),
        ("product_name", text(&order.product_name)),
        ("product_sku_code", text(&order.product_sku_code)),
        ("supplier_company_name", text(&order.supplier_company_name)),
        ("currency", text(&order.currency)),
        ("original_price", price(&order.original_price).map(Value::from)),
        ("total_price", price(&order.total_price).map(Value::from)),
        ("payment_price", price(&order.payment_price).map(Value::from)),
        ("coupon_price", price(&order.coupon_price).map(Value::from)),
        ("created_on", order.created_on.and_then(moment).map(Value::from)),
        ("paid_on", order.paid_on.and_then(moment).map(Value::from)),
        ("instance_ids", Some(order.instance_ids.clone().into())),
    ];
    for (name, told) in table {
        if let Some(value) = told {
            state.set_attribute(name, value);
        } else if !state.get(name).is_known() {
            state.set_attribute(name, Value::Null);
        }
    }
}

/// Milliseconds since 1970 as RFC 3339; none for 0, which stands for a moment that has not come.
fn moment(milliseconds: i64) -> Option<String> {
    let moment = DateTime::from_timestamp_millis(milliseconds).filter(|_| milliseconds > 0)?;
    Some(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}
