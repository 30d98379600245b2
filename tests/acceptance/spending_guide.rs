//! The guide to spending does what it says: its configurations are valid and priced, its postcondition fails in the plan,
//! and its policy recognizes a plan that is too expensive.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::terraform::Terraform;

const GUIDE: &str = include_str!("../../docs/guides/spending.md");

/// The blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let open = format!("```{language}\n");
    GUIDE.split(&*open).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn its_configurations_are_planned_and_formatted() {
    let blocks = blocks("terraform");
    assert_eq!(blocks.len(), 5);
    let Some(terraform) = Terraform::with("") else { return };
    for block in blocks {
        terraform.configure(block);
        terraform.run(&["fmt", "-check", "-diff", "main.tf"]).succeeds();
        let planned = terraform.plan();
        assert!(matches!(planned.code, Some(0 | 2)), "{block}: {}", planned.text);
        if block.contains("output \"quoted_total\"") {
            planned.says(&["+ quoted_total = 20"]);
        } else if block.contains("price_of_a_year") {
            planned.says(&["+ price_of_a_year = \"10 CNY\""]);
        }
    }
}

#[test]
fn its_postcondition_fails_before_anything_is_paid() {
    let block = blocks("terraform").into_iter().find(|block| block.contains("postcondition")).unwrap();
    let Some(terraform) = Terraform::with(block) else { return };
    terraform.mock.set_price("cmapi033136", json!({"TradePrice": "100.01"}));
    terraform.apply().fails().says(&["The order costs 100.01, more than 100."]);
    assert!(terraform.orders().is_empty());
    terraform.mock.set_price("cmapi033136", json!({"TradePrice": 100}));
    terraform.apply().succeeds();
    terraform.destroy().fails().says(&["prevent_destroy"]);
}

#[test]
fn its_policy_fails_above_the_limit_and_without_a_price() {
    if Command::new("jq").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("not run: there is no jq");
        return;
    }
    let block = blocks("terraform").into_iter().find(|block| block.contains("quoted_total")).unwrap();
    let Some(terraform) = Terraform::with(block) else { return };
    let (_, policy) = blocks("shell")[0].split_once("jq -e").unwrap();
    let cases = [
        (json!({"TradePrice": 125}), true),
        (json!({"TradePrice": "125.01"}), false),
        (json!({"TradePrice": null, "ExpressionCode": "none"}), false),
    ];
    for (price, passes) in cases {
        terraform.mock.set_price("cmapi033136", price.clone());
        terraform.write("plan.json", &terraform.planned_json().to_string());
        let mut command = Command::new("sh");
        command.args(["-c", &format!("jq -e{policy}")]).current_dir(terraform.path());
        let output = command.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), passes, "{price}: {printed}");
        assert!(printed.contains("alicloud_market_order.seat"), "{printed}");
    }
}
