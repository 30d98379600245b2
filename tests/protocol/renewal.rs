//! `action "alicloud_market_renewal"` over gRPC: whatever happens to replies, an instance is renewed once.

use chrono::{DateTime, Months, SecondsFormat, TimeDelta, Utc};
use mock_endpoint::{
    ACCOUNT, Mock,
    fault::{Fault, Kind},
    ledger::{Content, Instance, Order},
};
use serde_json::{Map, Value as Json, json};
use terraform_provider_alicloud::Alicloud;
use tfplugin::{
    proto::{Diagnostic, DynamicValue, invoke_action, invoke_action::event::Type as EventType, plan_action},
    schemas,
};

use crate::planned_token::{Job, wire};

const NAME: &str = "alicloud_market_renewal";
const ORDER: &str = "202600000000001";
const INSTANCE: &str = "11000000";

/// A mock with an order by the month, whose instance ends in twenty days.
fn world() -> (Mock, DateTime<Utc>) {
    let mock = Mock::start().unwrap();
    let commodity = json!({
        "components": {"note": "", "package_version": "yuncode2713600001", "seats": " 5 "}, "couponId": "", "duration": 1,
        "pricingCycle": "Month", "productCode": "cmapi033136", "quantity": 1, "skuCode": "cmapi033136-prepay",
    });
    let (began, account) = (Utc::now() - TimeDelta::days(10), ACCOUNT.to_owned());
    let ends = DateTime::from_timestamp_millis((Utc::now() + TimeDelta::days(20)).timestamp_millis()).unwrap();
    {
        let mut ledger = mock.ledger();
        let (id, content) = (ORDER.to_owned(), Content::Commodity(commodity));
        let order = Order { id: id.clone(), account: account.clone(), content, created: began, overrides: Map::new() };
        ledger.orders.insert(id.clone(), order);
        let instance = Instance { order_id: id, account, began, ends, auto_renewal: None, overrides: Map::new() };
        ledger.instances.insert(INSTANCE.to_owned(), instance);
    }
    (mock, ends)
}

fn after(end: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    end.checked_add_months(Months::new(months)).unwrap()
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The arguments of the action. The instance needs two months more.
fn arguments(end: DateTime<Utc>) -> Json {
    let until = moment(after(end, 1) + TimeDelta::days(1));
    json!({"instance_id": INSTANCE, "until": until, "max_price": 20, "timeouts": {"invoke": "3s"}})
}

fn config(arguments: &Json) -> Option<DynamicValue> {
    let actions = schemas(&Alicloud::default()).actions;
    let ty = actions.iter().find(|(name, _)| *name == NAME).unwrap().1.ty();
    wire(&arguments.to_string(), &ty)
}

async fn plan(job: &mut Job, arguments: &Json) -> Vec<Diagnostic> {
    let request =
        plan_action::Request { action_type: NAME.to_owned(), config: config(arguments), ..Default::default() };
    job.provider.plan_action(request).await.unwrap().into_inner().diagnostics
}

/// The progress, and what it came to.
async fn invoke(job: &mut Job, arguments: &Json) -> (Vec<String>, Vec<Diagnostic>) {
    let request =
        invoke_action::Request { action_type: NAME.to_owned(), config: config(arguments), ..Default::default() };
    let mut events = job.provider.invoke_action(request).await.unwrap().into_inner();
    let mut progress = Vec::new();
    while let Some(event) = events.message().await.unwrap() {
        match event.r#type.unwrap() {
            EventType::Progress(event) => progress.push(event.message),
            EventType::Completed(end) => return (progress, end.diagnostics),
        }
    }
    panic!("it has no end");
}

#[track_caller]
fn says(diagnostics: &[Diagnostic], words: &[&str]) {
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    let text = format!("{} {}", diagnostics[0].summary, diagnostics[0].detail);
    words.iter().for_each(|word| assert!(text.contains(word), "{word:?} is not in: {text}"));
}

/// How many renewals were bought, and when the instance really ends.
fn bought(mock: &Mock) -> (usize, DateTime<Utc>) {
    let ledger = mock.ledger();
    (ledger.orders.len() - 1, ledger.instances[INSTANCE].ends)
}

/// Shows this end of the instance instead of the real one.
fn show(mock: &Mock, end: Option<DateTime<Utc>>) {
    let mut ledger = mock.ledger();
    let overrides = &mut ledger.instances.get_mut(INSTANCE).unwrap().overrides;
    match end {
        Some(end) => drop(overrides.insert("EndOn".to_owned(), json!(end.timestamp_millis()))),
        None => drop(overrides.remove("EndOn")),
    }
}

