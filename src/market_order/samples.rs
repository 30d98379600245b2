//! The messages about prices, limits and unknown orders, with invented ones.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use tfplugin::{Diagnostic, Partial, value::Number};

use super::{
    MarketOrder, gone,
    quote::{Refused, Why},
    quote_messages as messages, tokens,
};
use crate::{
    catalogue::{lost, refused},
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

fn whys() -> Vec<Why> {
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
    ]
}

pub(crate) fn samples() -> Vec<Diagnostic> {
    let refusal = |why| Refused { why, request_id: Some(REQUEST.to_owned()) };
    let refusals = [true, false]
        .into_iter()
        .flat_map(|is_planned| whys().into_iter().map(move |why| messages::refused(refusal(why), "CNY", is_planned)));
    let mut samples: Vec<Diagnostic> = refusals.collect();
    let changed = || messages::refused(refusal(Why::Changed(Box::new([quote("100.5"), quote("120")]))), "CNY", false);
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
        messages::restricted("cmapi033136", &restriction, Some(REQUEST), true),
        messages::restricted("cmapi033136", &restriction, Some(REQUEST), false),
        messages::paid_otherwise(ORDER, &quote("100.5"), &quote("120")),
        messages::no_turn(),
        messages::unread_instances(&lost("DescribeInstances")),
        messages::uncounted(&std::io::Error::from(std::io::ErrorKind::StorageFull)),
        tokens::taken(),
        tokens::unknown(&Partial::<MarketOrder>::default()),
        gone::still_held(ORDER, REQUEST),
        gone::gone(ORDER, REQUEST),
    ]);
    samples
}
