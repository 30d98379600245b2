# terraform query -generate-config-out=orders.tf writes a resource and an import block for each order.
list "alicloud_pai_product_order" "all" {
  provider         = alicloud
  include_resource = true

  config {
    product_codes = ["PAI_share", "DataWorks_share"]
    since         = "2026-01-01"
  }
}
