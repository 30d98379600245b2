//! Terraform empties its state file before it writes it. One that is killed in between must not lead to a purchase.

use std::fs;

use crate::{
    market_order::{ORDER, order_with},
    pai::documented,
    terraform::Terraform,
};

const TWO: &str = "count = 2";

/// An order, and what a Terraform leaves that is killed while it saves a second one.
fn killed_while_saving() -> Option<Terraform> {
    let terraform = Terraform::with(&order_with("count = 1"))?;
    terraform.apply().succeeds();
    empty(&terraform, "terraform.tfstate");
    terraform.configure(&order_with(TWO));
    Some(terraform)
}

fn empty(terraform: &Terraform, state: &str) {
    let state = terraform.path().join(state);
    fs::copy(&state, state.with_extension("tfstate.backup")).unwrap();
    fs::write(state, "").unwrap();
}

#[test]
fn an_emptied_state_stops_every_purchase_until_the_backup_is_taken() {
    let Some(terraform) = killed_while_saving() else { return };
    let order = terraform.orders().remove(0);
    let told = [
        "The state is empty, and its backup has orders",
        &format!("alicloud_market_order {order}"),
        "nothing was bought",
        "cp ",
    ];
    terraform.plan().fails().says(&told);
    let failed = terraform.apply().fails().says(&told);
    assert_eq!(failed.text.matches(told[0]).count(), 1, "one error for all resources");
    assert_eq!(terraform.orders(), [order.as_str()]);

    fs::copy(terraform.path().join("terraform.tfstate.backup"), terraform.path().join("terraform.tfstate")).unwrap();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    terraform.plans_empty();
}

#[test]
fn a_pai_order_is_not_bought_again_either() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    empty(&terraform, "terraform.tfstate");
    let order = format!("alicloud_pai_product_order {}", terraform.orders()[0]);
    terraform.apply().fails().says(&["The state is empty, and its backup has orders", &order]);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
}

#[test]
fn without_the_backup_everything_is_new() {
    let Some(terraform) = killed_while_saving() else { return };
    fs::remove_file(terraform.path().join("terraform.tfstate.backup")).unwrap();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 3);
}

#[test]
fn each_workspace_has_its_own_state() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.run(&["workspace", "new", "second"]).succeeds();
    terraform.apply().succeeds();
    empty(&terraform, "terraform.tfstate.d/second/terraform.tfstate");
    terraform.plan().fails().says(&["terraform.tfstate.d/second/terraform.tfstate is empty or gone"]);
    terraform.set("TF_WORKSPACE", "default");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn a_state_that_was_destroyed_is_not_lost() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    terraform.destroy().succeeds();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}
