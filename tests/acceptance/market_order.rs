//! Buying, planning again, replacing, destroying.

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::terraform::Terraform;

/// The order of the document, without what is optional.
pub const ORDER: &str = r#"
resource "alicloud_market_order" "order" {
  product_code    = "cmapi033136"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
}
"#;

/// The same order with one more line.
pub fn order_with(line: &str) -> String {
    ORDER.replace("\n}", &format!("\n  {line}\n}}"))
}

#[test]
fn one_apply_is_one_order_and_the_second_changes_nothing() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    terraform.plans_empty();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);

    let attributes = terraform.attributes();
    assert_eq!(attributes["id"], json!(terraform.orders()[0]));
    for (name, value) in [
        ("pay_type", json!("PostPaid")),
        ("duration", json!(1)),
        ("quantity", json!(1)),
        ("coupon_id", json!("")),
        ("order_status", json!("NORMAL")),
        ("pay_status", json!("PAID")),
        ("product_sku_code", json!("cmapi033136-postpay")),
        ("payment_price", json!(10)),
        ("instance_ids", json!(["11000000"])),
    ] {
        assert_eq!(attributes[name], value, "{name}");
    }
    assert!(attributes["created_on"].as_str().unwrap().ends_with('Z'));
    let state = terraform.state();
    assert_eq!(state["resources"][0]["instances"][0]["schema_version"], 0);
}

#[test]
fn the_request_is_what_the_existing_provider_sends() {
    let everything = r#"
resource "alicloud_market_order" "order" {
  product_code    = "cmapi033136"
  pay_type        = "PrePaid"
  quantity        = 2
  duration        = 6
  pricing_cycle   = "Year"
  package_version = "yuncode2713600001"
  coupon_id       = "c-1"
  components      = { seats = "5", package_version = "yuncode2713600001" }
}
"#;
    let Some(terraform) = Terraform::with(everything) else { return };
    terraform.apply().succeeds();
    terraform.plans_empty();
    let request = &terraform.requests("CreateOrder")[0];
    assert_eq!(
        request.parameters["Commodity"],
        "{\"components\":{\"package_version\":\"yuncode2713600001\",\"seats\":\"5\"},\"couponId\":\"c-1\",\"duration\":6,\
         \"pricingCycle\":\"Year\",\"productCode\":\"cmapi033136\",\"quantity\":2,\"skuCode\":\"cmapi033136-prepay\"}"
    );
    assert_eq!(request.parameters["OrderType"], "INSTANCE_BUY");
    assert_eq!(request.parameters["PaymentType"], "AUTO");
    assert_eq!(request.parameters["RegionId"], "cn-hangzhou");
    let token = request.client_token.as_deref().unwrap();
    assert!(!token.is_empty() && token.len() <= 64 && token.is_ascii());
    assert!(request.user_agent.starts_with("terraform-provider-alicloud/"), "{}", request.user_agent);
    assert!(request.user_agent.contains("Terraform/"), "{}", request.user_agent);
}

#[test]
fn both_signature_versions_buy() {
    for (version, signature) in [("v1", "RPC V1"), ("V3", "ACS3"), ("", "RPC V1")] {
        let provider = format!("provider \"alicloud\" {{\n  signature_version = \"{version}\"\n}}\n");
        let Some(terraform) = Terraform::with(&format!("{provider}{ORDER}")) else { return };
        terraform.apply().succeeds();
        terraform.plans_empty();
        assert_eq!(terraform.orders().len(), 1, "{version}");
        assert!(terraform.mock.ledger().requests.iter().all(|request| request.signature == Some(signature)));
    }
}

#[test]
fn every_changed_argument_replaces_and_the_plan_warns() {
    let Some(terraform) = Terraform::with(&order_with("components = { seats = \"5\" }")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let changes = [
        order_with("components = { seats = \"6\" }"),
        order_with("components = { seats = \"5\" }\n  coupon_id = \"c-1\""),
        order_with("components = { seats = \"5\" }\n  pay_type = \"PrePaid\""),
        order_with("components = { seats = \"5\" }\n  duration = 2"),
        order_with("components = { seats = \"5\" }\n  quantity = 2"),
        order_with("components = { seats = \"5\" }").replace("Month", "Year"),
        order_with("components = { seats = \"5\" }").replace("cmapi033136", "cmapi033137"),
        order_with("components = { seats = \"5\" }").replace("yuncode2713600001", "yuncode2713600002"),
    ];
    for change in changes {
        terraform.configure(&change);
        assert_eq!(terraform.planned_actions(), ["delete+create"], "{change}");
    }
    let plan = terraform.plan();
    assert_eq!(plan.code, Some(2));
    plan.says(&[
        "forces replacement",
        &format!("Warning: Replacing order {id} buys another one and refunds nothing"),
        "neither cancelled nor refunded",
        "It cost 10.",
    ]);
    assert_eq!(terraform.orders().len(), 1, "planning buys nothing");

    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    terraform.plans_empty();
}

#[test]
fn what_means_the_same_is_no_change() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    for same in [
        order_with("coupon_id = \"\""),
        order_with("coupon_id = null"),
        order_with("duration = 1.0"),
        order_with("quantity = \"1\""),
        order_with("pay_type = \"PostPaid\""),
        order_with("components = {}"),
        order_with("components = { package_version = \"yuncode2713600001\" }"),
    ] {
        terraform.configure(&same);
        terraform.plans_empty();
    }
}

