//! Lists that come in pages, and orders that billing does not know.

use std::time::Duration;

use alicloud::{
    billing,
    error::{Error, Failure},
    market_search, products,
    retry::Deadline,
};
use mock_endpoint::{
    ACCOUNT, Mock,
    fault::{Fault, Kind},
    ledger::{Content, Order},
};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::{
    credentials::{client, client_at},
    loopback::Loopback,
};

fn deadline() -> Deadline {
    Deadline::new(Duration::from_secs(60), CancellationToken::new())
}

/// A page: the orders in it, and how many the service counts.
type Page = (Vec<u64>, Json);

/// A service whose pages are these, the last one again and again. It takes the number of a page from this parameter.
fn service(parameter: &'static str, pages: Vec<Page>, reply: fn(Vec<Json>, &Json) -> Json) -> Loopback {
    Loopback::start(move |request, _| {
        let number = request.line.split(&format!("{parameter}=")).nth(1).and_then(|rest| rest.split('&').next());
        let number: usize = number.map_or(1, |number| number.parse().unwrap());
        let (ids, total) = &pages[number.min(pages.len()) - 1];
        let rows = ids.iter().map(|id| json!({"OrderId": id.to_string(), "ProductCode": "learn"})).collect();
        (200, reply(rows, total).to_string())
    })
}

/// How many orders QueryOrders comes to at such a service, and the number of pages requested.
async fn listed(pages: Vec<Page>) -> (Result<usize, Failure>, usize) {
    let service = service("PageNum", pages, |rows, total| {
        let data = json!({"TotalCount": total, "OrderList": {"Order": rows}});
        json!({"RequestId": "R", "Code": "Success", "Success": true, "Data": data})
    });
    let rows = billing::orders_between(&client_at(&service.url), "learn", 0..1, &deadline()).await;
    let requests = service.requests.lock().unwrap().len();
    (rows.map(|rows| rows.len()), requests)
}

/// The same for DescribeInstances.
async fn instances(pages: Vec<Page>) -> (Result<usize, Failure>, usize) {
    let service = service(
        "PageNumber",
        pages,
        |rows, total| json!({"RequestId": "R", "TotalCount": total, "InstanceItems": {"InstanceItem": rows}}),
    );
    let found = market_search::instances(&client_at(&service.url), "cmapi033136", &deadline()).await;
    let requests = service.requests.lock().unwrap().len();
    (found.map(|found| found.len()), requests)
}

/// The same for DescribeProducts.
async fn listed_products(pages: Vec<Page>) -> (Result<usize, Failure>, usize) {
    let service = service("PageNumber", pages, |rows, total| {
        let rows: Vec<Json> = rows.iter().map(|row| json!({"Code": row["OrderId"]})).collect();
        json!({"RequestId": "R", "TotalCount": total, "ProductItems": {"ProductItem": rows}})
    });
    let found = products::products(&client_at(&service.url), &products::Search::default(), &deadline()).await;
    let requests = service.requests.lock().unwrap().len();
    (found.map(|found| found.len()), requests)
}

/// The same for a search for instances, with the number of those that were found before it failed.
async fn searched(pages: Vec<Page>) -> (Result<(), Failure>, usize, usize) {
    let service = service(
        "PageNumber",
        pages,
        |rows, total| json!({"RequestId": "R", "TotalCount": total, "InstanceItems": {"InstanceItem": rows}}),
    );
    let client = client_at(&service.url);
    let (mut search, mut found) = (market_search::Search::<market_search::Held>::new(&client, &[]), 0);
    let end = loop {
        match search.next_page(&deadline()).await {
            Ok(Some(page)) => found += page.len(),
            Ok(None) => break Ok(()),
            Err(failure) => break Err(failure),
        }
    };
    let requests = service.requests.lock().unwrap().len();
    (end, found, requests)
}

fn page(ids: impl IntoIterator<Item = u64>, total: &Json) -> Page {
    (ids.into_iter().collect(), total.clone())
}