#[tokio::test]
async fn what_is_missing_is_planned_with_its_price_and_bought_once() {
    let (mock, end) = world();
    let (mut job, arguments) = (Job::start(&mock).await, arguments(end));
    says(&plan(&mut job, &arguments).await, &["costs 20 CNY", "2 × Month", INSTANCE]);
    assert_eq!(bought(&mock), (0, end), "a plan buys nothing");
    let (progress, ended) = invoke(&mut job, &arguments).await;
    assert_eq!(ended, []);
    assert!(progress.iter().any(|message| message.contains("Buying 2 × Month")), "{progress:?}");
    assert!(progress.last().unwrap().contains("runs until"), "{progress:?}");
    assert_eq!(bought(&mock), (1, after(end, 2)));
    let request = mock.ledger().requests.iter().find(|request| request.operation == "CreateOrder").cloned().unwrap();
    assert_eq!(request.parameters["OrderType"], "INSTANCE_RENEW");
    assert_eq!(
        request.parameters["Commodity"],
        "{\"components\":{\"note\":\"\",\"package_version\":\"yuncode2713600001\",\"seats\":\" 5 \"},\"duration\":2,\"instanceId\":\"11000000\",\
         \"pricingCycle\":\"Month\",\"productCode\":\"cmapi033136\",\"properties\":{},\"quantity\":1,\
         \"skuCode\":\"cmapi033136-prepay\"}"
    );
    // Again, also in another directory.
    for mut job in [job, Job::start(&mock).await] {
        says(&plan(&mut job, &arguments).await, &["nothing to renew"]);
        let (progress, ended) = invoke(&mut job, &arguments).await;
        assert_eq!(ended, []);
        assert!(progress.last().unwrap().contains("nothing is bought"), "{progress:?}");
    }
    assert_eq!(bought(&mock), (1, after(end, 2)));
}

#[tokio::test]
async fn a_lost_reply_is_found_out_by_the_end_of_the_instance() {
    for kind in [Kind::DropAfter, Kind::Error503After, Kind::Garbage] {
        for times in [1, 1000] {
            let (mock, end) = world();
            mock.fault(Fault::times("CreateOrder", kind.clone(), times));
            let mut job = Job::start(&mock).await;
            let (_, ended) = invoke(&mut job, &arguments(end)).await;
            assert_eq!(ended, [], "{kind:?}");
            assert_eq!(bought(&mock), (1, after(end, 2)), "{kind:?}");
        }
    }
}

#[tokio::test]
async fn an_end_that_is_shown_late_is_no_reason_to_buy_again() {
    let (mock, end) = world();
    let arguments = arguments(end);
    show(&mock, Some(end));
    mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 1000));
    let mut job = Job::start(&mock).await;
    let (_, ended) = invoke(&mut job, &arguments).await;
    says(&ended, &["may have been renewed", "Invoke the action again within a day"]);
    mock.ledger().faults.clear();
    // The same renewal finds its order, here and elsewhere.
    let mut elsewhere = Job::start(&mock).await;
    for job in [&mut job, &mut elsewhere] {
        let (_, ended) = invoke(job, &arguments).await;
        says(&ended, &["was renewed, but its new end is not visible yet"]);
    }
    assert_eq!(bought(&mock), (1, after(end, 2)));
    let tokens: std::collections::BTreeSet<_> =
        mock.ledger().requests.iter().filter_map(|request| request.client_token.clone()).collect();
    assert_eq!(tokens.len(), 1);
    // Another one of the same end would be a second purchase.
    let mut more = arguments.clone();
    more["until"] = json!(moment(after(end, 2) + TimeDelta::days(1)));
    more["max_price"] = json!(100);
    let (_, ended) = invoke(&mut job, &more).await;
    says(&ended, &["an earlier renewal is not confirmed", "nothing is bought", "rm "]);
    assert_eq!(bought(&mock), (1, after(end, 2)));
    // Once the end shows, only the rest is bought. After that, an older end is no reason either.
    show(&mock, None);
    let (_, ended) = invoke(&mut job, &more).await;
    assert_eq!(ended, []);
    assert_eq!(bought(&mock), (2, after(end, 3)));
    show(&mock, Some(end));
    let (progress, ended) = invoke(&mut job, &arguments).await;
    assert_eq!(ended, []);
    assert!(progress.last().unwrap().contains("was renewed until"), "{progress:?}");
    assert_eq!(bought(&mock), (2, after(end, 3)));
}

