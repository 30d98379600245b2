//! The messages about renewals, with an invented instance.
#![allow(clippy::expect_used)]

use std::collections::BTreeMap;

use alicloud::{market::Order, market_renewal::Renewal};
use serde::Deserialize as _;
use serde_json::json;
use tfplugin::{Diagnostic, value::Number};

use super::{
    Wanted, messages,
    missing::until,
    record::{self, Record},
};
use crate::{
    catalogue::{lost, refused},
    journal::Journal,
    market_order::{
        period::Period,
        quote::{Refused, Why},
        samples::whys,
        schema::Cycle,
    },
    purchase_guard::Excess,
    quotes::Quote,
};

const INSTANCE: &str = "11000000";
const ORDER: &str = "202600000000001";

fn wanted(renews_itself: bool) -> Wanted {
    let renewal = Renewal {
        components: BTreeMap::new(),
        duration: 2,
        instance_id: INSTANCE.to_owned(),
        pricing_cycle: "Month".to_owned(),
        product_code: "cmapi033136".to_owned(),
        properties: BTreeMap::new(),
        quantity: 1,
        sku_code: "cmapi033136-prepay".to_owned(),
    };
    let moment = |text| until(text).expect("a moment");
    Wanted {
        renewal,
        period: Period { count: 2, unit: Cycle::Month },
        end: moment("2027-01-31T08:00:00Z"),
        new_end: moment("2027-03-31T08:00:00Z"),
        renews_itself,
        status: renews_itself.then(|| "CLOSED".to_owned()),
    }
}

pub(crate) fn samples() -> Vec<Diagnostic> {
    let wanted = wanted(true);
    let (id, end) = (INSTANCE, wanted.end);
    let price = Number::parse("20").expect("a number");
    let quote = Quote { price, currency: Some("CNY".to_owned()) };
    let journal = Journal::current();
    let earlier = |order_id: Option<&str>| Record {
        end: end.timestamp_millis(),
        renewed_from: wanted.new_end.timestamp_millis(),
        token: record::token(id, end.timestamp_millis(), wanted.period),
        time: end,
        order_id: order_id.map(str::to_owned),
        confirmed_end: None,
    };
    let reused = refused("CreateOrder", 400, "IdempotentParameterMismatch", "The parameters differ.");
    let ended = Order::deserialize(json!({"OrderStatus": "REFUND"})).expect("an order");
    let unpaid = Order::deserialize(json!({"PayStatus": "UNPAID"})).expect("an order");
    let refusal = |why| Refused { why, request_id: None };
    let quoted = Why::Excess(Box::new(quote.clone()), Excess::Currency { argument: "max_price" });
    let mut samples = vec![
        messages::refused(refusal(quoted), "USD", false, &wanted, Some(&earlier(None))),
        messages::unknown(),
        messages::nothing(id, end),
        messages::planned(&wanted, &quote, None),
        messages::planned(&wanted, &quote, Some(&earlier(None))),
        messages::queue_timeout(id),
        messages::unread(id, &lost("DescribeInstance")),
        messages::no_instance(id),
        messages::pay_as_you_go(id),
        messages::unrecorded(&journal, id, &std::io::ErrorKind::StorageFull.into()),
        messages::unrecorded(&journal, id, &std::io::ErrorKind::InvalidData.into()),
        messages::no_end(id),
        messages::over(id, end),
        messages::unreported(id, "the SKU"),
        messages::no_cycle(id),
        messages::too_much(id, end, Cycle::Day),
        messages::sent_earlier(&journal, &wanted, &earlier(None)),
        messages::sent_earlier(&journal, &wanted, &earlier(Some(ORDER))),
        messages::unknown_outcome(&wanted, &lost("CreateOrder")),
        messages::failed(&wanted, &refused("CreateOrder", 400, "InvalidParameter", "The service says why.")),
        messages::token_used(&wanted, &reused),
        messages::not_shown(&wanted, ORDER),
        messages::too_short(&wanted, wanted.new_end, "2027-04-30"),
    ];
    let is_possible = |why: &Why| matches!(why, Why::Excess(..) | Why::Unknown(..) | Why::Uncounted(..));
    samples.extend(
        whys().into_iter().filter(is_possible).map(|why| messages::refused(refusal(why), "CNY", true, &wanted, None)),
    );
    samples.extend([&ended, &unpaid].into_iter().filter_map(|order| messages::not_in_force(id, order)));
    samples.extend(messages::ended(&wanted, ORDER, &ended));
    samples.extend(messages::unpaid(id, ORDER, &unpaid));
    samples
}
