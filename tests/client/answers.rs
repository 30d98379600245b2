//! What the services answer beyond their examples: errors that say nothing, replies without data or RequestId.

use std::time::{Duration, Instant};

use alicloud::{
    aiworkspace, billing,
    error::{ApiError, Fate, Refusal},
    market::{self, Described},
    retry::Limit,
};
use mock_endpoint::{
    Mock,
    fault::{Fault, Kind},
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::credentials::client;

fn limit() -> Limit {
    Limit::new(Duration::from_secs(60), CancellationToken::new())
}

fn order() -> market::NewOrder {
    market::NewOrder { client_token: "t".to_owned(), commodity: "{}".to_owned() }
}

async fn described(mock: &Mock) -> Described {
    market::describe_order(&client(mock), "1", &limit()).await.unwrap()
}

#[tokio::test]
async fn an_error_that_says_nothing_means_that_there_is_no_such_order_whatever_its_status() {
    let begin = Instant::now();
    let mock = Mock::start().unwrap();
    for status in [200, 400, 403, 404, 429, 500, 503] {
        mock.fault(Fault::once("DescribeOrder", Kind::NullError { status }));
        let Described::Absent { request_id } = described(&mock).await else { panic!("{status}") };
        assert!(!request_id.is_empty());
    }
    let texts = [("null", ""), ("NULL", "null"), ("SystemError", "null"), ("null", "something")];
    for (code, message) in texts {
        let kind = Kind::ApiError { status: 500, code: code.to_owned(), message: message.to_owned() };
        mock.fault(Fault::once("DescribeOrder", kind));
        assert!(matches!(described(&mock).await, Described::Absent { .. }), "{code} {message}");
    }
    for body in [json!({"OrderId": 0}), json!({}), json!({"Code": null, "Message": null}), json!({"Code": "null"})] {
        let mut body = body;
        body["RequestId"] = "R".into();
        mock.fault(Fault::once("DescribeOrder", Kind::Reply { body: body.to_string() }));
        assert!(matches!(described(&mock).await, Described::Absent { .. }), "{body}");
    }
    // Of its own accord.
    assert!(matches!(described(&mock).await, Described::Absent { .. }));
    assert!(begin.elapsed() < Duration::from_secs(5), "nothing is sent again");
}

#[tokio::test]
async fn an_error_whose_code_is_known_is_no_missing_order() {
    let mock = Mock::start().unwrap();
    for (status, code) in [(503, "ServiceUnavailable"), (403, "Forbidden.RAM"), (400, "Throttling.User")] {
        let kind = Kind::ApiError { status, code: code.to_owned(), message: "null".to_owned() };
        mock.fault(Fault::times("DescribeOrder", kind, 99));
        let short = Limit::new(Duration::from_secs(1), CancellationToken::new());
        let failure = market::describe_order(&client(&mock), "1", &short).await.unwrap_err();
        assert!(failure.to_string().contains(code), "{failure}");
        mock.ledger().faults.clear();
    }
}

#[tokio::test]
async fn nobody_knows_what_became_of_a_purchase_whose_error_says_nothing() {
    let mock = Mock::start().unwrap();
    for status in [400, 500] {
        mock.fault(Fault::times("CreateOrder", Kind::NullError { status }, 99));
        let short = Limit::new(Duration::from_secs(1), CancellationToken::new());
        let failure = market::create_order(&client(&mock), &order(), &short).await.unwrap_err();
        assert_eq!(failure.fate, Fate::Unknown, "{failure}");
        mock.ledger().faults.clear();
    }
}

#[tokio::test]
async fn an_order_that_billing_does_not_know_has_no_rows_in_either_form() {
    let mock = Mock::start().unwrap();
    let begin = Instant::now();
    for kind in [Kind::Absent, Kind::AbsentEmpty] {
        mock.fault(Fault::once("GetOrderDetail", kind));
        assert_eq!(billing::order_detail(&client(&mock), "1", &limit()).await.unwrap(), []);
    }
    assert!(begin.elapsed() < Duration::from_secs(5));
    // A list of orders that is not there is no list without orders: nothing may be bought because of it.
    mock.fault(Fault::times("QueryOrders", Kind::AbsentEmpty, 99));
    let short = Limit::new(Duration::from_secs(1), CancellationToken::new());
    let failure = billing::orders_between(&client(&mock), "learn", 0..1, &short).await.unwrap_err();
    assert!(failure.to_string().contains("no Data"), "{failure}");
}

#[tokio::test]
async fn a_reply_without_a_request_id_is_taken_unless_it_says_that_something_is_not_there() {
    let mock = Mock::start().unwrap();
    let client = client(&mock);
    let products = ["PAI_share".to_owned()];
    mock.fault(Fault::once("ListProducts", Kind::NoRequestId));
    let listed = aiworkspace::list_products(&client, &products, &limit()).await.unwrap();
    assert_eq!(listed.products[0].is_purchased, Some(false));
    assert_eq!(mock.ledger().requests_for("ListProducts"), 1);

    let found = json!({"OrderId": 1, "ProductCode": "cmapi033136"}).to_string();
    mock.fault(Fault::once("DescribeOrder", Kind::Reply { body: found }));
    assert!(matches!(described(&mock).await, Described::Found(_)));
    assert_eq!(mock.ledger().requests_for("DescribeOrder"), 1);

    for (operation, body) in [("DescribeOrder", json!({})), ("GetOrderDetail", json!({"Success": true}))] {
        mock.fault(Fault::times(operation, Kind::Reply { body: body.to_string() }, 99));
        let short = Limit::new(Duration::from_secs(1), CancellationToken::new());
        let failure = match operation {
            "DescribeOrder" => market::describe_order(&client, "1", &short).await.unwrap_err(),
            _ => billing::order_detail(&client, "1", &short).await.unwrap_err(),
        };
        assert!(failure.to_string().contains("is not usable"), "{failure}");
    }
}

#[test]
fn codes_mean_what_is_documented() {
    let table = [
        (400, "InvalidOwner", "", Refusal::Owner, Fate::NotDone),
        (400, "NotApplicable", "", Refusal::Site, Fate::NotDone),
        (500, "LXBuyError", "the account is in ARREARAGE", Refusal::Account, Fate::NotDone),
        (500, "LXBuyError", "something else", Refusal::ServerFault, Fate::Unknown),
        (403, "Forbidden.RAM", "", Refusal::Forbidden, Fate::NotDone),
    ];
    for (status, code, message, refusal, fate) in table {
        let (code, message) = (code.to_owned(), message.to_owned());
        let error = ApiError { status, code, message, request_id: String::new(), retry_after: None };
        assert_eq!(error.refusal(), refusal, "{error:?}");
        assert_eq!(alicloud::error::Error::Api(error).fate(), fate);
    }
}
