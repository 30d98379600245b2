//! Billing (BSS OpenAPI): what the account has (QueryAccountBalance).

use serde::Deserialize;

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::Failure,
    reply::loose_text,
    retry::Deadline,
};

/// What an account has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Balance {
    /// What it can spend, credit included, as a decimal number.
    #[serde(deserialize_with = "loose_text")]
    pub available_amount: Option<String>,
    /// Such as `CNY`.
    #[serde(deserialize_with = "loose_text")]
    pub currency: Option<String>,
}

/// QueryAccountBalance.
///
/// # Errors
/// Anything but a well-formed reply.
pub async fn account_balance(client: &Client, deadline: &Deadline) -> Result<Balance, Failure> {
    let request = Request::rpc(Product::Billing, "QueryAccountBalance", []);
    client.call(&request, deadline, read).await
}

pub(super) fn read(reply: &Reply) -> Result<Balance, String> {
    let data = reply.body.get("Data").and_then(|data| Balance::deserialize(data).ok());
    data.filter(|balance| balance.available_amount.is_some()).ok_or_else(|| "it has no AvailableAmount".to_owned())
}
