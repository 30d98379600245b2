import {
  to = alicloud_market_order.order
  identity = {
    order_id = "202600000000001"
  }
}
