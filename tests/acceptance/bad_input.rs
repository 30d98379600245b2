//! Bad input gets a clear error, and nothing is bought.

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::{
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

#[test]
fn invalid_values_are_refused_by_validate() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    let table = [
        (ORDER.replace("cmapi033136", "short"), "product_code must be 8 to 12 characters long"),
        (ORDER.replace("cmapi033136", "much-too-long-a-code"), "8 to 12 characters"),
        (ORDER.replace("Month", "Week"), "one of \"Day\", \"Month\", \"Year\""),
        (ORDER.replace("yuncode2713600001", " "), "package_version must not be empty"),
        (order_with("pay_type = \"Later\""), "one of \"PrePaid\", \"PostPaid\""),
        (order_with("duration = 0"), "a whole number from 1 to 256"),
        (order_with("duration = 257"), "a whole number from 1 to 256"),
        (order_with("duration = 1.5"), "a whole number from 1 to 256"),
        (order_with("quantity = 0"), "a whole number of at least 1"),
        (order_with("quantity = 0.5"), "a whole number of at least 1"),
        (order_with("quantity = 99999999999999999999"), "must be at most 9223372036854775807"),
        (order_with("components = { ord_time = \"1:Month\" }"), "must not contain the key \"ord_time\""),
        (order_with("components = { order_num = \"1\" }"), "must not contain the key \"order_num\""),
        (order_with("components = { package_version = \"other\" }"), "name different versions"),
        (order_with("components = { seats = null }"), "must have a value for the key \"seats\""),
        (ORDER.replace("pricing_cycle", "#"), "The argument \"pricing_cycle\" is required"),
    ];
    for (configuration, message) in table {
        terraform.configure(&configuration);
        terraform.validate().fails().says(&[message]);
    }
    assert_eq!(terraform.mock.ledger().connections, 0);
}

/// Terraform accepts such values in a plan, pays, and then refuses the result and taints it.
#[test]
fn a_value_for_what_only_the_provider_sets_is_refused() {
    let source = "resource \"terraform_data\" \"later\" {\n  input = \"3\"\n}\n";
    let Some(terraform) = Terraform::with(ORDER) else { return };
    type With = fn(&str) -> String;
    let attributes: [(With, &str); 2] = [
        (
            order_with,
            "id order_status pay_status order_type product_name product_sku_code \
          supplier_company_name original_price total_price payment_price coupon_price created_on paid_on instance_ids",
        ),
        (
            pai_order_with,
            "id message buy_product_request_id product_ids payment_status \
          subscription_type currency pretax_amount created_at paid_at instance_ids",
        ),
    ];
    for (with, names) in attributes {
        // All of them at once, each an error of its own.
        for value in ["3", "terraform_data.later.output"] {
            let lines = |name: &str| {
                let list = name.ends_with("_ids");
                if list { format!("{name} = [{value}]") } else { format!("{name} = {value}") }
            };
            let lines: Vec<String> = names.split_whitespace().map(lines).collect();
            terraform.configure(&[source, &with(&lines.join("\n  "))].concat());
            let refused = terraform.validate().fails().says(&["because only the provider sets it"]);
            for name in names.split_whitespace() {
                assert!(refused.text.contains(&format!("{name} cannot be configured")), "{name}: {}", refused.text);
            }
            terraform.apply().fails();
        }
    }
    assert!(terraform.orders().is_empty());
}

fn pai_order_with(line: &str) -> String {
    format!(
        "resource \"alicloud_pai_product_order\" \"order\" {{\n  products = [{{ product_code = \"PAI_share\" }}]\n  {line}\n}}\n"
    )
}

