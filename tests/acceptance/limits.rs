//! What refuses an order: `max_price`, and the provider's `purchase_guard`.

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::{
    killing::{Victim, kill_while_buying},
    market_order::{ORDER, order_with},
    state_server::StateServer,
    terraform::Terraform,
};

const PRODUCT: &str = "cmapi033136";

pub fn guarded(guard: &str, orders: &str) -> String {
    format!("provider \"alicloud\" {{\n  purchase_guard {{\n    {guard}\n  }}\n}}\n{orders}")
}

#[test]
fn an_order_over_its_limit_is_refused_in_the_plan_and_a_higher_limit_buys_it() {
    let Some(mut terraform) = Terraform::with(&order_with("max_price = 9.99")) else { return };
    terraform.plan().fails().says(&[
        "No order was placed: 10 CNY is more than max_price",
        "max_price allows 9.99 CNY",
        "Nothing was bought",
        "run terraform plan again",
    ]);
    terraform.configure(&guarded("max_price = 9.99", ORDER));
    terraform.plan().fails().says(&["10 CNY is more than purchase_guard.max_price", "ALICLOUD_PURCHASE_MAX_PRICE"]);
    terraform.configure(ORDER);
    terraform.set("ALICLOUD_PURCHASE_MAX_PRICE", "9.99");
    terraform.plan().fails().says(&["10 CNY is more than purchase_guard.max_price"]);
    terraform.set("ALICLOUD_PURCHASE_MAX_PRICE", "ten");
    terraform.plan().fails().says(&["ALICLOUD_PURCHASE_MAX_PRICE", "must be a number", "\"ten\""]);
    assert!(terraform.orders().is_empty());
    terraform.configure(&guarded("", ORDER));
    terraform.plan().fails().says(&["ALICLOUD_PURCHASE_MAX_PRICE", "\"ten\""]);
    terraform.configure(&order_with("max_price = -1"));
    terraform.validate().fails().says(&["must be 0 or more"]);
    terraform.set("ALICLOUD_PURCHASE_MAX_PRICE", "10");
    terraform.configure(&order_with("max_price = 10"));
    terraform.apply().succeeds();
    // Limits are for purchases.
    terraform.configure(&order_with("max_price = 1"));
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_limit_refuses_an_order_without_a_known_price_and_one_in_another_currency() {
    let Some(terraform) = Terraform::with(&order_with("max_price = 10")) else { return };
    terraform.mock.set_price(PRODUCT, json!({"Currency": "USD", "TradePrice": 1}));
    terraform.plan().fails().says(&["max_price is in another currency", "1 USD", "in CNY", "Nothing was bought"]);
    terraform.mock.set_price(PRODUCT, json!({"Currency": null, "TradePrice": 1}));
    terraform.plan().fails().says(&["its price has no currency to compare with max_price", "Nothing was bought"]);
    terraform.mock.set_price(PRODUCT, json!({"Currency": "usd", "TradePrice": 1}));
    terraform.configure(&guarded("currency = \"USD\"", &order_with("max_price = 10")));
    assert_eq!(terraform.plan().code, Some(2));
    terraform.mock.fault(Fault::once("DescribePrice", Kind::Absent));
    terraform.plan().fails().says(&[
        "max_price needs a price, but none is known",
        "no price for this product",
        "Nothing was bought",
    ]);
    terraform
        .configure(&format!("provider \"alicloud\" {{\n  quote_prices = false\n}}\n{}", order_with("max_price = 10")));
    terraform.plan().fails().says(&["max_price needs a price", "Remove quote_prices"]);
    assert!(terraform.orders().is_empty());
}

#[test]
fn a_limit_stops_the_plan_of_an_apply_whose_provider_waits_for_another_one() {
    let source = "provider \"alicloud\" {\n  alias = \"first\"\n}\ndata \"alicloud_market_price\" \"price\" {\n  provider = \
                  alicloud.first\n  product_code = \"cmapi033136\"\n  pricing_cycle = \"Month\"\n  package_version = \
                  \"yuncode2713600001\"\n}\n";
    let guard = "max_price = data.alicloud_market_price.price.trade_price - 1";
    let Some(terraform) = Terraform::with(&format!("{source}{}", guarded(guard, ORDER))) else { return };
    let refused = terraform.apply().fails();
    refused
        .says(&["10 CNY is more than purchase_guard.max_price", "then run terraform plan again"])
        .never_says(&["Creating"]);
    assert!(terraform.orders().is_empty());
}

#[test]
fn a_limit_is_checked_again_before_an_order_is_sent() {
    let unknown = |line: &str| {
        let data = "resource \"terraform_data\" \"years\" {\n  input = 2\n}\n";
        format!("{data}{}", order_with(&format!("duration = terraform_data.years.output\n  {line}")))
    };
    let Some(terraform) = Terraform::with(&unknown("max_price = 19")) else { return };
    assert_eq!(terraform.plan().code, Some(2), "the price is not known yet");
    terraform.apply().fails().says(&["20 CNY is more than max_price", "Nothing was bought"]);
    assert!(terraform.orders().is_empty());
    terraform.configure(&unknown("max_price = 20"));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn an_order_that_the_account_has_bought_lately_is_refused() {
    let server = StateServer::start();
    let count = guarded("recent_orders = \"30m\"", &order_with("count = 2"));
    let Some(first) = Terraform::with(&format!("{}{count}", server.backend("first"))) else { return };
    first.init();
    first.apply().succeeds();
    assert_eq!(first.orders().len(), 2, "its own orders count for nothing");
    // A job that keeps no files.
    let second = first.beside(&guarded("recent_orders = \"30m\"", ORDER)).unwrap();
    let ids = first.orders();
    second.apply().fails().says(&[
        "No order was placed: the account recently bought the same",
        &ids[0],
        &ids[1],
        "terraform import",
        "Nothing was bought",
    ]);
    assert_eq!(first.orders().len(), 2);
    // What is in the state is known.
    second.import("alicloud_market_order.order", &ids[0]).succeeds();
    second.configure(&guarded("recent_orders = \"30m\"", &order_with("quantity = 2")));
    let refused = second.apply().fails().says(&[&ids[1], &format!("The order {} stays in the state", ids[0])]);
    refused.never_says(&[&format!("{}, {}", ids[0], ids[1])]);
    assert_eq!(second.ids(), [ids[0].as_str()]);
    // Another SKU, a token, or no such rule.
    for configuration in [
        guarded("recent_orders = \"30m\"", &order_with("sku_code = \"Package\"")),
        guarded("recent_orders = \"30m\"", &order_with("client_token = \"t\"")),
        ORDER.to_owned(),
    ] {
        second.begin_anew();
        second.configure(&configuration);
        second.apply().succeeds();
    }
    // Nor an order that is older.
    first.mock.ledger().orders.values_mut().for_each(|order| order.created -= chrono::TimeDelta::minutes(31));
    second.begin_anew();
    second.configure(&guarded("recent_orders = \"30m\"", ORDER));
    second.apply().succeeds();
    second.configure(&guarded("recent_orders = \"soon\"", ORDER));
    second.plan().fails().says(&["must be a time such as 30m"]);
}

#[test]
fn only_an_order_whose_id_is_known_is_exempt() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    kill_while_buying(&terraform, Victim::Terraform, 1);
    terraform.configure(&order_with("max_price = 1"));
    terraform.apply().succeeds().says(&["was placed by an earlier apply; nothing was bought now"]);
    assert_eq!(terraform.ids(), terraform.orders());

    // What is known only when it is applied is first held against the total when it is bought.
    let months = "resource \"terraform_data\" \"months\" {\n  input = 1\n}\n";
    let unknown = "duration = terraform_data.months.output\n  timeouts = { create = \"3s\" }";
    let lost = format!("{months}{}", order_with(unknown));
    let before = ORDER
        .replace("\"order\"", "\"before\"")
        .replace("\n}", "\n  quantity = 2\n  duration = terraform_data.months.output\n}");
    let second = lost.replace("\n  timeouts", "\n  depends_on = [alicloud_market_order.before]\n  timeouts");
    terraform.begin_anew();
    terraform.configure(&lost);
    terraform.mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 99));
    terraform.apply().fails().says(&["An order may have been placed"]);
    terraform.mock.ledger().faults.clear();
    assert_eq!(terraform.orders().len(), 2);

    let second = second.replace("input = 1", "input = 1\n  triggers_replace = 2");
    terraform.configure(&guarded("max_total = 29", &format!("{before}{second}")));
    let words = [
        "No order was placed by this apply: 10 CNY more exceeds purchase_guard.max_total",
        "An earlier apply sent this",
    ];
    terraform.apply().fails().says(&words);
    terraform.configure(&format!("{before}{second}"));
    terraform.apply().succeeds().says(&["was placed by an earlier apply; nothing was bought now"]);
    assert_eq!(terraform.orders().len(), 3);
}

