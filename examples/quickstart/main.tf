terraform {
  required_providers {
    alicloud = {
      source = "example/alicloud"
    }
  }
}

provider "alicloud" {
  region = "cn-hangzhou"
}

resource "alicloud_market_order" "order" {
  product_code    = "cmapi033136"
  pay_type        = "PrePaid"
  quantity        = 1
  duration        = 1
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  coupon_id       = ""
  client_token    = "quickstart"
}

resource "alicloud_pai_product_order" "pai" {
  products = [
    { product_code = "PAI_share" },
  ]
}

output "market_order_id" {
  value = alicloud_market_order.order.id
}

output "pai_order_id" {
  value = alicloud_pai_product_order.pai.id
}