#[test]
fn unknown_values_are_waited_for() {
    let source = "resource \"terraform_data\" \"later\" {\n  input = \"cmapi033136\"\n}\n";
    let later = ORDER.replace("\"cmapi033136\"", "terraform_data.later.output");
    let Some(terraform) = Terraform::with(&format!("{source}{later}")) else { return };
    terraform.validate().succeeds();
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn rejected_credentials_are_named_with_their_source() {
    let error = |status, code: &str| Kind::ApiError { status, code: code.to_owned(), message: "no".to_owned() };
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.mock.fault(Fault::once("CreateOrder", error(403, "InvalidSecurityToken.Expired")));
    terraform.apply().fails().says(&[
        "No order was placed",
        "(credentials from the environment variable ALICLOUD_ACCESS_KEY)",
        "temporary and have expired",
    ]);
    // The block comes first.
    let keys = (mock_endpoint::ACCESS_KEY, mock_endpoint::SECRET_KEY);
    let block = format!("provider \"alicloud\" {{\n  access_key = {:?}\n  secret_key = {:?}\n}}\n", keys.0, keys.1);
    terraform.configure(&format!("{block}{ORDER}"));
    terraform.mock.fault(Fault::once("CreateOrder", error(403, "InvalidAccessKeyId.Inactive")));
    let inactive = terraform.apply().fails();
    inactive.says(&["(credentials from access_key in the provider block)", "The AccessKey is disabled"]);
    terraform.configure(ORDER);
    let profile =
        json!({"name": "buyer", "mode": "AK", "access_key_id": keys.0, "access_key_secret": "wrong-secret-key"});
    terraform.write("config.json", &json!({"current": "buyer", "profiles": [profile]}).to_string());
    terraform.set("ALICLOUD_ACCESS_KEY", "").set("ALICLOUD_SECRET_KEY", "");
    terraform.set("ALICLOUD_SHARED_CREDENTIALS_FILE", "config.json");
    terraform.apply().fails().says(&[
        "(credentials from the profile \"buyer\" of the shared credentials file)",
        "The secret belongs to another AccessKey",
    ]);
    assert!(terraform.orders().is_empty());
}

#[test]
fn an_endpoint_without_the_operation_is_explained() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    let error = Kind::ApiError { status: 404, code: "InvalidApi.NotFound".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("CreateOrder", error));
    terraform.apply().fails().says(&["No order was placed", "The endpoint does not have this operation"]);
    assert!(terraform.orders().is_empty());
}

#[test]
fn wrong_keys_are_explained() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.set("ALICLOUD_ACCESS_KEY", "nobody");
    let refused = terraform.apply().fails();
    refused.says(&["InvalidAccessKeyId.NotFound", "No order was placed", "ALICLOUD_ACCESS_KEY", "RequestId"]);
    terraform.set("ALICLOUD_ACCESS_KEY", mock_endpoint::ACCESS_KEY).set("ALICLOUD_SECRET_KEY", "wrong-secret-key");
    let refused = terraform.apply().fails();
    refused.says(&["SignatureDoesNotMatch", "No order was placed"]).never_says(&[
        "string to sign",
        "wrong-secret-key",
        "Signature=",
    ]);
    assert!(terraform.orders().is_empty());
    assert!(terraform.instances().is_empty());
}

#[test]
fn a_missing_permission_is_named() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    let forbidden =
        Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "not authorized".to_owned() };
    terraform.mock.fault(Fault::once("CreateOrder", forbidden));
    terraform.apply().fails().says(&["Forbidden.RAM", "AliyunMarketplaceFullAccess", "No order was placed"]);
    assert!(terraform.orders().is_empty());
}

#[test]
fn an_endpoint_that_is_not_there_is_named() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.set("MARKET_ENDPOINT", "not a host");
    terraform.apply().fails().says(&["Invalid endpoint", "MARKET_ENDPOINT", "Nothing was sent"]);
    for wrong in ["host/with/a/path", "ftp://host", "https://user@host"] {
        let block = format!("provider \"alicloud\" {{\n  endpoints {{\n    market = {wrong:?}\n  }}\n}}\n");
        terraform.configure(&format!("{block}{ORDER}"));
        terraform.validate().fails().says(&["a host, host:port"]);
    }
}

#[test]
fn missing_credentials_are_one_error_that_names_the_ways() {
    let two = format!("provider \"alicloud\" {{}}\n{ORDER}{}", ORDER.replace("\"order\" {", "\"second\" {"));
    let Some(mut terraform) = Terraform::with(&two) else { return };
    terraform.set("ALICLOUD_ACCESS_KEY", "").set("ALICLOUD_SECRET_KEY", "").set("HOME", "/nonexistent");
    let refused = terraform.apply().fails();
    assert_eq!(refused.text.matches("Error:").count(), 1, "{}", refused.text);
    refused.says(&["has no credentials", "access_key", "ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID"]);

    terraform.set("ALICLOUD_ACCESS_KEY", "id");
    terraform.apply().fails().says(&["The credentials are incomplete", "secret_key", "ALICLOUD_SECRET_KEY"]);
    assert_eq!(terraform.mock.ledger().connections, 0);
}

#[test]
fn an_unknown_region_is_refused_with_close_ones() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.set("ALICLOUD_REGION", "cn-hangzou");
    terraform.apply().fails().says(&["Unknown region", "cn-hangzhou", "skip_region_validation"]);
    terraform.set("ALICLOUD_SKIP_REGION_VALIDATION", "true");
    terraform.apply().succeeds();
    assert_eq!(terraform.requests("CreateOrder")[0].parameters["RegionId"], "cn-hangzou");
}
