resource "alicloud_pai_product_order" "data" {
  products = [
    {
      product_code        = "DataWorks_share"
      pricing_cycle       = "Month"
      auto_renew          = true
      instance_properties = [{ code = "region", value = "cn-shanghai" }]
    },
    { product_code = "PAI_share" },
  ]
}
