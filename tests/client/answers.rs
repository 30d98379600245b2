//! What the services answer beyond their examples: errors that say nothing, replies without data or RequestId.

use std::time::{Duration, Instant};

use alicloud::{
    aiworkspace, billing,
    error::{ApiError, ApiErrorKind, Certainty, Error, Failure},
    market::{self, Described},
    retry::Deadline,
};
use mock_endpoint::{
    Mock,
    fault::{Fault, Kind},
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    credentials::{client, client_at},
    loopback::Loopback,
};

fn deadline() -> Deadline {
    Deadline::new(Duration::from_secs(60), CancellationToken::new())
}

fn order() -> market::NewOrder {
    market::NewOrder { client_token: "t".to_owned(), commodity: "{}".to_owned() }
}

async fn described(mock: &Mock) -> Described {
    market::describe_order(&client(mock), "1", &deadline()).await.unwrap()
}

#[tokio::test]
async fn an_error_that_says_nothing_means_that_there_is_no_such_order_whatever_its_status() {
    let bodies = [
        json!({"Code": null, "Message": null}),
        json!({"Code": "null", "Message": ""}),
        json!({"Code": "NULL", "Message": "null"}),
        json!({"Code": "SystemError", "Message": "null"}),
        json!({"Code": "null", "Message": "something"}),
        json!({"Code": "", "Message": ""}),
        json!({"Message": null}),
        json!({}),
    ];
    let errors =
        [400, 403, 404, 429, 500, 503].into_iter().flat_map(|status| bodies.clone().map(|body| (status, body)));
    let prices = json!({"OrderId": 0, "TotalPrice": 0.0, "PaidOn": 0, "InstanceIds": {"InstanceId": []}});
    let successes = [
        prices,
        json!({"OrderId": "0"}),
        json!({"Success": false, "Code": null}),
        json!({"Code": null, "Message": null}),
        json!({}),
    ];
    let unknown =
        [404, 400].map(|status| (status, json!({"Code": "EntityNotExist.Order", "Message": "no such order"})));
    for (status, body) in errors.chain(successes.map(|body| (200, body))).chain(unknown) {
        let mut body = body;
        body["RequestId"] = "R".into();
        body["HostId"] = "market.aliyuncs.com".into();
        let (answer, requests) = answered(status, body.clone()).await;
        let answer = answer.map_err(|failure| failure.to_string());
        assert_eq!(answer, Ok(Described::Absent { status, request_id: "R".to_owned() }), "{status} {body}");
        assert_eq!(requests, 1, "{status} {body}");
    }
    // Of its own accord.
    assert!(matches!(described(&Mock::start().unwrap()).await, Described::Absent { .. }));
}

/// What DescribeOrder comes to at a service that always answers this, and the number of requests that it received.
async fn answered(status: u16, body: serde_json::Value) -> (Result<Described, Failure>, usize) {
    let service = Loopback::start(move |_, _| (status, body.to_string()));
    let short = Deadline::new(Duration::from_secs(1), CancellationToken::new());
    let answer = market::describe_order(&client_at(&service.url), "1", &short).await;
    let requests = service.requests.lock().unwrap().len();
    (answer, requests)
}

#[tokio::test]
async fn an_error_that_nobody_of_the_service_signed_with_a_request_id_says_nothing_of_an_order() {
    for status in [404, 500, 503] {
        let (answer, _) = answered(status, json!({"Code": null, "Message": null})).await;
        assert!(answer.is_err(), "{status}");
    }
}

#[tokio::test]
async fn a_known_error_in_a_success_is_an_error() {
    for success in [json!(false), json!("False"), json!(0), json!(null)] {
        let body = json!({"RequestId": "R", "Code": "NotApplicable", "Message": "no", "Success": success});
        let (answer, _) = answered(200, body).await;
        let failure = answer.unwrap_err();
        assert!(matches!(&failure.error, Error::Api(error) if error.kind() == ApiErrorKind::Site), "{failure}");
    }
}

