import {
  to = alicloud_pai_product_order.data
  id = "202600000000001"
}