#[test]
fn what_the_server_adds_is_no_change() {
    let Some(terraform) = Terraform::with(&order_with("components = { seats = \"5\" }")) else { return };
    terraform.apply().succeeds();
    terraform.plans_empty();
    terraform.apply().succeeds();
    assert_eq!(terraform.attributes()["components"], json!({"seats": "5"}));
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_year_reported_as_twelve_months_is_no_change() {
    let Some(terraform) = Terraform::with(&ORDER.replace("Month", "Year")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let components = json!({
        "package_version": {"code": "package_version", "value": "yuncode2713600001"},
        "ord_time": {"code": "ord_time", "value": "12:Month"},
    });
    terraform.mock.override_order(&id, json!({"Components": components, "PeriodType": "MONTH"}));
    terraform.plans_empty();
}

#[test]
fn components_keep_their_white_space_and_empty_values() {
    let Some(terraform) = Terraform::with(&order_with("components = { a = \" x \", b = \"\" }")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.plans_empty();
    terraform.apply().succeeds().never_says(&["Warning: The Marketplace reports"]);
    assert_eq!(terraform.attributes()["components"], json!({"a": " x ", "b": ""}));
    terraform.begin_anew();
    terraform.import("alicloud_market_order.order", &id).succeeds();
    terraform.plans_empty();
    // A service that leaves out what means nothing to it.
    let blank = json!({"package_version": {"value": "yuncode2713600001"}, "a": {"value": ""}});
    terraform.mock.override_order(&id, json!({"Components": blank}));
    terraform.plans_empty().never_says(&["The Marketplace reports"]);
    let trimmed = json!({"package_version": {"value": "yuncode2713600001"}, "a": {"value": "x"}});
    terraform.mock.override_order(&id, json!({"Components": trimmed}));
    terraform.plans_empty();
    terraform.begin_anew();
    terraform.import("alicloud_market_order.order", &id).succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders(), [id]);
}

#[test]
fn a_token_finds_its_order_though_a_component_is_reported_blank() {
    let Some(terraform) = Terraform::with(&order_with("components = { a = \"x\" }\n  client_token = \"t-1\"")) else {
        return;
    };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let blank = json!({"package_version": {"value": "yuncode2713600001"}, "a": {"value": " "}});
    terraform.mock.override_order(&id, json!({"Components": blank, "CreatedOn": 1_700_000_000_000_i64}));
    terraform.begin_anew();
    terraform.apply().succeeds().says(&["nothing was bought now"]);
    assert_eq!(terraform.attributes()["id"], json!(id));
    assert_eq!(terraform.orders(), [id]);
}

#[test]
fn an_order_that_is_reported_otherwise_than_it_was_bought_is_not_replaced() {
    let Some(terraform) = Terraform::with(&order_with("components = { seats = \"5\" }")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let components = json!({"package_version": {"value": "yuncode2713600001"}, "seats": {"value": "six-hidden"}});
    let version = json!({"package_version": {"value": "yuncode2713600002"}});
    for (reported, name) in [
        (json!({"Components": components}), "components[\"seats\"]"),
        (json!({"Components": version}), "package_version"),
        (json!({"Components": null, "Quantity": 7}), "quantity"),
        (json!({"Quantity": 1, "ProductCode": "cmapi033137"}), "product_code"),
    ] {
        terraform.mock.override_order(&id, reported);
        let warning = format!("The Marketplace reports another {name} for order {id}");
        let planned = terraform.plans_empty();
        planned.says(&[&warning, "nothing is bought or replaced", "terraform import"]).never_says(&["six-hidden"]);
        terraform.apply().succeeds();
    }
    assert_eq!(terraform.orders(), [id]);
}

#[test]
fn odd_replies_neither_crash_nor_change_anything() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    for odd in [
        json!({"ProductSkuCode": "nodash"}),
        json!({"ProductSkuCode": "-"}),
        json!({"ProductSkuCode": null}),
        json!({"Quantity": "1"}),
        json!({"Quantity": null, "OriginalPrice": "10.50", "CreatedOn": "1531191564000"}),
        json!({"Components": null}),
        json!({"Components": []}),
        json!({"Components": "not json"}),
        json!({"Components": {"ord_time": {"value": "soon"}, "order_num": {"value": 7.5}}}),
        json!({"OrderStatus": "NEVER_SEEN_BEFORE", "PaidOn": -1, "InstanceIds": null}),
        json!({"OrderId": id.clone(), "PeriodType": 7, "AliUid": null}),
        json!({"OrderId": null}),
    ] {
        terraform.mock.override_order(&id, odd.clone());
        let plan = terraform.plan();
        assert_eq!(plan.code, Some(0), "{odd}: {}", plan.text);
    }
}

#[test]
fn a_reply_about_another_order_is_an_error_and_the_state_stays() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.mock.fault(Fault::times(
        "DescribeOrder",
        Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() },
        1,
    ));
    terraform.plan().fails().says(&["AliyunMarketplaceFullAccess", "the state stays as it is", "RequestId"]);
    assert_eq!(terraform.attributes()["id"], json!(id));
}

