//! `instances` and `expires_on`: read with few requests, warned of in time, and without the secrets of an instance.

use chrono::{DateTime, TimeDelta, Utc};
use mock_endpoint::{
    fault::{Fault, Kind},
    ledger::AutoRenewal,
};
use serde_json::json;

use crate::{
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

/// Lets every instance end so long from now.
fn ends_in(terraform: &Terraform, time: TimeDelta) -> DateTime<Utc> {
    let end = Utc::now() + time;
    terraform.mock.ledger().instances.values_mut().for_each(|instance| instance.ends = end);
    end
}

fn forbidden(operation: &str, times: u32) -> Fault {
    let kind = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "No".to_owned() };
    Fault::times(operation, kind, times)
}

#[test]
fn an_order_has_its_instances_from_the_beginning() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let attributes = terraform.attributes();
    let end = terraform.mock.ledger().instances["11000000"].ends;
    let time = |name: &str| attributes["instances"][0][name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!(time("ends_on").timestamp_millis(), end.timestamp_millis());
    assert!(time("began_on") < time("ends_on"));
    assert_eq!(attributes["expires_on"], attributes["instances"][0]["ends_on"]);
    for (name, value) in [("id", "11000000"), ("status", "OPENED"), ("product_type", "APP")] {
        assert_eq!(attributes["instances"][0][name], value);
    }
    assert_eq!(attributes["instances"][0]["auto_renewal"], json!(null), "no refresh reads it either");
    assert_eq!(attributes["instance_ids"], json!(["11000000"]));
    terraform.run(&["plan", "-refresh-only", "-no-color"]).succeeds().says(&["No changes"]);
    terraform.plans_empty().never_says(&["expire"]);
    let planned = terraform.planned_json().to_string();
    for text in [terraform.state_text(), planned] {
        assert!(!text.contains("canary-"), "the passwords of an instance are nowhere");
    }
}

#[test]
fn one_list_serves_all_orders_of_a_product() {
    let Some(terraform) = Terraform::with(&order_with("count = 5")) else { return };
    terraform.apply().succeeds();
    let requests = |operation: &str| terraform.requests(operation).len();
    let (lists, single) = (requests("DescribeInstances"), requests("DescribeInstance"));
    terraform.plans_empty();
    assert!(requests("DescribeInstances") - lists <= 2, "a page, and the one that says that there is no more");
    assert_eq!(requests("DescribeInstance"), single);
}

#[test]
fn an_order_that_ends_is_warned_of_unless_it_renews_itself() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let (expires, expired) = (format!("Warning: Order {id} expires at"), format!("Warning: Order {id} expired at"));
    ends_in(&terraform, TimeDelta::days(15));
    terraform.plans_empty().never_says(&[&expires, &expired]);
    let end = ends_in(&terraform, TimeDelta::days(13));
    terraform.plans_empty().says(&[&expires, "it does not renew automatically"]).never_says(&[&expired]);
    terraform.run(&["refresh", "-no-color"]).succeeds().says(&[&expires]);
    let expires_on = terraform.attributes()["expires_on"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!(expires_on.timestamp_millis(), end.timestamp_millis());
    terraform.mock.override_instance("11000000", json!({"AutoRenewal": "true"}));
    terraform.plans_empty().never_says(&[&expires, &expired]);
    terraform.mock.override_instance("11000000", json!({"AutoRenewal": null}));
    terraform.plans_empty().says(&[&expires, "does not report whether it renews automatically"]);
    ends_in(&terraform, TimeDelta::days(-1));
    terraform.plans_empty().says(&[&expired]).never_says(&[&expires]);
    terraform.mock.override_order(&id, json!({"OrderStatus": "REFUND"}));
    terraform.plans_empty().never_says(&[&expires, &expired]);
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn instances_that_cannot_be_read_are_one_warning() {
    let Some(terraform) = Terraform::with(&order_with("count = 3")) else { return };
    terraform.apply().succeeds();
    terraform.mock.fault(forbidden("DescribeInstances", 20));
    let summary = "The instances of cmapi033136 cannot be read";
    let plan = terraform.plans_empty().says(&[summary, "Forbidden.RAM"]);
    assert_eq!(plan.text.matches(summary).count(), 1, "{}", plan.text);
    terraform.apply().succeeds();
    assert!(terraform.instances().iter().all(|instance| instance["attributes"]["expires_on"].is_string()));
}

#[test]
fn a_purchase_whose_instance_cannot_be_read_keeps_its_order() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.mock.fault(forbidden("DescribeInstance", 1));
    let id = |terraform: &Terraform| terraform.orders()[0].clone();
    terraform.apply().succeeds().says(&["cannot be read", "Forbidden.RAM"]);
    assert_eq!(terraform.attributes()["id"], json!(id(&terraform)));
    assert_eq!(terraform.attributes()["instances"], json!(null));
    terraform.plans_empty();
    terraform.run(&["refresh", "-no-color"]).succeeds();
    assert_eq!(terraform.attributes()["instances"][0]["id"], "11000000");
}

