# Import an order that you already have
#
# [`terraform query`](../list-resources/market_order.md) finds the orders of an account. Set the arguments that bought the
# order. The plan must say `1 to import` and `0 to add`: if an argument differs from the order, the plan replaces it, which
# buys another one. [After an import](#after-an-import) lists what an import cannot read.
import {
  to = alicloud_market_order.existing
  id = "202600000000001"
}

resource "alicloud_market_order" "existing" {
  product_code    = "cmapi033136"
  pay_type        = "PrePaid"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"

  lifecycle {
    prevent_destroy = true
  }
}
