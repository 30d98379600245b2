//! `data "alicloud_pai_products"`: what is purchased, what may be bought, and where.

use mock_endpoint::{
    ACCESS_KEY,
    fault::{Fault, Kind},
};
use serde_json::{Value as Json, json};

use crate::{pai::documented, terraform::Terraform};

const ALL: &str = r#"
data "alicloud_pai_products" "all" {}
output "products" {
  value = data.alicloud_pai_products.all.products
}
output "region" {
  value = data.alicloud_pai_products.all.region_id
}
"#;

fn products(terraform: &Terraform) -> Vec<Json> {
    terraform.apply().succeeds();
    let products = terraform.state()["outputs"]["products"]["value"].clone();
    products.as_array().unwrap().clone()
}

#[test]
fn it_shows_what_is_purchased_and_what_may_be_bought_where() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    terraform.configure(&format!("{}{ALL}", documented(&["PAI_share"])));
    let listed = products(&terraform);
    assert_eq!(terraform.state()["outputs"]["region"]["value"], "cn-hangzhou");
    let purchased: Vec<_> =
        listed.iter().map(|product| (product["product_code"].as_str().unwrap(), &product["is_purchased"])).collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(
        purchased,
        [("DataWorks_share", &no), ("MaxCompute_share", &no), ("PAI_share", &yes), ("OSS_share", &no)]
    );
    assert!(listed.iter().all(|product| product["has_permission_to_purchase"] == true));
    assert!(listed.iter().all(|product| product["purchase_url"] == "https://common-buy.aliyun.com/"));
    assert_eq!(listed[2]["product_id"], "PAI_share-id");
    assert_eq!(terraform.orders().len(), 1, "reading buys nothing");

    terraform.mock.ledger().keys.get_mut(ACCESS_KEY).unwrap().forbidden.insert("CreateProductOrders".to_owned());
    terraform.configure(&ALL.replace("{}", "{\n  product_codes = [\"OSS_share\"]\n}"));
    let listed = products(&terraform);
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["product_code"], &listed[0]["has_permission_to_purchase"]), (&json!("OSS_share"), &no));
}

#[test]
fn an_unknown_product_is_an_error_at_once() {
    let Some(terraform) = Terraform::with(&ALL.replace("{}", "{\n  product_codes = [\"Another_share\"]\n}")) else {
        return;
    };
    terraform.plan().fails().says(&[
        "Alibaba Cloud does not know the PAI product Another_share",
        "product_codes = [\"Another_share\"]",
        "cn-hangzhou",
        "RequestId",
    ]);
    assert_eq!(terraform.mock.ledger().requests_for("ListProducts"), 1);
}

#[test]
fn a_failure_to_list_names_the_permission() {
    let Some(terraform) = Terraform::with(ALL) else { return };
    let forbidden = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("ListProducts", forbidden));
    terraform
        .plan()
        .fails()
        .says(&["The PAI products cannot be listed", "Grant the caller the RAM action pai:ListProducts"]);
}
