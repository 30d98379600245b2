# An image or another product with its own SKUs
resource "alicloud_market_order" "image" {
  product_code    = "cmjj012345"
  sku_code        = "cmjj012345-Package"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = "team-7-image-2026"
}
