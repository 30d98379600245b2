//! The data sources of the Marketplace's products, in configurations of the existing provider.

use std::{collections::BTreeSet, fs};

use mock_endpoint::fault::{Fault, Kind};
use serde_json::{Value as Json, json};

use crate::terraform::Terraform;

/// What the acceptance tests of the existing provider have for its order and both data sources.
const EXISTING: &str = r#"
data "alicloud_market_products" "default" {
  name_regex   = "BatchCompute"
  product_type = "MIRROR"
}

data "alicloud_market_product" "default" {
  product_code     = "${data.alicloud_market_products.default.ids.0}"
  available_region = "cn-hangzhou"
}

resource "alicloud_market_order" "default" {
  product_code    = "${data.alicloud_market_products.default.ids.0}"
  pay_type        = "PrePaid"
  quantity        = "1"
  duration        = "1"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  coupon_id       = ""
}

output "first_product_code" {
  value = "${data.alicloud_market_products.default.products.0.code}"
}

output "first_sku_code" {
  value = "${data.alicloud_market_product.default.product.0.skus.0.sku_code}"
}

output "first_image" {
  value = "${data.alicloud_market_product.default.product.0.skus.0.images.0.image_id}"
}
"#;

/// The attributes that the existing provider has, beside `id`.
const PRODUCT: &str = "product_code available_region product";
const PRODUCTS: &str = "name_regex ids sort category_id product_type search_term supplier_id supplier_name_keyword \
                        suggested_price output_file products";
const PRODUCT_OF_A_LIST: &str = "category_id code delivery_date delivery_way image_url name operation_system score \
                                 short_description supplier_id supplier_name suggested_price tags target_url warranty_date";

fn names(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().collect()
}

fn keys(object: &Json) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What the state has of a data source.
fn data(terraform: &Terraform, ty: &str) -> Json {
    let resources = terraform.state()["resources"].as_array().unwrap().clone();
    let found = resources.into_iter().find(|resource| resource["mode"] == "data" && resource["type"] == ty);
    found.unwrap()["instances"][0]["attributes"].clone()
}

#[test]
fn a_configuration_of_the_existing_provider_buys_what_its_data_source_finds() {
    let Some(terraform) = Terraform::with(EXISTING) else { return };
    terraform.mock.set_product("cmjj022644", json!({"Name": "BatchCompute image", "Type": "MIRROR"}));
    terraform.mock.set_product("cmjj022645", json!({"Name": "BatchCompute application", "Type": "APP"}));
    let planned = terraform.planned_json();
    assert_eq!(planned["resource_changes"][0]["change"]["after"]["product_code"], "cmjj022644");
    assert_eq!(terraform.orders(), [""; 0], "a plan only reads");
    terraform.apply().succeeds();
    terraform.plans_empty();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
    let bought = serde_json::from_str::<Json>(&terraform.requests("CreateOrder")[0].parameters["Commodity"]).unwrap();
    assert_eq!(bought["productCode"], "cmjj022644");
    let outputs = &terraform.state()["outputs"];
    let output = |name: &str| outputs[name]["value"].clone();
    assert_eq!(output("first_product_code"), "cmjj022644");
    assert_eq!(output("first_sku_code"), "cmjj022644-Package");
    assert_eq!(output("first_image"), "m-bp1abc");

    // States go back and forth between the providers, so neither has what the other one lacks.
    let (list, one) = (data(&terraform, "alicloud_market_products"), data(&terraform, "alicloud_market_product"));
    assert_eq!(keys(&list), names(&format!("id {PRODUCTS}")));
    assert_eq!(keys(&list["products"][0]), names(PRODUCT_OF_A_LIST));
    assert_eq!(list["ids"], json!(["cmjj022644"]));
    assert_eq!(keys(&one), names(&format!("id {PRODUCT}")));
    let product = &one["product"][0];
    assert_eq!(keys(product), names("code name description skus"));
    assert_eq!(product["skus"].as_array().unwrap().len(), 2);
    let sku = &product["skus"][1];
    assert_eq!(keys(sku), names("sku_code sku_name package_versions images"));
    assert_eq!(
        sku["images"],
        json!([{"image_id": "m-bp1abc", "image_name": "East 1_V1.0", "region_id": "cn-hangzhou"}])
    );
}

/// The codes that a search finds, and how many requests it took.
fn finds(terraform: &Terraform, arguments: &str) -> (Vec<String>, usize) {
    let output = "output \"ids\" {\n  value = data.alicloud_market_products.it.ids\n}\n";
    terraform.configure(&format!("data \"alicloud_market_products\" \"it\" {{\n{arguments}\n}}\n{output}"));
    let before = terraform.requests("DescribeProducts").len();
    terraform.apply().succeeds();
    let ids = serde_json::from_value(terraform.state()["outputs"]["ids"]["value"].clone()).unwrap();
    (ids, terraform.requests("DescribeProducts").len() - before)
}

