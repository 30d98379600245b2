import {
  to = alicloud_pai_product_order.data
  identity = {
    order_id = "202600000000001"
  }
}
