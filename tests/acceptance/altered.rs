//! The provider as no user gets it: with its metadata service elsewhere, a resource more, and a fault on demand.

use std::{env, fs, process::Command};

use async_trait::async_trait;
use terraform_provider_alicloud::{
    provider::{Alicloud, Cloud, IDENTITY},
    tfplugin::{
        diagnostics::Diagnostics,
        provider::{Provider, Resource, Saved},
        schema::Schema,
        serve,
        value::Value,
    },
};

use crate::{debugger::Attached, terraform::Terraform, tiny_resource::AccountPin};

struct Altered {
    provider: Alicloud,
    panics: bool,
}

#[async_trait]
impl Provider for Altered {
    type Client = Cloud;

    fn schema(&self) -> Schema {
        self.provider.schema()
    }

    fn resources(&self) -> Vec<Box<dyn Resource<Cloud>>> {
        let mut resources = self.provider.resources();
        resources.push(Box::new(AccountPin));
        resources
    }

    async fn configure(&self, config: Value, terraform_version: &str) -> Result<Saved<Cloud>, Diagnostics> {
        assert!(!self.panics, "canary-secret-key in {config:?}");
        self.provider.configure(config, terraform_version).await
    }
}

/// Not a test: what [`plugin`] starts.
#[test]
#[ignore = "other tests start it"]
fn serve_altered() {
    // Who runs all ignored tests did not mean this one.
    if env::var_os("ALTERED").is_none() {
        return;
    }
    let mut provider = Alicloud::default();
    if let Ok(url) = env::var("METADATA_SERVICE") {
        provider.metadata_service = url;
    }
    serve::debug(IDENTITY, Altered { provider, panics: env::var_os("PANICS").is_some() });
}

/// Starts this executable again, as a plugin that Terraform attaches to. It logs everything into `plugin.log`.
pub fn plugin(terraform: &mut Terraform, variables: &[(&str, &str)]) -> Attached {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "altered::serve_altered"]);
    command.env("ALTERED", "1").env("TF_LOG", "TRACE").envs(variables.iter().copied());
    command.stderr(fs::File::create(terraform.path().join("plugin.log")).unwrap());
    Attached::start(command, terraform)
}
