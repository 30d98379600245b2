//! What the services answer beyond their examples.

use std::time::{Duration, Instant};

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::{market_order::ORDER, pai::documented, terraform::Terraform};

const ORDERS: [(&str, &str); 2] =
    [("alicloud_market_order.order", "DescribeOrder"), ("alicloud_pai_product_order.data", "GetOrderDetail")];

fn configuration(operation: &str) -> String {
    if operation == "DescribeOrder" { ORDER.to_owned() } else { documented(&["PAI_share"]) }
}

#[test]
fn an_unknown_order_is_reported_within_seconds_in_every_form_that_services_have_for_it() {
    for (address, operation) in ORDERS {
        let Some(terraform) = Terraform::with(&configuration(operation)) else { return };
        let mut forms = vec![Kind::Absent, Kind::AbsentEmpty];
        if operation == "DescribeOrder" {
            forms.extend([400, 404, 500].map(|status| Kind::NullError { status }));
            forms.push(Kind::NullError { status: 200 });
            forms.push(Kind::Reply { body: json!({"RequestId": "R", "OrderId": 0, "TotalPrice": 0.0}).to_string() });
        }
        for kind in forms {
            terraform.mock.fault(Fault::times(operation, kind.clone(), 9));
            let begin = Instant::now();
            terraform.import(address, "202699999999999").fails().says(&["was not imported: it does not exist"]);
            assert!(begin.elapsed() < Duration::from_secs(20), "{kind:?}");
            terraform.mock.ledger().faults.clear();
        }
    }
}

#[test]
fn an_error_that_says_nothing_takes_an_order_out_of_the_state_after_two_looks_by_its_owner() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let null = |times| Fault::times("DescribeOrder", Kind::NullError { status: 500 }, times);
    terraform.mock.fault(null(1));
    terraform.plans_empty();

    let key = mock_endpoint::ledger::Key::new("stranger-secret", "2000000000000002");
    terraform.mock.ledger().keys.insert("stranger".to_owned(), key);
    terraform.set("ALICLOUD_ACCESS_KEY", "stranger").set("ALICLOUD_SECRET_KEY", "stranger-secret");
    terraform.apply().fails().says(&["The credentials belong to another account"]);
    terraform.set("ALICLOUD_ACCESS_KEY", mock_endpoint::ACCESS_KEY);
    terraform.set("ALICLOUD_SECRET_KEY", mock_endpoint::SECRET_KEY);

    // The account still lists its instances.
    terraform.mock.fault(null(2));
    terraform.apply().fails().says(&[
        "although the account has an instance of it",
        "DescribeInstances",
        "nothing is bought",
    ]);
    assert_eq!(terraform.orders().len(), 1);

    terraform.mock.ledger().orders.clear();
    let begin = Instant::now();
    let planned = terraform.plan();
    assert_eq!(planned.code, Some(2), "{}", planned.text);
    planned.says(&["is gone: Terraform plans a new one"]);
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn where_instances_may_not_be_listed_no_order_is_taken_out_of_the_state() {
    for status in [500, 503, 429, 403, 400, 404] {
        let Some(terraform) = Terraform::with(ORDER) else { return };
        terraform.apply().succeeds();
        let key = |ledger: &mut mock_endpoint::ledger::Ledger| {
            ledger.keys.get_mut(mock_endpoint::ACCESS_KEY).unwrap().forbidden.insert("DescribeInstances".to_owned())
        };
        key(&mut terraform.mock.ledger());
        terraform.mock.fault(Fault::times("DescribeOrder", Kind::NullError { status }, 99));
        let words = ["It is unknown whether order", "AliyunMarketplaceFullAccess", "terraform state rm"];
        terraform.plan().fails().says(&words);
        assert_eq!(terraform.ids().len(), 1);
    }
}

#[test]
fn a_purchase_whose_error_says_nothing_is_sent_again_with_the_same_token() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.mock.fault(Fault::times("CreateOrder", Kind::NullError { status: 400 }, 2));
    terraform.apply().succeeds();
    let sent = terraform.requests("CreateOrder");
    assert!(sent.len() == 3 && sent.iter().all(|request| request.client_token == sent[0].client_token), "{sent:?}");
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn replies_without_a_request_id_buy_and_read() {
    let Some(terraform) = Terraform::with(&[ORDER, &documented(&["PAI_share"])].concat()) else { return };
    for operation in ["CreateOrder", "DescribeOrder", "CreateProductOrders", "ListProducts", "GetOrderDetail"] {
        terraform.mock.fault(Fault::once(operation, Kind::NoRequestId));
    }
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    assert_eq!(terraform.requests("DescribeOrder").len(), 1);
    assert!(terraform.mock.ledger().faults.is_empty());
}

#[test]
fn orders_are_queried_with_both_ends_of_a_period() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
    terraform.apply().succeeds().says(&["was found by reading"]);
    terraform.begin_anew();
    terraform.apply().fails().says(&["the account already has"]);
    let requests = terraform.requests("QueryOrders");
    assert!(requests.len() > 2);
    for request in requests {
        let moment = |name: &str| chrono::DateTime::parse_from_rfc3339(&request.parameters[name]).unwrap();
        let (start, end) = (moment("CreateTimeStart"), moment("CreateTimeEnd"));
        assert!(end > chrono::Utc::now() && end - start < chrono::TimeDelta::days(367), "{request:?}");
    }
}

#[test]
fn an_order_of_another_account_and_an_unpaid_account_have_messages_of_their_own() {
    let Some(mut terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    let error = |status, code: &str, message: &str| Kind::ApiError {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
    };
    terraform.mock.fault(Fault::once("GetOrderDetail", error(400, "InvalidOwner", "The owner is invalid.")));
    terraform
        .import("alicloud_pai_product_order.data", "202600000000001")
        .fails()
        .says(&["belongs to another account"]);
    terraform.mock.fault(Fault::once("CreateProductOrders", error(400, "InvalidOwner", "The owner is invalid.")));
    terraform.apply().fails().says(&["Something in the purchase", "No order was placed"]);
    terraform.mock.fault(Fault::once("CreateProductOrders", error(500, "LXBuyError", "ARREARAGE: pay first")));
    terraform.apply().fails().says(&["LXBuyError", "Check the account in the console", "No order was placed"]);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 2);

    let proxy_page = Kind::Reply { body: "<html>".to_owned() };
    terraform.mock.fault(Fault::times("GetOrderDetail", proxy_page, 99));
    terraform.set("MAX_RETRY_TIMEOUT", "2");
    let imported = terraform.import("alicloud_pai_product_order.data", "202600000000001").fails();
    imported.says(&["Then run terraform import again."]).never_says(&["terraform apply"]);
}
