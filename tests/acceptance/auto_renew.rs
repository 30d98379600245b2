//! `auto_renew`: set and changed in place, read back, and never a purchase.

use mock_endpoint::{
    fault::{Fault, Kind},
    ledger::AutoRenewal,
};
use serde_json::{Value as Json, json};

use crate::{
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

/// How the only instance renews itself.
fn renewal(terraform: &Terraform) -> Option<AutoRenewal> {
    let ledger = terraform.mock.ledger();
    assert_eq!((ledger.orders.len(), ledger.instances.len()), (1, 1), "one order was bought");
    ledger.instances.values().next().unwrap().auto_renewal.clone()
}

fn by(cycle: &str, duration: i64) -> Option<AutoRenewal> {
    Some(AutoRenewal { cycle: cycle.to_owned(), duration })
}

/// Overrides fields of the only instance in responses.
fn override_instance(terraform: &Terraform, fields: Json) {
    let id = terraform.mock.ledger().instances.keys().next().cloned().unwrap();
    terraform.mock.override_instance(&id, fields);
}

fn refused() -> Fault {
    let kind = Kind::ApiError { status: 400, code: "InvalidParameter".to_owned(), message: "Not now".to_owned() };
    Fault::once("AutoRenewInstance", kind)
}

#[test]
fn an_order_is_bought_with_it_and_keeps_it() {
    for version in ["v1", "v3"] {
        let provider = format!("provider \"alicloud\" {{\n  signature_version = \"{version}\"\n}}\n");
        let order = order_with("auto_renew = { enabled = true }\n  duration = 3");
        let Some(terraform) = Terraform::with(&format!("{provider}{order}")) else { return };
        terraform.apply().succeeds();
        assert_eq!(renewal(&terraform), by("Month", 3), "by the period of the order");
        terraform.plans_empty();
        terraform.apply().succeeds();
        let requests = terraform.requests("AutoRenewInstance");
        assert_eq!(requests.len(), 1);
        let sent =
            ["OrderBizId", "Type", "AutoRenewCycle", "AutoRenewDuration"].map(|name| &requests[0].parameters[name]);
        assert_eq!(sent, ["11000000", "open", "Month", "3"]);
        assert_eq!(terraform.attributes()["auto_renew"], json!({"enabled": "true"}));
    }
}

#[test]
fn a_change_is_made_in_place_and_leaving_it_out_changes_nothing() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    assert_eq!(terraform.requests("AutoRenewInstance").len(), 0);
    let year = order_with("auto_renew = { enabled = true, cycle = \"Year\", duration = 2 }");
    let steps = [
        (order_with("auto_renew = { enabled = true }"), by("Month", 1)),
        (year.clone(), by("Year", 2)),
        (order_with("auto_renew = { enabled = false }"), None),
        (year, by("Year", 2)),
    ];
    for (order, expected) in steps {
        terraform.configure(&order);
        assert_eq!(terraform.planned_actions(), ["update"], "{order}");
        terraform.apply().succeeds().never_says(&["Warning: Replacing", "Warning: Destroying"]);
        assert_eq!(renewal(&terraform), expected, "{order}");
        terraform.plans_empty();
    }
    terraform.configure(ORDER);
    terraform.plans_empty();
    terraform.apply().succeeds();
    assert_eq!(renewal(&terraform), by("Year", 2));
}

#[test]
fn an_order_that_was_bought_stays_although_its_renewal_could_not_be_set() {
    for is_reported in [true, false] {
        let Some(terraform) = Terraform::with(&order_with("auto_renew = { enabled = true }")) else { return };
        terraform.mock.fault(refused());
        terraform.apply().succeeds().says(&["was not set", "Not now", "sets auto_renew in place and buys nothing"]);
        assert_eq!(renewal(&terraform), None);
        assert_eq!(terraform.attributes()["id"], json!(terraform.orders()[0]));
        if !is_reported {
            override_instance(&terraform, json!({"AutoRenewal": null}));
        }
        assert_eq!(terraform.planned_actions(), ["update"]);
        terraform.apply().succeeds();
        assert_eq!(renewal(&terraform), by("Month", 1));
        terraform.plans_empty();
    }
}

