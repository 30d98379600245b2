//! The security token service.

use chrono::{Duration, SecondsFormat, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::required;
use crate::{
    call::{ApiError, Call},
    ledger::{Key, Ledger},
};

/// Who calls.
pub(super) fn get_caller_identity(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    if let Some((role, session)) = ledger.keys.get(&call.access_key).and_then(|key| key.role.as_ref()) {
        return Ok(json!({
            "IdentityType": "AssumedRoleUser",
            "AccountId": call.account,
            "RoleId": call.account,
            "PrincipalId": format!("{}:{session}", call.account),
            "Arn": format!("acs:ram::{}:assumed-role/{role}/{session}", call.account),
        }));
    }
    Ok(json!({
        "IdentityType": "Account",
        "AccountId": call.account,
        "UserId": call.account,
        "PrincipalId": call.account,
        "Arn": format!("acs:ram::{}:root", call.account),
    }))
}

/// Temporary keys for a role.
pub(super) fn assume_role(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    assume(ledger, call)
}

/// Temporary keys for a role, for who shows a token of the identity provider.
pub(super) fn assume_role_with_oidc(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    required(call, "OIDCProviderArn")?;
    required(call, "OIDCToken")?;
    assume(ledger, call)
}

fn assume(ledger: &mut Ledger, call: &Call) -> Result<Json, ApiError> {
    let arn = required(call, "RoleArn")?;
    let session = required(call, "RoleSessionName")?;
    let malformed = || ApiError::new(400, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed.");
    let ["acs", "ram", _, account, role] = arn.split(':').collect::<Vec<_>>()[..] else { return Err(malformed()) };
    let name = role.strip_prefix("role/").ok_or_else(malformed)?;
    let seconds = call.parameters.get("DurationSeconds").map_or(Ok(3600), |text| text.parse::<i64>());
    let seconds = seconds.ok().filter(|seconds| (900..=43_200).contains(seconds));
    let seconds = seconds.ok_or_else(|| {
        ApiError::new(400, "InvalidParameter.DurationSeconds", "The parameter DurationSeconds is wrongly formed.")
    })?;
    let lifetime = ledger.role_lifetime.unwrap_or_else(|| Duration::seconds(seconds));
    let random = || Uuid::new_v4().simple().to_string();
    let (id, secret, token) = (format!("STS.{}", random()), random(), random());
    let role = Some((name.to_owned(), session.to_owned()));
    ledger.keys.insert(id.clone(), Key { token: Some(token.clone()), role, ..Key::new(&secret, account) });
    Ok(json!({
        "AssumedRoleUser": {"Arn": format!("{arn}/{session}"), "AssumedRoleId": format!("{account}:{session}")},
        "Credentials": {
            "AccessKeyId": id,
            "AccessKeySecret": secret,
            "SecurityToken": token,
            "Expiration": (Utc::now() + lifetime).to_rfc3339_opts(SecondsFormat::Secs, true),
        },
    }))
}
