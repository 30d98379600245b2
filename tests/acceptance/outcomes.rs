//! Purchases that succeed in part: not everything is bought, or it is not paid.

use mock_endpoint::{
    ACCOUNT,
    fault::{Fault, Kind},
    ledger::{Content, Order},
};
use serde_json::json;

use crate::{market_order::ORDER, pai::documented, terraform::Terraform};

const THREE: [&str; 3] = ["PAI_share", "OSS_share", "DataWorks_share"];

#[test]
fn what_a_partial_purchase_left_out_is_named_until_it_is_there_and_never_bought_by_itself() {
    let Some(terraform) = Terraform::with(&documented(&THREE)) else { return };
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::Partial { bought: 2 }));
    let applied = terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let warning = format!("Order {id} does not include PAI_share");
    let words = [warning.as_str(), "The provider does not buy the missing products", "product_code = \"PAI_share\""];
    applied.says(&words).never_says(&["product_code = \"OSS_share\" }]"]);
    let attributes = terraform.attributes();
    assert_eq!(attributes["missing_products"], json!(["PAI_share"]));
    assert_eq!(attributes["products"].as_array().unwrap().len(), 3, "what was planned");

    terraform.plans_empty().says(&words);
    terraform.apply().succeeds().says(&[&warning]);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);

    // As the message says.
    let own =
        "resource \"alicloud_pai_product_order\" \"pai_share\" {\n  products = [{ product_code = \"PAI_share\" }]\n}\n";
    terraform.configure(&[&documented(&THREE), own].concat());
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    terraform.plans_empty().never_says(&["does not include"]);
    terraform.apply().succeeds();
    let missing: Vec<_> =
        terraform.instances().iter().map(|instance| instance["attributes"]["missing_products"].clone()).collect();
    assert_eq!(missing, [json!([]), json!([])]);
}

#[test]
fn a_partial_purchase_that_was_found_by_reading_has_its_warning_too() {
    let Some(mut terraform) = Terraform::with(&documented(&THREE)) else { return };
    terraform.set("CLIENT_READ_TIMEOUT", "1000");
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::PartialLost { bought: 2 }));
    terraform.apply().succeeds().says(&["was found by reading", "does not include PAI_share"]);
    assert_eq!(terraform.attributes()["missing_products"], json!(["PAI_share"]));
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
}

#[test]
fn which_products_are_missing_is_read_again_where_it_could_not_be_read() {
    let Some(mut terraform) = Terraform::with(&documented(&["PAI_share", "OSS_share"])) else { return };
    terraform.set("MAX_RETRY_TIMEOUT", "5");
    let forbidden = || Kind::ApiError { status: 403, code: "Forbidden".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::Partial { bought: 1 }));
    // The check before the purchase is answered.
    terraform.mock.fault(Fault::once("ListProducts", Kind::Slow { delay_ms: 1 }));
    terraform.mock.fault(Fault::once("ListProducts", forbidden()));
    let unknown = "It is unknown whether order 202600000000001 includes PAI_share, OSS_share";
    terraform
        .apply()
        .succeeds()
        .says(&[unknown])
        .never_says(&["does not include", "\"alicloud_pai_product_order\" \"pai_share\""]);
    terraform.plans_empty().says(&["does not include PAI_share"]).never_says(&["PAI_share, OSS_share"]);
    assert_eq!(terraform.orders().len(), 1);
}

/// A reply of ListProducts by which the account has none of these products.
fn lagging(codes: &[&str]) -> Kind {
    let products: Vec<_> = codes
        .iter()
        .map(|code| json!({"ProductCode": code, "IsPurchased": false, "HasPermissionToPurchase": true}))
        .collect();
    Kind::Reply { body: json!({"RequestId": "R", "Products": products}).to_string() }
}

