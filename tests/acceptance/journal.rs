//! A purchase whose outcome stays unknown, or that is cut off, is found out by the next apply, and never bought again.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use mock_endpoint::{
    ACCESS_KEY, SECRET_KEY,
    fault::{Fault, Kind},
};
use serde_json::json;

use crate::{
    altered,
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

/// A purchase that gives up after a second.
pub fn impatient() -> String {
    order_with("timeouts = { create = \"1s\" }")
}

pub fn entries(terraform: &Terraform) -> Vec<PathBuf> {
    let folder = terraform.path().join(".terraform/alicloud-purchases");
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}

pub fn never_answer(terraform: &Terraform, kind: Kind) {
    terraform.mock.fault(Fault::times("CreateOrder", kind, 1000));
}

#[test]
fn the_next_apply_finds_out_and_buys_nothing_twice() {
    for kind in [Kind::DropAfter, Kind::Garbage, Kind::Error503After, Kind::DropBefore, Kind::Error500] {
        let Some(terraform) = Terraform::with(&impatient()) else { return };
        never_answer(&terraform, kind.clone());
        let failed = terraform.apply().fails();
        failed.says(&[
            "An order may have been placed",
            "Run terraform apply again",
            "terraform import alicloud_market_order",
        ]);
        assert!(terraform.instances().is_empty(), "nothing is saved, so nothing is tainted");
        assert_eq!(entries(&terraform).len(), 1);

        terraform.mock.ledger().faults.clear();
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 1, "{kind:?}");
        assert_eq!(terraform.attributes()["id"], terraform.orders()[0]);
        let sent = terraform.requests("CreateOrder");
        assert!(sent.iter().all(|request| request.client_token == sent[0].client_token));
        terraform.plans_empty();
        assert!(entries(&terraform).is_empty(), "a plan has found the order in the state");
    }
}

#[test]
fn another_purchase_does_not_take_it_over_and_a_warning_names_it() {
    let Some(terraform) = Terraform::with(&impatient()) else { return };
    never_answer(&terraform, Kind::DropAfter);
    terraform.apply().fails();
    terraform.mock.ledger().faults.clear();

    terraform.configure(&impatient().replace("Month", "Year"));
    terraform.apply().succeeds().says(&["An order may have been placed by an earlier apply at", "terraform import"]);
    assert_eq!(terraform.orders().len(), 2);
    terraform.plans_empty();
    assert_eq!(entries(&terraform).len(), 1, "an unresolved entry stays");
}

