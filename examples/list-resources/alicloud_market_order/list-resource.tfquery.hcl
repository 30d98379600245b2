# Put this into a file such as orders.tfquery.hcl. terraform query -generate-config-out=orders.tf then
# writes a resource and an import block for each order. Without a limit, Terraform stops after 100.
list "alicloud_market_order" "all" {
  provider         = alicloud
  include_resource = true
  limit            = 10000
}

list "alicloud_market_order" "gateway" {
  provider = alicloud
  limit    = 10

  config {
    product_codes = ["cmapi033136"]
    status        = "OPENED"
  }
}
