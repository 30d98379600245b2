# Import an order that you already have
#
# [`terraform query`](../list-resources/pai_product_order.md) finds the orders of an account. The plan must say `1 to import`
# and `0 to add`.
import {
  to = alicloud_pai_product_order.existing
  id = "202600000000001"
}

resource "alicloud_pai_product_order" "existing" {
  products = [{ product_code = "PAI_share" }]
}
