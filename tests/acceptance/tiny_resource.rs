//! How to add a resource, on a tiny one: `alicloud_account_pin` fails every plan with credentials of another account.
//!
//! Read it from the top to the bottom. A resource that ships stands in `src/` and is named in
//! `Provider::resources` there; this one is offered by the provider of the tests (`altered.rs`), so that the walk is true.

use std::time::Duration;

use mock_endpoint::{ACCESS_KEY, ACCOUNT, SECRET_KEY, ledger::Key};
use terraform_provider_alicloud::Cloud;
use tfplugin::{
    Computed, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, Model, Partial, Resource, State,
};

use crate::{altered, debugger::Attached, terraform::Terraform};

// First the struct. It alone says what is valid, what has a default, what forces a replacement and what only the provider
// knows; the SDK makes validation, plans and the documentation from it. The doc comments are the descriptions.
/// Fails as soon as the credentials belong to another account.
#[derive(Clone, Debug, Model)]
#[model(resource = "alicloud_account_pin")]
pub struct AccountPin {
    /// The account that the credentials must belong to.
    #[attr(force_new, not_blank)]
    account_id: String,
    /// The same.
    id: Computed<String>,
}

/// A resource holds nothing: what it works with, [`Cloud`], comes with each call.
pub struct AccountPins;

/// How long asking may take, all attempts together.
const TIME: Duration = Duration::from_secs(60);

impl Resource for AccountPins {
    type Model = AccountPin;
    type Client = Cloud;

    // What create returns is saved; where it fails, nothing is. Every wait has a limit, and ends when Terraform
    // stops the provider.
    async fn create(
        &self,
        cloud: &Cloud,
        create: Create<AccountPin>,
        ctx: &Context,
    ) -> Result<State<AccountPin>, CreateError<AccountPin>> {
        let mut state = create.planned;
        let wanted = state.complete()?.account_id;
        is_account(cloud, &wanted, ctx).await?;
        state.id = wanted.into();
        Ok(state)
    }

    // Read returns none for what is gone for certain. Anything doubtful is an error, which keeps the state as it is.
    async fn read(
        &self,
        cloud: &Cloud,
        state: State<AccountPin>,
        ctx: &Context,
    ) -> Result<Option<State<AccountPin>>, Diagnostics> {
        is_account(cloud, state.id.as_str().unwrap_or_default(), ctx).await?;
        Ok(Some(state))
    }

    // Everything forces a replacement, so there is never anything to send, and the update that the SDK has is right.
    async fn delete(&self, _: &Cloud, _: Delete<AccountPin>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }

    // After an import the next plan must be empty: the import fills in every argument that the service reports.
    async fn import(&self, cloud: &Cloud, id: &str, ctx: &Context) -> Result<State<AccountPin>, Diagnostics> {
        is_account(cloud, id, ctx).await?;
        Ok(State::new(Partial::<AccountPin> { account_id: id.into(), id: id.into() }))
    }
}

// An error says what happened, to which attribute, and what to do. `explain` words what the client reports.
async fn is_account(cloud: &Cloud, wanted: &str, ctx: &Context) -> Result<(), Diagnostic> {
    let account = cloud.account(&cloud.deadline(TIME, ctx)).await.map_err(|unknown| unknown.diagnostic())?;
    if account == wanted {
        return Ok(());
    }
    let detail = format!("The credentials belong to the account {account}, not to {wanted}. Use those of {wanted}.");
    Err(Diagnostic::error("The wrong account", detail).at(AccountPin::ACCOUNT_ID.path()))
}

// Finally the acceptance test: the real Terraform, and the mock's ledger as the judge.
fn pinned(account: &str) -> Option<(Terraform, Attached)> {
    let mut terraform = Terraform::with(&configuration(account))?;
    let variables = [("ALICLOUD_ACCESS_KEY", ACCESS_KEY), ("ALICLOUD_SECRET_KEY", SECRET_KEY)];
    let plugin = altered::plugin(&mut terraform, &variables);
    Some((terraform, plugin))
}

fn configuration(account: &str) -> String {
    format!("resource \"alicloud_account_pin\" \"pin\" {{\n  account_id = {account:?}\n}}\n")
}

#[test]
fn it_lives_its_whole_life() {
    let Some((terraform, plugin)) = pinned(ACCOUNT) else { return };
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.attributes()["id"], ACCOUNT);

    terraform.run(&["state", "rm", "alicloud_account_pin.pin"]).succeeds();
    terraform.import("alicloud_account_pin.pin", ACCOUNT).succeeds();
    terraform.plans_empty();

    terraform.configure(&configuration("7"));
    assert_eq!(terraform.planned_actions(), ["delete+create"]);
    terraform.configure(&configuration(ACCOUNT));

    terraform.mock.ledger().keys.insert(ACCESS_KEY.to_owned(), Key::new(SECRET_KEY, "7"));
    terraform.plan().fails().says(&["The wrong account", "belong to the account 7"]);
    terraform.mock.ledger().keys.insert(ACCESS_KEY.to_owned(), Key::new(SECRET_KEY, ACCOUNT));
    terraform.destroy().succeeds();
    assert!(terraform.instances().is_empty());
    assert!(!terraform.requests("GetCallerIdentity").is_empty());
    plugin.ends_well();
}
