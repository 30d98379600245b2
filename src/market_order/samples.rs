//! The messages about Marketplace orders, with invented ones.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use alicloud::market::Order;
use chrono::{TimeDelta, Utc};
use serde::Deserialize as _;
use serde_json::json;
use tfplugin::{Diagnostic, Partial, value::Number};

use super::{
    MarketOrder,
    answered::{self, OldToken, Placed},
    auto_renew, contradiction, gone, instances, kept_sku, messages as order_messages, price_source, purchase_messages,
    quote::{Refused, Why},
    quote_messages::{self as messages, Subject},
    removal, search, sku, tokens, unresolved,
};
use crate::{
    catalogue::{lost, refused},
    journal::{Journal, sample_entry},
    purchase_guard::Excess,
    quotes::{Quote, Restriction, Unquoted},
};

const ORDER: &str = "202600000000001";
const REQUEST: &str = "6EF60BEC-0242-43AF-BB20-270359FB54A7";

fn number(text: &str) -> Number {
    Number::parse(text).expect("a number")
}

fn quote(price: &str) -> Quote {
    Quote { price: number(price), currency: Some("CNY".to_owned()) }
}

/// Why a purchase is refused.
pub(super) fn whys() -> Vec<Why> {
    let (most, argument) = (number("80"), "max_price");
    vec![
        Why::Excess(Box::new(quote("100.5")), Excess::Price { argument, most: most.clone() }),
        Why::Excess(
            Box::new(quote("100.5")),
            Excess::Price { argument: "purchase_guard.max_price", most: most.clone() },
        ),
        Why::Excess(Box::new(quote("100.5")), Excess::Total { before: number("20"), most }),
        Why::Excess(Box::new(quote("100.5")), Excess::Currency { argument }),
        Why::Excess(Box::new(Quote { currency: None, ..quote("100.5") }), Excess::Currency { argument }),
        Why::Unknown(argument, Box::new(Unquoted::Off)),
        Why::Unknown(argument, Box::new(Unquoted::Failed(lost("DescribePrice")))),
        Why::Unknown(argument, Box::new(Unquoted::Absent { request_id: Some(REQUEST.to_owned()) })),
        Why::Changed(Box::new([quote("100.5"), quote("120")])),
        Why::Unplanned(argument),
        Why::Unconfirmed(Box::new((quote("100.5"), Unquoted::Failed(lost("DescribePrice"))))),
        Why::Recent(vec![ORDER.to_owned()]),
        Why::Uncounted(std::io::ErrorKind::StorageFull.into()),
    ]
}

/// Messages about the order that a token answered with.
fn answers() -> Vec<Diagnostic> {
    let planned = Partial::<MarketOrder> { quantity: 2.into(), ..Partial::<MarketOrder>::default() };
    let created = (Utc::now() - TimeDelta::hours(1)).timestamp_millis();
    let order = |status: &str, quantity: i64| {
        let order = json!({"OrderStatus": status, "Quantity": quantity, "CreatedOn": created});
        Order::deserialize(order).expect("an order")
    };
    let (bought, other, refunded) = (order("NORMAL", 2), order("NORMAL", 3), order("REFUND", 2));
    let (client, plan) = (Some(OldToken::Client), Some(OldToken::Plan));
    let cases = [
        (&bought, client, Placed::Before),
        (&bought, plan, Placed::Before),
        (&other, client, Placed::Now),
        (&other, client, Placed::Before),
        (&refunded, client, Placed::Before),
        (&refunded, None, Placed::Before),
    ];
    let answers = cases.map(|(order, token, placed)| answered::check(ORDER, order, &planned, token, placed, false));
    let answers = answers.into_iter().map(|answer| answer.unwrap_or_else(Some).expect("a message"));
    answers.chain(order_messages::ended(ORDER, &refunded)).collect()
}

pub(crate) fn samples() -> Vec<Diagnostic> {
    let refusal = |why| Refused { why, request_id: Some(REQUEST.to_owned()) };
    let refusals = [true, false].into_iter().flat_map(|is_planned| {
        whys().into_iter().map(move |why| messages::refused(refusal(why), "CNY", is_planned, Subject::Order))
    });
    let mut samples: Vec<Diagnostic> = refusals.collect();
    let changed = || {
        messages::refused(refusal(Why::Changed(Box::new([quote("100.5"), quote("120")]))), "CNY", false, Subject::Order)
    };
    let restriction = Restriction {
        code: "ORDER.NO_REAL_NAME_AUTHENTICATION".to_owned(),
        message: "Complete the real-name registration first.".to_owned(),
    };
    let unquoted = Unquoted::Failed(refused("DescribePrice", 403, "Forbidden.RAM", "You are not authorized."));
    samples.extend([
        messages::not_now(changed(), "An earlier apply may have placed it.", false),
        messages::kept(changed(), &Partial::<MarketOrder>::default()),
        messages::unquoted("cmapi033136", &unquoted, false),
        messages::unquoted("cmapi033136", &unquoted, true),
        messages::restricted("cmapi033136", &restriction, Some(REQUEST), true, Subject::Order),
        messages::restricted("cmapi033136", &restriction, Some(REQUEST), false, Subject::Order),
        messages::paid_otherwise(ORDER, &quote("100.5"), &quote("120")),
        messages::queue_timeout(),
        messages::unread_instances(&lost("DescribeInstances")),
        tokens::taken(),
        tokens::unknown(&Partial::<MarketOrder>::default()),
        gone::unconfirmed(ORDER, (404, REQUEST), &lost("DescribeInstances")),
        gone::still_held(ORDER, REQUEST),
        gone::gone(ORDER, REQUEST),
        order_messages::not_imported(ORDER, REQUEST),
        crate::order::not_read_back(ORDER, &lost("DescribeOrder").to_string()),
        unresolved::maybe_placed(&Journal::current(), &sample_entry(), &[ORDER.to_owned()]),
        unresolved::unread(&Journal::current(), &sample_entry(), &lost("DescribeInstances")),
    ]);
    let others = [
        answers(),
        auto_renew::samples(),
        contradiction::samples(),
        instances::samples(),
        kept_sku::samples(),
        price_source::samples(),
        purchase_messages::samples(),
        removal::samples(),
        search::samples(),
    ];
    samples.extend(others.into_iter().flatten());
    samples
}

/// Messages about a configuration that contradicts itself.
pub(crate) fn validation_samples() -> Vec<Diagnostic> {
    let mut samples = sku::samples();
    samples.push(order_messages::two_package_versions("yuncode2713600001", "yuncode2713600002"));
    samples
}
