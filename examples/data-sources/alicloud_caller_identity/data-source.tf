data "alicloud_caller_identity" "current" {}

output "account" {
  value = data.alicloud_caller_identity.current.account_id
}
