//! How to add a resource, on a tiny one: `alicloud_account_pin` fails every plan with credentials of another account.
//!
//! Read it from the top to the bottom. A resource that ships stands in `src/` and is named in
//! `Provider::resources` there; this one is offered by the provider of the tests (`altered.rs`), so that the walk is true.

use std::time::Duration;

use async_trait::async_trait;
use mock_endpoint::{ACCESS_KEY, ACCOUNT, SECRET_KEY, ledger::Key};
use terraform_provider_alicloud::Cloud;
use tfplugin::{
    diagnostics::{Diagnostic, Diagnostics},
    private::Private,
    provider::{Create, Delete, Object, Patience, Resource, Saved, Update},
    schema::{Attribute, Block, Schema, Validator},
    value::{Path, Value},
};

use crate::{altered, debugger::Attached, terraform::Terraform};

/// A resource holds nothing: what it works with, [`Cloud`], comes with each call.
pub struct AccountPin;

/// How long asking may take, all attempts together.
const TIME: Duration = Duration::from_secs(60);

#[async_trait]
impl Resource<Cloud> for AccountPin {
    fn name(&self) -> &'static str {
        "alicloud_account_pin"
    }

    // First the schema. It alone says what is valid, what has a default, what forces a replacement and what only the
    // provider knows; the SDK makes validation, plans and the documentation from it.
    fn schema(&self) -> Schema {
        let attributes = vec![
            Attribute::string("account_id")
                .required()
                .force_new()
                .valid(Validator::NotBlank)
                .describe("The account that the credentials must belong to."),
            Attribute::string("id").computed().describe("The same."),
        ];
        let description = "Fails as soon as the credentials belong to another account.";
        Schema { version: 0, block: Block { attributes, description, ..Block::default() } }
    }

    // What create returns is saved; where it fails, nothing is. Every wait has a limit, and ends when Terraform is
    // asked to stop.
    async fn create(&self, cloud: &Cloud, create: Create, patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        let wanted = create.planned.get("account_id").as_str().unwrap_or_default().to_owned();
        is_account(cloud, &wanted, patience).await?;
        let mut state = create.planned;
        state.set_attribute("id", wanted);
        Ok(Object { state, private: create.private }.into())
    }

    // Read returns none for what is gone for certain. Anything doubtful is an error, which keeps the state as it is.
    async fn read(
        &self,
        cloud: &Cloud,
        prior: Object,
        patience: &Patience,
    ) -> Result<Saved<Option<Object>>, Diagnostics> {
        is_account(cloud, prior.state.get("id").as_str().unwrap_or_default(), patience).await?;
        Ok(Some(prior).into())
    }

    // Everything forces a replacement, so there is never anything to send.
    async fn update(&self, _: &Cloud, update: Update, _: &Patience) -> Result<Saved<Object>, Diagnostics> {
        Ok(update.planned.into())
    }

    async fn delete(&self, _: &Cloud, _: Delete, _: &Patience) -> Result<Diagnostics, Diagnostics> {
        Ok(Diagnostics::default())
    }

    // After an import the next plan must be empty: every argument that can be told is told.
    async fn import(&self, cloud: &Cloud, id: &str, patience: &Patience) -> Result<Saved<Object>, Diagnostics> {
        is_account(cloud, id, patience).await?;
        let state = Value::object([("account_id", id.into()), ("id", id.into())]);
        Ok(Object { state, private: Private::default() }.into())
    }
}

// An error says what happened, to which attribute, and what to do. `explain` words what the client reports.
async fn is_account(cloud: &Cloud, wanted: &str, patience: &Patience) -> Result<(), Diagnostic> {
    let account = cloud.account(&cloud.limit(TIME, patience)).await.map_err(|unknown| unknown.explain())?;
    if account == wanted {
        return Ok(());
    }
    let detail = format!("The credentials belong to the account {account}, not to {wanted}. Use those of {wanted}.");
    Err(Diagnostic::error("The wrong account", detail).at(Path::attribute("account_id")))
}

// At last the acceptance test: the real Terraform, and the mock's ledger as the judge.
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
