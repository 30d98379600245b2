//! A RAM role, assumed with a token of an identity provider (STS AssumeRoleWithOIDC, which is not signed).

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use secrecy::{SecretString, zeroize::Zeroizing};

use super::{Credentials, NoCredentials, Role, cached::Fetch};
use crate::{client::Client, sts};

/// Where the identity provider's token is.
#[derive(Debug)]
pub enum Token {
    /// Here.
    Given(SecretString),
    /// In a file, which another process keeps fresh. Each fetch reads it again.
    File(PathBuf),
}

impl Token {
    /// Whether the token can be read.
    ///
    /// # Errors
    /// It is in a file that cannot be read.
    pub fn check(&self) -> Result<(), NoCredentials> {
        match self {
            Self::Given(_) => Ok(()),
            Self::File(path) => File::open(path).map(drop).map_err(|error| unreadable(path, &error)),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> NoCredentials {
    NoCredentials::new(format!("the OIDC token file {} cannot be read: {error}", path.display()))
}

/// Assumes a role for each fetch.
#[derive(Debug)]
pub struct AssumeRoleWithOidc {
    client: Client,
    provider_arn: String,
    token: Token,
    role: Role,
}

impl AssumeRoleWithOidc {
    /// Assumes the role with a token of this identity provider.
    pub fn new(client: Client, provider_arn: String, token: Token, role: Role) -> Self {
        Self { client, provider_arn, token, role }
    }

    fn token(&self) -> Result<SecretString, NoCredentials> {
        match &self.token {
            Token::Given(token) => Ok(token.clone()),
            Token::File(path) => {
                let text = std::fs::read_to_string(path).map(Zeroizing::new);
                let text = text.map_err(|error| unreadable(path, &error))?;
                match text.trim() {
                    "" => Err(NoCredentials::new(format!("the OIDC token file {} is empty", path.display()))),
                    token => Ok(token.into()),
                }
            }
        }
    }
}

#[async_trait]
impl Fetch for AssumeRoleWithOidc {
    async fn fetch(&self) -> Result<Credentials, NoCredentials> {
        let token = self.token()?;
        let assumed = sts::assume_role_with_oidc(&self.client, &self.provider_arn, &token, &self.role).await;
        assumed.map_err(|failure| NoCredentials::for_role(&self.role.arn, failure))
    }
}
