//! `ephemeral "alicloud_market_instance_access"`: the access data of an instance reaches what needs it, read again each time.
//! `secrets.rs` looks for it where it must not be.

use std::fs;

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::{market_order::ORDER, terraform::Terraform};

/// The order, and a check of the access data of its instance.
pub fn configuration(expected: &str) -> String {
    format!(
        "{ORDER}ephemeral \"alicloud_market_instance_access\" \"it\" {{\n  instance_id = \
         alicloud_market_order.order.instance_ids[0]\n  lifecycle {{\n    postcondition {{\n      condition = {expected}\n      \
         error_message = \"It hands out something else.\"\n    }}\n  }}\n}}\n"
    )
}

/// A Terraform that knows ephemeral resources.
pub fn with(configuration: &str) -> Option<Terraform> {
    let terraform = Terraform::with(configuration)?;
    let least = if terraform.is_opentofu() { (1, 11) } else { (1, 10) };
    let is_known = terraform.version() >= least;
    if !is_known {
        eprintln!("skipped: this Terraform has no ephemeral resources");
    }
    is_known.then_some(terraform)
}

#[test]
fn an_instance_hands_out_its_access_at_each_plan_and_apply() {
    let expected = "self.app[\"username\"] == \"admin\" && self.app[\"frontEndUrl\"] == \"https://app.example.com\" && \
                    self.host[\"ip\"] == \"192.0.2.1\" && length(self.host) == 3 && self.status == \"OPENED\" && \
                    self.license_code == null";
    let login = r#"
resource "terraform_data" "login" {
  provisioner "local-exec" {
    command     = "printf %s \"$PASSWORD\" > password.txt"
    environment = { PASSWORD = ephemeral.alicloud_market_instance_access.it.app["password"] }
  }
}
"#;
    let Some(terraform) = with(&format!("{}{login}", configuration(expected))) else { return };
    // The instance is not there before the order is.
    assert_eq!(terraform.plan().code, Some(2));
    assert_eq!(terraform.requests("DescribeInstance").len(), 0);
    // The order reads its instance once, when it is bought.
    terraform.apply().succeeds();
    assert_eq!(terraform.requests("DescribeInstance").len(), 2);
    assert_eq!(fs::read_to_string(terraform.path().join("password.txt")).unwrap(), "canary-instance-password");
    terraform.plans_empty();
    assert_eq!(terraform.requests("DescribeInstance").len(), 3);
    terraform.configure(&configuration("self.app[\"username\"] == \"root\""));
    terraform.plan().fails().says(&["It hands out something else."]);
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn an_instance_that_is_unknown_or_hands_out_nothing_has_a_message() {
    let of =
        |id: &str| format!("ephemeral \"alicloud_market_instance_access\" \"it\" {{\n  instance_id = \"{id}\"\n}}\n");
    let Some(terraform) = with(&of("12345")) else { return };
    terraform.plan().fails().says(&["The instance 12345 does not exist", "instance_id = \"12345\""]);
    terraform.configure(&of("cmapi033136"));
    terraform.plan().fails().says(&["the ID of an instance: digits only"]);
    terraform.configure(&of("12345"));
    let reply = |more: serde_json::Value| {
        let mut body = json!({"InstanceId": 12345, "Status": "CREATING", "AppJson": "", "HostJson": "{}"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        terraform.mock.ledger().faults.clear();
        terraform.mock.fault(Fault::times("DescribeInstance", Kind::Reply { body: body.to_string() }, 99));
    };
    reply(json!({}));
    terraform.plan().succeeds().says(&["Warning: The instance 12345 has no access data yet", "CREATING"]);
    reply(json!({"InstanceId": 54321}));
    terraform.plan().fails().says(&["The instance 12345 cannot be read", "about another instance"]);
    reply(json!({"LicenseCode": "L-1"}));
    terraform.plan().succeeds().never_says(&["has no access data", "L-1"]);
}
