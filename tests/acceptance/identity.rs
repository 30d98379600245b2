//! What orders are known by: importing them by it, and states from before there was one. Needs a Terraform with identities;
//! `query` came two versions later.

use mock_endpoint::ACCOUNT;
use serde_json::json;

use crate::{market_order::ORDER, pai::documented, terraform::Terraform};

fn with(configuration: &str) -> Option<Terraform> {
    let terraform = Terraform::with(configuration)?;
    let has_identities = terraform.has("query");
    if !has_identities {
        eprintln!("skipped: this Terraform has no terraform query");
    }
    has_identities.then_some(terraform)
}

fn import(resource: &str, identity: &str, configuration: &str) -> String {
    format!("import {{\n  to = {resource}\n  identity = {{ {identity} }}\n}}\n{configuration}")
}

#[test]
fn an_order_is_imported_by_its_identity() {
    let pai = documented(&["PAI_share"]);
    for (resource, configuration) in [("alicloud_market_order.order", ORDER), ("alicloud_pai_product_order.data", &pai)]
    {
        let Some(terraform) = with(configuration) else { return };
        terraform.apply().succeeds();
        terraform.plans_empty();
        let id = terraform.orders()[0].clone();
        let identity = json!({"order_id": id, "account_id": ACCOUNT});
        assert_eq!(terraform.instances()[0]["identity"], identity);

        terraform.begin_anew();
        terraform.configure(&import(resource, &format!("order_id = \"{id}\", account_id = \"7\""), configuration));
        terraform.plan().fails().says(&["belongs to another account", "Nothing was imported", ACCOUNT]);
        terraform.configure(&import(resource, "order_id = \"a\"", configuration));
        terraform.plan().fails().says(&["digits only"]);
        terraform.configure(&import(resource, &format!("order_id = \"{id}\""), configuration));
        terraform.apply().succeeds().says(&["1 imported, 0 added"]);
        assert_eq!(terraform.instances()[0]["identity"], identity);
        terraform.plans_empty();
        assert_eq!(terraform.orders().len(), 1);
    }
}

#[test]
fn a_state_without_an_identity_plans_empty_and_gets_one() {
    let Some(terraform) = with(ORDER) else { return };
    terraform.apply().succeeds();
    let mut state = terraform.state();
    let instance = state["resources"][0]["instances"][0].as_object_mut().unwrap();
    assert!(instance.remove("identity").is_some());
    instance.remove("identity_schema_version");
    terraform.write("terraform.tfstate", &state.to_string());
    terraform.plans_empty();
    terraform.run(&["apply", "-refresh-only", "-auto-approve", "-no-color"]).succeeds();
    assert_eq!(terraform.instances()[0]["identity"]["order_id"], json!(terraform.orders()[0]));
    assert_eq!(terraform.orders().len(), 1);
}

fn list(resource: &str, inner: &str) -> String {
    format!("list \"{resource}\" \"all\" {{\n  provider = alicloud\n{inner}\n}}\n")
}

#[test]
fn a_query_finds_all_orders_and_writes_a_configuration_that_plans_empty() {
    let configuration = format!("{ORDER}{}{}", ORDER.replace("\"order\"", "\"second\""), documented(&["PAI_share"]));
    let Some(terraform) = with(&configuration) else { return };
    terraform.apply().succeeds();
    let orders = terraform.orders();
    terraform.begin_anew();
    terraform.configure("");
    let objects = "  include_resource = true";
    let query = [list("alicloud_market_order", objects), list("alicloud_pai_product_order", objects)].concat();
    terraform.write("orders.tfquery.hcl", &query);
    let found = terraform.run(&["query", "-no-color", "-generate-config-out=made.tf"]).succeeds();
    orders.iter().for_each(|order| assert!(found.text.contains(order.as_str()), "{order}: {}", found.text));
    assert_eq!(orders.len(), 3);
    std::fs::remove_file(terraform.path().join("orders.tfquery.hcl")).unwrap();
    terraform.apply().succeeds().says(&["3 imported, 0 added, 0 changed, 0 destroyed"]);
    terraform.plans_empty();
    assert_eq!(terraform.orders(), orders, "and nothing was bought");
}

#[test]
fn a_query_finds_what_it_requests() {
    let Some(terraform) = with(&format!("{ORDER}{}", documented(&["PAI_share", "OSS_share"]))) else { return };
    terraform.apply().succeeds();
    terraform.configure("");
    let finds = |resource: &str, config: &str| {
        terraform.write("orders.tfquery.hcl", &list(resource, &format!("  config {{\n    {config}\n  }}")));
        let before = terraform.mock.ledger().requests.len();
        let text = terraform.run(&["query", "-no-color"]).succeeds().text;
        let sent = terraform.mock.ledger().requests[before..].to_vec();
        assert!(sent.iter().all(|request| !request.operation.starts_with("Create")), "{sent:?}");
        terraform.orders().iter().filter(|order| text.contains(order.as_str())).count()
    };
    for (config, count) in [
        ("product_codes = [\"cmapi033136\"]", 1),
        ("product_codes = [\"cmapi000000\"]", 0),
        ("product_type = \"app\"\n    status = \"OPENED\"", 1),
        ("status = \"CLOSED\"", 0),
    ] {
        assert_eq!(finds("alicloud_market_order", config), count, "{config}");
    }
    for (config, count) in [
        ("product_codes = [\"OSS_share\"]", 1),
        ("product_codes = [\"DataWorks_share\"]", 0),
        ("since = \"2020-01-01\"", 1),
        ("since = \"2999-01-01\"", 0),
    ] {
        assert_eq!(finds("alicloud_pai_product_order", config), count, "{config}");
    }
    terraform
        .write("orders.tfquery.hcl", &list("alicloud_pai_product_order", "  config {\n    since = \"yesterday\"\n  }"));
    terraform.run(&["query", "-no-color"]).fails().says(&["YYYY-MM-DD"]);
}