#[test]
fn a_change_elsewhere_is_detected_and_an_unreported_setting_changes_nothing() {
    let Some(terraform) = Terraform::with(&order_with("auto_renew = { enabled = true }")) else { return };
    terraform.apply().succeeds();
    for unreported in [json!(null), json!(""), json!("some day")] {
        override_instance(&terraform, json!({"AutoRenewal": unreported}));
        terraform.plans_empty();
    }
    override_instance(&terraform, json!({"AutoRenewal": "false"}));
    terraform.mock.ledger().instances.values_mut().for_each(|instance| instance.auto_renewal = None);
    assert_eq!(terraform.planned_actions(), ["update"]);
    override_instance(&terraform, json!({"AutoRenewal": "open"}));
    terraform.plans_empty();
    let unread = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "No".to_owned() };
    terraform.mock.fault(Fault::once("DescribeInstance", unread));
    terraform.plans_empty().says(&["cannot be read", "Grant the caller the system policy AliyunMarketplaceFullAccess"]);
}

#[test]
fn a_change_that_fails_leaves_the_state_as_it_was() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    terraform.configure(&order_with("auto_renew = { enabled = true }\n  max_price = 50"));
    terraform.mock.fault(refused());
    let id = terraform.orders()[0].clone();
    terraform
        .apply()
        .fails()
        .says(&[&format!("The auto-renewal of order {id} was not changed"), "Nothing was bought."]);
    let attributes = terraform.attributes();
    assert_eq!((&attributes["auto_renew"], &attributes["max_price"]), (&json!(null), &json!(50)));
    assert_eq!(terraform.planned_actions(), ["update"]);
    terraform.apply().succeeds();
    assert_eq!(renewal(&terraform), by("Month", 1));
}

#[test]
fn an_import_and_generated_configuration_have_it() {
    let Some(terraform) = Terraform::with(&order_with("auto_renew = { enabled = true }")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    terraform.import("alicloud_market_order.order", &id).succeeds();
    assert_eq!(terraform.attributes()["auto_renew"], json!({"enabled": "true"}));
    terraform.plans_empty();
    terraform.configure(ORDER);
    terraform.plans_empty();

    terraform.begin_anew();
    // Terraform 1.17 takes a resource that is not written yet for one of hashicorp/alicloud.
    terraform.configure(&format!(
        "import {{\n  to       = alicloud_market_order.order\n  id       = {id:?}\n  provider = alicloud\n}}\n"
    ));
    let generated = terraform.run(&["plan", "-no-color", "-generate-config-out=generated.tf"]);
    if generated.text.contains("flag provided but not defined") {
        return;
    }
    let generated = std::fs::read_to_string(terraform.path().join("generated.tf")).unwrap();
    let folded = generated.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(folded.contains("auto_renew = { enabled = \"true\" }"), "{generated}");
    assert_eq!(renewal(&terraform), by("Month", 1));
}

#[test]
fn a_mistake_is_found_before_anything_is_bought() {
    let mistakes = [
        ("{ cycle = \"Month\", duration = 1 }", "must have the key enabled"),
        ("{ enabled = true, cycle = \"Month\" }", "must have both cycle and duration, or neither"),
        ("{ enabled = true, cycle = \"Week\", duration = 1 }", "must give cycle as Day, Month or Year"),
    ];
    for (settings, message) in mistakes {
        let Some(terraform) = Terraform::with(&order_with(&format!("auto_renew = {settings}"))) else { return };
        terraform.validate().fails().says(&["Invalid auto_renew", message]);
        terraform.apply().fails();
        assert_eq!(terraform.orders().len(), 0);
    }
}
