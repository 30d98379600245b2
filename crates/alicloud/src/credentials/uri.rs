//! A sidecar that answers credentials as JSON.

use std::fmt;

use async_trait::async_trait;
use reqwest::{Method, Url};

use super::{Credentials, NoCredentials, answered, cached::Fetch};
use crate::transport::{Local, Outgoing};

/// Requests credentials from the credentials URI for each fetch.
pub struct CredentialsUri {
    uri: Url,
    http: Local,
}

// The query of the URI may be what lets the caller in.
impl fmt::Debug for CredentialsUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsUri").finish_non_exhaustive()
    }
}

impl CredentialsUri {
    /// Credentials from this URI.
    ///
    /// # Errors
    /// Text that is not an HTTP URI.
    pub fn new(uri: &str) -> Result<Self, NoCredentials> {
        let parsed = Url::parse(uri).ok().filter(|uri| matches!(uri.scheme(), "http" | "https"));
        let uri = parsed.ok_or_else(|| {
            NoCredentials::new(
                "the credentials URI is not an HTTP URI: give one such as http://127.0.0.1:8080/credentials".to_owned(),
            )
        })?;
        Ok(Self { uri, http: Local::new() })
    }
}

#[async_trait]
impl Fetch for CredentialsUri {
    async fn fetch(&self) -> Result<Credentials, NoCredentials> {
        let outgoing =
            Outgoing { method: Method::GET, url: self.uri.clone(), headers: Default::default(), body: Vec::new() };
        let (status, body) = self
            .http
            .send(outgoing)
            .await
            .map_err(|error| NoCredentials::new(format!("the credentials URI does not answer: {error}")))?;
        answered::credentials("the credentials URI", status, &body)
    }
}
