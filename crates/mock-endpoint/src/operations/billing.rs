//! Billing (BSS OpenAPI).

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value as Json, json};

use super::{aiworkspace::PRODUCTS, required};
use crate::{
    call::{ApiError, Call, Variant},
    ledger::{Content, Ledger, Order},
};

/// The rows of one order.
pub(super) fn get_order_detail(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let id = required(call, "OrderId")?;
    let order = ledger.orders.get(id).filter(|order| order.account == call.account && !call.variant.is_absent());
    Ok(answer(call, order.map(rows).unwrap_or_default()))
}

/// The rows of all orders of a period, of one product. The period is the last hour where none is given, and a half of one
/// finds nothing.
pub(super) fn query_orders(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let moment = |name: &str| {
        let text = call.parameters.get(name)?;
        DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc())
    };
    let period = match (moment("CreateTimeStart"), moment("CreateTimeEnd")) {
        (Some(start), Some(end)) => start..end,
        (None, None) => Utc::now() - TimeDelta::hours(1)..DateTime::<Utc>::MAX_UTC,
        (Some(moment), None) | (None, Some(moment)) => moment..moment,
    };
    let product = call.parameters.get("ProductCode");
    let orders = ledger.orders.values().filter(|order| order.account == call.account && !call.variant.is_absent());
    let orders = orders.filter(|order| period.contains(&order.created));
    let rows = orders.flat_map(rows).filter(|row| product.is_none_or(|product| row["ProductCode"] == **product));
    Ok(answer(call, rows.map(listed).collect()))
}

/// A row without the fields that only GetOrderDetail returns.
fn listed(mut row: Json) -> Json {
    const ONLY_IN_DETAIL: [&str; 6] =
        ["InstanceIDs", "Quantity", "Region", "SubOrderId", "UsageEndTime", "UsageStartTime"];
    if let Some(fields) = row.as_object_mut() {
        fields.retain(|name, _| !ONLY_IN_DETAIL.contains(&name.as_str()));
    }
    row
}

fn answer(call: &Call, rows: Vec<Json>) -> Json {
    if call.variant == Variant::AbsentEmpty {
        return json!({"Code": "Success", "Message": "Successful!", "Success": true});
    }
    page(call, rows)
}

fn page(call: &Call, rows: Vec<Json>) -> Json {
    let number = |name: &str, default| call.parameters.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (page, size): (usize, usize) = (number("PageNum", 1).max(1), number("PageSize", 20).max(1));
    let total = rows.len();
    let rows: Vec<Json> = rows.into_iter().skip((page - 1) * size).take(size).collect();
    json!({
        "Code": "Success",
        "Message": "Successful!",
        "Success": true,
        "Data": {
            "HostName": "mock",
            "PageNum": page,
            "PageSize": size,
            "TotalCount": total,
            "OrderList": {"Order": rows},
        },
    })
}

fn rows(order: &Order) -> Vec<Json> {
    let Content::Products(codes) = &order.content else { return Vec::new() };
    // Billing gives the rows in an order of its own.
    codes.iter().rev().map(|code| row(order, code)).collect()
}

fn row(order: &Order, code: &str) -> Json {
    let product = PRODUCTS.iter().find(|(name, ..)| *name == code);
    let (billing, commodity) = product.map_or(("unknown", "unknown"), |(_, billing, commodity)| (*billing, *commodity));
    let created = order.created.to_rfc3339_opts(SecondsFormat::Secs, true);
    let end = DateTime::<Utc>::from_timestamp(4_102_444_800, 0).unwrap_or_default();
    let mut row = json!({
        "OrderId": order.id,
        "SubOrderId": format!("{}{}", order.id, billing.len()),
        "ProductCode": billing,
        "ProductType": commodity,
        "CommodityCode": commodity,
        "SubscriptionType": "PayAsYouGo",
        "OrderType": "New",
        "PaymentStatus": "Paid",
        "Quantity": "1",
        "Region": "cn-hangzhou",
        "Currency": "CNY",
        "PaymentCurrency": "CNY",
        "PretaxGrossAmount": "0",
        "PretaxAmount": "0",
        "PretaxAmountLocal": "0",
        "AfterTaxAmount": "0",
        "Tax": "0",
        "CreateTime": created,
        "PaymentTime": created,
        "UsageStartTime": created,
        "UsageEndTime": end.to_rfc3339_opts(SecondsFormat::Secs, true),
        "InstanceIDs": json!([format!("{billing}-{}", order.id)]).to_string(),
    });
    for (name, value) in &order.overrides {
        row[name] = value.clone();
    }
    row
}