#[test]
fn what_the_order_itself_shows_is_never_proposed_to_be_bought() {
    let codes = ["DataWorks_share", "PAI_share"];
    let Some(terraform) = Terraform::with(&documented(&codes)) else { return };
    let id = "202600000000001".to_owned();
    let order = Order {
        id: id.clone(),
        account: ACCOUNT.to_owned(),
        content: Content::Products(codes.map(str::to_owned).to_vec()),
        created: chrono::Utc::now(),
        overrides: serde_json::Map::new(),
    };
    terraform.mock.ledger().orders.insert(id.clone(), order);
    let placed = json!({"RequestId": "R", "OrderId": id, "ProductIds": []});
    terraform.mock.fault(Fault::times("ListProducts", lagging(&codes), 99));
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::Reply { body: placed.to_string() }));
    let warning = format!("It is unknown whether order {id} includes PAI_share");
    let never = ["does not include", "\"alicloud_pai_product_order\" \"pai_share\"", "DataWorks_share,"];
    terraform.apply().succeeds().says(&[&warning]).never_says(&never);
    terraform.plans_empty().says(&[&warning]).never_says(&never);
}

#[test]
fn one_id_twice_does_not_stand_for_two_products() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share", "OSS_share"])) else { return };
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::Partial { bought: 1 }));
    terraform.apply().succeeds().says(&["does not include PAI_share"]);
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    terraform.mock.ledger().orders.clear();
    let ids = ["OSS_share-id", "OSS_share-id"];
    let placed = json!({"RequestId": "R", "OrderId": id, "ProductIds": ids}).to_string();
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::Reply { body: placed }));
    // Billing does not know the order.
    terraform.apply().succeeds().says(&[&format!("It is unknown whether order {id} includes PAI_share")]);
}

#[test]
fn list_products_requests_are_verbose() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    let requests = terraform.requests("ListProducts");
    assert!(
        !requests.is_empty() && requests.iter().all(|request| request.parameters["Verbose"] == "true"),
        "{requests:?}"
    );
}

#[test]
fn an_order_that_was_not_paid_is_a_warning_of_the_apply_and_of_each_refresh() {
    for (configuration, operation, paid) in [
        (ORDER.to_owned(), "CreateOrder", json!({"PayStatus": "PAID"})),
        (documented(&["PAI_share"]), "CreateProductOrders", json!({"PaymentStatus": "Paid"})),
    ] {
        let Some(terraform) = Terraform::with(&configuration) else { return };
        terraform.mock.fault(Fault::once(operation, Kind::Unpaid));
        let applied = terraform.apply().succeeds();
        let id = terraform.orders()[0].clone();
        let words = [format!("Order {id} is not paid"), format!("Pay the order {id} in the")];
        let words = [words[0].as_str(), words[1].as_str(), "Nothing is bought again"];
        applied.says(&words);
        terraform.plans_empty().says(&words);
        terraform.mock.override_order(&id, paid);
        terraform.plans_empty().never_says(&["not paid"]);
        assert_eq!(terraform.orders().len(), 1);
    }
}

#[test]
fn an_order_that_was_not_meant_to_be_paid_at_once_is_no_surprise() {
    let configuration = documented(&["PAI_share"]).replace("products = [", "auto_pay = false\n  products = [");
    let Some(terraform) = Terraform::with(&configuration) else { return };
    terraform.apply().succeeds().never_says(&["not paid"]);
    assert_eq!(terraform.attributes()["payment_status"], "Unpaid");
    terraform.plans_empty().never_says(&["not paid"]);
}

#[test]
fn an_order_of_which_a_part_is_not_paid_is_not_paid() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    let row = |status: &str| json!({"OrderId": "202600000000001", "ProductCode": "learn", "PaymentStatus": status});
    let rows = [row("Paid"), row("Unpaid")];
    let detail = json!({"RequestId": "R", "Data": {"TotalCount": 2, "OrderList": {"Order": rows}}});
    terraform.mock.fault(Fault::once("GetOrderDetail", Kind::Reply { body: detail.to_string() }));
    terraform.apply().succeeds().says(&["is not paid"]);
    assert_eq!(terraform.attributes()["payment_status"], "Unpaid");
}