#[test]
fn all_pages_are_read_and_every_argument_narrows_the_list() {
    let Some(terraform) = Terraform::with("") else { return };
    terraform.mock.set_product(
        "cmgj900000",
        json!({
            "Name": "The last of all", "Type": "APP", "CategoryId": 77, "SupplierId": 5, "SupplierName": "Only one",
            "SuggestedPrice": "123.5元/次",
        }),
    );
    let (all, requests) = finds(&terraform, "");
    // 50 on a page, and one that brings nothing new.
    assert_eq!((all.len(), requests), (1001, 22));
    assert_eq!((all[0].as_str(), all[1000].as_str()), ("cmapi033136", "cmgj900000"));
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 1001);
    let last = ["cmgj900000".to_owned()];
    for argument in [
        "name_regex = \"^The last\"",
        "search_term = \"last of\"",
        "category_id = \"77\"",
        "supplier_id = \"5\"",
        "supplier_name_keyword = \"Only\"",
        "suggested_price = 123.50",
        "ids = [\"cmgj900000\", \"cmgj900001\"]",
        "product_type = \"APP\"\n  supplier_id = \"5\"\n  ids = []\n  name_regex = \"\"\n  search_term = \"\"",
    ] {
        assert_eq!(finds(&terraform, argument).0, last, "{argument}");
    }
    assert_eq!(finds(&terraform, "product_type = \"MIRROR\"").0.len(), 200);
    assert_eq!(finds(&terraform, "product_type = \"SERVICE\"\n  name_regex = \"last\"").0, [""; 0]);
    let (newest, _) = finds(&terraform, "sort = \"created_on-desc\"");
    assert_eq!(newest, all.iter().rev().cloned().collect::<Vec<_>>());
    let (dearest, _) = finds(&terraform, "sort = \"price-desc\"");
    assert_eq!(dearest[0], "cmgj900000");

    finds(&terraform, "supplier_id = \"5\"\n  output_file = \"products.json\"");
    let written: Json =
        serde_json::from_str(&fs::read_to_string(terraform.path().join("products.json")).unwrap()).unwrap();
    assert_eq!(keys(&written[0]), names(PRODUCT_OF_A_LIST));
    assert_eq!((&written[0]["code"], written.as_array().unwrap().len()), (&json!("cmgj900000"), 1));
}

#[test]
fn what_cannot_be_found_or_read_is_an_error_and_buys_nothing() {
    let Some(terraform) = Terraform::with(EXISTING) else { return };
    // No product matches, so there is none to order.
    terraform.apply().fails().says(&["ids"]);
    terraform.configure("data \"alicloud_market_products\" \"it\" {\n  name_regex = \"(\"\n  sort = \"age\"\n}\n");
    terraform.validate().fails().says(&["must be a regular expression: unclosed group", "created_on-desc"]);
    terraform.configure("data \"alicloud_market_products\" \"it\" {\n  name_regex = \"(\\\\w{999}){999}\"\n}\n");
    terraform.validate().fails().says(&["must be a smaller regular expression"]);
    let one = |code: &str| format!("data \"alicloud_market_product\" \"it\" {{\n  product_code = \"{code}\"\n}}\n");
    terraform.configure(&one("cmapi999999"));
    terraform.plan().fails().says(&[
        "The product cmapi999999 does not exist",
        "RequestId",
        "product_code = \"cmapi999999\"",
    ]);
    terraform.configure(&one("cmapi033136"));
    terraform.plan().succeeds();
    terraform.mock.fault(Fault::once("DescribeProduct", Kind::AbsentEmpty));
    terraform.plan().fails().says(&["The product cmapi033136 does not exist"]);

    terraform.configure("data \"alicloud_market_products\" \"it\" {}\n");
    let page = |codes: &[&str]| {
        let items: Vec<Json> = codes.iter().map(|code| json!({"Code": code})).collect();
        let body = json!({"RequestId": "R", "TotalCount": 3, "ProductItems": {"ProductItem": items}});
        Fault::once("DescribeProducts", Kind::Reply { body: body.to_string() })
    };
    terraform.mock.fault(page(&["cmapi000001", "cmapi000002"]));
    terraform.mock.fault(page(&[]));
    terraform.plan().fails().says(&["The Marketplace products cannot be listed", "lists 2 of the 3 that it counts"]);
    terraform.configure("data \"alicloud_market_products\" \"it\" {\n  output_file = \"no/such/folder.json\"\n}\n");
    terraform
        .plan()
        .succeeds()
        .says(&["Warning: The products were not written to the output file", "no/such/folder.json"]);
    assert_eq!(terraform.orders(), [""; 0]);
}
