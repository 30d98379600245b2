# Several orders with for_each
#
# Derive each `client_token` from `each.key`, so that each order has a token of its own. If you add a key, Terraform buys one
# order. If you remove a key, Terraform removes one order from the state, and that order stays paid.
resource "alicloud_market_order" "seat" {
  for_each = toset(["production", "staging"])

  product_code    = "cmapi033136"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = "team-7-${each.key}-2026"
}
