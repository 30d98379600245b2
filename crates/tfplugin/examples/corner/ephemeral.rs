//! What is opened, renewed and closed.

use std::time::{Duration, SystemTime};

use tfplugin::{Computed, Context, Diagnostics, EphemeralResource, Model, Opened, Private, Renewed};

use super::{every_type::EphemeralEverything, framework::Client};

pub(crate) struct EverythingResource;

impl EphemeralResource for EverythingResource {
    type Model = EphemeralEverything;
    type Client = Client;

    async fn open(
        &self,
        _: &Client,
        config: EphemeralEverything,
        _: &Context,
    ) -> Result<Opened<EphemeralEverything>, Diagnostics> {
        Ok(Opened::new(config))
    }
}

/// A token that has to be renewed again and again.
#[derive(Debug, Clone, Model)]
#[model(ephemeral_resource = "framework_lifecycle")]
pub(crate) struct Token {
    /// Whom it is for.
    name: String,
    /// The token.
    token: Computed<String>,
}

pub(crate) struct TokenResource;

fn in_five_seconds() -> SystemTime {
    SystemTime::now() + Duration::from_secs(5)
}

impl EphemeralResource for TokenResource {
    type Model = Token;
    type Client = Client;

    async fn open(&self, _: &Client, mut token: Token, _: &Context) -> Result<Opened<Token>, Diagnostics> {
        token.token = "fake-token-12345".into();
        Ok(Opened::new(token).renew_at(in_five_seconds()))
    }

    async fn renew(&self, _: &Client, private: Private, _: &Context) -> Result<Renewed, Diagnostics> {
        Ok(Renewed::new(private).renew_at(in_five_seconds()))
    }
}
