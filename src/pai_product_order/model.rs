//! Between an order as billing tells it and the state that Terraform keeps of it.

use std::collections::BTreeSet;

use super::{missing, products::PRODUCTS, schema::UNTOLD};
use alicloud::{
    aiworkspace::{InstanceProperty, NewProduct, NewProductOrders, ProductOrders},
    billing::Row,
};
use tfplugin::{
    private::Private,
    provider::Object,
    value::{Number, Value},
};

/// What is bought, from a planned state.
pub(super) fn body(planned: &Value) -> NewProductOrders {
    let text = |value: &Value, name: &str| value.get(name).as_str().map(str::to_owned);
    let property = |property: &Value| InstanceProperty {
        code: text(property, "code").unwrap_or_default(),
        value: text(property, "value").unwrap_or_default(),
        name: text(property, "name"),
    };
    let product = |product: &Value| NewProduct {
        auto_renew: product.get("auto_renew").as_bool(),
        product_code: text(product, "product_code").unwrap_or_default(),
        charge_type: text(product, "charge_type").unwrap_or_default(),
        order_type: text(product, "order_type").unwrap_or_default(),
        pricing_cycle: text(product, "pricing_cycle"),
        duration: product.get("duration").as_i64().unwrap_or(1),
        instance_properties: product.get("instance_properties").as_list().map(|all| all.iter().map(property).collect()),
    };
    NewProductOrders {
        auto_pay: planned.get("auto_pay").as_bool().unwrap_or(true),
        products: planned.get("products").as_list().unwrap_or_default().iter().map(product).collect(),
    }
}

/// The state of an order that was just placed.
pub(super) fn placed(planned: Value, id: &str, orders: Option<&ProductOrders>, rows: &[Row]) -> Value {
    let mut state = planned;
    if let Some(orders) = orders {
        state.set_attribute("message", orders.message.clone());
        state.set_attribute("buy_product_request_id", orders.buy_product_request_id.clone());
        state.set_attribute("product_ids", orders.product_ids.clone());
    }
    state.set_attribute("id", id);
    set_told(&mut state, rows);
    state
}

/// The state of an order that was read again. What was bought stays as it was: an order does not change.
pub(super) fn refreshed(prior: Object, rows: &[Row]) -> Object {
    let Object { mut state, private } = prior;
    set_told(&mut state, rows);
    Object { state, private }
}

/// The state of an order that nothing was known of; none if it certainly holds no product that this resource can buy.
pub(super) fn imported(empty: Value, id: &str, rows: &[Row]) -> Option<Object> {
    let held = PRODUCTS.iter().filter(|product| rows.iter().any(|row| product.matches(row).is_some()));
    let products: Vec<Value> = held
        .map(|product| {
            Value::object([
                ("product_code", product.code.into()),
                ("charge_type", "POSTPAY".into()),
                ("order_type", "BUY".into()),
                ("pricing_cycle", product.pricing_cycle.map(Value::from).into()),
                ("duration", 1_i64.into()),
                ("auto_renew", Value::Null),
                ("instance_properties", Value::Null),
            ])
        })
        .collect();
    if products.is_empty() {
        return None;
    }
    let mut state = empty;
    state.set_attribute("products", products);
    state.set_attribute(missing::ATTRIBUTE, Vec::<String>::new());
    state.set_attribute("id", id);
    set_told(&mut state, rows);
    let mut untold = BTreeSet::from(["auto_pay".to_owned()]);
    untold.extend(UNTOLD.iter().map(|name| format!("products.{name}")));
    Some(Object { state, private: Private { imported: true, untold, ..Private::default() } })
}

fn set_told(state: &mut Value, rows: &[Row]) {
    let first = |field: fn(&Row) -> &Option<String>| rows.iter().find_map(|row| field(row).clone());
    let instances: BTreeSet<String> = rows.iter().flat_map(Row::instance_ids).collect();
    let instances: Vec<String> = instances.into_iter().collect();
    let table = [
        ("payment_status", first(|row| &row.payment_status).map(Value::from)),
        ("subscription_type", first(|row| &row.subscription_type).map(Value::from)),
        ("currency", first(|row| &row.currency).map(Value::from)),
        ("pretax_amount", total(rows).map(Value::from)),
        ("created_at", first(|row| &row.create_time).map(Value::from)),
        ("paid_at", first(|row| &row.payment_time).map(Value::from)),
        ("instance_ids", (!rows.is_empty()).then(|| instances.into())),
    ];
    for (name, told) in table {
        if let Some(value) = told {
            state.set_attribute(name, value);
        }
    }
}

/// The sum over all rows, if every one of them tells its amount.
fn total(rows: &[Row]) -> Option<Number> {
    let amounts: Option<Vec<Number>> =
        rows.iter().map(|row| Number::parse(row.pretax_amount.as_deref()?).ok()).collect();
    amounts.filter(|amounts| !amounts.is_empty()).map(|amounts| amounts.into_iter().sum())
}
