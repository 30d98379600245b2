//! `data "alicloud_caller_identity"`: what the existing provider's configurations read of it.

use mock_endpoint::{
    ACCOUNT,
    fault::{Fault, Kind},
};
use serde_json::json;

use crate::terraform::Terraform;

/// As the page of the existing provider has it, and an output for each attribute.
const CALLER: &str = r#"data "alicloud_caller_identity" "current" {}
output "current_user_arn" {
  value = data.alicloud_caller_identity.current.id
}
output "all" {
  value = [for name in ["account_id", "arn", "identity_type"] : data.alicloud_caller_identity.current[name]]
}
"#;

#[test]
fn the_caller_is_the_account_of_the_credentials() {
    let Some(terraform) = Terraform::with(CALLER) else { return };
    terraform.apply().succeeds();
    let outputs = &terraform.state()["outputs"];
    assert_eq!(outputs["current_user_arn"]["value"], json!(ACCOUNT));
    assert_eq!(outputs["all"]["value"], json!([ACCOUNT, format!("acs:ram::{ACCOUNT}:root"), "Account"]));
    terraform.plans_empty();
}

#[test]
fn a_role_is_the_caller_once_it_is_assumed() {
    let role = r#"provider "alicloud" {
  assume_role {
    role_arn     = "acs:ram::42:role/buyer"
    session_name = "ci"
  }
}
"#;
    let Some(terraform) = Terraform::with(&format!("{role}{CALLER}")) else { return };
    terraform.apply().succeeds();
    let outputs = &terraform.state()["outputs"];
    assert_eq!(outputs["current_user_arn"]["value"], json!("42:ci"));
    assert_eq!(outputs["all"]["value"], json!(["42", "acs:ram::42:assumed-role/buyer/ci", "AssumedRoleUser"]));
}

#[test]
fn a_caller_that_cannot_be_identified_is_an_error_that_says_so() {
    let Some(terraform) = Terraform::with(CALLER) else { return };
    let refused =
        Kind::ApiError { status: 404, code: "InvalidAccessKeyId.NotFound".to_owned(), message: "unknown".to_owned() };
    terraform.mock.fault(Fault::times("GetCallerIdentity", refused, 99));
    terraform.plan().fails().says(&[
        "The caller cannot be identified",
        "InvalidAccessKeyId.NotFound",
        "check the AccessKey ID",
    ]);
}
