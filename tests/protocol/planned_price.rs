//! A Terraform that hands a plan's private data back to the apply (protocol 6.11): the second plan shows the price of the
//! first, and the apply refuses another one in the provider's words.

use mock_endpoint::Mock;
use serde_json::json;
use tfplugin::value::{Number, msgpack};

use crate::planned_token::{Job, type_of_order};

fn price(plan: &tfplugin::proto::plan_resource_change::Response) -> Option<Number> {
    let state = msgpack::decode(&plan.planned_state.as_ref().unwrap().msgpack, &type_of_order()).unwrap();
    state.get("quoted_price").as_number().cloned()
}

#[tokio::test]
async fn the_second_plan_shows_the_planned_price_and_the_apply_refuses_another_one() {
    let mock = Mock::start().unwrap();
    let mut job = Job::start(&mock).await;
    let first = job.plan(true, &[]).await;
    mock.set_price("cmapi033136", json!({"TradePrice": 12}));
    let mut other = Job::start(&mock).await;
    let second = other.plan(true, &first.planned_private).await;
    assert_eq!((price(&first), price(&second)), (Some(10_i64.into()), Some(10_i64.into())));
    assert_eq!(first.planned_state, second.planned_state);
    let refused = other.refused(second).await;
    assert!(refused.contains("No order was placed: the price changed from 10 CNY to 12 CNY"), "{refused}");
    assert!(mock.ledger().orders.is_empty());

    // Without that, Terraform gets the new price and refuses the apply itself.
    assert_eq!(price(&other.plan(false, &[]).await), Some(12_i64.into()));
}

#[tokio::test]
async fn a_second_plan_leaves_limits_to_the_apply_so_that_terraform_keeps_what_is_replaced() {
    let mock = Mock::start().unwrap();
    let first = Job::start(&mock).await.plan(true, &[]).await;
    let mut limited = Job::start_with(&mock, ("ALICLOUD_PURCHASE_MAX_PRICE", "9")).await;
    let alone = limited.plan(true, &[]).await.diagnostics;
    assert!(alone[0].summary.contains("10 CNY is more than purchase_guard.max_price"), "{alone:?}");
    let second = limited.plan(true, &first.planned_private).await;
    assert_eq!(first.planned_state, second.planned_state);
    let refused = limited.refused(second).await;
    assert!(refused.contains("10 CNY is more than purchase_guard.max_price"), "{refused}");
    assert!(mock.ledger().orders.is_empty());
}
