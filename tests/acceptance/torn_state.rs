//! Terraform empties its state file before it writes it, so a kill in between leaves it torn: empty or cut. What was in it
//! must not be bought again.

use std::fs;

use crate::{
    market_order::{ORDER, order_with},
    pai::documented,
    terraform::Terraform,
};

const TORN: &str = "Nothing was changed: the state file is damaged";

/// What a Terraform leaves that is killed while it saves.
fn tear(terraform: &Terraform, state: &str) {
    let state = terraform.path().join(state);
    fs::copy(&state, state.with_extension("tfstate.backup")).unwrap();
    fs::write(state, "").unwrap();
}

#[test]
fn a_torn_state_stops_every_purchase_and_each_branch_works() {
    for takes_backup in [true, false] {
        let Some(terraform) = Terraform::with(&order_with("count = 1")) else { return };
        terraform.apply().succeeds();
        terraform.plans_empty();
        terraform.configure(&order_with("count = 2"));
        tear(&terraform, "terraform.tfstate");
        let order = terraform.orders().remove(0);
        let words = [
            TORN,
            "is empty or cut short",
            &format!("alicloud_market_order {order}"),
            "Nothing was bought or destroyed",
            "cp ",
        ];
        terraform.plan().fails().says(&words);
        let failed = terraform.apply().fails().says(&words);
        assert_eq!(failed.text.matches(TORN).count(), 1, "one error for all resources");
        assert_eq!(terraform.orders(), [order.as_str()]);

        let (state, backup) =
            (terraform.path().join("terraform.tfstate"), terraform.path().join("terraform.tfstate.backup"));
        if takes_backup {
            fs::copy(backup, state).unwrap();
        } else {
            fs::remove_file(backup).unwrap();
            fs::remove_file(state).unwrap();
        }
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), if takes_backup { 2 } else { 3 });
        terraform.plans_empty();
    }
}

#[test]
fn an_order_of_the_apply_whose_last_save_was_cut_off_is_adopted() {
    for configuration in [ORDER.to_owned(), documented(&["PAI_share"])] {
        let Some(terraform) = Terraform::with(&configuration) else { return };
        terraform.apply().succeeds();
        let order = terraform.orders().remove(0);
        // Terraform has ended the plugin before it writes the state for the last time, and there is no backup yet.
        terraform.write("terraform.tfstate", "");
        terraform.apply().succeeds().says(&[&order, "Nothing was bought by this apply"]);
        assert_eq!(terraform.orders(), [order.as_str()]);
        assert_eq!(terraform.attributes()["id"], order.as_str());
        terraform.plans_empty();
    }
}

#[test]
fn an_order_that_is_in_no_backup_is_adopted_after_the_backup_was_taken() {
    let Some(terraform) = Terraform::with(&order_with("count = 1")) else { return };
    terraform.apply().succeeds();
    let before = terraform.state_text();
    terraform.configure(&order_with("count = 2"));
    terraform.apply().succeeds();
    terraform.write("terraform.tfstate.backup", &before);
    terraform.write("terraform.tfstate", "");
    terraform.apply().fails().says(&[TORN]);
    terraform.write("terraform.tfstate", &before);
    terraform.apply().succeeds().says(&["Nothing was bought by this apply"]);
    assert_eq!(terraform.orders().len(), 2);
    assert_eq!(terraform.instances().len(), 2);
    terraform.plans_empty();
}

#[test]
fn a_pai_order_is_not_bought_again_either() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    terraform.plans_empty();
    tear(&terraform, "terraform.tfstate");
    let order = format!("alicloud_pai_product_order {}", terraform.orders()[0]);
    terraform.apply().fails().says(&[TORN, &order]);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
}

#[test]
fn a_destroy_on_a_torn_state_names_the_orders() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    terraform.plans_empty();
    tear(&terraform, "terraform.tfstate");
    let order = terraform.orders().remove(0);
    terraform.destroy().fails().says(&[TORN, "is empty or cut short", &order, "cp "]);
}

#[test]
fn each_workspace_has_its_own_state() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.run(&["workspace", "new", "second"]).succeeds();
    terraform.apply().succeeds();
    terraform.plans_empty();
    tear(&terraform, "terraform.tfstate.d/second/terraform.tfstate");
    terraform.plan().fails().says(&["terraform.tfstate.d/second/terraform.tfstate is empty or cut short"]);
    terraform.set("TF_WORKSPACE", "default");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}
