# Limit the price
#
# With `max_price`, the plan fails if the order costs more, and the apply checks the price again before it sends the
# order. The postcondition checks a rule of your own. With `prevent_destroy`, a plan that would replace or destroy the order
# fails. The guide [control what you spend](../guides/spending.md) also covers limits for all orders of a run.
resource "alicloud_market_order" "limited" {
  product_code    = "cmapi033136"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = "team-7-limited-2026"
  max_price       = 100

  lifecycle {
    prevent_destroy = true

    postcondition {
      condition     = self.order_status == "NORMAL"
      error_message = "Order ${self.id} has the status ${self.order_status}."
    }
  }
}