/// An order whose reply is lost, and which no later attempt of the same apply can find.
fn lose_an_order(terraform: &Terraform, lines: &str) {
    terraform.configure(&order_with(&format!("{lines}\n  timeouts = {{ create = \"2s\" }}")));
    terraform.mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 99));
    terraform.apply().fails().says(&["An order may have been placed"]);
    terraform.mock.ledger().faults.clear();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_plan_that_a_limit_refuses_says_that_the_order_may_exist_and_how_to_get_it() {
    for token in ["", "client_token = \"t\"\n  "] {
        let Some(terraform) = Terraform::with("") else { return };
        lose_an_order(&terraform, token);
        terraform.configure(&order_with(&format!("{token}max_price = 5")));
        let words = [
            "No order was placed by this plan: 10 CNY is more than max_price",
            "An earlier apply sent this purchase, and its outcome is unknown",
            "terraform import alicloud_market_order.<name> <order id>",
            ".terraform/alicloud-purchases/",
        ];
        terraform.plan().fails().says(&words).never_says(&["No order was placed:"]);
        terraform.configure(&order_with(&format!("{token}max_price = 10")));
        terraform.mock.fault(Fault::times("DescribePrice", Kind::Absent, 99));
        let words = ["No order was placed by this plan: max_price needs a price", words[1]];
        terraform.plan().fails().says(&words);
        terraform.mock.ledger().faults.clear();
        terraform.apply().succeeds();
        assert_eq!((terraform.ids(), terraform.orders().len()), (terraform.orders(), 1));
    }
    // Nobody has kept the journal: only the token knows.
    let Some(terraform) = Terraform::with("") else { return };
    lose_an_order(&terraform, "client_token = \"t\"");
    terraform.begin_anew();
    terraform.configure(&order_with("client_token = \"t\"\n  max_price = 5"));
    let words = [
        "No order was placed by this plan: 10 CNY",
        "If an earlier apply with this client_token ended without a response",
    ];
    terraform.plan().fails().says(&words);
}

