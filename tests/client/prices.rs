//! What DescribePrice answers.

use std::time::{Duration, Instant};

use alicloud::{
    balance,
    market::Commodity,
    price::{self, Priced},
    retry::Deadline,
};
use mock_endpoint::{
    Mock,
    fault::{Fault, Kind},
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::credentials::client;

fn deadline(seconds: u64) -> Deadline {
    Deadline::new(Duration::from_secs(seconds), CancellationToken::new())
}

fn commodity(sku: &str) -> String {
    price::commodity(&Commodity {
        components: [("package_version".to_owned(), "yuncode2713600001".to_owned())].into(),
        coupon_id: String::new(),
        duration: 3,
        pricing_cycle: "Month".to_owned(),
        product_code: "cmapi033136".to_owned(),
        quantity: 2,
        sku_code: sku.to_owned(),
    })
}

#[tokio::test]
async fn a_price_is_read_exactly() {
    let mock = Mock::start().unwrap();
    let body = r#"{"ProductCode": "cmapi033136", "TradePrice": 19.80, "OriginalPrice": "198.00", "DiscountPrice": 178.2,
        "Currency": "JPY", "Coupons": {"Coupon": [{"CouponOptionNo": 3874923111, "CanPromFee": 0.1}]},
        "PromotionRules": {"PromotionRule": []}}"#;
    mock.fault(Fault::once("DescribePrice", Kind::Reply { body: body.to_owned() }));
    let Priced::Found(price) = price::describe_price(&client(&mock), &commodity("prepay"), &deadline(9)).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(price.trade_price.as_deref(), Some("19.80"));
    assert_eq!(price.original_price.as_deref(), Some("198.00"));
    assert_eq!(price.currency.as_deref(), Some("JPY"));
    assert_eq!((price.coupons[0].id.as_deref(), price.coupons[0].amount.as_deref()), (Some("3874923111"), Some("0.1")));
    assert_eq!(price.expression_code, None);
}

#[tokio::test]
async fn the_purchase_is_described_as_it_is_sent_but_for_the_sku() {
    let mock = Mock::start().unwrap();
    for (sku, sent_sku) in [("cmapi033136-prepay", "prepay"), ("cmapi033136-Package", "Package"), ("ECS", "ECS")] {
        let priced = price::describe_price(&client(&mock), &commodity(sku), &deadline(9)).await.unwrap();
        assert!(matches!(&priced, Priced::Found(price) if price.trade_price.as_deref() == Some("60.0")), "{priced:?}");
        let sent = mock.ledger().requests.last().unwrap().parameters["Commodity"].clone();
        assert_eq!(
            sent,
            format!(
                "{{\"components\":{{\"package_version\":\"yuncode2713600001\"}},\"couponId\":\"\",\"duration\":3,\
                 \"pricingCycle\":\"Month\",\"productCode\":\"cmapi033136\",\"quantity\":2,\"skuCode\":\"{sent_sku}\"}}"
            )
        );
    }
}

#[tokio::test]
async fn no_price_is_no_failure_that_is_retried() {
    let mock = Mock::start().unwrap();
    let begin = Instant::now();
    for kind in
        [Kind::Absent, Kind::NullError { status: 500 }, Kind::Reply { body: json!({"RequestId": "R"}).to_string() }]
    {
        mock.fault(Fault::once("DescribePrice", kind));
        let priced = price::describe_price(&client(&mock), &commodity("prepay"), &deadline(9)).await.unwrap();
        assert!(matches!(&priced, Priced::Absent { request_id } if !request_id.is_empty()), "{priced:?}");
    }
    assert!(begin.elapsed() < Duration::from_secs(5));
    let restricted = json!({"ExpressionCode": "ORDER.NO_REAL_NAME_AUTHENTICATION"}).to_string();
    mock.fault(Fault::once("DescribePrice", Kind::Reply { body: restricted }));
    let priced = price::describe_price(&client(&mock), &commodity("prepay"), &deadline(9)).await.unwrap();
    assert!(matches!(&priced, Priced::Found(price) if price.expression_code.is_some()), "{priced:?}");
}

#[tokio::test]
async fn a_reply_about_something_else_is_no_price() {
    let mock = Mock::start().unwrap();
    for (body, what) in [
        (json!({"ProductCode": "cmapi000000", "TradePrice": 1}), "it is about another product"),
        (json!({"ProductCode": "cmapi033136", "OriginalPrice": 1}), "it has no TradePrice"),
    ] {
        mock.fault(Fault::times("DescribePrice", Kind::Reply { body: body.to_string() }, 99));
        let failure = price::describe_price(&client(&mock), &commodity("prepay"), &deadline(1)).await.unwrap_err();
        assert!(failure.to_string().contains(what), "{failure}");
        mock.ledger().faults.clear();
    }
}

#[tokio::test]
async fn the_balance_is_read() {
    let mock = Mock::start().unwrap();
    let balance = balance::account_balance(&client(&mock), &deadline(9)).await.unwrap();
    assert_eq!((balance.available_amount.as_deref(), balance.currency.as_deref()), (Some("12.50"), Some("CNY")));
}
