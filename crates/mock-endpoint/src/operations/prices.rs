//! What purchases at the Marketplace cost, and what the account has.

use serde_json::{Map, Value as Json, json};

use super::{instances, market::PRICE, required};
use crate::{
    call::{ApiError, Call},
    ledger::Ledger,
};

/// What a purchase costs now. The SKU is called without the product's code.
pub(super) fn describe_price(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let invalid = |what: &str| ApiError::new(400, &format!("InvalidParameter.{what}"), format!("{what} is not valid."));
    let order_type = required(call, "OrderType")?;
    if !["INSTANCE_BUY", "INSTANCE_RENEW"].contains(&order_type) {
        return Err(invalid("OrderType"));
    }
    let commodity: Json = serde_json::from_str(required(call, "Commodity")?).map_err(|_| invalid("Commodity"))?;
    if order_type == "INSTANCE_RENEW" {
        instances::check(ledger, &call.account, &commodity)?;
    }
    let text = |name: &str| commodity[name].as_str().unwrap_or_default();
    if commodity["components"]["package_version"].is_null() {
        return Err(invalid("Commodity"));
    }
    if text("skuCode").is_empty() || text("skuCode").starts_with(text("productCode")) {
        return Err(invalid("SkuCode"));
    }
    if call.variant.is_absent() {
        return Err(ApiError::new(500, "ReturnNull", "null"));
    }
    let mut price = usual(&commodity);
    for (name, value) in ledger.prices.get(text("productCode")).into_iter().flatten() {
        if value.is_null() || name == "PaymentPrice" {
            price.remove(name);
        } else {
            price.insert(name.clone(), value.clone());
        }
    }
    Ok(Json::Object(price))
}

/// What a commodity costs where no price was set for it.
pub(super) fn amount(commodity: &Json) -> f64 {
    PRICE * commodity["duration"].as_f64().unwrap_or(1.0) * commodity["quantity"].as_f64().unwrap_or(1.0)
}

fn usual(commodity: &Json) -> Map<String, Json> {
    let amount = amount(commodity);
    let price = json!({
        "ProductCode": commodity["productCode"],
        "OriginalPrice": amount,
        "TradePrice": amount,
        "DiscountPrice": 0.0,
        "Currency": "CNY",
        "Cycle": commodity["pricingCycle"].as_str().unwrap_or_default().to_uppercase(),
        "Duration": commodity["duration"],
        "Cuxiao": false,
        "InfoTitle": "",
        "PromotionRules": {"PromotionRule": []},
        "Coupons": {"Coupon": []},
    });
    price.as_object().cloned().unwrap_or_default()
}

/// The prices of an order that is placed now, where a price was set for its product.
pub(super) fn of_order(ledger: &Ledger, product: &str) -> Json {
    const FIELDS: [(&str, &str); 5] = [
        ("OriginalPrice", "OriginalPrice"),
        ("TotalPrice", "TradePrice"),
        ("PaymentPrice", "TradePrice"),
        ("PaymentPrice", "PaymentPrice"),
        ("Currency", "Currency"),
    ];
    let set = ledger.prices.get(product);
    let fields = FIELDS.iter().filter_map(|(order, price)| Some(((*order).to_owned(), set?.get(*price)?.clone())));
    Json::Object(fields.filter(|(_, value)| !value.is_null()).collect())
}

/// What the account can spend.
pub(super) fn query_account_balance(_: &mut Ledger, _: &Call) -> Result<Json, ApiError> {
    let amount = "12.50";
    Ok(json!({
        "Code": "200",
        "Message": "success",
        "Success": true,
        "Data": {
            "AvailableAmount": amount,
            "AvailableCashAmount": amount,
            "CreditAmount": "0.00",
            "MybankCreditAmount": "0.00",
            "QuotaLimit": "0.00",
            "Currency": "CNY",
        },
    }))
}
