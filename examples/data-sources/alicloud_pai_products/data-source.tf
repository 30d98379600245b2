data "alicloud_pai_products" "all" {}

output "purchased" {
  value = [
    for product in data.alicloud_pai_products.all.products : product.product_code
    if product.is_purchased
  ]
}

output "can_be_bought" {
  value = {
    for product in data.alicloud_pai_products.all.products : product.product_code => product.purchase_url
    if !product.is_purchased && product.has_permission_to_purchase == true
  }
}
