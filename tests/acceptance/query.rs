//! `terraform query` (1.14) for an account with many orders: configuration and import blocks for all of them, which plan
//! nothing but imports.

use std::fs;

use chrono::{Days, Utc};
use mock_endpoint::{
    ACCOUNT,
    ledger::{Content, Order},
};
use serde_json::{Value as Json, json};

use crate::terraform::Terraform;

/// How many orders of each kind the account has.
const EACH: usize = 150;

const QUERY: &str = r#"
list "alicloud_market_order" "all" {
  provider         = alicloud
  include_resource = true
  limit            = 1000
}

list "alicloud_pai_product_order" "all" {
  provider         = alicloud
  include_resource = true
  limit            = 1000
}
"#;

/// A Marketplace order of every shape that an order can have, in turn.
fn commodity(number: usize) -> Json {
    let product = format!("cmapi{:06}", 100_000 + number % 40);
    let (kind, cycle) = [("prepay", "Month"), ("prepay", "Year"), ("postpay", "Day"), ("Package", "Month")][number % 4];
    let mut commodity = json!({
        "components": {"package_version": format!("yuncode27136{number:05}")},
        "couponId": if number.is_multiple_of(10) { format!("coupon-{number}") } else { String::new() },
        "duration": 1 + number % 12,
        "pricingCycle": cycle,
        "productCode": product,
        "quantity": 1 + number % 3,
        "skuCode": format!("{product}-{kind}"),
    });
    if number.is_multiple_of(5) {
        commodity["components"]["colour"] = "a \"${red}\" one".into();
    }
    commodity
}

/// The products of a PAI order: each of them alone, and several together.
fn products(number: usize) -> Vec<String> {
    let codes = ["DataWorks_share", "MaxCompute_share", "PAI_share", "OSS_share"];
    let count = 1 + number % 3;
    (0..count).map(|next| codes[(number + next) % codes.len()].to_owned()).collect()
}

/// Orders that were placed somewhere else, over the last months.
fn place_orders(terraform: &Terraform) {
    let mut ledger = terraform.mock.ledger();
    let commodities = (0..EACH).map(|number| Content::Commodity(commodity(number)));
    let contents = commodities.chain((0..EACH).map(|number| Content::Products(products(number))));
    for (number, content) in contents.enumerate() {
        let id = (202_500_000_000_001 + number as u64).to_string();
        let created = Utc::now() - Days::new(1 + number as u64 % 300);
        let overrides = serde_json::Map::new();
        ledger.orders.insert(id.clone(), Order { id, account: ACCOUNT.to_owned(), content, created, overrides });
    }
}

#[test]
fn a_query_writes_down_everything_that_an_account_has_and_the_plan_after_it_is_empty() {
    let Some(terraform) = Terraform::with("") else { return };
    if !terraform.has("query") {
        eprintln!("skipped: this Terraform has no terraform query");
        return;
    }
    place_orders(&terraform);
    let orders = terraform.orders();
    assert_eq!(orders.len(), 2 * EACH);
    terraform.write("orders.tfquery.hcl", QUERY);
    terraform.run(&["query", "-no-color", "-generate-config-out=orders.tf"]).succeeds();
    // Two pages of instances, and one that brings nothing new.
    assert_eq!(terraform.requests("DescribeInstances").len(), 3);
    let written = fs::read_to_string(terraform.path().join("orders.tf")).unwrap();
    let count = |text: &str| written.lines().filter(|line| line.starts_with(text)).count();
    assert_eq!(
        (count("resource \"alicloud_market_order\" "), count("resource \"alicloud_pai_product_order\" ")),
        (EACH, EACH)
    );
    assert_eq!(count("import {"), 2 * EACH);
    for order in &orders {
        assert!(written.contains(order.as_str()), "{order} is in what was written");
    }

    fs::remove_file(terraform.path().join("orders.tfquery.hcl")).unwrap();
    let planned = terraform.planned_json();
    let changes = planned["resource_changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2 * EACH);
    for change in changes {
        assert_eq!(change["change"]["actions"], json!(["no-op"]), "{change}");
        assert!(change["change"]["importing"].is_object(), "{change}");
    }
    terraform
        .run(&["apply", "-no-color", "plan.bin"])
        .succeeds()
        .says(&["300 imported, 0 added, 0 changed, 0 destroyed"]);
    terraform.plans_empty();
    let mut imported = terraform.ids();
    imported.sort_unstable();
    assert_eq!(imported, orders);
    assert_eq!(terraform.orders(), orders, "and nothing was bought");
}