#[test]
fn an_order_is_gone_only_when_two_replies_say_so() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();

    terraform.mock.fault(Fault::once("DescribeOrder", Kind::Absent));
    terraform.plans_empty();

    terraform.mock.ledger().orders.clear();
    let plan = terraform.plan();
    assert_eq!(plan.code, Some(2));
    plan.says(&[&format!("Order {id} is gone: Terraform plans a new one")]);
}

#[test]
fn odd_successes_are_not_taken_for_an_order_that_is_gone() {
    let Some(terraform) = Terraform::with(&order_with("timeouts = { read = \"1s\" }")) else { return };
    terraform.apply().succeeds();
    for body in [
        json!({"RequestId": "R", "Code": "ServiceUnavailable", "Message": "later"}),
        json!({"RequestId": "R", "Success": false}),
        json!({"RequestId": "R", "OrderStatus": "NORMAL"}),
        json!({"RequestId": "R", "Components": {"ord_time": {"value": "1:Month"}}}),
    ] {
        terraform.mock.fault(Fault::times("DescribeOrder", Kind::Reply { body: body.to_string() }, 100));
        terraform.plan().fails().says(&["the state stays as it is"]);
        terraform.mock.ledger().faults.clear();
    }
    terraform.plans_empty();
}

#[test]
fn a_refunded_order_stays_with_a_warning() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    for status in ["REFUND", "DELETE"] {
        terraform.mock.override_order(&id, json!({"OrderStatus": status}));
        terraform.plans_empty().says(&[&format!("Order {id} is no longer in force: its status is {status}")]);
        terraform.apply().succeeds();
        assert_eq!(terraform.attributes()["order_status"], status);
    }
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn an_order_that_cannot_be_read_back_is_kept_with_a_warning() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.mock.fault(Fault::once(
        "DescribeOrder",
        Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() },
    ));
    let applied = terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    applied.says(&[&format!("Order {id} was placed, but not read back"), "You need not do anything"]);
    let attributes = terraform.attributes();
    assert_eq!(attributes["id"], json!(id));
    assert_eq!(attributes["order_status"], json!(null));
    terraform.plans_empty();
    terraform.apply().succeeds();
    assert_eq!(terraform.attributes()["order_status"], "NORMAL");
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn an_order_that_was_never_read_is_not_gone() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.mock.fault(Fault::times("DescribeOrder", Kind::Absent, 99));
    terraform.apply().succeeds().says(&["was placed, but not read back"]);
    terraform.plan().fails().says(&["cannot be read yet", "nothing is bought", "terraform state rm"]);
    terraform.apply().fails();
    assert_eq!(terraform.orders().len(), 1);
    terraform.mock.ledger().faults.clear();
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_request_that_was_copied_on_the_way_is_sent_again_with_the_same_token() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    let copied = Kind::ApiError { status: 400, code: "SignatureNonceUsed".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::times("CreateOrder", copied, 2));
    terraform.apply().succeeds();
    let sent = terraform.requests("CreateOrder");
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|request| request.client_token == sent[0].client_token));
}

#[test]
fn destroy_forgets_the_order_and_says_that_it_is_not_refunded() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let before = terraform.mock.ledger().requests.len();
    let destroyed = terraform.destroy().succeeds();
    destroyed.says(&[&format!("Destroying order {id} refunds nothing"), "neither cancelled nor refunded"]);
    assert!(terraform.instances().is_empty());
    let ledger = terraform.mock.ledger();
    assert!(ledger.requests[before..].iter().all(|request| request.operation.starts_with("Describe")));
}
