//! PAI's workspace service.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::required;
use crate::{
    call::{ApiError, Call, Variant},
    ledger::{Content, Ledger},
};

/// The products that can be bought: the code, billing's ProductCode, and its CommodityCode, which is documented for
/// DataWorks only.
pub(crate) const PRODUCTS: [(&str, &str, &str); 4] = [
    ("DataWorks_share", "dide", "dide_create_post"),
    ("MaxCompute_share", "odps", "odps"),
    ("PAI_share", "learn", "learn"),
    ("OSS_share", "oss", "oss"),
];

/// Every request buys: there is no token that would make two requests one purchase.
pub(super) fn create_product_orders(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let invalid = |what: String| ApiError::new(400, "InvalidParameter", what);
    let products = call.body["Products"].as_array().filter(|products| !products.is_empty());
    let products = products.ok_or_else(|| invalid("Products is empty.".to_owned()))?;
    let mut codes = Vec::new();
    for product in products {
        let code = product["ProductCode"].as_str().unwrap_or_default();
        if !PRODUCTS.iter().any(|(name, ..)| *name == code) {
            return Err(invalid(format!("ProductCode {code} is not supported.")));
        }
        if product["ChargeType"] != "POSTPAY" || product["OrderType"] != "BUY" || product["Duration"] != 1 {
            return Err(invalid(format!("{code}: ChargeType, OrderType or Duration is not supported.")));
        }
        codes.push(code.to_owned());
    }
    if let Variant::Partial(bought) = call.variant {
        codes.drain(..codes.len().saturating_sub(bought));
    }
    // In an order of its own.
    let product_ids: Vec<String> = codes.iter().rev().map(|code| product_id(code)).collect();
    let order_id = ledger.place(&call.account, Content::Products(codes));
    if call.variant == Variant::Unpaid || call.body["AutoPay"] == false {
        ledger.override_order(&order_id, json!({"PaymentStatus": "Unpaid", "PaymentTime": null}));
    }
    Ok(json!({
        "OrderId": order_id,
        "Message": "正常",
        "BuyProductRequestId": Uuid::new_v4().to_string(),
        "ProductIds": product_ids,
    }))
}

fn product_id(code: &str) -> String {
    format!("{code}-id")
}

/// Which products the account has. Where to buy them, and whether the caller may, is only in a verbose response.
pub(super) fn list_products(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let requested = required(call, "ProductCodes")?;
    let may_buy = ledger.keys.get(&call.access_key).is_none_or(|key| !key.forbidden.contains("CreateProductOrders"));
    let bought = |code: &str| {
        ledger.orders.values().any(|order| {
            order.account == call.account
                && matches!(&order.content, Content::Products(codes) if codes.iter().any(|held| held == code))
        })
    };
    let is_verbose = call.parameters.get("Verbose").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let products = requested.split(',').filter(|code| PRODUCTS.iter().any(|(name, ..)| name == code)).map(|code| {
        let mut product = json!({
            "ProductCode": code,
            "ProductId": product_id(code),
            "IsPurchased": bought(code) && !call.variant.is_absent(),
        });
        if is_verbose {
            product["PurchaseUrl"] = "https://common-buy.aliyun.com/".into();
            product["HasPermissionToPurchase"] = may_buy.into();
        }
        product
    });
    Ok(json!({"Products": products.collect::<Vec<_>>(), "Services": []}))
}
