//! Temporary credentials as services on the machine answer them: `{Code, AccessKeyId, AccessKeySecret, …}`.

use chrono::DateTime;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{Credentials, NoCredentials};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    access_key_id: String,
    #[serde(default)]
    access_key_secret: SecretString,
    #[serde(default)]
    security_token: Option<SecretString>,
    #[serde(default)]
    expiration: Option<String>,
}

/// Reads the answer of `whom`, which names it in errors.
pub(crate) fn credentials(whom: &str, status: u16, body: &[u8]) -> Result<Credentials, NoCredentials> {
    let no = |what: &str| NoCredentials::new(format!("{whom} {what}"));
    if status != 200 {
        return Err(no(&format!("answered HTTP {status}")));
    }
    let answer: Answer = serde_json::from_slice(body).map_err(|_| no("answered something else than credentials"))?;
    if let Some(code) = answer.code.filter(|code| code != "Success") {
        return Err(no(&format!("answered the code {code:?} instead of Success")));
    }
    if answer.access_key_id.is_empty() {
        return Err(no("answered without an AccessKeyId"));
    }
    if answer.access_key_secret.expose_secret().is_empty() {
        return Err(no("answered without an AccessKeySecret"));
    }
    let token = answer.security_token.filter(|token| !token.expose_secret().is_empty());
    let mut credentials = Credentials::new(answer.access_key_id, answer.access_key_secret, token);
    if let Some(text) = answer.expiration {
        let end = DateTime::parse_from_rfc3339(&text).map_err(|_| no("answered an Expiration that is no RFC 3339"))?;
        credentials.expires = Some(end.to_utc());
    }
    Ok(credentials)
}
