//! The provider as no user gets it: with its metadata service elsewhere, a resource more, and a fault on demand.

use std::{env, fs, process::Command, time::Duration};

use terraform_provider_alicloud::{Alicloud, Cloud, PLUGIN, ProviderBlock};
use tfplugin::{
    Computed, Configure, Configured, Context, Create, CreateError, Delete, Diagnostics, Model, Provider, Resource,
    Resources, State,
};

use crate::{debugger::Attached, terraform::Terraform, tiny_resource::AccountPins};

struct Altered {
    provider: Alicloud,
    panics: bool,
}

impl Provider for Altered {
    type Block = ProviderBlock;
    type Client = Cloud;

    fn resources(&self) -> Resources<Cloud> {
        self.provider.resources().add(AccountPins).add(Faults)
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

/// Panics.
#[derive(Clone, Debug, Model)]
#[model(resource = "alicloud_fault")]
struct Fault {
    /// Never known.
    id: Computed<String>,
}

/// A resource whose create uses the credentials, and then panics with everything that it has.
struct Faults;

impl Resource for Faults {
    type Model = Fault;
    type Client = Cloud;

    async fn create(&self, cloud: &Cloud, _: Create<Fault>, ctx: &Context) -> Result<State<Fault>, CreateError<Fault>> {
        let account = cloud.account(&cloud.deadline(Duration::from_secs(60), ctx)).await;
        panic!("{account:?} of {cloud:?} with canary-secret-key");
    }

    async fn read(&self, _: &Cloud, state: State<Fault>, _: &Context) -> Result<Option<State<Fault>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Cloud, _: Delete<Fault>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
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
    tfplugin::debug(PLUGIN, Altered { provider, panics: env::var_os("PANICS").is_some() });
}

/// Starts this executable again, as a plugin that Terraform attaches to. It logs everything into `plugin.log`.
pub fn plugin(terraform: &mut Terraform, variables: &[(&str, &str)]) -> Attached {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "altered::serve_altered"]);
    command.env("ALTERED", "1").env("TF_LOG", "TRACE").envs(variables.iter().copied());
    command.stderr(fs::File::create(terraform.path().join("plugin.log")).unwrap());
    Attached::start(command, terraform)
}