#[tokio::test]
async fn an_end_that_moves_by_less_than_was_bought_is_no_reason_to_buy_again() {
    let (mock, end) = world();
    let arguments = arguments(end);
    let mut job = Job::start(&mock).await;
    show(&mock, Some(end));
    says(&invoke(&mut job, &arguments).await.1, &["its new end is not visible yet"]);
    // A correction by a millisecond is the same end, also for another directory; one by days is not the renewal.
    show(&mock, Some(end + TimeDelta::milliseconds(1)));
    for job in [&mut job, &mut Job::start(&mock).await] {
        says(&plan(job, &arguments).await, &["2 × Month"]);
        says(&invoke(job, &arguments).await.1, &["its new end is not visible yet"]);
    }
    show(&mock, Some(end + TimeDelta::days(10)));
    says(&plan(&mut job, &arguments).await, &["an earlier renewal is not confirmed"]);
    says(&invoke(&mut job, &arguments).await.1, &["an earlier renewal is not confirmed", "-invoke=action."]);
    assert_eq!(bought(&mock), (1, after(end, 2)));
}

#[tokio::test]
async fn a_renewal_that_was_cancelled_or_refunded_is_an_error() {
    for status in ["REFUND", "DELETE"] {
        let (mock, end) = world();
        let arguments = arguments(end);
        let mut job = Job::start(&mock).await;
        assert_eq!(invoke(&mut job, &arguments).await.1, []);
        show(&mock, Some(end));
        let renewal = mock.ledger().orders.keys().find(|id| *id != ORDER).cloned().unwrap();
        mock.ledger().orders.get_mut(&renewal).unwrap().overrides.insert("OrderStatus".to_owned(), json!(status));
        let mut elsewhere = Job::start(&mock).await;
        says(
            &invoke(&mut elsewhere, &arguments).await.1,
            &["was cancelled or refunded", &renewal, "Nothing was bought now"],
        );
        // Another period is another renewal.
        let mut more = arguments.clone();
        more["until"] = json!(moment(after(end, 2) + TimeDelta::days(1)));
        more["max_price"] = json!(100);
        show(&mock, None);
        mock.ledger().instances.get_mut(INSTANCE).unwrap().ends = end;
        assert_eq!(invoke(&mut elsewhere, &more).await.1, []);
        assert_eq!(bought(&mock), (2, after(end, 3)));
    }
}

#[tokio::test]
async fn what_is_not_valid_is_refused_at_the_plan_and_before_anything_is_sent() {
    let (mock, end) = world();
    let mut job = Job::start(&mock).await;
    for (name, value) in [
        ("until", json!("31.3.2027")),
        ("max_price", json!(-1)),
        ("instance_id", json!("abc")),
        ("timeouts", json!({"invoke": "3 bananas"})),
    ] {
        let mut wrong = arguments(end);
        wrong[name] = value;
        says(&plan(&mut job, &wrong).await, &["Invalid "]);
        says(&invoke(&mut job, &wrong).await.1, &["Invalid "]);
    }
    assert_eq!(bought(&mock), (0, end));
    assert!(mock.ledger().requests.iter().all(|request| !request.operation.contains("Instance")));
}

#[tokio::test]
async fn two_at_a_time_renew_once() {
    let (mock, end) = world();
    let arguments = arguments(end);
    let (mut one, mut other) = (Job::start(&mock).await, Job::start(&mock).await);
    let (one, other) = tokio::join!(invoke(&mut one, &arguments), invoke(&mut other, &arguments));
    assert_eq!((one.1, other.1), (vec![], vec![]));
    assert_eq!(bought(&mock), (1, after(end, 2)));
}

#[tokio::test]
async fn a_price_over_a_limit_is_refused_in_the_plan_and_before_it_is_sent() {
    let (mock, end) = world();
    let mut cheap = arguments(end);
    cheap["max_price"] = json!(19.99);
    let mut job = Job::start(&mock).await;
    says(&plan(&mut job, &cheap).await, &["20 CNY is more than max_price", "2 × Month"]);
    says(&invoke(&mut job, &cheap).await.1, &["20 CNY is more than max_price"]);
    for variable in ["ALICLOUD_PURCHASE_MAX_PRICE", "ALICLOUD_PURCHASE_MAX_TOTAL"] {
        let mut limited = Job::start_with(&mock, (variable, "19")).await;
        says(&plan(&mut limited, &arguments(end)).await, &["purchase_guard.max_"]);
        says(&invoke(&mut limited, &arguments(end)).await.1, &["purchase_guard.max_"]);
    }
    mock.fault(Fault::times("DescribePrice", Kind::Absent, 2));
    says(&plan(&mut job, &arguments(end)).await, &["needs a price, but none is known"]);
    let (_, ended) = invoke(&mut job, &arguments(end)).await;
    says(&ended, &["needs a price, but none is known", "so it is not bought without a known price", "-invoke=action."]);
    assert!(!ended[0].detail.contains("Without max_price"), "{ended:?}");
    assert_eq!(bought(&mock), (0, end));
    // A refusal leaves nothing behind.
    assert_eq!(invoke(&mut job, &arguments(end)).await.1, []);
    assert_eq!(bought(&mock), (1, after(end, 2)));
}

