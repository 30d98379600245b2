# One order for each product
#
# An order cannot be changed. With a resource for each product, you can add a product later without touching the others.
resource "alicloud_pai_product_order" "product" {
  for_each = toset(["MaxCompute_share", "OSS_share"])

  products = [{ product_code = each.key }]

  lifecycle {
    prevent_destroy = true
  }
}
