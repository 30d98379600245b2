resource "alicloud_market_order" "order" {
  product_code    = "cmapi033136"
  pay_type        = "PrePaid"
  pricing_cycle   = "Month"
  package_version = "yuncode2713600001"
}

ephemeral "alicloud_market_instance_access" "order" {
  instance_id = alicloud_market_order.order.instance_ids[0]
}

# Terraform accepts the values only in ephemeral contexts: a provider block, a write-only argument
# or a provisioner.
resource "terraform_data" "login" {
  provisioner "local-exec" {
    command = "./login.sh"
    environment = {
      APP_URL      = ephemeral.alicloud_market_instance_access.order.app["frontEndUrl"]
      APP_USER     = ephemeral.alicloud_market_instance_access.order.app["username"]
      APP_PASSWORD = ephemeral.alicloud_market_instance_access.order.app["password"]
    }
  }
}
