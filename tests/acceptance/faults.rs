//! One fault, one apply: the first apply succeeds, one order is in the ledger, the second apply changes nothing.

use mock_endpoint::fault::{Fault, Kind};

use crate::{market_order::ORDER, terraform::Terraform};

/// Everything that can go wrong once without an end to the operation.
pub fn faults() -> Vec<Kind> {
    vec![
        Kind::DropBefore,
        Kind::DropAfter,
        Kind::Error500,
        Kind::Error503,
        Kind::Error503After,
        Kind::Throttling { retry_after: None },
        Kind::Throttling { retry_after: Some(1) },
        Kind::Garbage,
        Kind::Truncated,
        Kind::WrongLength,
        Kind::Endless,
        Kind::Slow { delay_ms: 2500 },
        Kind::Reply { body: String::new() },
        Kind::Reply { body: "{\"RequestId\":\"R\"}".to_owned() },
        Kind::Reply { body: "[1,2".to_owned() },
    ]
}

fn faults_cost_nothing(operation: &str, times: u32) {
    for kind in faults() {
        let Some(mut terraform) = Terraform::with(ORDER) else { return };
        terraform.set("CLIENT_READ_TIMEOUT", "1000");
        terraform.mock.fault(Fault::times(operation, kind.clone(), times));
        terraform.apply().succeeds();
        terraform.plans_empty();
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 1, "{operation} {kind:?}");
        assert_eq!(terraform.attributes()["id"], terraform.orders()[0]);
        assert!(terraform.mock.ledger().faults.is_empty(), "{operation} {kind:?} happened");
    }
}

#[test]
fn a_fault_on_create_order_costs_nothing() {
    faults_cost_nothing("CreateOrder", 1);
}

#[test]
fn a_fault_on_describe_order_costs_nothing() {
    faults_cost_nothing("DescribeOrder", 1);
}

#[test]
fn several_faults_on_create_order_cost_nothing() {
    faults_cost_nothing("CreateOrder", 3);
}

#[test]
fn several_faults_on_describe_order_cost_nothing() {
    faults_cost_nothing("DescribeOrder", 3);
}

#[test]
fn every_resend_of_a_purchase_carries_the_same_token_and_the_same_bytes() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    for kind in [Kind::DropAfter, Kind::Garbage, Kind::Error503After, Kind::DropBefore, Kind::Error500] {
        terraform.mock.fault(Fault::once("CreateOrder", kind));
    }
    terraform.apply().succeeds();
    let sent = terraform.requests("CreateOrder");
    assert_eq!(sent.len(), 6);
    assert!(sent.iter().all(|request| request.parameters == sent[0].parameters));
    assert_eq!(terraform.orders().len(), 1);
}
