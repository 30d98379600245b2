import {
  to = alicloud_market_order.order
  id = "202600000000001"
}
