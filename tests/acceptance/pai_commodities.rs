//! Orders of other products that share a ProductCode with those of PAI.

use chrono::{TimeDelta, Utc};
use mock_endpoint::{
    ACCOUNT,
    fault::{Fault, Kind},
    ledger::{Content, Order},
};
use serde_json::json;

use crate::{market_order::ORDER, pai::documented, terraform::Terraform};

const ADDRESS: &str = "alicloud_pai_product_order.data";
const ANOTHER: &str = "209900000000001";

/// Commodities of other products: the ProductCode, the CommodityCode, how it is paid, and the product it could be taken for.
const OTHERS: [(&str, &str, &str, &str); 4] = [
    ("learn", "learn_eflocomputing_public_cn", "Subscription", "PAI_share"),
    ("learn", "learn_EasDedicatedPostpay_public_cn", "PayAsYouGo", "PAI_share"),
    ("learn", "learn", "Subscription", "PAI_share"),
    ("dide", "dide_pre_intl", "PayAsYouGo", "DataWorks_share"),
];

/// Somebody buys something else, now.
fn place(terraform: &Terraform, [product, commodity, subscription]: [&str; 3]) {
    let fields = json!({
        "ProductCode": product,
        "ProductType": commodity,
        "CommodityCode": commodity,
        "SubscriptionType": subscription,
    });
    let order = Order {
        id: ANOTHER.to_owned(),
        account: ACCOUNT.to_owned(),
        content: Content::Products(vec!["something else".to_owned()]),
        created: Utc::now(),
        overrides: fields.as_object().unwrap().clone(),
    };
    terraform.mock.ledger().orders.insert(ANOTHER.to_owned(), order);
}

#[test]
fn a_lost_reply_never_makes_an_order_of_another_product_ours() {
    for (product, commodity, subscription, code) in OTHERS {
        let Some(terraform) = Terraform::with(&documented(&[code])) else { return };
        place(&terraform, [product, commodity, subscription]);
        // So that it seems to have been made since.
        terraform.mock.fault(Fault::once("QueryOrders", Kind::Absent));
        terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropBefore));
        terraform.apply().succeeds();
        assert_ne!(terraform.attributes()["id"], ANOTHER, "{commodity}");
        assert_eq!(terraform.orders().len(), 2);
        terraform.plans_empty();
    }
}

#[test]
fn an_order_that_may_be_ours_is_named_and_neither_taken_nor_bought_again() {
    let configuration = documented(&["PAI_share"]);
    let impatient = configuration.replace("products = [", "timeouts = { create = \"25s\" }\n  products = [");
    for kind in [Kind::DropBefore, Kind::DropAfter] {
        let Some(terraform) = Terraform::with(&impatient) else { return };
        place(&terraform, ["learn", "learn_unheard_of", "PayAsYouGo"]);
        terraform.mock.fault(Fault::once("QueryOrders", Kind::Absent));
        terraform.mock.fault(Fault::once("CreateProductOrders", kind));
        let refused = terraform.apply().fails();
        refused.says(&["An order may have been placed", ANOTHER]);
        assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
        assert!(terraform.instances().is_empty());
    }
}

#[test]
fn an_order_whose_commodity_is_not_documented_is_ours_when_everything_agrees_three_times() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
    terraform.apply().succeeds().says(&[
        "was found by reading",
        "It is not certain which products the order",
        "terraform state rm",
    ]);
    // One page before the purchase, to know what was there, and two in each reading: the order, and the end of the list.
    assert_eq!(terraform.requests("QueryOrders").len(), 1 + 3 * 2);

    let Some(terraform) = Terraform::with(&documented(&["DataWorks_share"])) else { return };
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
    terraform.apply().succeeds().says(&["was found by reading"]).never_says(&["It is not certain"]);
    assert_eq!(terraform.requests("QueryOrders").len(), 1 + 2);
}

#[test]
fn an_order_of_another_product_is_neither_imported_nor_proposed() {
    for (product, commodity, subscription, code) in OTHERS {
        let Some(terraform) = Terraform::with(&documented(&[code])) else { return };
        place(&terraform, [product, commodity, subscription]);
        terraform.import(ADDRESS, ANOTHER).fails().says(&["was not imported: it contains no PAI product", commodity]);
        terraform.apply().succeeds();
        let id = terraform.orders()[0].clone();
        terraform.begin_anew();
        terraform.apply().fails().says(&["the account already has", &id]).never_says(&[ANOTHER]);
    }
}

