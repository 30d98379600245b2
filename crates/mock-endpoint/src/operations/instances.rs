//! The instances that orders of the Marketplace create, which end and renew themselves.

use chrono::{DateTime, Months, Utc};
use serde_json::{Map, Value as Json, json};

use super::{market::page, required};
use crate::{
    call::{ApiError, Call},
    ledger::{AutoRenewal, Content, Instance, Ledger, Order},
};

fn invalid(what: &str) -> ApiError {
    ApiError::new(400, &format!("InvalidParameter.{what}"), format!("{what} is not valid."))
}

/// The id of the instance that an order opens. It begins with no zero, since some answers have it as a number.
pub(super) fn id_of(order_id: &str) -> String {
    let digits: String = order_id.chars().rev().take(7).collect();
    format!("1{digits}")
}

/// The ids of the instances of an order.
pub(super) fn ids_of(ledger: &Ledger, order_id: &str) -> Vec<String> {
    if let Some(Content::Renewal(commodity)) = ledger.orders.get(order_id).map(|order| &order.content) {
        return commodity["instanceId"].as_str().map(str::to_owned).into_iter().collect();
    }
    let of_order = ledger.instances.iter().filter(|(_, instance)| instance.order_id == order_id);
    of_order.map(|(id, _)| id.clone()).collect()
}

/// The instance that a renewal is for, which the account has to hold.
pub(super) fn check<'l>(ledger: &'l mut Ledger, account: &str, commodity: &Json) -> Result<&'l mut Instance, ApiError> {
    open(ledger);
    let id = commodity["instanceId"].as_str().unwrap_or_default();
    let instance = ledger.instances.get_mut(id).filter(|instance| instance.account == account);
    instance.ok_or_else(|| ApiError::new(404, "InstanceNotFound", "The instance does not exist."))
}

/// Lets an instance run for longer.
pub(super) fn renew(ledger: &mut Ledger, account: &str, commodity: &Json) -> Result<(), ApiError> {
    let instance = check(ledger, account, commodity)?;
    instance.ends = later(instance.ends.max(Utc::now()), commodity);
    Ok(())
}

/// Opens the instance of each order that has none yet.
pub(super) fn open(ledger: &mut Ledger) {
    for order in ledger.orders.values() {
        let Content::Commodity(commodity) = &order.content else { continue };
        let opened = || Instance {
            order_id: order.id.clone(),
            account: order.account.clone(),
            began: order.created,
            ends: later(order.created, commodity),
            auto_renewal: None,
            overrides: Map::new(),
        };
        ledger.instances.entry(id_of(&order.id)).or_insert_with(opened);
    }
}

