# Rename a for_each key
#
# Terraform treats an instance with a new key as a new resource: it buys an order for the new key, and removes the old order
# from the state. A `moved` block keeps the order instead. Keep its `client_token` too.
resource "alicloud_market_order" "renamed" {
  for_each = { live = "team-7-production-2026" }

  product_code    = "cmapi033136"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = each.value
}

moved {
  from = alicloud_market_order.renamed["production"]
  to   = alicloud_market_order.renamed["live"]
}