#[test]
fn an_order_that_is_known_needs_no_price_counts_for_nothing_and_may_be_what_the_account_cannot_buy_again() {
    let one = guarded("max_total = 10", ORDER);
    for faulty in [true, false] {
        let Some(terraform) = Terraform::with(ORDER) else { return };
        kill_while_buying(&terraform, Victim::Terraform, 1);
        if faulty {
            terraform.mock.fault(Fault::times("DescribePrice", Kind::Absent, 99));
            terraform.configure(&one);
        } else {
            let again = json!({"ExpressionCode": "ORDER.ONLY_ONCE", "ExpressionMessage": "You have it"});
            terraform.mock.set_price("cmapi033136", again);
            let other = order_with("depends_on = [alicloud_market_order.order]").replace("033136", "033137");
            terraform.configure(&format!("{one}{}", other.replace("\"order\" {", "\"other\" {")));
        }
        terraform.apply().succeeds().says(&["was placed by an earlier apply; nothing was bought now"]);
        assert_eq!(terraform.orders().len(), if faulty { 1 } else { 2 });
        let (mut ids, orders) = (terraform.ids(), terraform.orders());
        ids.sort();
        assert_eq!(ids, orders);
    }
}

#[test]
fn what_an_earlier_apply_may_have_bought_can_be_why_the_account_may_not_buy_it() {
    let Some(terraform) = Terraform::with("") else { return };
    lose_an_order(&terraform, "");
    let again = json!({"ExpressionCode": "ORDER.ONLY_ONCE", "ExpressionMessage": "You have it"});
    terraform.mock.set_price(PRODUCT, again);
    terraform.configure(&guarded("", ORDER));
    terraform.apply().succeeds().says(&["Warning: This account may not buy", "nothing was bought now"]);
    assert_eq!((terraform.ids(), terraform.orders().len()), (terraform.orders(), 1));
}

