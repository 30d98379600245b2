//! A token that is made when a purchase is planned. Where Terraform hands a plan's private data back to the apply (protocol
//! 6.11), the same saved plan never buys twice, wherever it is applied.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tfplugin::{Private, PrivateKey};

use crate::journal::TOKEN_LIFETIME;

/// Where private data has the token.
const PLANNED: PrivateKey<PlannedToken> = PrivateKey::new("token");

#[derive(Serialize, Deserialize)]
struct PlannedToken {
    token: String,
    time: DateTime<Utc>,
}

/// Makes a token, unless the plan has one.
pub(super) fn write(private: &mut Private) {
    if private.get(PLANNED).is_none() {
        private.set(PLANNED, &PlannedToken { token: uuid::Uuid::new_v4().simple().to_string(), time: Utc::now() });
    }
}

/// The token of a plan. One that is as old as the service remembers tokens identifies nothing.
pub(super) fn read(private: &Private) -> Option<String> {
    let planned = private.get(PLANNED)?;
    (Utc::now() < planned.time + TOKEN_LIFETIME).then_some(planned.token)
}
