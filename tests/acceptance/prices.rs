//! The price of an order in its plan, and in a data source.

use mock_endpoint::fault::{Fault, Kind};
use serde_json::{Value as Json, json};

use crate::{
    market_order::{ORDER, order_with},
    secrets::PAI,
    terraform::Terraform,
};

pub const PRODUCT: &str = "cmapi033136";

/// What the plan makes known of each order: the price and its currency.
fn quoted(terraform: &Terraform) -> Vec<(Json, Json)> {
    let shown = terraform.planned_json();
    let changes = shown["resource_changes"].as_array().cloned().unwrap_or_default();
    changes
        .iter()
        .map(|change| &change["change"]["after"])
        .map(|after| (after["quoted_price"].clone(), after["quoted_currency"].clone()))
        .collect()
}

/// How many prices were requested.
fn quote_requests(terraform: &Terraform) -> usize {
    terraform.requests("DescribePrice").len()
}

#[test]
fn the_plan_shows_the_price_and_it_never_changes_afterwards() {
    let Some(terraform) = Terraform::with(&order_with("duration = 3")) else { return };
    terraform.mock.set_price(PRODUCT, json!({"TradePrice": "19.80", "Currency": "JPY"}));
    terraform.plan().says(&["+ quoted_price = 19.8", "+ quoted_currency = \"JPY\""]);
    let request = &terraform.requests("DescribePrice")[0];
    assert_eq!(request.parameters["OrderType"], "INSTANCE_BUY");
    let commodity: Json = serde_json::from_str(&request.parameters["Commodity"]).unwrap();
    assert_eq!((&commodity["skuCode"], &commodity["duration"]), (&json!("postpay"), &json!(3)));
    terraform.apply().succeeds();

    terraform.mock.set_price(PRODUCT, json!({"TradePrice": 99}));
    let before = quote_requests(&terraform);
    terraform.plans_empty();
    terraform.run(&["apply", "-refresh-only", "-auto-approve"]).succeeds();
    let attributes = terraform.attributes();
    assert_eq!((&attributes["quoted_price"], &attributes["quoted_currency"]), (&json!(19.8), &json!("JPY")));
    assert_eq!(attributes["payment_price"], json!(19.8));
    terraform.configure(&order_with("duration = 3\n  client_token = \"t\""));
    terraform.apply().succeeds();
    assert_eq!(terraform.attributes()["quoted_price"], json!(19.8));
    assert_eq!(quote_requests(&terraform), before, "only what is bought is quoted");
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn an_import_and_a_state_of_the_existing_provider_have_no_quote_and_plan_empty() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let mut state = terraform.state();
    let attributes = state["resources"][0]["instances"][0]["attributes"].as_object_mut().unwrap();
    for name in ["quoted_price", "quoted_currency", "max_price"] {
        attributes.remove(name).unwrap();
    }
    state["serial"] = json!(99);
    terraform.write("terraform.tfstate", &state.to_string());
    terraform.plans_empty();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    terraform.import("alicloud_market_order.order", &id).succeeds();
    assert_eq!(terraform.attributes()["quoted_price"], Json::Null);
    terraform.plans_empty();
}

#[test]
fn identical_purchases_of_a_plan_ask_once_and_a_replacement_is_quoted_in_its_second_plan() {
    let three = order_with("count = 3");
    let other = ORDER.replace("\"order\"", "\"other\"").replace("\"Month\"", "\"Year\"");
    let Some(terraform) = Terraform::with(&format!("{three}{other}")) else { return };
    assert_eq!(quoted(&terraform), vec![(json!(10), json!("CNY")); 4]);
    assert_eq!(quote_requests(&terraform), 2);
    terraform.apply().succeeds();

    let before = quote_requests(&terraform);
    terraform.configure(&format!("{}{other}", three.replace("\"Month\"", "\"Year\"")));
    terraform.planned_actions();
    assert_eq!(quote_requests(&terraform), before + 1);
    let ignored = order_with("count = 3\n  duration = 2\n  lifecycle {\n    ignore_changes = [duration]\n  }");
    terraform.configure(&format!("{ignored}{other}"));
    terraform.plans_empty();
    assert_eq!(quote_requests(&terraform), before + 1, "nothing is bought");
}

