//! Orders whose price changes, or cannot be read, after their plan.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::Stdio,
    time::{Duration, Instant},
};

use mock_endpoint::fault::{Fault, Kind};
use serde_json::{Value as Json, json};

use crate::{
    market_order::{ORDER, order_with},
    prices::PRODUCT,
    terraform::{Outcome, Terraform},
};

#[test]
fn a_price_that_changes_after_the_plan_buys_nothing() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.run(&["plan", "-out=plan.bin"]).succeeds();
    terraform.mock.set_price(PRODUCT, json!({"TradePrice": 12}));
    terraform.run(&["apply", "-no-color", "plan.bin"]).fails();
    assert!(terraform.orders().is_empty());
    terraform.apply().succeeds();
    assert_eq!(terraform.attributes()["quoted_price"], json!(12));
}

/// Applies, and sets another price before the plan is approved.
fn apply_while_the_price_changes(terraform: &Terraform, price: Json) -> Outcome {
    let mut command = terraform.command(&["apply", "-no-color"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut printed = Vec::new();
    while !String::from_utf8_lossy(&printed).contains("Enter a value") {
        assert!(stdout.read_until(b':', &mut printed).unwrap() > 0, "{}", String::from_utf8_lossy(&printed));
    }
    terraform.mock.set_price(PRODUCT, price);
    child.stdin.take().unwrap().write_all(b"yes\n").unwrap();
    stdout.read_to_end(&mut printed).unwrap();
    let output = child.wait_with_output().unwrap();
    Outcome::new(output.status, &[printed, output.stderr].concat())
}

#[test]
fn a_price_that_changes_before_the_plan_is_approved_is_an_error_and_what_is_replaced_stays() {
    let first = "lifecycle {\n    create_before_destroy = true\n  }";
    let Some(terraform) = Terraform::with(&order_with(first)) else { return };
    let changed_from =
        |from: u32, to: u32| format!("No order was placed: the price changed from {from} CNY to {to} CNY");
    let words = ["Nothing was bought", "Run terraform plan to see the new price"];
    let changed = apply_while_the_price_changes(&terraform, json!({"TradePrice": 12})).fails();
    changed.says(&[&changed_from(10, 12)]).says(&words).never_says(&["inconsistent"]);
    assert!(terraform.orders().is_empty());
    terraform.apply().succeeds();
    for lines in [format!("quantity = 2\n  {first}"), "quantity = 2".to_owned()] {
        terraform.mock.set_price(PRODUCT, json!({"TradePrice": 12}));
        terraform.configure(&order_with(&lines));
        let changed = apply_while_the_price_changes(&terraform, json!({"TradePrice": 13})).fails();
        changed.says(&[&changed_from(12, 13)]).says(&words).never_says(&["inconsistent"]);
        assert_eq!((terraform.ids(), terraform.orders().len()), (terraform.orders(), 1));
        assert!(terraform.instances()[0]["deposed"].is_null(), "{:?}", terraform.instances());
    }
}

#[test]
fn a_price_that_the_apply_of_a_saved_plan_cannot_read_buys_nothing_and_says_so() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.run(&["plan", "-out=plan.bin"]).succeeds();
    let forbidden = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::times("DescribePrice", forbidden, 99));
    let apply = terraform.run(&["apply", "-no-color", "plan.bin"]).fails();
    apply.never_says(&["an apply buys at any price"]).says(&["othing", " again", "Grant the caller"]);
    assert!(terraform.orders().is_empty());
}

#[test]
fn a_replacement_whose_price_changes_keeps_the_old_order() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.configure(&order_with("quantity = 2"));
    terraform.run(&["plan", "-out=plan.bin"]).succeeds();
    terraform.mock.set_price(PRODUCT, json!({"TradePrice": 25}));
    let apply = terraform.run(&["apply", "-no-color", "plan.bin"]).fails();
    apply.says(&[
        "No order was placed: the price changed from 20 CNY to 25 CNY",
        "Nothing was bought",
        &format!("The order {id} stays in the state"),
    ]);
    assert_eq!(terraform.ids(), [id.as_str()]);
    // Nor where the new price cannot be read.
    terraform.run(&["plan", "-out=plan.bin"]).succeeds();
    let forbidden = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::times("DescribePrice", forbidden, 99));
    let apply = terraform.run(&["apply", "-no-color", "plan.bin"]).fails();
    apply.says(&[
        "its price could not be confirmed",
        "Nothing was bought",
        &format!("The order {id} stays in the state"),
    ]);
    assert_eq!(terraform.ids(), [id.as_str()]);
    assert_eq!(terraform.orders().len(), 1);
    terraform.mock.ledger().faults.clear();
    terraform.apply().succeeds();
    assert_eq!(terraform.attributes()["quoted_price"], json!(25));
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn a_replacement_that_the_account_may_not_buy_any_more_keeps_the_old_order_where_that_is_an_error() {
    let guarded = |order: &str| format!("provider \"alicloud\" {{\n  purchase_guard {{}}\n}}\n{order}");
    let Some(terraform) = Terraform::with(&guarded(ORDER)) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.configure(&guarded(&order_with("quantity = 2")));
    terraform.run(&["plan", "-out=plan.bin"]).succeeds();
    terraform.mock.set_price(PRODUCT, json!({"ExpressionCode": "ORDER.BLACKLIST", "ExpressionMessage": "Not you"}));
    terraform.run(&["apply", "-no-color", "plan.bin"]).fails().says(&[
        "This account may not buy cmapi033136",
        "Not you (ORDER.BLACKLIST)",
        &format!("The order {id} stays in the state"),
    ]);
    assert_eq!(terraform.ids(), [id.as_str()]);
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_replacement_reads_its_price_for_as_long_as_its_own_create_may_take() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    terraform.configure(&order_with("quantity = 2\n  timeouts = { create = \"1s\" }"));
    terraform.run(&["plan", "-out=plan.bin"]).succeeds();
    terraform.mock.fault(Fault::times("DescribePrice", Kind::Error503, 9999));
    let begin = Instant::now();
    terraform.run(&["apply", "-no-color", "plan.bin"]).fails().says(&["its price could not be confirmed"]);
    assert!(begin.elapsed() < Duration::from_secs(60), "the order that goes allows ten minutes");
    assert_eq!(terraform.ids(), terraform.orders());
}

#[test]
fn an_order_that_costs_something_else_than_its_quote_is_a_warning() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.mock.set_price(PRODUCT, json!({"PaymentPrice": 11}));
    terraform.apply().succeeds().says(&["cost 11 CNY, not 10 CNY"]);
    terraform.apply().succeeds().never_says(&["cost 11"]);
    assert_eq!(terraform.attributes()["payment_price"], json!(11));
}

#[test]
fn a_replacement_that_creates_first_buys_nothing_at_a_changed_price_and_has_the_old_order_in_the_state() {
    let first = "lifecycle {\n    create_before_destroy = true\n  }";
    let Some(terraform) = Terraform::with(&order_with(first)) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.configure(&order_with(&format!("quantity = 2\n  {first}")));
    terraform.run(&["plan", "-out=plan.bin"]).succeeds();
    terraform.mock.set_price(PRODUCT, json!({"TradePrice": 25}));
    terraform.run(&["apply", "-no-color", "plan.bin"]).fails();
    assert_eq!(terraform.orders(), [id.as_str()]);
    assert_eq!(terraform.ids(), [id.as_str()]);
}