/// When the time that a commodity buys is over, if it begins then.
pub(super) fn later(begins: DateTime<Utc>, commodity: &Json) -> DateTime<Utc> {
    let count = u32::try_from(commodity["duration"].as_u64().unwrap_or(1)).unwrap_or(1);
    let ends = match commodity["pricingCycle"].as_str() {
        Some("Day") => begins.checked_add_days(chrono::Days::new(count.into())),
        Some("Year") => begins.checked_add_months(Months::new(count.saturating_mul(12))),
        _ => begins.checked_add_months(Months::new(count)),
    };
    ends.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Lists the instances of the caller's account, a page at a time.
pub(super) fn describe_instances(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    required(call, "PageNumber")?;
    required(call, "PageSize")?;
    let codes: Vec<&str> = call.parameters.get("Codes").map(|codes| codes.split(',').collect()).unwrap_or_default();
    open(ledger);
    let of_caller = ledger.instances.iter().filter(|(_, instance)| instance.account == call.account);
    let items: Vec<Json> = of_caller
        .filter_map(|(id, instance)| {
            let (order, commodity) = commodity(ledger, instance)?;
            let product = commodity["productCode"].as_str().unwrap_or_default();
            let is_wanted = codes.is_empty() || codes.contains(&product);
            let mut fields = with_overrides(described(id, instance, order, commodity), instance);
            fields.remove("AutoRenewal");
            is_wanted.then_some(Json::Object(fields))
        })
        .collect();
    page(call, items, "InstanceItems", "InstanceItem")
}

/// Reads an instance of the caller's account. Only this operation returns whether it renews itself.
pub(super) fn describe_instance(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    open(ledger);
    let id = required(call, "InstanceId")?;
    let instance = ledger.instances.get(id).filter(|instance| instance.account == call.account);
    let found = instance.filter(|_| !call.variant.is_absent()).and_then(|it| Some((it, commodity(ledger, it)?)));
    let Some((instance, (order, commodity))) = found else { return Err(ApiError::null(500)) };
    let mut described = described(id, instance, order, commodity);
    described.insert("AutoRenewal".to_owned(), instance.auto_renewal.is_some().to_string().into());
    described.insert("ComponentJson".to_owned(), commodity["components"].to_string().into());
    Ok(Json::Object(with_overrides(described, instance)))
}

/// Lets an instance renew itself, or not. The parameters are those of a form.
pub(super) fn auto_renew_instance(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let field = |name: &str| {
        let value = call.form.get(name).filter(|value| !value.is_empty()).cloned();
        value.ok_or_else(|| {
            ApiError::new(400, &format!("Missing{name}"), format!("{name} is mandatory for this action."))
        })
    };
    open(ledger);
    let auto_renewal = match field("Type")?.as_str() {
        "open" => {
            let cycle = field("AutoRenewCycle")?;
            if !["Day", "Month", "Year"].contains(&cycle.as_str()) {
                return Err(invalid("AutoRenewCycle"));
            }
            let duration = field("AutoRenewDuration")?.parse().map_err(|_| invalid("AutoRenewDuration"))?;
            Some(AutoRenewal { cycle, duration })
        }
        "close" => None,
        _ => return Err(invalid("Type")),
    };
    let id = field("OrderBizId")?;
    let instance = ledger.instances.get_mut(&id).filter(|instance| instance.account == call.account);
    let instance = instance.ok_or_else(|| ApiError::new(404, "InstanceNotFound", "The instance does not exist."))?;
    instance.auto_renewal = auto_renewal;
    Ok(json!({"Success": true, "Data": true}))
}

/// The order of an instance, and what it bought.
pub(super) fn commodity<'l>(ledger: &'l Ledger, instance: &Instance) -> Option<(&'l Order, &'l Json)> {
    let order = ledger.orders.get(&instance.order_id)?;
    let Content::Commodity(commodity) = &order.content else { return None };
    Some((order, commodity))
}

/// The fields that DescribeInstances and DescribeInstance both return.
fn described(id: &str, instance: &Instance, order: &Order, commodity: &Json) -> Map<String, Json> {
    let number = |id: &str| id.parse::<i64>().unwrap_or_default();
    let described = json!({
        "InstanceId": number(id),
        "OrderId": number(&instance.order_id),
        "ProductCode": commodity["productCode"],
        "ProductSkuCode": commodity["skuCode"],
        "ProductName": "Mock product",
        "ProductType": "APP",
        "SupplierName": "Mock supplier",
        "Status": "OPENED",
        "CreatedOn": order.created.timestamp_millis(),
        "BeganOn": instance.began.timestamp_millis(),
        "EndOn": instance.ends.timestamp_millis(),
        "AppJson": json!({
            "frontEndUrl": "https://app.example.com", "username": "admin", "password": "canary-instance-password",
        }).to_string(),
        "HostJson": json!({"ip": "192.0.2.1", "username": "root", "password": "canary-host-password"}).to_string(),
    });
    described.as_object().cloned().unwrap_or_default()
}

/// The same with the overrides of the instance.
fn with_overrides(mut described: Map<String, Json>, instance: &Instance) -> Map<String, Json> {
    for (name, value) in &instance.overrides {
        if value.is_null() {
            described.remove(name);
        } else {
            described.insert(name.clone(), value.clone());
        }
    }
    described
}
