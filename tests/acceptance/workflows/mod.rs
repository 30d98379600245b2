//! Ordinary workflows in which a purchase must be distinguished from others: each buys exactly what it should, and none ends
//! with a question that has no answer.

mod identity;
mod lost_replies;
mod ordinary;
mod places;
mod second_looks;

use std::{fs, path::Path};

use mock_endpoint::fault::{Fault, Kind};

use crate::{
    journal::{age, entries},
    killing::{Victim, kill_while_buying, kill_while_buying_with, unlock, wait_for},
    market_order::{ORDER, order_with},
    state_server::StateServer,
    terraform::Terraform,
};

const IMPATIENT: &str = "timeouts = { create = \"1s\" }";

/// Replies to purchases are lost until the faults are cleared.
fn lose_replies(terraform: &Terraform) {
    terraform.mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 1000));
}

fn answer_again(terraform: &Terraform) {
    terraform.mock.ledger().faults.clear();
}

/// `count` orders with the same arguments.
fn count(count: usize) -> String {
    order_with(&format!("count = {count}"))
}

/// Two resources with the same arguments.
fn a_and_b() -> String {
    ["a", "b"].map(|name| ORDER.replace("\"order\"", &format!("{name:?}"))).join("")
}

/// No order was bought twice, none is lost, and none stands under two addresses.
#[track_caller]
fn holds_each_order_once(terraform: &Terraform, orders: usize) {
    let mut held = terraform.ids();
    held.sort();
    assert_eq!(held, terraform.orders(), "every order is in the state once");
    assert_eq!(held.len(), orders);
    terraform.plans_empty();
}

/// Buys again after an order was removed from the state. Where the provider cannot know that the order was saved, it asks.
#[track_caller]
fn buys_again(terraform: &Terraform) {
    if terraform.is_opentofu() {
        terraform.apply().fails().says(&["may be this one", "If you removed the order from the state"]);
        entries(terraform).iter().for_each(|entry| fs::remove_file(entry).unwrap());
    }
    terraform.apply().succeeds();
}
