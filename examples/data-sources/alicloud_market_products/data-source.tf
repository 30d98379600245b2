data "alicloud_market_products" "default" {
  product_type = "API_SERVICE"
  name_regex   = "^OCR"
  sort         = "score-desc"
}

output "product_codes" {
  value = data.alicloud_market_products.default.ids
}

resource "alicloud_market_order" "order" {
  product_code    = data.alicloud_market_products.default.ids[0]
  pay_type        = "PrePaid"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
}