#[test]
fn another_workspace_does_not_take_it_over() {
    let Some(mut terraform) = Terraform::with(&impatient()) else { return };
    never_answer(&terraform, Kind::DropAfter);
    terraform.apply().fails();
    terraform.mock.ledger().faults.clear();
    terraform.run(&["workspace", "new", "other"]).succeeds();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    terraform.set("TF_WORKSPACE", "default");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn a_corrected_endpoint_does_not_make_it_another_purchase() {
    let Some(mut terraform) = Terraform::with(&impatient()) else { return };
    never_answer(&terraform, Kind::DropAfter);
    terraform.apply().fails();
    terraform.mock.ledger().faults.clear();
    let url = terraform.mock.url();
    terraform.set("MARKET_ENDPOINT", &url.replace("127.0.0.1", "localhost"));
    terraform.apply().fails().says(&["an earlier purchase may be this one", &url, "Nothing was bought now", "rm "]);
    assert_eq!(terraform.orders().len(), 1);
    terraform.set("MARKET_ENDPOINT", &url);
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_provider_that_serves_one_terraform_after_the_other_finds_it_too() {
    let Some(mut terraform) = Terraform::with(&impatient()) else { return };
    let variables = [("ALICLOUD_ACCESS_KEY", ACCESS_KEY), ("ALICLOUD_SECRET_KEY", SECRET_KEY)];
    let plugin = altered::plugin(&mut terraform, &variables);
    never_answer(&terraform, Kind::DropAfter);
    terraform.apply().fails().says(&["An order may have been placed"]);
    terraform.mock.ledger().faults.clear();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.attributes()["id"], terraform.orders()[0]);
    plugin.ends_well();
}

#[test]
fn two_of_the_same_are_two_entries() {
    let two = impatient().replace("\" {", "\" {\n  count = 2");
    let Some(terraform) = Terraform::with(&two) else { return };
    never_answer(&terraform, Kind::DropAfter);
    terraform.apply().fails();
    assert_eq!(entries(&terraform).len(), 2);
    terraform.mock.ledger().faults.clear();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    assert_eq!(terraform.instances().len(), 2);
    terraform.plans_empty();
}

#[test]
fn a_replacement_that_stays_unknown_is_found_out_too() {
    let with = |duration: u32| {
        order_with(&format!("duration = {duration}\n  lifecycle {{\n    create_before_destroy = true\n  }}"))
            .replace("\n  lifecycle", "\n  timeouts = { create = \"1s\" }\n  lifecycle")
    };
    let Some(terraform) = Terraform::with(&with(1)) else { return };
    terraform.apply().succeeds();
    terraform.configure(&with(2));
    never_answer(&terraform, Kind::DropAfter);
    terraform.apply().fails();
    assert_eq!(terraform.instances().len(), 1, "the old order is still in the state");
    terraform.mock.ledger().faults.clear();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    assert_eq!(terraform.attributes()["duration"], 2);
    terraform.plans_empty();
}

#[test]
fn what_certainly_did_not_happen_leaves_no_entry() {
    let Some(terraform) = Terraform::with(&impatient()) else { return };
    let refused = Kind::ApiError { status: 400, code: "InvalidParameter".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("CreateOrder", refused));
    terraform.apply().fails().says(&["No order was placed"]);
    assert!(entries(&terraform).is_empty());
}

#[test]
fn after_an_undecided_purchase_a_refusal_does_not_prove_that_it_did_not_happen() {
    let Some(terraform) = Terraform::with(&impatient()) else { return };
    never_answer(&terraform, Kind::DropAfter);
    terraform.apply().fails();
    terraform.mock.ledger().faults.clear();
    let refused = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("CreateOrder", refused));
    terraform.apply().fails().says(&["An order may have been placed"]);
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

/// Makes every entry look as if it had been written more than a day ago, and every order as if it had been placed then.
pub fn age(terraform: &Terraform) {
    for path in entries(terraform) {
        let mut entry: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        entry["time"] = json!(chrono::Utc::now() - chrono::TimeDelta::hours(25));
        fs::write(path, entry.to_string()).unwrap();
    }
    for order in terraform.mock.ledger().orders.values_mut() {
        order.created -= chrono::TimeDelta::hours(25);
    }
}

#[test]
fn after_a_day_reading_shows_that_nothing_was_bought() {
    let Some(terraform) = Terraform::with(&impatient()) else { return };
    never_answer(&terraform, Kind::DropBefore);
    terraform.apply().fails();
    terraform.mock.ledger().faults.clear();
    age(&terraform);
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
    let tokens = terraform.requests("CreateOrder").into_iter().map(|request| request.client_token);
    let tokens: BTreeSet<_> = tokens.collect();
    assert_eq!(tokens.len(), 2, "the old token may be forgotten, so a new purchase has its own");
    terraform.plans_empty();
    assert!(entries(&terraform).is_empty());
}

#[test]
fn after_a_day_an_order_in_no_state_is_named_and_each_branch_works() {
    for is_ours in [true, false] {
        let Some(terraform) = Terraform::with(&impatient()) else { return };
        never_answer(&terraform, Kind::DropAfter);
        terraform.apply().fails();
        terraform.mock.ledger().faults.clear();
        age(&terraform);
        let order = terraform.orders().remove(0);
        let sent = terraform.requests("CreateOrder").len();
        let words =
            ["an earlier purchase may be this one", &order, "Nothing was bought now", "terraform import", "rm "];
        for _ in 0..2 {
            terraform.apply().fails().says(&words);
        }
        assert_eq!(terraform.requests("CreateOrder").len(), sent);
        if is_ours {
            terraform.import("alicloud_market_order.order", &order).succeeds();
            terraform.apply().succeeds();
            assert_eq!(terraform.orders(), [order]);
        } else {
            fs::remove_file(entries(&terraform).remove(0)).unwrap();
            terraform.apply().succeeds();
            assert_eq!(terraform.orders().len(), 2);
        }
        terraform.plans_empty();
        terraform.apply().succeeds();
    }
}

#[test]
fn without_permission_to_read_the_message_has_a_branch_for_each_outcome() {
    let Some(terraform) = Terraform::with(&impatient()) else { return };
    never_answer(&terraform, Kind::DropBefore);
    terraform.apply().fails();
    terraform.mock.ledger().faults.clear();
    age(&terraform);
    terraform.mock.ledger().keys.get_mut(ACCESS_KEY).unwrap().forbidden.insert("DescribeInstances".to_owned());
    let words = [
        "an earlier purchase was never confirmed",
        "DescribeInstances",
        "If there is no such order",
        "If no resource has the order",
        "rm ",
    ];
    terraform.apply().fails().says(&words);
    assert!(terraform.orders().is_empty());
    fs::remove_file(entries(&terraform).remove(0)).unwrap();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn where_no_entry_can_be_written_nothing_is_bought_but_with_a_client_token() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    fs::create_dir(terraform.path().join(".terraform")).unwrap();
    terraform.write(".terraform/alicloud-purchases", "a file where the folder should be");
    terraform.apply().fails().says(&["alicloud-purchases", "Nothing was bought", "client_token"]);
    assert!(terraform.orders().is_empty());
    terraform.configure(&order_with("client_token = \"t-1\""));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn entries_hold_no_secret_and_are_as_readable_as_the_data_directory() {
    for mode in [0o700, 0o755, 0o2775] {
        let Some(terraform) = Terraform::with(&impatient()) else { return };
        let data = terraform.path().join(".terraform");
        fs::create_dir(&data).unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(mode)).unwrap();
        never_answer(&terraform, Kind::DropAfter);
        terraform.apply().fails();
        let entry = entries(&terraform).remove(0);
        let mode_of = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode_of(entry.parent().unwrap()), mode);
        for file in fs::read_dir(entry.parent().unwrap()).unwrap() {
            assert_eq!(mode_of(&file.unwrap().path()), mode & 0o666);
        }
        let text = fs::read_to_string(&entry).unwrap();
        for secret in [mock_endpoint::ACCESS_KEY, mock_endpoint::SECRET_KEY, "Signature"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn another_account_sees_no_order_and_buys_none() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let key = mock_endpoint::ledger::Key::new("stranger-secret", "2000000000000002");
    terraform.mock.ledger().keys.insert("stranger".to_owned(), key);
    terraform.set("ALICLOUD_ACCESS_KEY", "stranger").set("ALICLOUD_SECRET_KEY", "stranger-secret");
    terraform.plan().fails().says(&["another account", &id, mock_endpoint::ACCOUNT, "2000000000000002"]);
    terraform.apply().fails();
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.attributes()["id"], id);
}
