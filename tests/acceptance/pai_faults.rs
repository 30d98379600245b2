//! `alicloud_pai_product_order` when something goes wrong: there is no token, so reading decides.

use mock_endpoint::{
    ACCOUNT,
    fault::{Fault, Kind},
    ledger::{Content, Order},
};
use serde_json::json;

use crate::{faults::faults, pai::documented, terraform::Terraform};

fn one_fault_one_apply(operation: &str, times: u32) {
    let cases = faults();
    let halves = cases.chunks(cases.len().div_ceil(4)).map(<[Kind]>::to_vec);
    let operation = operation.to_owned();
    let threads: Vec<_> = halves
        .map(|kinds| {
            let operation = operation.clone();
            std::thread::spawn(move || {
                for kind in kinds {
                    let Some(mut terraform) = Terraform::with(&documented(&["PAI_share", "OSS_share"])) else { return };
                    terraform.set("CLIENT_READ_TIMEOUT", "1000");
                    terraform.mock.fault(Fault::times(&operation, kind.clone(), times));
                    terraform.apply().succeeds();
                    terraform.plans_empty();
                    assert_eq!(terraform.orders().len(), 1, "{operation} {kind:?}");
                    assert_eq!(terraform.attributes()["id"], terraform.orders()[0], "{operation} {kind:?}");
                    assert!(terraform.mock.ledger().faults.is_empty(), "{operation} {kind:?} happened");
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_fault_on_create_product_orders_costs_nothing() {
    one_fault_one_apply("CreateProductOrders", 1);
}

#[test]
fn a_fault_on_list_products_costs_nothing() {
    one_fault_one_apply("ListProducts", 1);
}

#[test]
fn a_fault_on_get_order_detail_costs_nothing() {
    one_fault_one_apply("GetOrderDetail", 1);
}

#[test]
fn several_faults_on_list_products_cost_nothing() {
    one_fault_one_apply("ListProducts", 3);
}

#[test]
fn several_faults_on_get_order_detail_cost_nothing() {
    one_fault_one_apply("GetOrderDetail", 3);
}

#[test]
fn a_fault_on_query_orders_costs_nothing() {
    for kind in [Kind::DropBefore, Kind::Garbage, Kind::Error500, Kind::Truncated] {
        let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
        terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
        terraform.mock.fault(Fault::times("QueryOrders", kind.clone(), 2));
        terraform.apply().succeeds().says(&["was found by reading"]);
        terraform.plans_empty();
        assert_eq!(terraform.orders().len(), 1, "{kind:?}");
    }
}

#[test]
fn another_account_sees_no_order_and_buys_none() {
    let Some(mut terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let key = mock_endpoint::ledger::Key::new("stranger-secret", "2000000000000002");
    terraform.mock.ledger().keys.insert("stranger".to_owned(), key);
    terraform.set("ALICLOUD_ACCESS_KEY", "stranger").set("ALICLOUD_SECRET_KEY", "stranger-secret");
    terraform.apply().fails().says(&["another account", &id, mock_endpoint::ACCOUNT, "2000000000000002"]);
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.attributes()["id"], id);
}

#[test]
fn a_purchase_whose_outcome_stays_unknown_is_found_by_the_next_apply() {
    let impatient =
        documented(&["PAI_share"]).replace("products = [", "timeouts = { create = \"3s\" }\n  products = [");
    for kind in [Kind::DropAfter, Kind::DropBefore] {
        let Some(terraform) = Terraform::with(&impatient) else { return };
        terraform.mock.fault(Fault::once("CreateProductOrders", kind.clone()));
        terraform.mock.fault(Fault::times("QueryOrders", Kind::Absent, 2));
        let words =
            ["an order may have been placed", "What is known", "set timeouts.create accordingly", "terraform import"];
        terraform.apply().fails().says(&words);
        assert!(terraform.instances().is_empty());
        let patient = impatient.replace("3s", "90s");
        terraform.configure(&patient);
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 1, "{kind:?}");
        assert_eq!(terraform.attributes()["id"], terraform.orders()[0]);
        terraform.plans_empty();
    }
}

#[test]
fn a_service_that_took_the_request_and_is_slow_is_waited_for() {
    let Some(mut terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.set("CLIENT_READ_TIMEOUT", "1000");
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::SlowBefore { delay_ms: 14_000 }));
    terraform.apply().succeeds().says(&["was found by reading"]);
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
}

#[test]
fn an_order_that_was_there_before_is_not_taken_for_this_one() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    let before = terraform.orders()[0].clone();
    terraform.plans_empty();
    terraform.run(&["state", "rm", "alicloud_pai_product_order.data"]).succeeds();
    let product = json!({"ProductCode": "PAI_share", "IsPurchased": false, "HasPermissionToPurchase": true});
    let body = json!({"RequestId": "r", "TotalCount": 1, "Products": [product]}).to_string();
    terraform.mock.fault(Fault::times("ListProducts", Kind::Reply { body }, 9));
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropBefore));
    terraform.apply().succeeds();
    assert_ne!(terraform.attributes()["id"], before);
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn two_providers_of_one_account_do_not_both_find_that_nothing_was_bought() {
    let resource = |name: &str, provider: &str| {
        documented(&["PAI_share"]).replace("\"data\" {", &format!("\"{name}\" {{\n  provider = {provider}"))
    };
    let blocks = "provider \"alicloud\" {\n  alias = \"other\"\n}\n";
    let both = [blocks, &resource("one", "alicloud"), &resource("another", "alicloud.other")].concat();
    let Some(terraform) = Terraform::with(&both) else { return };
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::SlowBefore { delay_ms: 1500 }));
    terraform.apply().fails().says(&["the account already has", "terraform import"]);
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
}

