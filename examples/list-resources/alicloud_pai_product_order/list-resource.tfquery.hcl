# Put this into a file such as orders.tfquery.hcl. terraform query -generate-config-out=orders.tf then
# writes a resource and an import block for each order. Without a limit, Terraform stops after 100.
list "alicloud_pai_product_order" "all" {
  provider         = alicloud
  include_resource = true
  limit            = 10000

  config {
    product_codes = ["PAI_share", "DataWorks_share"]
    since         = "2026-01-01"
  }
}
