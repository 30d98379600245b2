data "alicloud_market_products" "default" {
  product_type = "API_SERVICE"
  name_regex   = "^OCR"
  sort         = "score-desc"
}

# Copy the code that you choose into alicloud_market_order. If an order read its product_code from
# this list, another product at the top of the list would replace the order, which buys again.
output "product_codes" {
  value = data.alicloud_market_products.default.ids
}
