resource "alicloud_market_order" "order" {
  product_code    = "cmapi033136"
  pay_type        = "PrePaid"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = "team-7-production-2026"
}

action "alicloud_market_renewal" "order" {
  config {
    instance_id = alicloud_market_order.order.instance_ids[0]
    until       = "2027-03-31"
    max_price   = 100
  }
}