#[test]
fn a_replacement_that_a_limit_refuses_keeps_the_old_order() {
    let Some(mut terraform) = Terraform::with(&guarded("recent_orders = \"30m\"", ORDER)) else { return };
    terraform.apply().succeeds();
    // The order that it replaces is its own.
    terraform.configure(&guarded("recent_orders = \"30m\"", &order_with("quantity = 2")));
    terraform.apply().succeeds();
    assert_eq!(terraform.ids(), terraform.orders()[1..]);

    terraform.configure(&order_with("quantity = 3"));
    for (limit, argument) in [("MAX_PRICE", "purchase_guard.max_price"), ("MAX_TOTAL", "purchase_guard.max_total")] {
        terraform.run(&["plan", "-out=plan.bin", "-no-color"]).succeeds();
        terraform.set(&format!("ALICLOUD_PURCHASE_{limit}"), "5");
        let kept = format!("The order {} stays in the state", terraform.orders()[1]);
        terraform.run(&["apply", "-no-color", "plan.bin"]).fails().says(&[argument, &kept]);
        assert_eq!(terraform.ids(), terraform.orders()[1..]);
        terraform.set(&format!("ALICLOUD_PURCHASE_{limit}"), "");
    }
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 3);
}

#[test]
fn a_replacement_whose_limit_or_price_only_the_apply_knows_keeps_the_old_order_until_it_can_be_compared() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let kept = format!("The order {id} stays in the state");
    let data = "resource \"terraform_data\" \"known_later\" {\n  input = 2\n}\n";
    let later = |guard: &str, lines: &str| {
        let order = order_with(&format!("quantity = {lines}"));
        format!("{data}{}", if guard.is_empty() { order } else { guarded(guard, &order) })
    };
    for (guard, lines, argument) in [
        ("", "2\n  max_price = terraform_data.known_later.output", "max_price"),
        ("max_price = 5", "terraform_data.known_later.output", "purchase_guard.max_price"),
    ] {
        terraform.configure(&later(guard, lines));
        let summary = format!("No order was placed: {argument} cannot be compared with a price in time");
        terraform.apply().fails().says(&[&summary, &kept, "Nothing was bought", "-target=<address of that resource>"]);
        assert_eq!(terraform.ids(), [id.as_str()]);
        terraform.run(&["apply", "-auto-approve", "-target=terraform_data.known_later"]).succeeds();
        terraform.apply().fails().says(&[&format!("20 CNY is more than {argument}")]);
        assert_eq!(terraform.ids(), [id.as_str()]);
        terraform.configure(ORDER);
        terraform.apply().succeeds();
    }
    // An order that is made first is compared before the old one goes.
    terraform.configure(&later(
        "",
        "3\n  max_price = terraform_data.known_later.output\n  lifecycle {\n    create_before_destroy = true\n  }",
    ));
    terraform.apply().fails().says(&["30 CNY is more than max_price"]);
    assert_eq!(terraform.ids(), [id.as_str()]);
    terraform.configure(ORDER);
    terraform.apply().succeeds();
    // Without a limit nothing has to be known.
    terraform.configure(&later("", "terraform_data.known_later.output"));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}
