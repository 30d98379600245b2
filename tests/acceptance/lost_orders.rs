//! A state that has lost orders must not lead to a purchase. Terraform empties its state file before it writes it, so a
//! kill in between leaves it empty, and whatever is applied then begins another one.

use std::fs;

use serde_json::{Value as Json, json};

use crate::{
    market_order::{ORDER, order_with},
    pai::documented,
    terraform::Terraform,
};

const TWO: &str = "count = 2";

const LOST: &str = "The state has lost orders that it had";

/// An order that a plan has seen in the state, and another one that is to be bought.
fn one_of_two() -> Option<Terraform> {
    let terraform = Terraform::with(&order_with("count = 1"))?;
    terraform.apply().succeeds();
    terraform.plans_empty();
    terraform.configure(&order_with(TWO));
    Some(terraform)
}

/// What a Terraform leaves that is killed while it saves.
fn empty(terraform: &Terraform, state: &str) {
    let state = terraform.path().join(state);
    fs::copy(&state, state.with_extension("tfstate.backup")).unwrap();
    fs::write(state, "").unwrap();
}

#[test]
fn an_emptied_state_stops_every_purchase_until_the_backup_is_taken() {
    let Some(terraform) = one_of_two() else { return };
    empty(&terraform, "terraform.tfstate");
    let order = terraform.orders().remove(0);
    let told = [LOST, "is empty or gone", &format!("alicloud_market_order {order}"), "nothing was bought", "cp "];
    terraform.plan().fails().says(&told);
    let failed = terraform.apply().fails().says(&told);
    assert_eq!(failed.text.matches(LOST).count(), 1, "one error for all resources");
    assert_eq!(terraform.orders(), [order.as_str()]);

    fs::copy(terraform.path().join("terraform.tfstate.backup"), terraform.path().join("terraform.tfstate")).unwrap();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    terraform.plans_empty();
}

#[test]
fn a_first_state_that_was_never_saved_is_asked_about() {
    for configuration in [ORDER.to_owned(), documented(&["PAI_share"])] {
        let Some(terraform) = Terraform::with(&configuration) else { return };
        terraform.apply().succeeds();
        let order = terraform.orders().remove(0);
        // Terraform has ended the plugin before it writes the state for the last time, and there is no backup yet.
        terraform.write("terraform.tfstate", "");
        let refused = terraform.apply().fails().says(&["may be this one", &order, "Nothing was bought now", "rm "]);
        let address = if refused.text.contains("alicloud_market_order") {
            "alicloud_market_order.order"
        } else {
            "alicloud_pai_product_order.data"
        };
        assert_eq!(terraform.orders(), [order.as_str()]);
        terraform.import(address, &order).succeeds();
        terraform.apply().succeeds();
        assert_eq!(terraform.orders(), [order.as_str()]);
    }
}

#[test]
fn a_pai_order_is_not_bought_again_either() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    terraform.plans_empty();
    empty(&terraform, "terraform.tfstate");
    let order = format!("alicloud_pai_product_order {}", terraform.orders()[0]);
    terraform.apply().fails().says(&[LOST, &order]);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
}

#[test]
fn a_state_that_is_gone_and_has_no_backup_is_known_from_the_record() {
    let Some(terraform) = one_of_two() else { return };
    let order = terraform.orders().remove(0);
    fs::remove_file(terraform.path().join("terraform.tfstate")).unwrap();
    let _ = fs::remove_file(terraform.path().join("terraform.tfstate.backup"));
    let import = format!("terraform import alicloud_market_order.<name> {order}");
    terraform.apply().fails().says(&[LOST, "is empty or gone", &import]);
    // Who wants to buy again says so.
    terraform.begin_anew();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 3);
}

/// Changes the state file.
fn alter(terraform: &Terraform, change: impl FnOnce(&mut Json)) {
    let mut state = terraform.state();
    change(&mut state);
    terraform.write("terraform.tfstate", &state.to_string());
}

#[test]
fn a_state_that_was_begun_anew_or_is_an_older_one_stops_every_purchase() {
    let anew: fn(&mut Json) = |state| state["lineage"] = json!("6c6ac7b2-3f0e-4f0f-8f0f-6c6ac7b23f0e");
    let older: fn(&mut Json) = |state| state["serial"] = json!(0);
    for change in [anew, older] {
        let Some(terraform) = one_of_two() else { return };
        alter(&terraform, |state| {
            change(state);
            state["resources"] = json!([]);
        });
        let told = [LOST, "is not the one that this directory had", &terraform.orders()[0], "terraform import"];
        terraform.apply().fails().says(&told);
        assert_eq!(terraform.orders().len(), 1);
    }
}

#[test]
fn a_state_that_still_has_its_orders_may_have_another_origin() {
    let Some(terraform) = one_of_two() else { return };
    alter(&terraform, |state| state["lineage"] = json!("6c6ac7b2-3f0e-4f0f-8f0f-6c6ac7b23f0e"));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn what_terraform_itself_takes_out_of_the_state_is_not_lost() {
    let Some(terraform) = one_of_two() else { return };
    terraform.run(&["state", "rm", "alicloud_market_order.order[0]"]).succeeds();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 3, "both are new");

    terraform.destroy().succeeds();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 5);
    terraform.destroy().succeeds();
    for file in ["terraform.tfstate", "terraform.tfstate.backup"] {
        fs::remove_file(terraform.path().join(file)).unwrap();
    }
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 7, "destroyed orders are not in the record");
}

#[test]
fn each_workspace_has_its_own_state() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.run(&["workspace", "new", "second"]).succeeds();
    terraform.apply().succeeds();
    terraform.plans_empty();
    empty(&terraform, "terraform.tfstate.d/second/terraform.tfstate");
    terraform.plan().fails().says(&["terraform.tfstate.d/second/terraform.tfstate is empty or gone"]);
    terraform.set("TF_WORKSPACE", "default");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}
