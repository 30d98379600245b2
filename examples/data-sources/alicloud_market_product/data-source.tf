data "alicloud_market_product" "default" {
  product_code = "cmapi033136"
}

output "sku_codes" {
  value = data.alicloud_market_product.default.product[0].skus[*].sku_code
}

output "package_versions" {
  value = data.alicloud_market_product.default.product[0].skus[0].package_versions[*].package_version
}
