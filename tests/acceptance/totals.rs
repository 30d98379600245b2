//! What one Terraform may spend: `max_total` of the `purchase_guard`.

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::{
    limits::guarded,
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

/// Orders beside each other, of different products.
fn orders(count: usize) -> String {
    (0..count)
        .map(|at| ORDER.replace("\"order\"", &format!("\"order{at}\"")).replace("033136", &format!("03313{at}")))
        .collect()
}

#[test]
fn a_total_counts_all_orders_of_a_plan_and_of_an_apply_and_never_both() {
    let Some(mut terraform) = Terraform::with(&guarded("max_total = 29", &orders(3))) else { return };
    terraform.plan().fails().says(&[
        "more exceeds purchase_guard.max_total",
        "plans other orders for 20 CNY",
        "allows 29 CNY",
    ]);
    terraform.configure(&guarded("max_total = 30", &orders(3)));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 3);
    // Another Terraform may spend as much.
    terraform.begin_anew();
    terraform.configure(&orders(3));
    terraform.set("ALICLOUD_PURCHASE_MAX_TOTAL", "30");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 6);
}

#[test]
fn a_total_counts_the_orders_of_all_aliases() {
    let aliases = "provider \"alicloud\" {\n  purchase_guard {\n    max_total = LIMIT\n  }\n}\nprovider \"alicloud\" {\n  alias = \
                   \"second\"\n  purchase_guard {\n    max_total = LIMIT\n  }\n}\n";
    let second = order_with("provider = alicloud.second").replace("\"order\"", "\"second\"");
    let configuration = |limit: &str| format!("{}{ORDER}{second}", aliases.replace("LIMIT", limit));
    let Some(terraform) = Terraform::with(&configuration("19")) else { return };
    terraform.plan().fails().says(&["exceeds purchase_guard.max_total"]);
    terraform.configure(&configuration("20"));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn a_total_counts_an_alias_without_limits_and_only_its_own_currency() {
    let provider = |alias: &str, guard: &str| format!("provider \"alicloud\" {{\n  {alias}\n  {guard}\n}}\n");
    let alias = "alias = \"second\"";
    let second = order_with("provider = alicloud.second").replace("\"order\"", "\"second\"");
    let first = order_with("depends_on = [alicloud_market_order.second]");
    let limit = |limit: &str, more: &str| format!("purchase_guard {{\n    max_total = {limit}\n    {more}\n  }}");
    let orders = format!("{first}{second}");
    let Some(terraform) =
        Terraform::with(&format!("{}{}{orders}", provider("", &limit("19", "")), provider(alias, "")))
    else {
        return;
    };
    terraform.plan().fails().says(&["plans other orders for 10 CNY", "allows 19 CNY"]);

    let dollars = second.replace("033136", "033137");
    terraform.mock.set_price("cmapi033137", json!({"Currency": "USD"}));
    let currency = limit("10", "currency = \"USD\"");
    terraform.configure(&format!("{}{}{first}{dollars}", provider("", &limit("10", "")), provider(alias, &currency)));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn an_alias_that_is_known_only_in_the_apply_is_held_to_the_total_there() {
    let late = "resource \"terraform_data\" \"limit\" {\n  input = 19\n}\nprovider \"alicloud\" {\n  alias = \"late\"\n  \
                purchase_guard {\n    max_total = terraform_data.limit.output\n  }\n}\n";
    let last = order_with("provider = alicloud.late\n  depends_on = [alicloud_market_order.order]")
        .replace("\"order\" {", "\"last\" {");
    let Some(terraform) = Terraform::with(&format!("{}{late}{last}", guarded("max_total = 19", ORDER))) else { return };
    assert_eq!(terraform.plan().code, Some(2), "the limit is not known yet");
    let words = ["10 CNY more exceeds purchase_guard.max_total", "buys other orders for 10 CNY"];
    terraform.apply().fails().says(&words);
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_total_is_reserved_before_an_order_is_sent_and_given_back_only_when_it_was_certainly_not_placed() {
    let data = "resource \"terraform_data\" \"months\" {\n  input = 1\n}\n";
    let duration = "duration = terraform_data.months.output\n  timeouts = { create = \"3s\" }";
    let two = orders(2).replace("\n}", &format!("\n  {duration}\n}}"));
    let Some(terraform) = Terraform::with(&guarded("max_total = 19", &format!("{data}{two}"))) else { return };
    let apply = || terraform.run(&["apply", "-auto-approve", "-no-color", "-parallelism=1"]);
    assert_eq!(terraform.plan().code, Some(2), "the limit is not known yet");
    apply().fails().says(&["more exceeds purchase_guard.max_total", "buys other orders for 10 CNY"]);
    assert_eq!(terraform.orders().len(), 1);

    terraform.begin_anew();
    let refused = Kind::ApiError { status: 400, code: "InvalidParameter".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("CreateOrder", refused));
    apply().fails().says(&["InvalidParameter"]).never_says(&["max_total"]);
    assert_eq!(terraform.orders().len(), 2);

    terraform.begin_anew();
    terraform.mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 99));
    apply().fails().says(&["An order may have been placed", "more exceeds purchase_guard.max_total"]);
    assert_eq!(terraform.orders().len(), 3);
}

#[test]
fn replacements_that_are_more_than_the_total_together_lose_no_order() {
    let two = |quantity: u32| orders(2).replace("\n}", &format!("\n  quantity = {quantity}\n}}"));
    let Some(mut terraform) = Terraform::with(&two(1)) else { return };
    terraform.apply().succeeds();
    terraform.configure(&two(2));
    terraform.run(&["plan", "-out=plan.bin", "-no-color"]).succeeds();
    terraform.set("ALICLOUD_PURCHASE_MAX_TOTAL", "30");
    terraform
        .run(&["apply", "-no-color", "plan.bin"])
        .fails()
        .says(&["purchase_guard.max_total", "stays in the state"]);
    assert_eq!(terraform.orders().len(), 3);
    assert_eq!(terraform.ids().len(), 2, "one is replaced, the other one stays");
}
