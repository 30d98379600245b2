resource "alicloud_market_order" "order" {
  product_code    = "cmapi033136"
  pay_type        = "PrePaid"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = "team-7-production-2026"
}
