# Set time limits
#
# Each limit includes all retries. If you omit a limit, its default applies.
resource "alicloud_market_order" "patient" {
  product_code    = "cmapi033136"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
  client_token    = "team-7-patient-2026"

  timeouts = {
    create = "20m"
    read   = "5m"
  }
}
