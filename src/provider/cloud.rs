//! What resources work with.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    alicloud::{
        client::Client,
        credentials::{Credentials, NoCredentials, Source},
        retry::Limit,
    },
    tfplugin::provider::Patience,
};

/// The configured provider.
#[derive(Debug)]
pub struct Cloud {
    /// Sends requests.
    pub client: Client,
}

impl Cloud {
    /// So much time for one operation, all attempts together, unless Terraform asks to stop before.
    pub fn limit(&self, time: Duration, patience: &Patience) -> Limit {
        Limit::new(time, patience.token())
    }
}

/// Credentials whose values Terraform does not know yet, while it plans.
#[derive(Debug)]
pub(super) struct NotYet;

#[async_trait]
impl Source for NotYet {
    async fn credentials(&self) -> Result<Arc<Credentials>, NoCredentials> {
        Err(NoCredentials(
            "The credentials in the provider block are known only after apply, and this has to be read before. Apply \
             what they come from first, with terraform apply -target."
                .to_owned(),
        ))
    }
}