#[test]
fn identical_purchases_are_quoted_and_sent_one_after_the_other() {
    let Some(terraform) = Terraform::with(&order_with("count = 4")) else { return };
    terraform.apply().succeeds();
    let ledger = terraform.mock.ledger();
    let sequence: Vec<&str> = ledger.requests.iter().map(|request| request.operation.as_str()).collect();
    let sequence: Vec<&str> =
        sequence.into_iter().filter(|name| ["DescribePrice", "CreateOrder"].contains(name)).collect();
    let first = sequence.iter().position(|name| *name == "CreateOrder").unwrap();
    assert_eq!(sequence[first - 1..], ["DescribePrice", "CreateOrder"].repeat(4), "{sequence:?}");
}

#[test]
fn identical_purchases_of_two_aliases_are_quoted_and_sent_one_after_the_other() {
    let alias = "provider \"alicloud\" {\n  alias = \"second\"\n}\n";
    let second = order_with("count = 3\n  provider = alicloud.second").replace("\"order\"", "\"second\"");
    let Some(terraform) = Terraform::with(&format!("{alias}{}{second}", order_with("count = 3"))) else { return };
    terraform.apply().succeeds();
    let ledger = terraform.mock.ledger();
    let operations = ledger.requests.iter().map(|request| request.operation.as_str());
    let sequence: Vec<&str> = operations.filter(|name| ["DescribePrice", "CreateOrder"].contains(name)).collect();
    let first = sequence.iter().position(|name| *name == "CreateOrder").unwrap();
    assert_eq!(sequence[first - 1..], ["DescribePrice", "CreateOrder"].repeat(6), "{sequence:?}");
}

#[test]
fn what_is_not_known_yet_is_quoted_when_it_is() {
    let unknown = format!(
        "resource \"terraform_data\" \"years\" {{\n  input = 2\n}}\n{}",
        order_with("duration = terraform_data.years.output")
    );
    let Some(terraform) = Terraform::with(&unknown) else { return };
    terraform.plan().says(&["+ quoted_price = (known after apply)"]).never_says(&["The price of"]);
    assert_eq!(quote_requests(&terraform), 0);
    terraform.apply().succeeds();
    let states = terraform.instances();
    assert!(states.iter().any(|instance| instance["attributes"]["quoted_price"] == json!(20)), "{states:?}");
    // The price does not depend on the token.
    let unknown = format!(
        "resource \"terraform_data\" \"token\" {{\n  input = \"t\"\n}}\n{}",
        order_with("client_token = terraform_data.token.output")
    );
    terraform.begin_anew();
    terraform.configure(&unknown);
    terraform.plan().says(&["+ quoted_price = 10"]);
}

#[test]
fn a_quote_that_fails_is_unknown_with_a_warning_and_the_order_is_bought() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    let forbidden = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    for (kind, why) in
        [(forbidden, "AliyunMarketplaceFullAccess"), (Kind::Absent, "no price for this product, SKU and period")]
    {
        terraform.begin_anew();
        terraform.mock.fault(Fault::times("DescribePrice", kind, 99));
        let words =
            ["Warning: The price of cmapi033136 is not known", why, "RequestId", "quoted_price = (known after apply)"];
        terraform.plan().says(&words);
        terraform.apply().succeeds().never_says(&["is incomplete"]);
        assert_eq!(terraform.attributes()["quoted_price"], Json::Null);
        terraform.plans_empty();
        terraform.mock.ledger().faults.clear();
    }
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn quotes_can_be_turned_off() {
    let Some(terraform) = Terraform::with(&format!("provider \"alicloud\" {{\n  quote_prices = false\n}}\n{ORDER}"))
    else {
        return;
    };
    terraform.plan().never_says(&["quoted_price", "The price of"]);
    terraform.apply().succeeds();
    assert_eq!(quote_requests(&terraform), 0);
    assert_eq!(terraform.attributes()["quoted_price"], Json::Null);
    terraform.plans_empty();
}

#[test]
fn what_the_account_may_not_buy_is_a_warning_and_with_a_guard_an_error() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    let restricted =
        json!({"ExpressionCode": "ORDER.NO_REAL_NAME_AUTHENTICATION", "ExpressionMessage": "Only companies can buy"});
    terraform.mock.set_price(PRODUCT, restricted);
    let words = ["This account may not buy cmapi033136", "Only companies can buy (ORDER.NO_REAL_NAME_AUTHENTICATION)"];
    let plan = terraform.plan().says(&words);
    assert_eq!(plan.code, Some(2));
    terraform.configure(&format!("provider \"alicloud\" {{\n  purchase_guard {{}}\n}}\n{ORDER}"));
    terraform.plan().fails().says(&words);
}

