//! A RAM role, assumed with other credentials (STS AssumeRole).

use async_trait::async_trait;

use super::{Credentials, NoCredentials, cached::Fetch};
use crate::{client::Client, sts};

/// A role and how to assume it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Role {
    /// The role, such as `acs:ram::123456789012:role/buyer`.
    pub arn: String,
    /// The name of the session, for the audit log.
    pub session_name: String,
    /// How long the session lasts, in seconds.
    pub seconds: i64,
    /// A policy that narrows the role; empty for none.
    pub policy: String,
    /// The external ID that the role's owner requires against the confused deputy problem; empty for none.
    pub external_id: String,
}

/// Assumes a role for each fetch.
#[derive(Debug)]
pub struct AssumeRole {
    base: Client,
    role: Role,
}

impl AssumeRole {
    /// Assumes the role with the credentials of this client.
    pub fn new(base: Client, role: Role) -> Self {
        Self { base, role }
    }
}

#[async_trait]
impl Fetch for AssumeRole {
    async fn fetch(&self) -> Result<Credentials, NoCredentials> {
        let assumed = sts::assume_role(&self.base, &self.role).await;
        assumed.map_err(|failure| NoCredentials::for_role(&self.role.arn, failure))
    }
}
