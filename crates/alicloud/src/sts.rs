//! The security token service, version 2015-04-01: AssumeRole, AssumeRoleWithOIDC and GetCallerIdentity.

use std::time::Duration;

use chrono::DateTime;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::{
    client::{Client, Reply, Request},
    credentials::{Credentials, Role},
    endpoint::Product,
    error::Failure,
    reply::{self, loose_text},
    retry::Deadline,
};

/// How long getting credentials may take, all attempts together.
const CREDENTIALS: Duration = Duration::from_secs(60);

/// AssumeRole: temporary credentials for a role.
///
/// # Errors
/// The role does not exist, the caller may not assume it, or STS does not answer.
pub async fn assume_role(client: &Client, role: &Role) -> Result<Credentials, Failure> {
    let request = Request::rpc(Product::Sts, "AssumeRole", parameters(role));
    client.call(&request, &deadline(), credentials).await
}

/// AssumeRoleWithOIDC: temporary credentials for a role, for who shows a token of the identity provider. Not signed.
///
/// # Errors
/// As for [`assume_role`].
pub async fn assume_role_with_oidc(
    client: &Client,
    provider_arn: &str,
    token: &SecretString,
    role: &Role,
) -> Result<Credentials, Failure> {
    let own = [("OIDCProviderArn", provider_arn.to_owned()), ("OIDCToken", token.expose_secret().to_owned())];
    let parameters = parameters(role).into_iter().chain(own);
    let request = Request { signed: false, ..Request::rpc(Product::Sts, "AssumeRoleWithOIDC", parameters) };
    client.call(&request, &deadline(), credentials).await
}

/// Who calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CallerIdentity {
    /// The account that the credentials belong to.
    #[serde(deserialize_with = "loose_text")]
    pub account_id: Option<String>,
    /// The caller within the account: the account itself, a RAM user, or a role and its session.
    #[serde(deserialize_with = "loose_text")]
    pub principal_id: Option<String>,
    /// The caller's name, such as `acs:ram::123456789012:user/buyer`.
    #[serde(deserialize_with = "loose_text")]
    pub arn: Option<String>,
    /// `Account`, `RAMUser` or `AssumedRoleUser`.
    #[serde(deserialize_with = "loose_text")]
    pub identity_type: Option<String>,
}

/// GetCallerIdentity: who the credentials belong to. The account is always there.
///
/// # Errors
/// STS does not answer, does not know the keys, or does not name the account.
pub async fn caller_identity(client: &Client, deadline: &Deadline) -> Result<CallerIdentity, Failure> {
    let request = Request::rpc(Product::Sts, "GetCallerIdentity", []);
    let read = |reply: &Reply| {
        let caller = CallerIdentity::deserialize(&reply.body).map_err(|_| "it is no identity".to_owned())?;
        if caller.account_id.is_some() { Ok(caller) } else { Err("it has no AccountId".to_owned()) }
    };
    client.call(&request, deadline, read).await
}

/// GetCallerIdentity: the id of the account that the credentials belong to.
///
/// # Errors
/// As for [`caller_identity`].
pub async fn account_id(client: &Client, deadline: &Deadline) -> Result<String, Failure> {
    Ok(caller_identity(client, deadline).await?.account_id.unwrap_or_default())
}

fn deadline() -> Deadline {
    Deadline::new(CREDENTIALS, CancellationToken::new())
}

fn parameters(role: &Role) -> Vec<(&'static str, String)> {
    let all = [
        ("RoleArn", role.arn.clone()),
        ("RoleSessionName", role.session_name.clone()),
        ("DurationSeconds", role.seconds.to_string()),
        ("Policy", role.policy.clone()),
        ("ExternalId", role.external_id.clone()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

pub(super) fn credentials(reply: &Reply) -> Result<Credentials, String> {
    let given = reply.body.get("Credentials").unwrap_or(&Json::Null);
    let field = |name: &str| given.get(name).and_then(reply::text).ok_or_else(|| format!("it has no {name}"));
    let (id, secret, token) = (field("AccessKeyId")?, field("AccessKeySecret")?, field("SecurityToken")?);
    let mut credentials = Credentials::new(id, secret.into(), Some(token.into()));
    let end = DateTime::parse_from_rfc3339(&field("Expiration")?);
    credentials.expires = Some(end.map_err(|_| "its Expiration is no RFC 3339".to_owned())?.to_utc());
    Ok(credentials)
}
