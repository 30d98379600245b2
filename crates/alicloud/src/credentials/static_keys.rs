//! Keys that were given as they are.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{SecondsFormat, Utc};

use super::{Credentials, NoCredentials, Source};

/// An AccessKey pair, or temporary keys that another process renews.
#[derive(Debug)]
pub struct StaticKeys(Arc<Credentials>);

impl StaticKeys {
    /// These keys.
    pub fn new(credentials: Credentials) -> Self {
        Self(Arc::new(credentials))
    }
}

#[async_trait]
impl Source for StaticKeys {
    async fn credentials(&self) -> Result<Arc<Credentials>, NoCredentials> {
        match self.0.expires {
            Some(end) if end <= Utc::now() => Err(NoCredentials::new(format!(
                "the keys expired at {}. Sign in again with aliyun configure",
                end.to_rfc3339_opts(SecondsFormat::Secs, true)
            ))),
            _ => Ok(Arc::clone(&self.0)),
        }
    }
}
