//! One instance of an order at the Marketplace: reading it (DescribeInstance), and whether it renews itself
//! (AutoRenewInstance).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::{ApiError, Failure},
    market,
    reply::{self, loose_text, loose_whole},
    retry::Deadline,
};

/// An instance of an order, as DescribeInstances and DescribeInstance report it. Its secrets, AppJson and
/// HostJson, are never read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Instance {
    /// The order.
    #[serde(deserialize_with = "loose_text")]
    pub order_id: Option<String>,
    /// The id.
    #[serde(deserialize_with = "loose_text")]
    pub instance_id: Option<String>,
    /// The product, such as `cmapi033136`.
    #[serde(deserialize_with = "loose_text")]
    pub product_code: Option<String>,
    /// The SKU, with the product's code.
    #[serde(deserialize_with = "loose_text")]
    pub product_sku_code: Option<String>,
    /// Such as `APP`.
    #[serde(deserialize_with = "loose_text")]
    pub product_type: Option<String>,
    /// Such as `OPENED`.
    #[serde(deserialize_with = "loose_text")]
    pub status: Option<String>,
    /// When it was made, in milliseconds since 1970.
    #[serde(deserialize_with = "loose_whole")]
    pub created_on: Option<i64>,
    /// When it began, in milliseconds since 1970.
    #[serde(deserialize_with = "loose_whole")]
    pub began_on: Option<i64>,
    /// When it ends, in milliseconds since 1970.
    #[serde(deserialize_with = "loose_whole")]
    pub end_on: Option<i64>,
    /// Whether it renews itself. Only DescribeInstance reports it.
    #[serde(deserialize_with = "loose_auto_renewal")]
    pub auto_renewal: Option<bool>,
    component_json: Json,
}

impl Instance {
    /// What was chosen: code and value of each component. Only DescribeInstance reports it.
    pub fn components(&self) -> BTreeMap<String, String> {
        market::components(&self.component_json)
    }
}

/// Whether an instance renews itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AutoRenewal {
    /// It does, each time by this.
    On {
        /// `Day`, `Month` or `Year`.
        cycle: String,
        /// How many of them.
        duration: i64,
    },
    /// It ends when its time is over.
    Off,
}

/// DescribeInstance: an instance by its id; none where the service does not know it.
///
/// # Errors
/// Anything but a well-formed reply, and a reply about another instance.
pub async fn describe_instance(
    client: &Client,
    instance_id: &str,
    deadline: &Deadline,
) -> Result<Option<Box<Instance>>, Failure> {
    let request = Request::rpc(Product::Market, "DescribeInstance", [("InstanceId", instance_id.to_owned())]);
    let unknown = |error: &ApiError| (error.is_absent() && !error.request_id.is_empty()).then_some(None);
    client.call_or(&request, deadline, |reply| read(reply, instance_id), unknown).await
}

pub(super) fn read(reply: &Reply, instance_id: &str) -> Result<Option<Box<Instance>>, String> {
    let instance = Instance::deserialize(&reply.body).map_err(|_| "it is no instance".to_owned())?;
    match &instance.instance_id {
        Some(id) if id == instance_id => Ok(Some(Box::new(instance))),
        // What it says of another one counts for nothing.
        Some(id) if id != "0" => Err(format!("it is about another instance, {id:?}")),
        _ if reply.is_empty() => Ok(None),
        _ => Err("it has no InstanceId".to_owned()),
    }
}

/// AutoRenewInstance: lets an instance renew itself, or not. It buys nothing, and may be sent any number of times.
///
/// # Errors
/// Anything but a reply that says that it was done.
pub async fn set_auto_renewal(
    client: &Client,
    instance_id: &str,
    auto_renewal: &AutoRenewal,
    deadline: &Deadline,
) -> Result<(), Failure> {
    let (kind, period) = match auto_renewal {
        AutoRenewal::On { cycle, duration } => ("open", Some((cycle.clone(), duration.to_string()))),
        AutoRenewal::Off => ("close", None),
    };
    let of_period = period.into_iter().flat_map(|(cycle, duration)| {
        [("AutoRenewCycle".to_owned(), cycle), ("AutoRenewDuration".to_owned(), duration)]
    });
    let form = [("OrderBizId".to_owned(), instance_id.to_owned()), ("Type".to_owned(), kind.to_owned())];
    let request = Request {
        form: form.into_iter().chain(of_period).collect(),
        ..Request::rpc(Product::Market, "AutoRenewInstance", [])
    };
    let done = |reply: &Reply| {
        let is_refused = |name: &str| reply.body.get(name).and_then(reply::flag) == Some(false);
        if is_refused("Success") || is_refused("Data") {
            Err("it says that nothing was done".to_owned())
        } else {
            Ok(())
        }
    };
    client.call(&request, deadline, done).await
}

/// For serde: whether an instance renews itself. What AutoRenewal says is not documented, so only what is unmistakable
/// counts; none for anything else.
fn loose_auto_renewal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    const ON: [&str; 5] = ["open", "opened", "on", "enabled", "AutoRenewal"];
    const OFF: [&str; 7] = ["close", "closed", "off", "disabled", "NotRenewal", "ManualRenewal", "Normal"];
    let json = Json::deserialize(deserializer)?;
    let is = |names: &[&str]| {
        reply::text(&json).is_some_and(|text| names.iter().any(|name| text.eq_ignore_ascii_case(name)))
    };
    Ok(reply::flag(&json).or_else(|| is(&ON).then_some(true)).or_else(|| is(&OFF).then_some(false)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_unmistakable_value_says_whether_an_instance_renews_itself() {
        let table = [
            (json!("true"), Some(true)),
            (json!(true), Some(true)),
            (json!("open"), Some(true)),
            (json!("AUTORENEWAL"), Some(true)),
            (json!("false"), Some(false)),
            (json!("close"), Some(false)),
            (json!(0), Some(false)),
            (json!(""), None),
            (json!(null), None),
            (json!("later"), None),
            (json!({"AutoRenewal": true}), None),
        ];
        for (json, read) in table {
            assert_eq!(loose_auto_renewal(&json).ok(), Some(read), "{json}");
        }
    }
}
