//! The messages about orders of PAI products, with invented ones.
#![allow(clippy::expect_used)]

use alicloud::{billing::Row, error::Error};
use serde::Deserialize as _;
use serde_json::json;
use tfplugin::{Attr, Diagnostic, Partial};

use super::{
    PaiProductOrder,
    candidates::{self, Found},
    messages, missing, products, purchase_messages as purchase, schema, search,
};
use crate::{
    catalogue::{lost, refused},
    journal::{Journal, sample_entry},
};

const ORDER: &str = "202600000000001";
const REQUEST: &str = "6EF60BEC-0242-43AF-BB20-270359FB54A7";

fn order() -> Partial<PaiProductOrder> {
    let product = |code: &str| {
        Attr::Known(Partial::<schema::Product> { product_code: code.into(), ..Partial::<schema::Product>::default() })
    };
    Partial::<PaiProductOrder> {
        id: ORDER.into(),
        products: Attr::Known(vec![product("PAI_share"), product("OSS_share")]),
        ..Partial::<PaiProductOrder>::default()
    }
}

fn rows() -> Vec<Row> {
    let row =
        json!({"ProductCode": "learn", "CommodityCode": "learn", "OrderType": "Renewal", "PaymentStatus": "Paid"});
    vec![Row::deserialize(row).expect("a row")]
}

/// Messages about purchases.
fn purchases() -> Vec<Diagnostic> {
    let (journal, entry, codes) = (Journal::current(), sample_entry(), ["PAI_share".to_owned()]);
    let failure = refused("CreateProductOrders", 403, "Forbidden.RAM", "You are not authorized.");
    let mut too_many = lost("QueryOrders");
    too_many.error = Error::TooMany { read: 1000 };
    let candidate = candidates::sample_candidate;
    let found =
        [Ok(vec![]), Ok(vec![candidate()]), Ok(vec![candidate().certain()]), Err(lost("QueryOrders")), Err(too_many)];
    let undecided = |sent, purchased, found, advice| {
        let billing = candidates::reported(&found);
        purchase::undecided(&journal, &entry, &codes, sent, purchased, &billing, advice)
    };
    let advice = Some("Grant the caller the RAM action bss:DescribeOrderList.".to_owned());
    let mut samples: Vec<_> =
        found.iter().map(|found| purchase::purchased_already(&codes, &candidates::proposal(found))).collect();
    samples.extend([
        purchase::unread("the list of orders", &codes, &lost("QueryOrders")),
        purchase::refused(&codes, &failure),
        purchase::not_permitted(&codes),
        purchase::several(&journal, &entry, &codes, &[candidate(), candidate()]),
        undecided(None, Ok(&true), Ok(Found::InDoubt(candidate())), None),
        undecided(Some(&failure), Ok(&false), Ok(Found::Nothing), None),
        undecided(Some(&failure), Err(lost("ListProducts").to_string()), Err(lost("QueryOrders")), advice),
        purchase::not_entered(),
        purchase::found(ORDER, &rows()),
    ]);
    samples
}

pub(crate) fn samples() -> Vec<Diagnostic> {
    let codes = ["PAI_share".to_owned()];
    let dataworks = products::find("DataWorks_share").expect("a product");
    let changed = [PaiProductOrder::PRODUCTS.path()];
    let mut samples = vec![
        messages::not_imported(ORDER, REQUEST),
        messages::not_a_purchase(ORDER, &rows(), REQUEST),
        messages::of_other_products(ORDER, &rows(), REQUEST),
        messages::of_other_products(ORDER, &[], REQUEST),
        messages::uncertain(ORDER, &["learn"], &codes),
        messages::unknown_product("Another_share", "cn-hangzhou", Some(REQUEST)),
        crate::order::not_read_back(ORDER, &lost("GetOrderDetail").to_string()),
        messages::missing_property(dataworks.code, &dataworks.properties[0]),
        messages::stays_active(&order()),
        messages::held_already(&order(), &codes, &changed),
        messages::replaces_itself(&order(), &codes),
        messages::gone(ORDER, REQUEST),
    ];
    samples.extend([purchases(), missing::samples(), search::samples()].into_iter().flatten());
    samples
}

/// Messages about a configuration that contradicts itself.
pub(crate) fn validation_samples() -> Vec<Diagnostic> {
    vec![
        messages::twice("PAI_share"),
        messages::wrong_cycle("PAI_share", "Month", None),
        messages::wrong_cycle("OSS_share", "Month", Some("Hour")),
    ]
}
