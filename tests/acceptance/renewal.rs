//! `action "alicloud_market_renewal"` under a Terraform that has actions (1.14).

use crate::{market_order::order_with, terraform::Terraform};

/// An order, and the renewal of its instance until a date, which every change of `trigger` invokes.
fn configuration(until: &str, trigger: &str) -> String {
    let order = order_with("pay_type = \"PrePaid\"");
    format!(
        r#"{order}
action "alicloud_market_renewal" "renewal" {{
  config {{
    instance_id = alicloud_market_order.order.instance_ids[0]
    until       = "{until}"
    max_price   = 1000
  }}
}}

resource "terraform_data" "renewal" {{
  input = "{trigger}"

  lifecycle {{
    action_trigger {{
      events  = [after_update]
      actions = [action.alicloud_market_renewal.renewal]
    }}
  }}
}}
"#
    )
}

#[test]
fn an_action_renews_the_instance_of_an_order_once() {
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(80)).format("%Y-%m-%d").to_string();
    let Some(terraform) = Terraform::with(&configuration(&until, "first")) else { return };
    if terraform.version() < (1, 14) {
        eprintln!("acceptance test not run: actions need Terraform 1.14 or later");
        return;
    }
    terraform.apply().succeeds();
    let ends = || terraform.mock.ledger().instances["11000000"].ends;
    let (orders, end) = (terraform.orders().len(), ends());
    terraform.configure(&configuration(&until, "second"));
    let planned = terraform.run(&["plan", "-no-color"]).succeeds();
    planned.says(&["Renewing the instance 11000000 costs 20 CNY", "2 × Month"]);
    assert_eq!((terraform.orders().len(), ends()), (orders, end), "a plan buys nothing");
    terraform.apply().succeeds().says(&["Buying 2 × Month for the instance 11000000", "runs until"]);
    assert_eq!(terraform.orders().len(), orders + 1);
    assert!(ends() > end + chrono::TimeDelta::days(50));
    let invoke = ["apply", "-auto-approve", "-no-color", "-invoke=action.alicloud_market_renewal.renewal"];
    terraform.run(&invoke).succeeds().says(&["nothing is bought"]);
    assert_eq!(terraform.orders().len(), orders + 1);
    terraform.plans_empty();
}