#[tokio::test]
async fn what_cannot_be_renewed_is_refused() {
    let (mock, end) = world();
    let mut job = Job::start(&mock).await;
    let mut unknown = arguments(end);
    unknown["instance_id"] = json!("77");
    says(&plan(&mut job, &unknown).await, &["The instance 77 was not renewed: it does not exist"]);
    says(
        &invoke(&mut job, &unknown).await.1,
        &["The instance 77 was not renewed: it does not exist", "Nothing was bought"],
    );
    let mut far = arguments(end);
    far["until"] = json!("2099-01-01");
    says(&invoke(&mut job, &far).await.1, &["until is too far away"]);
    show(&mock, Some(Utc::now() - TimeDelta::days(1)));
    says(&invoke(&mut job, &arguments(end)).await.1, &["it ended at"]);
    mock.override_instance(INSTANCE, json!({"EndOn": 0}));
    says(&invoke(&mut job, &arguments(end)).await.1, &["it has no end"]);
    mock.override_instance(INSTANCE, json!({"EndOn": end.timestamp_millis(), "ProductSkuCode": "cmapi033136-postpay"}));
    says(&plan(&mut job, &arguments(end)).await, &["The instance 11000000 was not renewed: it is pay-as-you-go"]);
    mock.override_instance(INSTANCE, json!({"ProductSkuCode": "cmapi033136-prepay"}));
    for (fields, why) in [
        (json!({"OrderStatus": "REFUND"}), "has the status REFUND"),
        (json!({"OrderStatus": "NORMAL", "PayStatus": "UNPAID"}), "is not paid"),
    ] {
        mock.override_order(ORDER, fields);
        says(&invoke(&mut job, &arguments(end)).await.1, &[&format!("its order {ORDER} {why}"), "Nothing was bought"]);
    }
    mock.override_order(ORDER, json!({"OrderStatus": "NORMAL", "PayStatus": "PAID"}));
    mock.override_instance(INSTANCE, json!({"EndOn": end.timestamp_millis(), "Status": "CLOSED"}));
    says(&plan(&mut job, &arguments(end)).await, &["costs 20 CNY", "the status CLOSED"]);
    show(&mock, None);
    let refusal = Kind::ApiError { status: 400, code: "InvalidParameter".to_owned(), message: "No".to_owned() };
    mock.fault(Fault::once("CreateOrder", refusal));
    says(&invoke(&mut job, &arguments(end)).await.1, &["was not renewed", "No order was placed, and nothing was paid"]);
    assert_eq!(bought(&mock), (0, end));
    assert_eq!(invoke(&mut job, &arguments(end)).await.1, []);
    assert_eq!(bought(&mock), (1, after(end, 2)));
}

#[tokio::test]
async fn a_damaged_record_of_renewals_stops_another_one() {
    let (mock, end) = world();
    let mut job = Job::start(&mock).await;
    show(&mock, Some(end));
    mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 1000));
    says(&invoke(&mut job, &arguments(end)).await.1, &["may have been renewed"]);
    mock.ledger().faults.clear();
    let record = job.data.path().join("alicloud-purchases/renewals");
    assert!(record.exists());
    std::fs::write(&record, "garbage").unwrap();
    let mut more = arguments(end);
    (more["until"], more["max_price"]) = (json!(moment(after(end, 2) + TimeDelta::days(1))), json!(100));
    let words = ["the record of renewals cannot be used", "Nothing was bought", "rm "];
    says(&plan(&mut job, &more).await, &words);
    says(&invoke(&mut job, &more).await.1, &words);
    assert_eq!(bought(&mock), (1, after(end, 2)));
}

#[tokio::test]
async fn a_renewal_that_is_not_paid_is_not_bought_again() {
    let (mock, end) = world();
    mock.fault(Fault::once("CreateOrder", Kind::Unpaid));
    let mut job = Job::start(&mock).await;
    for _ in 0..2 {
        says(&invoke(&mut job, &arguments(end)).await.1, &["is not paid", "Nothing is bought again"]);
    }
    assert_eq!(bought(&mock), (1, end));
}
