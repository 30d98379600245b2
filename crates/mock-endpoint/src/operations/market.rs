//! The Marketplace.

use serde_json::{Map, Value as Json, json};

use super::{instances, prices, required};
use crate::{
    call::{ApiError, Call, Variant},
    ledger::{Content, Ledger, Order},
};

/// What one pricing cycle of one item costs, in CNY.
pub(super) const PRICE: f64 = 10.0;

/// The most that one page holds.
const MAX_PAGE_SIZE: usize = 100;

/// Buys. The same ClientToken of the same account with the same Commodity is the same order.
pub(super) fn create_order(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let invalid = |what: &str| ApiError::new(400, &format!("InvalidParameter.{what}"), format!("{what} is not valid."));
    let is_renewal = match required(call, "OrderType")? {
        "INSTANCE_BUY" => false,
        "INSTANCE_RENEW" => true,
        _ => return Err(invalid("OrderType")),
    };
    required(call, "PaymentType")?;
    let token = required(call, "ClientToken")?;
    if token.len() > 64 || !token.is_ascii() {
        return Err(invalid("ClientToken"));
    }
    let text = required(call, "Commodity")?;
    let commodity: Json = serde_json::from_str(text).map_err(|_| invalid("Commodity"))?;
    let complete = ["components", "duration", "pricingCycle", "productCode", "quantity", "skuCode"];
    if complete.iter().any(|key| commodity[key].is_null()) || commodity["components"]["package_version"].is_null() {
        return Err(invalid("Commodity"));
    }
    let token = (call.account.clone(), token.to_owned());
    let order_id = match ledger.tokens.get(&token) {
        Some((same, id)) if same == text => id.clone(),
        Some(_) => {
            let message = "The ClientToken was used with other parameters.";
            return Err(ApiError::new(400, "IdempotentParameterMismatch", message));
        }
        None => {
            let prices = prices::of_order(ledger, commodity["productCode"].as_str().unwrap_or_default());
            let content = match is_renewal {
                true if call.variant == Variant::Unpaid => {
                    instances::check(ledger, &call.account, &commodity)?;
                    Content::Renewal(commodity)
                }
                true => {
                    instances::renew(ledger, &call.account, &commodity)?;
                    Content::Renewal(commodity)
                }
                false => Content::Commodity(commodity),
            };
            let id = ledger.place(&call.account, content);
            ledger.override_order(&id, prices);
            if call.variant == Variant::Unpaid {
                ledger.override_order(&id, json!({"PayStatus": "UNPAID", "PaymentPrice": null, "PaidOn": null}));
            }
            ledger.tokens.insert(token, (text.to_owned(), id.clone()));
            id
        }
    };
    instances::open(ledger);
    Ok(json!({"OrderId": order_id, "InstanceIds": {"InstanceId": instances::ids_of(ledger, &order_id)}}))
}

/// Reads an order of the caller's account. One that it does not know is an error without a code: that is how the existing
/// provider recognizes that there is none.
pub(super) fn describe_order(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let id = required(call, "OrderId")?;
    instances::open(ledger);
    let order = ledger.orders.get(id).filter(|order| order.account == call.account && !call.variant.is_absent());
    let Some((order, Content::Commodity(commodity) | Content::Renewal(commodity))) =
        order.map(|order| (order, &order.content))
    else {
        return if call.variant == Variant::AbsentEmpty { Ok(json!({})) } else { Err(ApiError::null(500)) };
    };
    let mut described = described(order, commodity, &instances::ids_of(ledger, id));
    for (name, value) in &order.overrides {
        if value.is_null() {
            described.remove(name);
        } else {
            described.insert(name.clone(), value.clone());
        }
    }
    Ok(Json::Object(described))
}

/// The requested page of a list, the first ten elements by default.
pub(super) fn page(call: &Call, items: Vec<Json>, list: &str, element: &str) -> Result<Json, ApiError> {
    let number = |name: &str, usual: usize| {
        let number =
            call.parameters.get(name).map_or(Some(usual), |text| text.parse().ok()).filter(|number| *number > 0);
        number.ok_or_else(|| ApiError::new(400, &format!("InvalidParameter.{name}"), format!("{name} is not valid.")))
    };
    let (page, size) = (number("PageNumber", 1)?, number("PageSize", 10)?.min(MAX_PAGE_SIZE));
    let total = items.len();
    let items: Vec<Json> = items.into_iter().skip((page - 1) * size).take(size).collect();
    Ok(json!({"PageNumber": page, "PageSize": size, "TotalCount": total, list: {element: items}}))
}

fn described(order: &Order, commodity: &Json, instances: &[String]) -> Map<String, Json> {
    let text = |name: &str| commodity[name].as_str().unwrap_or_default();
    let (duration, quantity) = (&commodity["duration"], &commodity["quantity"]);
    let price = prices::amount(commodity);
    let product = text("productCode");
    let component = |code: &str, value: &str| {
        let key = format!("{product}_{code}_{code}_{value}");
        (code.to_owned(), json!({"code": code, "globarKey": key, "name": value, "value": value}))
    };
    let chosen = commodity["components"].as_object().into_iter().flatten();
    let mut components: Map<String, Json> =
        chosen.map(|(code, value)| component(code, value.as_str().unwrap_or_default())).collect();
    // What the Marketplace adds on its own.
    components.extend([
        component("ord_time", &format!("{duration}:{}", text("pricingCycle"))),
        component("order_num", &quantity.to_string()),
        component("package_quantity", "10000"),
    ]);
    let moment = order.created.timestamp_millis();
    let order = json!({
        "OrderId": order.id.parse::<i64>().unwrap_or_default(),
        "AliUid": order.account.parse::<i64>().unwrap_or_default(),
        "ProductCode": product,
        "ProductName": "Mock product",
        "ProductSkuCode": text("skuCode"),
        "SupplierCompanyName": "Mock supplier",
        "SupplierTelephones": {"Telephone": []},
        "OrderType": if matches!(order.content, Content::Renewal(_)) { "RENEW" } else { "NEW" },
        "OrderStatus": "NORMAL",
        "PayStatus": "PAID",
        "PeriodType": text("pricingCycle").to_uppercase(),
        "AccountQuantity": 0,
        "Quantity": quantity,
        "OriginalPrice": price,
        "TotalPrice": price,
        "PaymentPrice": price,
        "CouponPrice": 0.0,
        "CreatedOn": moment,
        "PaidOn": moment,
        "Components": components,
        "InstanceIds": {"InstanceId": instances},
    });
    order.as_object().cloned().unwrap_or_default()
}
