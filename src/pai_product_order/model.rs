//! Converts between an order of billing and its state in Terraform.

use std::collections::BTreeSet;

use super::{
    products::PRODUCTS,
    schema::{PaiProductOrder, Product, Property},
};
use crate::{order::set_reported, unpaid::is_unpaid};
use alicloud::{
    aiworkspace::{InstanceProperty, NewProduct, NewProductOrders, ProductOrders},
    billing::Row,
};
use tfplugin::{Attr, Computed, Partial, State, value::Number};

/// What is bought.
pub(super) fn body(order: PaiProductOrder) -> NewProductOrders {
    let property = |Property { code, value, name }| InstanceProperty { code, value, name };
    let product = |product: Product| NewProduct {
        auto_renew: product.auto_renew,
        product_code: product.product_code,
        charge_type: product.charge_type,
        order_type: product.order_type,
        pricing_cycle: product.pricing_cycle.known().cloned(),
        duration: product.duration,
        instance_properties: product.instance_properties.map(|all| all.into_iter().map(property).collect()),
    };
    NewProductOrders { auto_pay: order.auto_pay, products: order.products.into_iter().map(product).collect() }
}

/// Fills the state of an order that was just placed.
pub(super) fn place(state: &mut Partial<PaiProductOrder>, id: &str, orders: Option<&ProductOrders>, rows: &[Row]) {
    state.id = id.into();
    set_reported(&mut state.message, orders.and_then(|orders| orders.message.clone()));
    set_reported(&mut state.buy_product_request_id, orders.and_then(|orders| orders.buy_product_request_id.clone()));
    let product_ids = orders.map(|orders| orders.product_ids.iter().cloned().map(Into::into).collect());
    set_reported(&mut state.product_ids, product_ids);
    refresh(state, rows);
}

/// The state of an order that nothing was known of; none if it certainly holds no product that this resource can buy.
pub(super) fn imported(id: &str, rows: &[Row]) -> Option<State<PaiProductOrder>> {
    let held = PRODUCTS.iter().filter(|product| rows.iter().any(|row| product.matches(row).is_some()));
    let products: Vec<Partial<Product>> = held
        .map(|product| {
            let product = Product {
                product_code: product.code.to_owned(),
                charge_type: "POSTPAY".to_owned(),
                order_type: "BUY".to_owned(),
                pricing_cycle: product.pricing_cycle.map(str::to_owned).map_or(Computed::Null, Computed::Known),
                duration: 1,
                auto_renew: None,
                instance_properties: None,
            };
            product.into()
        })
        .collect();
    if products.is_empty() {
        return None;
    }
    let mut state = State::<PaiProductOrder>::new(Partial::<PaiProductOrder> {
        id: id.into(),
        products: products.into(),
        missing_products: Attr::Known(Vec::new()),
        ..Partial::<PaiProductOrder>::default()
    });
    refresh(&mut state, rows);
    state.mark_unrecovered(PaiProductOrder::AUTO_PAY);
    let product = || PaiProductOrder::PRODUCTS.index(0);
    state.mark_unrecovered(product().then(Product::AUTO_RENEW));
    state.mark_unrecovered(product().then(Product::INSTANCE_PROPERTIES));
    Some(state)
}

/// Updates a state with what billing reports. What was bought stays as it was: an order does not change.
pub(super) fn refresh(state: &mut Partial<PaiProductOrder>, rows: &[Row]) {
    let first = |field: fn(&Row) -> &Option<String>| rows.iter().find_map(|row| field(row).clone());
    let instances: BTreeSet<String> = rows.iter().flat_map(Row::instance_ids).collect();
    // An order is paid when all of it is.
    let mut statuses = rows.iter().filter_map(|row| row.payment_status.clone());
    let unpaid = statuses.clone().find(|status| is_unpaid(status));
    set_reported(&mut state.payment_status, unpaid.or_else(|| statuses.next()));
    set_reported(&mut state.subscription_type, first(|row| &row.subscription_type));
    set_reported(&mut state.currency, first(|row| &row.currency));
    set_reported(&mut state.pretax_amount, total(rows));
    set_reported(&mut state.created_at, first(|row| &row.create_time));
    set_reported(&mut state.paid_at, first(|row| &row.payment_time));
    let instances = (!rows.is_empty()).then(|| instances.into_iter().map(Into::into).collect());
    set_reported(&mut state.instance_ids, instances);
}

/// The sum over all rows, if every one of them has an amount.
fn total(rows: &[Row]) -> Option<Number> {
    let amounts: Option<Vec<Number>> =
        rows.iter().map(|row| Number::parse(row.pretax_amount.as_deref()?).ok()).collect();
    amounts.filter(|amounts| !amounts.is_empty()).map(|amounts| amounts.into_iter().sum())
}