#[tokio::test]
async fn orders_are_read_until_a_page_brings_nothing_new_whatever_the_service_counts() {
    for total in [json!(null), json!(0), json!(1), json!("20"), json!("many")] {
        let none = || page([], &json!(0));
        let last = listed(vec![page(1..=20, &total), page([41], &total), none()]).await;
        assert_eq!(last, (Ok(21), 3), "{total}");
        let full = listed(vec![page(1..=20, &total), page(21..=40, &total), none()]).await;
        assert_eq!(full, (Ok(40), 3), "{total}");
        // It knows no pages, or answers the last one again.
        assert_eq!(listed(vec![page(1..=20, &total)]).await, (Ok(20), 2), "{total}");
        assert_eq!(listed(vec![page(1..=20, &total), page(21..=25, &total)]).await, (Ok(25), 3), "{total}");
        // Its pages are shorter than requested.
        let short = listed(vec![page(1..=5, &total), page(6..=9, &total), page(10..=20, &total), none()]).await;
        assert_eq!(short, (Ok(20), 4), "{total}");
        // It answers an earlier page.
        let again = listed(vec![page(1..=20, &total), page(21..=40, &total), page(1..=20, &total)]).await;
        assert_eq!(again, (Ok(40), 3), "{total}");
    }
    assert_eq!(listed(vec![page([], &json!(0))]).await, (Ok(0), 1));
    // Two rows of one order are alike where the list has no id for them.
    let total = json!(41);
    let alike = listed(vec![page(1..=20, &total), page([20; 20], &total), page([20], &total), page([], &total)]).await;
    assert_eq!(alike, (Ok(41), 4));
}

#[tokio::test]
async fn instances_are_read_until_a_page_brings_nothing_new_whatever_the_service_counts() {
    for total in [json!(0), json!(1), json!("3.0")] {
        let none = || page([], &json!(0));
        assert_eq!(instances(vec![page([1, 2], &total), page([3], &total), none()]).await, (Ok(3), 3), "{total}");
        assert_eq!(instances(vec![page([1, 2, 3], &total)]).await, (Ok(3), 2), "{total}");
    }
}

#[tokio::test]
async fn products_are_read_until_a_page_brings_nothing_new_whatever_the_service_counts() {
    for total in [json!(0), json!(1), json!("3.0")] {
        let none = || page([], &json!(0));
        assert_eq!(listed_products(vec![page([1, 2], &total), page([3], &total), none()]).await, (Ok(3), 3), "{total}");
        assert_eq!(listed_products(vec![page([1, 2, 3], &total)]).await, (Ok(3), 2), "{total}");
    }
}

#[tokio::test]
async fn a_search_goes_on_until_a_page_brings_nothing_new_whatever_the_service_counts() {
    for total in [json!(0), json!(1), json!("3.0")] {
        let none = || page([], &json!(0));
        assert_eq!(searched(vec![page([1, 2], &total), page([3], &total), none()]).await, (Ok(()), 3, 3), "{total}");
        assert_eq!(searched(vec![page([1, 2, 3], &total)]).await, (Ok(()), 3, 2), "{total}");
    }
    let (end, found, _) = searched(vec![page([1], &json!(3)), page([], &json!(0))]).await;
    assert!(end.unwrap_err().to_string().contains("lists 1 of the 3 that it counts"));
    assert_eq!(found, 1);
    let endless = searched((0..1100).map(|number| page([number], &json!(1))).collect()).await;
    assert_eq!((endless.0.map_err(|failure| failure.error), endless.2), (Err(Error::TooMany { read: 1000 }), 1000));
}

#[tokio::test]
async fn a_list_that_is_shorter_than_its_count_is_no_list() {
    let error_of = |list: Result<usize, Failure>| list.unwrap_err().to_string();
    let cut = vec![page([1], &json!(3))];
    assert!(error_of(listed(cut.clone()).await.0).contains("lists 1 of the 3 that it counts"));
    assert!(error_of(instances(cut.clone()).await.0).contains("lists 1 of the 3 that it counts"));
    assert!(error_of(listed_products(cut).await.0).contains("lists 1 of the 3 that it counts"));
    // The count may be on the first page only.
    assert!(error_of(listed(vec![page([1], &json!(3)), page([], &json!(0))]).await.0).contains("lists 1 of the 3"));
}

#[tokio::test]
async fn more_orders_than_are_read_are_an_error() {
    let pages = (0..60).map(|number| page(20 * number + 1..=20 * number + 20, &json!(1200))).collect();
    let (list, requests) = listed(pages).await;
    assert_eq!((list.map_err(|failure| failure.error), requests), (Err(Error::TooMany { read: 1000 }), 50));
}

#[tokio::test]
async fn throttling_between_two_pages_loses_no_order() {
    let mock = Mock::start().unwrap();
    let client = client(&mock);
    let created = chrono::Utc::now();
    for id in 1..=30 {
        let id = format!("2026{id:011}");
        let content = Content::Products(vec!["PAI_share".to_owned()]);
        let overrides = serde_json::Map::new();
        let order = Order { id: id.clone(), account: ACCOUNT.to_owned(), content, created, overrides };
        mock.ledger().orders.insert(id, order);
    }
    let now = created.timestamp();
    for fault in [Kind::Throttling { retry_after: None }, Kind::Error503, Kind::DropAfter] {
        mock.ledger().requests.clear();
        mock.fault(Fault::once("QueryOrders", Kind::Slow { delay_ms: 1 }));
        mock.fault(Fault::once("QueryOrders", fault));
        let rows = billing::orders_between(&client, "learn", now - 60..now + 60, &deadline()).await.unwrap();
        assert_eq!((rows.len(), mock.ledger().requests_for("QueryOrders")), (30, 4));
    }
}

