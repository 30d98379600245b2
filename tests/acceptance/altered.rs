//! The provider as no user gets it: with its metadata service elsewhere, a resource more, and a fault on demand.

use std::{env, fs, process::Command, time::Duration};

use async_trait::async_trait;
use terraform_provider_alicloud::{Alicloud, Cloud, IDENTITY, ProviderBlock};
use tfplugin::{
    Configure, Configured, Context, Diagnostics, Provider, Resources,
    provider::{Create, Delete, Object, Patience, Resource, Saved, Update},
    schema::{Attribute, Block, Schema},
};

use crate::{debugger::Attached, terraform::Terraform, tiny_resource::AccountPin};

struct Altered {
    provider: Alicloud,
    panics: bool,
}

impl Provider for Altered {
    type Block = ProviderBlock;
    type Client = Cloud;

    fn resources(&self) -> Resources<Cloud> {
        self.provider.resources().add_untyped(Box::new(AccountPin)).add_untyped(Box::new(Fault))
    }

    async fn configure(
        &self,
        configure: Configure<ProviderBlock>,
        ctx: &Context,
    ) -> Result<Configured<Cloud>, Diagnostics> {
        assert!(!self.panics, "canary-secret-key in {configure:?}");
        self.provider.configure(configure, ctx).await
    }
}

/// A resource whose create uses the credentials, and then panics with everything that it has.
struct Fault;

#[async_trait]
impl Resource<Cloud> for Fault {
    fn name(&self) -> &'static str {
        "alicloud_fault"
    }

    fn schema(&self) -> Schema {
        let attributes = vec![Attribute::string("id").computed().describe("Never known.")];
        Schema { version: 0, block: Block { attributes, description: "Panics.", ..Block::default() } }
    }

    async fn create(&self, cloud: &Cloud, _: Create, patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        let account = cloud.account(&cloud.limit(Duration::from_secs(60), patience)).await;
        panic!("{account:?} of {cloud:?} with canary-secret-key");
    }

    async fn read(&self, _: &Cloud, prior: Object, _: &Patience) -> Result<Saved<Option<Object>>, Diagnostics> {
        Ok(Some(prior).into())
    }

    async fn update(&self, _: &Cloud, update: Update, _: &Patience) -> Result<Saved<Object>, Diagnostics> {
        Ok(update.planned.into())
    }

    async fn delete(&self, _: &Cloud, _: Delete, _: &Patience) -> Result<Diagnostics, Diagnostics> {
        Ok(Diagnostics::default())
    }

    async fn import(&self, _: &Cloud, _: &str, _: &Patience) -> Result<Saved<Object>, Diagnostics> {
        Err(Diagnostics::default())
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
    tfplugin::debug(IDENTITY, Altered { provider, panics: env::var_os("PANICS").is_some() });
}

/// Starts this executable again, as a plugin that Terraform attaches to. It logs everything into `plugin.log`.
pub fn plugin(terraform: &mut Terraform, variables: &[(&str, &str)]) -> Attached {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "altered::serve_altered"]);
    command.env("ALTERED", "1").env("TF_LOG", "TRACE").envs(variables.iter().copied());
    command.stderr(fs::File::create(terraform.path().join("plugin.log")).unwrap());
    Attached::start(command, terraform)
}