#[tokio::test]
async fn an_error_whose_code_is_known_is_no_missing_order() {
    let mock = Mock::start().unwrap();
    for (status, code) in
        [(503, "ServiceUnavailable"), (500, "InternalError"), (403, "Forbidden.RAM"), (400, "Throttling.User")]
    {
        let kind = Kind::ApiError { status, code: code.to_owned(), message: "null".to_owned() };
        mock.fault(Fault::times("DescribeOrder", kind, 99));
        let short = Deadline::new(Duration::from_secs(1), CancellationToken::new());
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
        let short = Deadline::new(Duration::from_secs(1), CancellationToken::new());
        let failure = market::create_order(&client(&mock), &order(), &short).await.unwrap_err();
        assert_eq!(failure.certainty, Certainty::Unknown, "{failure}");
        mock.ledger().faults.clear();
    }
}

#[tokio::test]
async fn a_reply_without_a_request_id_is_taken_unless_it_says_that_something_is_not_there() {
    let mock = Mock::start().unwrap();
    let client = client(&mock);
    let products = ["PAI_share".to_owned()];
    mock.fault(Fault::once("ListProducts", Kind::NoRequestId));
    let listed = aiworkspace::list_products(&client, &products, &deadline()).await.unwrap();
    assert_eq!(listed.products[0].is_purchased, Some(false));
    assert_eq!(mock.ledger().requests_for("ListProducts"), 1);

    let found = json!({"OrderId": 1, "ProductCode": "cmapi033136"}).to_string();
    mock.fault(Fault::once("DescribeOrder", Kind::Reply { body: found }));
    assert!(matches!(described(&mock).await, Described::Found(_)));
    assert_eq!(mock.ledger().requests_for("DescribeOrder"), 1);

    for (operation, body) in [("DescribeOrder", json!({})), ("GetOrderDetail", json!({"Success": true}))] {
        mock.fault(Fault::times(operation, Kind::Reply { body: body.to_string() }, 99));
        let short = Deadline::new(Duration::from_secs(1), CancellationToken::new());
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
        (400, "InvalidOwner", "", ApiErrorKind::Owner, Certainty::NotDone),
        (400, "NotApplicable", "", ApiErrorKind::Site, Certainty::NotDone),
        (500, "LXBuyError", "the account is in ARREARAGE", ApiErrorKind::Account, Certainty::NotDone),
        (500, "LXBuyError", "something else", ApiErrorKind::ServerFault, Certainty::Unknown),
        (403, "Forbidden.RAM", "", ApiErrorKind::Forbidden, Certainty::NotDone),
    ];
    for (status, code, message, refusal, certainty) in table {
        let (code, message) = (code.to_owned(), message.to_owned());
        let error = ApiError { status, code, message, request_id: String::new(), retry_after: None };
        assert_eq!(error.kind(), refusal, "{error:?}");
        assert_eq!(alicloud::error::Error::Api(error).certainty(), certainty);
    }
}

#[tokio::test]
async fn a_success_that_is_not_usable_is_read_again_for_seconds_only_and_a_purchase_for_longer() {
    let nothing = json!({"RequestId": "R", "Code": null}).to_string();
    let (page, silent) =
        (Loopback::start(|_, _| (200, "<html>".to_owned())), Loopback::start(move |_, _| (500, nothing.clone())));
    let (at_page, at_silent) = (client_at(&page.url), client_at(&silent.url));
    let begin = Instant::now();
    let deadline = deadline();
    let (order, detail) = tokio::join!(
        market::describe_order(&at_page, "1", &deadline),
        billing::order_detail(&at_silent, "1", &deadline)
    );
    for failure in [order.unwrap_err(), detail.unwrap_err()] {
        assert!(failure.attempts > 3 && begin.elapsed() < Duration::from_secs(15), "{failure} {:?}", begin.elapsed());
    }
    // The last pause, which no time is left for, takes up to ten seconds.
    let longer = Deadline::new(Duration::from_secs(21), CancellationToken::new());
    let begin = Instant::now();
    market::create_order(&at_page, &self::order(), &longer).await.unwrap_err();
    assert!(begin.elapsed() > Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn what_is_purchased_is_read_however_it_is_written() {
    for (reported, expected) in [(json!("true"), true), (json!("False"), false), (json!(1), true), (json!(0), false)] {
        let product = json!({"ProductCode": "PAI_share", "IsPurchased": reported});
        let service = Loopback::start(move |_, _| (200, json!({"Products": [product]}).to_string()));
        let codes = ["PAI_share".to_owned()];
        let listed = aiworkspace::list_products(&client_at(&service.url), &codes, &deadline()).await.unwrap();
        assert_eq!(listed.products[0].is_purchased, Some(expected));
    }
}
