# One order for each product
#
# With a resource for each product, you can add a product later without changing the others.
resource "alicloud_pai_product_order" "product" {
  for_each = toset(["MaxCompute_share", "OSS_share"])

  products = [{ product_code = each.key }]

  lifecycle {
    prevent_destroy = true
  }
}
