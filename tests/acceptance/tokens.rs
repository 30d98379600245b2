//! The user's own `client_token`: for runners that keep no files.

use std::fs;

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::{
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

const TOKEN: &str = "client_token = \"t-1\"";

#[test]
fn a_token_refused_as_used_for_something_else_buys_nothing() {
    let Some(terraform) = Terraform::with(&order_with(TOKEN)) else { return };
    terraform.apply().succeeds();
    fs::remove_file(terraform.path().join("terraform.tfstate")).unwrap();
    terraform.configure(&order_with("client_token = \"t-1\"\n  quantity = 2"));
    terraform.apply().fails().says(&[
        "IdempotentParameterMismatch",
        "No order was placed by this apply",
        "client_token",
    ]);
    assert_eq!(terraform.orders().len(), 1);
    // Nothing is left of what was refused.
    terraform.configure(&order_with("client_token = \"t-2\"\n  quantity = 2"));
    terraform.apply().succeeds().never_says(&["earlier apply"]);
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn the_same_client_token_never_buys_twice_however_often_it_is_applied() {
    let Some(terraform) = Terraform::with(&order_with(TOKEN)) else { return };
    for _ in 0..3 {
        terraform.apply().succeeds();
        terraform.plans_empty();
        for left in ["terraform.tfstate", "terraform.tfstate.backup"] {
            let _ = fs::remove_file(terraform.path().join(left));
        }
        let _ = fs::remove_dir_all(terraform.path().join(".terraform"));
    }
    assert_eq!(terraform.orders().len(), 1);

    // Another order that answers is not saved.
    let id = terraform.orders()[0].clone();
    terraform.mock.override_order(&id, json!({"Quantity": 5, "CreatedOn": 1_700_000_000_000_i64}));
    terraform.apply().fails().says(&["belongs to another order", &id, "nothing was saved"]);
    assert!(terraform.instances().is_empty());
}

#[test]
fn a_client_token_lives_only_in_the_configuration() {
    let Some(terraform) = Terraform::with(&order_with(TOKEN)) else { return };
    terraform.apply().succeeds();
    for change in [
        order_with("client_token = \"t-2\""),
        ORDER.to_owned(),
        order_with("timeouts = { create = \"5m\" }"),
        order_with("timeouts = { create = \"5m\", read = \"1m\" }"),
    ] {
        let before = terraform.mock.ledger().requests.len();
        terraform.configure(&change);
        assert_eq!(terraform.planned_actions(), ["update"], "{change}");
        terraform.apply().succeeds();
        terraform.plans_empty();
        let ledger = terraform.mock.ledger();
        assert!(ledger.requests[before..].iter().all(|request| request.operation.starts_with("Describe")));
    }
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_plan_that_replaces_with_the_same_client_token_is_an_error() {
    let Some(terraform) = Terraform::with(&order_with(TOKEN)) else { return };
    terraform.apply().succeeds();
    terraform.configure(&order_with("client_token = \"t-1\"\n  quantity = 2"));
    terraform.plan().fails().says(&["the same client_token cannot buy another order", "Nothing was bought"]);
    terraform.configure(&order_with("client_token = \"t-2\"\n  quantity = 2"));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn an_order_that_was_just_placed_is_saved_however_it_is_reported() {
    let Some(terraform) = Terraform::with(&order_with(TOKEN)) else { return };
    let created = chrono::Utc::now().timestamp_millis() + 60_000;
    let reported = json!({
        "RequestId": "r", "OrderId": 202600000000001_i64, "ProductCode": "cmapi033136", "Quantity": 5, "CreatedOn": created,
    });
    terraform.mock.fault(Fault::once("DescribeOrder", Kind::Reply { body: reported.to_string() }));
    terraform
        .apply()
        .succeeds()
        .says(&["Order 202600000000001 differs from the configuration", "a quantity that differs"]);
    assert_eq!(terraform.attributes()["id"], "202600000000001");
    assert_eq!(terraform.orders().len(), 1);
    terraform.plans_empty();
}

#[test]
fn two_resources_with_one_token_are_an_error() {
    let two = order_with(TOKEN).replace("\" {", "\" {\n  count = 2");
    let Some(terraform) = Terraform::with(&two) else { return };
    terraform.plan().fails().says(&["the client_token belongs to another order of this plan", "count or for_each"]);
    assert_eq!(terraform.orders().len(), 0);
}

#[test]
fn a_replacement_with_the_token_of_another_resource_gives_up_no_order() {
    let named = |name: &str, more: &str| order_with(more).replace("\"order\"", &format!("{name:?}"));
    let b = named("b", "client_token = \"two\"");
    let Some(terraform) = Terraform::with(&[named("a", "client_token = \"one\""), b.clone()].concat()) else { return };
    terraform.apply().succeeds();
    let before = terraform.ids();
    terraform.configure(&[named("a", "client_token = \"two\"\n  quantity = 2"), b].concat());
    terraform.apply().fails().says(&["the client_token belongs to another order of this plan"]);
    assert_eq!(terraform.ids(), before);
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn a_refusal_does_not_show_what_an_earlier_apply_did() {
    let Some(terraform) = Terraform::with(&order_with(&format!("{TOKEN}\n  timeouts = {{ create = \"1s\" }}"))) else {
        return;
    };
    terraform.mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 99));
    terraform.apply().fails().says(&["An order may have been placed", "same client_token"]);
    terraform.mock.ledger().faults.clear();
    let refused = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("CreateOrder", refused));
    let order = terraform.orders().remove(0);
    terraform.apply().fails().says(&["An order may have been placed", &order, "terraform import"]);
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn an_entry_that_cannot_be_read_stops_a_purchase_with_a_token_too() {
    let Some(terraform) = Terraform::with(&order_with(TOKEN)) else { return };
    fs::create_dir_all(terraform.path().join(".terraform/alicloud-purchases")).unwrap();
    terraform.write(".terraform/alicloud-purchases/broken.json", "{");
    terraform.apply().fails().says(&["is damaged", "nothing was bought", "Look in the console", "rm ", "broken.json"]);
    assert!(terraform.orders().is_empty());
}

#[test]
fn an_order_that_only_the_second_apply_placed_is_not_called_found() {
    for token in ["", TOKEN] {
        let Some(terraform) = Terraform::with(&order_with(&format!("{token}\n  timeouts = {{ create = \"1s\" }}")))
        else {
            return;
        };
        terraform.mock.fault(Fault::times("CreateOrder", Kind::DropBefore, 99));
        terraform.apply().fails();
        terraform.mock.ledger().faults.clear();
        terraform.apply().succeeds().never_says(&["nothing was bought now", "Nothing was bought"]);
        assert_eq!(terraform.orders().len(), 1);
    }
}
