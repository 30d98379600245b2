//! PAI's workspace service.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::required;
use crate::{
    gateway::{ApiError, Call},
    ledger::{Content, Ledger},
};

/// The products that can be bought: the code, billing's ProductCode, and its CommodityCode, which is documented for
/// DataWorks only.
pub(super) const PRODUCTS: [(&str, &str, &str); 4] = [
    ("DataWorks_share", "dide", "dide_create_post"),
    ("MaxCompute_share", "odps", "odps"),
    ("PAI_share", "learn", "learn"),
    ("OSS_share", "oss", "oss"),
];

/// Buys, every time it is asked: there is no token that would make two requests one purchase.
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
    let product_ids: Vec<String> = codes.iter().map(|code| format!("{code}-id")).collect();
    let order_id = ledger.place(&call.account, Content::Products(codes));
    Ok(json!({
        "OrderId": order_id,
        "Message": "正常",
        "BuyProductRequestId": Uuid::new_v4().to_string(),
        "ProductIds": product_ids,
    }))
}

/// Which products the account has.
pub(super) fn list_products(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let asked = required(call, "ProductCodes")?;
    let may_buy = ledger.keys.get(&call.access_key).is_none_or(|key| !key.forbidden.contains("CreateProductOrders"));
    let bought = |code: &str| {
        ledger.orders.values().any(|order| {
            order.account == call.account
                && matches!(&order.content, Content::Products(codes) if codes.iter().any(|held| held == code))
        })
    };
    let products = asked.split(',').filter(|code| PRODUCTS.iter().any(|(name, ..)| name == code)).map(|code| {
        json!({
            "ProductCode": code,
            "ProductId": format!("{code}-id"),
            "PurchaseUrl": "https://common-buy.aliyun.com/",
            "IsPurchased": bought(code) && !call.variant.is_absent(),
            "HasPermissionToPurchase": may_buy,
        })
    });
    Ok(json!({"Products": products.collect::<Vec<_>>(), "Services": []}))
}
