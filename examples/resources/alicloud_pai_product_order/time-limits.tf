# Set time limits
#
# Each limit includes all retries. If you omit a limit, its default applies.
resource "alicloud_pai_product_order" "patient" {
  products = [{ product_code = "PAI_share" }]

  timeouts = {
    create = "20m"
  }
}
