# In a pipeline
#
# A job that starts in an empty directory has no [purchase journal](../guides/money.md#what-the-provider-keeps-on-disk), so
# the `client_token` is the only record of an interrupted purchase. Use one constant for each environment, never a job number
# or a timestamp: a new token buys a new order. The guide [pipelines](../guides/pipelines.md) has complete workflows.
variable "environment" {
  type    = string
  default = "production"
}

resource "alicloud_market_order" "gateway" {
  product_code    = "cmapi033136"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = "team-7-${var.environment}-2026"
}
