//! Many orders in one apply.

use crate::terraform::Terraform;

fn orders(count: usize) -> String {
    format!(
        "resource \"alicloud_market_order\" \"order\" {{\n  count = {count}\n  product_code = \"cmapi033136\"\n  \
         pricing_cycle = \"Month\"\n  package_version = \"yuncode2713600001\"\n}}\n"
    )
}

#[test]
fn a_thousand_orders_are_a_thousand_orders_over_few_connections() {
    for parallelism in [10_u64, 50] {
        let Some(terraform) = Terraform::with(&orders(1000)) else { return };
        let argument = format!("-parallelism={parallelism}");
        terraform.run(&["apply", "-auto-approve", "-no-color", &argument]).succeeds();
        assert_eq!(terraform.orders().len(), 1000);
        assert_eq!(terraform.instances().len(), 1000);
        let connections = terraform.mock.ledger().connections;
        assert!(connections <= parallelism + parallelism / 5, "{connections} connections for {parallelism} at a time");
        terraform.plans_empty();
        let notes = terraform.path().join(".terraform/alicloud-purchases");
        let left = std::fs::read_dir(notes)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "json"));
        assert_eq!(left.count(), 0, "a plan has found every order in the state");
    }
}