#[test]
fn an_order_that_was_never_read_is_not_gone() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.mock.fault(Fault::times("GetOrderDetail", Kind::Absent, 99));
    terraform.apply().succeeds().says(&["was placed, but not read back"]);
    terraform.plan().fails().says(&["cannot be read yet", "nothing is bought", "terraform state rm"]);
    terraform.mock.ledger().faults.clear();
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn nothing_is_sent_again_before_three_readings_over_ten_seconds() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropBefore));
    let begin = std::time::Instant::now();
    terraform.apply().succeeds();
    assert!(begin.elapsed() >= std::time::Duration::from_secs(10));
    let operations: Vec<String> =
        terraform.mock.ledger().requests.iter().map(|request| request.operation.clone()).collect();
    let sent: Vec<usize> = (0..operations.len()).filter(|at| operations[*at] == "CreateProductOrders").collect();
    let between = &operations[sent[0]..sent[1]];
    assert!(between.iter().filter(|operation| *operation == "QueryOrders").count() >= 3, "{operations:?}");
    assert!(between.iter().filter(|operation| *operation == "ListProducts").count() >= 3, "{operations:?}");
}

fn refusal(status: u16, code: &str) -> Kind {
    Kind::ApiError { status, code: code.to_owned(), message: "no".to_owned() }
}

#[test]
fn nothing_is_bought_whose_order_could_not_be_found_again() {
    for (status, code, remedy) in [
        (403, "Forbidden.RAM", "bss:DescribeOrderList"),
        (400, "NotApplicable", "account_type"),
        (200, "NotApplicable", "account_type"),
    ] {
        let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
        terraform.mock.fault(Fault::times("QueryOrders", refusal(status, code), 99));
        terraform.apply().fails().says(&["No order was placed: the list of orders cannot be read", remedy]);
        assert_eq!(terraform.requests("CreateProductOrders").len(), 0, "{code}");
        assert!(crate::journal::entries(&terraform).is_empty());

        terraform.mock.ledger().faults.clear();
        terraform.apply().succeeds();
        terraform.begin_anew();
        terraform.mock.fault(Fault::times("QueryOrders", refusal(status, code), 99));
        terraform.apply().fails().says(&["the account already has", remedy]).never_says(&["lists no order"]);
    }
}

#[test]
fn a_refusal_to_read_the_outcome_of_a_purchase_is_reported_at_once() {
    for operation in ["QueryOrders", "ListProducts"] {
        let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
        terraform.mock.fault(Fault::once(operation, Kind::Slow { delay_ms: 1 }));
        terraform.mock.fault(Fault::times(operation, refusal(403, "Forbidden.RAM"), 99));
        terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
        let begin = std::time::Instant::now();
        let remedy = if operation == "QueryOrders" { "bss:DescribeOrderList" } else { "pai:ListProducts" };
        terraform.apply().fails().says(&["An order may have been placed", remedy]);
        assert!(begin.elapsed() < std::time::Duration::from_secs(60));
        terraform.mock.ledger().faults.clear();
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 1);
    }
}

#[test]
fn a_gateway_that_gives_up_on_a_service_that_still_works_is_no_reason_to_buy_again() {
    let Some(terraform) = Terraform::with(&documented(&["DataWorks_share"])) else { return };
    terraform.mock.fault(Fault::once("CreateProductOrders", refusal(504, "GatewayTimeout")));
    let mut applying = terraform.start(&["apply", "-auto-approve", "-no-color"]);
    // One look before the purchase, and three readings after it are not enough.
    while terraform.requests("ListProducts").len() < 1 + 4 && applying.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let id = "202699999999999".to_owned();
    let content = Content::Products(vec!["DataWorks_share".to_owned()]);
    let (account, created) = (ACCOUNT.to_owned(), chrono::Utc::now());
    let order = Order { id: id.clone(), account, content, created, overrides: serde_json::Map::new() };
    terraform.mock.ledger().orders.insert(id.clone(), order);
    assert!(applying.wait().unwrap().success());
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.attributes()["id"], id);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
}