#[test]
fn a_state_that_is_older_than_these_attributes_plans_empty() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let mut state = terraform.state();
    let attributes = state["resources"][0]["instances"][0]["attributes"].as_object_mut().unwrap();
    for name in ["instances", "expires_on", "auto_renew", "renew_off_on_destroy"] {
        attributes.remove(name).unwrap();
    }
    state["serial"] = json!(state["serial"].as_u64().unwrap() + 1);
    terraform.write("terraform.tfstate", &state.to_string());
    terraform.run(&["plan", "-detailed-exitcode", "-no-color", "-refresh=false"]).succeeds();
    terraform.plans_empty();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_destroy_says_whether_the_order_renews_itself() {
    let Some(terraform) = Terraform::with(&order_with("auto_renew = { enabled = true }")) else { return };
    terraform.apply().succeeds();
    terraform
        .run(&["plan", "-destroy", "-no-color"])
        .succeeds()
        .says(&["It renews automatically, and is then charged again"]);
    terraform.configure(&order_with("auto_renew = { enabled = false }"));
    terraform.apply().succeeds();
    terraform.run(&["plan", "-destroy", "-no-color"]).succeeds().says(&["It does not renew automatically"]);
    terraform.mock.override_instance("11000000", json!({"AutoRenewal": "some day"}));
    terraform.run(&["plan", "-destroy", "-no-color"]).succeeds().says(&["It does not renew automatically"]);
    terraform.destroy().succeeds().says(&["It does not renew automatically"]);
    assert_eq!(terraform.requests("AutoRenewInstance").len(), 2);
}

#[test]
fn a_destroy_of_a_state_without_auto_renewal_reads_whether_the_order_renews_itself() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    // A refresh from the list does not read it.
    terraform.run(&["refresh", "-no-color"]).succeeds();
    assert_eq!(terraform.attributes()["instances"][0]["auto_renewal"], json!(null));
    terraform.mock.override_instance("11000000", json!({"AutoRenewal": "true"}));
    terraform
        .run(&["plan", "-destroy", "-no-color"])
        .succeeds()
        .says(&["It renews automatically, and is then charged again"]);
    terraform.mock.fault(forbidden("DescribeInstance", 1));
    terraform.run(&["plan", "-destroy", "-no-color"]).succeeds().says(&["Whether it renews automatically is unknown"]);
}

#[test]
fn a_destroy_turns_auto_renewal_off_where_that_is_configured() {
    let Some(terraform) = Terraform::with(&order_with("auto_renew = { enabled = true }")) else { return };
    terraform.apply().succeeds();
    terraform.configure(&order_with("auto_renew = { enabled = true }\n  renew_off_on_destroy = true"));
    assert_eq!(terraform.planned_actions(), ["update"]);
    terraform.apply().succeeds();
    assert_eq!(terraform.requests("AutoRenewInstance").len(), 1, "that is only in the state");
    terraform.mock.fault(forbidden("AutoRenewInstance", 1));
    terraform.destroy().fails().says(&["was not destroyed: its auto-renewal may still be on", "stays in the state"]);
    assert_eq!(terraform.attributes()["id"], json!(terraform.orders()[0]));
    let renews = || terraform.mock.ledger().instances["11000000"].auto_renewal.is_some();
    assert!(renews());
    terraform.destroy().succeeds().says(&["Its auto-renewal is turned off first"]);
    assert!(!renews());
    assert_eq!(terraform.instances().len(), 0);
}

#[test]
fn a_reply_without_instances_turns_auto_renewal_off_all_the_same() {
    let configuration = order_with("auto_renew = { enabled = true }\n  renew_off_on_destroy = true");
    let Some(terraform) = Terraform::with(&configuration) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.mock.override_order(&id, json!({"InstanceIds": null}));
    let renews = || terraform.mock.ledger().instances["11000000"].auto_renewal.is_some();
    assert!(renews());
    terraform.destroy().succeeds();
    assert!(!renews());
}

#[test]
fn an_order_whose_instances_are_unknown_is_not_destroyed_before_auto_renewal_is_off() {
    let configuration = order_with("auto_renew = { enabled = true }\n  renew_off_on_destroy = true");
    let Some(terraform) = Terraform::with(&configuration) else { return };
    let placed = json!({"RequestId": "r", "OrderId": 202600000000001_i64, "ProductCode": "cmapi033136"});
    terraform.mock.fault(Fault::once("DescribeOrder", Kind::Reply { body: placed.to_string() }));
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let by_the_month = AutoRenewal { cycle: "Month".to_owned(), duration: 1 };
    terraform.mock.ledger().instances.get_mut("11000000").unwrap().auto_renewal = Some(by_the_month);
    let renews = || terraform.mock.ledger().instances["11000000"].auto_renewal.is_some();
    terraform.mock.override_order(&id, json!({"InstanceIds": null}));
    terraform.destroy().fails().says(&["its instances are unknown", "stays in the state"]);
    assert!(renews());
    terraform.mock.override_order(&id, json!({"InstanceIds": {"InstanceId": ["11000000"]}}));
    terraform.destroy().succeeds();
    assert!(!renews());
}