#[test]
fn an_import_says_where_billing_does_not_report_the_product_for_certain() {
    for (code, warns) in [("DataWorks_share", false), ("PAI_share", true)] {
        let Some(terraform) = Terraform::with(&documented(&[code])) else { return };
        terraform.apply().succeeds();
        let id = terraform.orders()[0].clone();
        terraform.begin_anew();
        let warning = format!("It is not certain which products the order {id} contains");
        let imported = terraform.import(ADDRESS, &id).succeeds();
        assert_eq!(imported.text.contains(&warning), warns, "{}", imported.text);
        assert_eq!(terraform.attributes()["products"][0]["product_code"], code);
    }
}

#[test]
fn a_name_that_only_begins_like_that_of_a_documented_product_is_another_product() {
    let Some(terraform) = Terraform::with(&documented(&["DataWorks_share"])) else { return };
    place(&terraform, ["dide", "dide_foo", "PayAsYouGo"]);
    terraform.import(ADDRESS, ANOTHER).fails().says(&["was not imported: it contains no PAI product", "dide_foo"]);
    terraform.mock.fault(Fault::once("QueryOrders", Kind::Absent));
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
    let words = ["was found by reading", "which contains dide_create_post (as billing reports it)"];
    terraform.apply().succeeds().says(&words);
    assert_ne!(terraform.attributes()["id"], ANOTHER);
    terraform.begin_anew();
    terraform.apply().fails().says(&["the account already has", "terraform import"]).never_says(&[ANOTHER]);
}

#[test]
fn an_order_that_a_service_lists_although_it_is_of_another_time_is_no_candidate() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    place(&terraform, ["learn", "learn_unheard_of", "PayAsYouGo"]);
    terraform.mock.override_order(ANOTHER, json!({"CreateTime": "2020-01-01T00:00:00Z"}));
    terraform.mock.fault(Fault::once("QueryOrders", Kind::Absent));
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
    terraform.apply().succeeds().says(&["was found by reading"]);
    assert_ne!(terraform.attributes()["id"], ANOTHER);
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn several_orders_that_may_be_ours_are_each_named_with_what_they_hold() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    place(&terraform, ["learn", "learn_unheard_of", "PayAsYouGo"]);
    terraform.mock.fault(Fault::once("QueryOrders", Kind::Absent));
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
    let refused = terraform.apply().fails();
    let ours = terraform.orders()[0].clone();
    let named = [format!("{ours} # {ours} (learn, 20"), format!("{ANOTHER} # {ANOTHER} (learn_unheard_of, 20")];
    refused.says(&["An order may have been placed", &named[0], &named[1]]);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
    terraform.configure(ORDER);
    terraform.apply().succeeds().says(&["An order may have been placed by an earlier apply"]);
}

#[test]
fn an_account_with_more_orders_than_are_read_has_an_error_and_buys_nothing() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    for number in 0..1001 {
        let id = format!("2025{number:011}");
        let content = Content::Products(vec!["PAI_share".to_owned()]);
        let (account, created) = (ACCOUNT.to_owned(), Utc::now() - TimeDelta::days(30));
        let order = Order { id: id.clone(), account, content, created, overrides: serde_json::Map::new() };
        terraform.mock.ledger().orders.insert(id, order);
    }
    terraform.apply().fails().says(&[
        "the account already has",
        "QueryOrders lists more than 1000 orders of the last year",
        "terraform import alicloud_pai_product_order.<name> <order id>",
    ]);
    assert!(terraform.requests("CreateProductOrders").is_empty());
}

#[test]
fn an_order_that_buys_nothing_is_not_imported() {
    let Some(terraform) = Terraform::with(&documented(&["DataWorks_share"])) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    for fields in [json!({"OrderType": "Refund"}), json!({"OrderType": "Renew"}), json!({"PaymentStatus": "Cancelled"})]
    {
        terraform.mock.override_order(&id, json!({"OrderType": "New", "PaymentStatus": "Paid"}));
        terraform.mock.override_order(&id, fields.clone());
        terraform.begin_anew();
        terraform.import(ADDRESS, &id).fails().says(&[
            "was not imported: it is not a purchase",
            "(RequestId ",
            "terraform import alicloud_pai_product_order.<name>",
        ]);
    }
}
