//! Taking over orders that exist.

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::{
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

/// Buys with a configuration, forgets the state, and imports the order again.
fn bought_and_imported(configuration: &str) -> Option<(Terraform, String)> {
    let terraform = Terraform::with(configuration)?;
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    terraform.import("alicloud_market_order.order", &id).succeeds();
    Some((terraform, id))
}

#[test]
fn the_configuration_that_bought_it_plans_empty_after_import() {
    for configuration in [
        ORDER.to_owned(),
        order_with("coupon_id = \"\""),
        order_with("components = { seats = \"5\" }"),
        order_with("components = { seats = \"5\", package_version = \"yuncode2713600001\" }"),
        order_with("pay_type = \"PrePaid\"\n  duration = 6\n  quantity = 3"),
        ORDER.replace("Month", "Year"),
    ] {
        let Some((terraform, id)) = bought_and_imported(&configuration) else { return };
        terraform.plans_empty().never_says(&["Warning: Order"]);
        assert_eq!(terraform.attributes()["id"], json!(id));
        assert_eq!(terraform.attributes()["coupon_id"], "");
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 1, "{configuration}");
    }
}

#[test]
fn a_coupon_that_the_service_does_not_report_is_taken_from_the_configuration() {
    let Some((terraform, _)) = bought_and_imported(&order_with("coupon_id = \"c-1\"")) else { return };
    assert_eq!(terraform.planned_actions(), ["update"]);
    let before = terraform.mock.ledger().requests.len();
    terraform.apply().succeeds().never_says(&["(known after apply)"]);
    assert_eq!(terraform.attributes()["coupon_id"], "c-1");
    let sent = terraform.mock.ledger().requests[before..].to_vec();
    let is_read = |operation: &str| ["DescribeOrder", "DescribeInstance"].contains(&operation);
    assert!(sent.iter().all(|request| is_read(&request.operation)), "{sent:?}");
    terraform.plans_empty();
    // Now the state has it, so another one is another order.
    terraform.configure(&order_with("coupon_id = \"c-2\""));
    assert_eq!(terraform.planned_actions(), ["delete+create"]);
}

#[test]
fn a_payment_type_behind_an_odd_sku_is_taken_from_the_configuration() {
    let Some(terraform) = Terraform::with(&order_with("pay_type = \"PrePaid\"")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.mock.override_order(&id, json!({"ProductSkuCode": "odd"}));
    terraform.begin_anew();
    terraform.import("alicloud_market_order.order", &id).succeeds();
    assert_eq!(terraform.planned_actions(), ["update"]);
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.attributes()["pay_type"], "PrePaid");

    terraform.begin_anew();
    terraform.configure(ORDER);
    terraform.import("alicloud_market_order.order", &id).succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn any_other_difference_is_a_replacement() {
    let Some((terraform, _)) = bought_and_imported(ORDER) else { return };
    terraform.configure(&order_with("quantity = 2"));
    assert_eq!(terraform.planned_actions(), ["delete+create"]);
    terraform.configure(&order_with("components = { seats = \"5\" }"));
    assert_eq!(terraform.planned_actions(), ["delete+create"]);
}

#[test]
fn an_import_block_writes_configuration_that_plans_empty() {
    let Some(terraform) = Terraform::with(&order_with("components = { seats = \"5\" }\n  quantity = 2")) else {
        return;
    };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    let import =
        |provider: &str| format!("import {{\n  to = alicloud_market_order.order\n  id = \"{id}\"{provider}\n}}\n");
    // Terraform 1.17 takes a resource that is not written yet for one of hashicorp/alicloud, and wants no provider named
    // once it is written.
    terraform.configure(&import("\n  provider = alicloud"));
    let planned = terraform.run(&["plan", "-no-color", "-generate-config-out=generated.tf"]);
    planned.succeeds().says(&["1 to import, 0 to add, 0 to change, 0 to destroy"]);
    terraform.configure(&import(""));
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn what_cannot_be_an_order_id_is_refused_without_a_request() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    for id in ["order", "12 34", "12-34", "１２"] {
        terraform.import("alicloud_market_order.order", id).fails().says(&["is not an order ID", "only digits"]);
    }
    assert_eq!(terraform.mock.ledger().requests.len(), 0);
}

#[test]
fn an_order_that_is_not_there_is_not_imported() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform
        .import("alicloud_market_order.order", "202699999999999")
        .fails()
        .says(&["was not imported: it does not exist", "RequestId"]);
    assert!(terraform.instances().is_empty());
}

#[test]
fn one_odd_reply_does_not_spoil_an_import() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    for kind in [Kind::Absent, Kind::Garbage, Kind::Truncated, Kind::DropBefore, Kind::Error500] {
        terraform.mock.fault(Fault::once("DescribeOrder", kind));
    }
    terraform.import("alicloud_market_order.order", &id).succeeds();
    terraform.plans_empty();
}