/// What GetOrderDetail comes to at a service that always answers this, and the number of requests that it received.
async fn detail(body: Json) -> (Result<usize, Failure>, usize) {
    let service = Loopback::start(move |_, _| (200, body.to_string()));
    let short = Deadline::new(Duration::from_secs(1), CancellationToken::new());
    let detail = billing::order_detail(&client_at(&service.url), "1", &short).await;
    let requests = service.requests.lock().unwrap().len();
    (detail.map(|detail| detail.rows.len()), requests)
}

#[tokio::test]
async fn an_order_that_billing_does_not_know_has_no_rows_in_any_form() {
    let mock = Mock::start().unwrap();
    for kind in [Kind::Absent, Kind::AbsentEmpty] {
        mock.fault(Fault::times("GetOrderDetail", kind, 99));
        assert_eq!(billing::order_detail(&client(&mock), "1", &deadline()).await.unwrap().rows, []);
        mock.ledger().faults.clear();
    }
    assert_eq!(mock.ledger().requests_for("GetOrderDetail"), 2, "nothing is sent again");
    let nothing = [json!(null), json!([]), json!(""), json!("null"), json!({}), json!({"OrderList": null})];
    let nothing = nothing.into_iter().chain([json!({"OrderList": {"Order": []}, "TotalCount": 0, "HostName": "h"})]);
    for mut body in nothing.map(|data| json!({"Data": data, "Success": true})).chain([
        json!({"Code": "null", "Message": "null"}),
        json!({"Code": null, "Data": []}),
        json!({"Code": "null", "Success": false}),
        json!({"Code": "SUCCESS"}),
        json!({"Code": "200", "Message": "success", "Success": "true"}),
    ]) {
        let (answer, requests) = detail(body.clone()).await;
        assert!(answer.is_err(), "nobody of the service has signed this: {body}");
        assert!(requests > 1);
        body["RequestId"] = "R".into();
        assert_eq!(detail(body.clone()).await, (Ok(0), 1), "{body}");
    }
}

#[tokio::test]
async fn a_reply_that_only_looks_as_if_there_were_no_order_is_none() {
    let order = json!({"OrderId": "1", "ProductCode": "learn"});
    let data = |list: Json| json!({"RequestId": "R", "Data": {"OrderList": list}});
    for one in [json!({"Order": order}), json!({"Order": [order]}), json!([order])] {
        assert_eq!(detail(data(one.clone())).await, (Ok(1), 1), "{one}");
    }
    for odd in [json!("1"), json!({"Order": "1"}), json!({"Order": {"a": 1}}), json!({"a": 1, "b": order})] {
        assert!(detail(data(odd.clone())).await.0.is_err(), "{odd}");
    }
    for failed in [
        json!({"Code": "InternalError", "Success": false}),
        json!({"Code": "OrderNotReady"}),
        json!({"Success": false}),
        json!({"Data": {"TotalCount": 1}}),
    ] {
        let mut body = failed.clone();
        body["RequestId"] = "R".into();
        assert!(detail(body).await.0.is_err(), "{failed}");
    }
    // Billing itself may be at fault.
    let mock = Mock::start().unwrap();
    mock.fault(Fault::times("GetOrderDetail", Kind::NullError { status: 500 }, 99));
    let short = Deadline::new(Duration::from_secs(1), CancellationToken::new());
    assert!(billing::order_detail(&client(&mock), "1", &short).await.is_err());
    // A list of orders that is not there is no list without orders: nothing may be bought because of it.
    mock.fault(Fault::times("QueryOrders", Kind::AbsentEmpty, 99));
    let short = Deadline::new(Duration::from_secs(1), CancellationToken::new());
    let failure = billing::orders_between(&client(&mock), "learn", 0..1, &short).await.unwrap_err();
    assert!(failure.to_string().contains("no Data"), "{failure}");
}

#[tokio::test]
async fn orders_are_queried_with_both_ends_of_a_period() {
    let mock = Mock::start().unwrap();
    billing::orders_between(&client(&mock), "learn", 0..3600, &deadline()).await.unwrap();
    let parameters = mock.ledger().requests[0].parameters.clone();
    let end = |name: &str| parameters.get(name).map(String::as_str);
    let ends = [end("CreateTimeStart"), end("CreateTimeEnd")];
    assert_eq!(ends, [Some("1970-01-01T00:00:00Z"), Some("1970-01-01T01:00:00Z")]);
}
