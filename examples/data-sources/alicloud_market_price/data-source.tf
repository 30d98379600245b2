data "alicloud_market_price" "year" {
  product_code    = "cmapi033136"
  pricing_cycle   = "Year"
  package_version = "yuncode2713600001"
}

output "price" {
  value = "${data.alicloud_market_price.year.trade_price} ${data.alicloud_market_price.year.currency}"
}
