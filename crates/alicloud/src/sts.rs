//! The security token service, version 2015-04-01: AssumeRole, AssumeRoleWithOIDC and GetCallerIdentity.

use std::time::Duration;

use chrono::DateTime;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::{
    client::{Client, Reply, Request},
    credentials::{Credentials, Role},
    endpoint::Product,
    error::Failure,
    reply,
    retry::Limit,
};

/// How long getting credentials may take, all attempts together.
const CREDENTIALS: Duration = Duration::from_secs(60);

/// AssumeRole: temporary credentials for a role.
///
/// # Errors
/// The role does not exist, the caller may not assume it, or STS does not answer.
pub async fn assume_role(client: &Client, role: &Role) -> Result<Credentials, Failure> {
    let request = Request::rpc(Product::Sts, "AssumeRole", parameters(role));
    client.call(&request, &limit(), credentials).await
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
    client.call(&request, &limit(), credentials).await
}

/// GetCallerIdentity: the id of the account that the credentials belong to.
///
/// # Errors
/// STS does not answer, or does not know the keys.
pub async fn account_id(client: &Client, limit: &Limit) -> Result<String, Failure> {
    let request = Request::rpc(Product::Sts, "GetCallerIdentity", []);
    let read = |reply: &Reply| {
        reply.body.get("AccountId").and_then(reply::text).ok_or_else(|| "it has no AccountId".to_owned())
    };
    client.call(&request, limit, read).await
}

fn limit() -> Limit {
    Limit::new(CREDENTIALS, CancellationToken::new())
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

fn credentials(reply: &Reply) -> Result<Credentials, String> {
    let given = reply.body.get("Credentials").unwrap_or(&Json::Null);
    let field = |name: &str| given.get(name).and_then(reply::text).ok_or_else(|| format!("it has no {name}"));
    let (id, secret, token) = (field("AccessKeyId")?, field("AccessKeySecret")?, field("SecurityToken")?);
    let mut credentials = Credentials::new(id, secret.into(), Some(token.into()));
    let end = DateTime::parse_from_rfc3339(&field("Expiration")?);
    credentials.expires = Some(end.map_err(|_| "its Expiration is no RFC 3339".to_owned())?.to_utc());
    Ok(credentials)
}
