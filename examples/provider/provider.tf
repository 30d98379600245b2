terraform {
  required_providers {
    alicloud = {
      source = "example/alicloud"
    }
  }
}

# Keys come from ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY.
provider "alicloud" {
  region = "cn-hangzhou"
}

resource "alicloud_market_order" "order" {
  product_code    = "cmapi033136"
  pay_type        = "PrePaid"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = "team-7-production-2026"
}