#[test]
fn a_purchase_that_fails_for_money_shows_the_balance_if_the_caller_may_read_it() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    for code in ["Account.Arrearage", "OrdersNotPaid"] {
        let kind = Kind::ApiError { status: 400, code: code.to_owned(), message: "pay".to_owned() };
        terraform.mock.fault(Fault::once("CreateOrder", kind));
        terraform.apply().fails().says(&["No order was placed", code, "The account has 12.50 CNY available."]);
    }
    let kind = Kind::ApiError { status: 400, code: "Account.Arrearage".to_owned(), message: "pay".to_owned() };
    terraform.mock.fault(Fault::once("CreateProductOrders", kind.clone()));
    terraform.configure(PAI);
    terraform.apply().fails().says(&["No order was placed", "The account has 12.50 CNY available"]);
    terraform.configure(ORDER);
    terraform.mock.fault(Fault::once("CreateOrder", kind));
    let forbidden = Kind::ApiError { status: 403, code: "NotAuthorized".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("QueryAccountBalance", forbidden));
    terraform.apply().fails().says(&["No order was placed"]).never_says(&["available", "QueryAccountBalance"]);
}

#[test]
fn a_data_source_has_a_price_before_anything_is_planned_to_be_bought() {
    let source = |arguments: &str| {
        format!(
            "data \"alicloud_market_price\" \"price\" {{\n  product_code    = \"{PRODUCT}\"\n  pricing_cycle   = \"Year\"\n  \
             package_version = \"yuncode2713600001\"\n{arguments}}}\noutput \"price\" {{\n  value = \
             data.alicloud_market_price.price\n}}\n"
        )
    };
    let Some(terraform) = Terraform::with(&source("  duration = 2\n  quantity = 3\n  sku_code = \"Package\"\n")) else {
        return;
    };
    terraform.mock.set_price(
        PRODUCT,
        json!({
            "OriginalPrice": "198.00", "TradePrice": "19.80", "DiscountPrice": "178.20", "Currency": "USD",
            "Coupons": {"Coupon": [{"CouponOptionNo": "38", "CouponOptionCode": "ActiveCoupon", "CouponName": "Spring",
                "CouponDesc": "Spring sale", "CanPromFee": 0.1}]},
            "PromotionRules": {"PromotionRule": [{"RuleId": "10", "Name": "n", "Title": "t"}]},
            "ExpressionCode": "ORDER.NO_REAL_NAME_AUTHENTICATION", "ExpressionMessage": "Only companies can buy",
        }),
    );
    terraform.apply().succeeds();
    let price = &terraform.state()["outputs"]["price"]["value"];
    let expected = json!({
        "original_price": 198, "trade_price": 19.8, "discount_price": 178.2, "currency": "USD",
        "coupons": [{"id": "38", "code": "ActiveCoupon", "name": "Spring", "description": "Spring sale", "amount": 0.1}],
        "promotions": [{"id": "10", "name": "n", "title": "t"}],
        "restriction_code": "ORDER.NO_REAL_NAME_AUTHENTICATION", "restriction_message": "Only companies can buy",
        "product_code": PRODUCT, "pricing_cycle": "Year", "package_version": "yuncode2713600001", "duration": 2,
        "quantity": 3, "sku_code": "Package", "pay_type": null, "coupon_id": null, "components": null,
    });
    assert_eq!(*price, expected);
    let sent: Json = serde_json::from_str(&terraform.requests("DescribePrice")[0].parameters["Commodity"]).unwrap();
    assert_eq!((&sent["skuCode"], &sent["duration"], &sent["quantity"]), (&json!("Package"), &json!(2), &json!(3)));
    assert!(terraform.orders().is_empty());

    terraform.mock.fault(Fault::once("DescribePrice", Kind::Absent));
    terraform.plan().fails().says(&["The Marketplace has no price for cmapi033136", "RequestId"]);
    let forbidden = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("DescribePrice", forbidden));
    terraform.plan().fails().says(&[
        "The price of cmapi033136 cannot be read",
        "AliyunMarketplaceFullAccess",
        "RequestId",
    ]);
    terraform.configure(&source("  sku_code = \"Package\"\n  pay_type = \"PostPaid\"\n"));
    terraform.validate().fails().says(&["The arguments sku_code and pay_type contradict each other"]);
}
