//! The examples are formatted and valid, and do what their pages say.

use std::{fs, path::Path};

use serde_json::{Value as Json, json};

use crate::terraform::Terraform;

#[test]
fn examples_are_formatted_and_valid() {
    let Some(terraform) = Terraform::with("") else { return };
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let formatted = terraform.run(&["fmt", "-check", "-recursive", "-diff", examples.to_str().unwrap()]);
    formatted.succeeds();
    let mut checked = 0;
    let mut folders = vec![examples];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "tf") {
                let text = fs::read_to_string(&path).unwrap();
                // A file is a whole configuration, or the part of one that the documentation shows.
                if text.contains("required_providers") {
                    terraform.write("main.tf", &text);
                } else if text.contains("import {")
                    || (text.contains("ephemeral \"") && terraform.version() < (1, 10))
                    || (text.contains("action \"") && terraform.version() < (1, 14))
                {
                    continue;
                } else {
                    terraform.configure(&text);
                }
                let valid = terraform.validate();
                assert_eq!(valid.code, Some(0), "{}: {}", path.display(), valid.text);
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
}

/// An example of a resource's page.
fn example(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/resources");
    fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn a_key_is_renamed_without_another_order() {
    let renamed = example("alicloud_market_order/rename-a-key.tf");
    let (before, _) = renamed.split_once("\nmoved {").unwrap();
    let Some(terraform) = Terraform::with(&before.replace("live =", "production =")) else { return };
    terraform.apply().succeeds();
    // What the page warns of: a new key alone is another resource.
    terraform.configure(before);
    terraform.plan().says(&["1 to add", "1 to destroy"]);
    terraform.configure(&renamed);
    terraform.plan().says(&["has moved to", "0 to add, 0 to change, 0 to destroy"]);
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn an_order_is_taken_over() {
    for (file, address) in [
        ("alicloud_market_order/take-over-an-order.tf", "alicloud_market_order.existing"),
        ("alicloud_pai_product_order/take-over-an-order.tf", "alicloud_pai_product_order.existing"),
    ] {
        let text = example(file);
        let resource = &text[text.find("resource ").unwrap()..];
        let Some(terraform) = Terraform::with(resource) else { return };
        terraform.apply().succeeds();
        let id = terraform.orders()[0].clone();
        terraform.begin_anew();
        terraform.configure(&text.replace("202600000000001", &id));
        terraform.plan().says(&[address, "1 to import, 0 to add, 0 to change, 0 to destroy"]);
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 1, "{file}");
        terraform.plans_empty();
    }
}

#[test]
fn instances_of_a_resource_are_orders_of_their_own() {
    for (file, keys) in [
        ("alicloud_market_order/for-each.tf", ["production", "staging"]),
        ("alicloud_pai_product_order/one-order-each.tf", ["MaxCompute_share", "OSS_share"]),
    ] {
        let Some(terraform) = Terraform::with(&example(file)) else { return };
        terraform.apply().succeeds().says(&keys);
        assert_eq!(terraform.orders().len(), 2, "{file}");
        terraform.plans_empty();
    }
}

#[test]
fn a_limited_order_is_not_bought_above_its_limit() {
    let Some(terraform) = Terraform::with(&example("alicloud_market_order/limit-the-price.tf")) else { return };
    terraform.mock.set_price("cmapi033136", json!({"TradePrice": "100.01"}));
    terraform.apply().fails().says(&["No order was placed", "max_price"]);
    assert!(terraform.orders().is_empty());
    terraform.mock.set_price("cmapi033136", json!({"TradePrice": 100}));
    terraform.apply().succeeds();
    terraform.destroy().fails().says(&["prevent_destroy"]);
}

#[test]
fn policies_and_profiles_on_pages_are_json() {
    let mut found = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for block in text.split("\n```json\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()) {
                let json: Json =
                    serde_json::from_str(block).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let actions = json["Statement"].as_array().into_iter().flatten().map(|statement| &statement["Action"]);
                assert!(actions.clone().all(|actions| actions.is_array()), "{}", path.display());
                found += 1;
            }
        }
    }
    assert!(found >= 4, "{found}");
}
