//! Where keys come from: one file a source, one trait for all.

pub(super) mod answered;
mod assume_role;
mod cached;
mod ecs_role;
mod external;
mod oidc;
pub mod profile;
mod static_keys;
mod uri;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

pub use super::error::NoCredentials;
pub use assume_role::{AssumeRole, Role};
pub use cached::{Cached, Fetch};
pub use ecs_role::{EcsRole, METADATA_SERVICE};
pub use external::External;
pub use oidc::{AssumeRoleWithOidc, Token};
pub use static_keys::StaticKeys;
pub use uri::CredentialsUri;

/// Keys to sign with. The secret parts cannot be printed and are wiped when they are dropped.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The AccessKey id, which is no secret.
    pub access_key_id: String,
    secret: SecretString,
    token: Option<SecretString>,
    /// When they stop to be valid; none for keys that stay.
    pub expires: Option<DateTime<Utc>>,
}

impl Credentials {
    /// Keys, with a security token if they are temporary.
    pub fn new(access_key_id: String, secret: SecretString, token: Option<SecretString>) -> Self {
        Self { access_key_id, secret, token, expires: None }
    }

    /// The secret key.
    pub(super) fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The security token of temporary keys.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_ref().map(|token| token.expose_secret())
    }
}

/// A source that has credentials, or fetches them on demand.
#[async_trait]
pub trait Source: Send + Sync + fmt::Debug {
    /// Credentials that are valid now.
    async fn credentials(&self) -> Result<Arc<Credentials>, NoCredentials>;

    /// Where the credentials come from, for messages: "the environment variable ALICLOUD_ACCESS_KEY".
    fn origin(&self) -> String {
        "the configured source".to_owned()
    }
}

/// A source with its origin, which only the caller knows who chose it.
#[derive(Debug)]
pub struct Named {
    /// The source.
    pub source: Arc<dyn Source>,
    /// What [`Source::origin`] says.
    pub origin: String,
}

#[async_trait]
impl Source for Named {
    async fn credentials(&self) -> Result<Arc<Credentials>, NoCredentials> {
        self.source.credentials().await
    }

    fn origin(&self) -> String {
        self.origin.clone()
    }
}
