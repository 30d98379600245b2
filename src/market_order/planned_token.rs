//! A token that is made when a purchase is planned. Where Terraform hands a plan's private data back to the apply (protocol
//! 6.11), the same saved plan never buys twice, wherever it is applied.

use chrono::{DateTime, Utc};
use serde_json::json;
use tfplugin::private::Private;

use crate::journal::TOKEN_LIFETIME;

/// Where private data has the token.
const KEY: &str = "token";

/// Makes a token, unless the plan has one.
pub(super) fn write(private: &mut Private) {
    let token = || json!({ "token": uuid::Uuid::new_v4().simple().to_string(), "time": Utc::now() });
    private.own.entry(KEY).or_insert_with(token);
}

/// The token of a plan. One that is as old as the service remembers tokens identifies nothing.
pub(super) fn read(private: &Private) -> Option<&str> {
    let planned = private.own.get(KEY)?;
    let time: DateTime<Utc> = planned.get("time")?.as_str()?.parse().ok()?;
    planned.get("token")?.as_str().filter(|_| Utc::now() < time + TOKEN_LIFETIME)
}
