//! `alicloud_pai_product_order`: buying, reading, importing, replacing.

use mock_endpoint::fault::{Fault, Kind};
use serde_json::json;

use crate::terraform::Terraform;

const ADDRESS: &str = "alicloud_pai_product_order.data";

fn order(products: &str) -> String {
    format!("resource \"alicloud_pai_product_order\" \"data\" {{\n  products = [\n{products}\n  ]\n}}\n")
}

const DOCUMENTED: [(&str, &str); 4] = [
    (
        "DataWorks_share",
        "instance_properties = [{ code = \"region\", value = \"cn-shanghai\" }]\n      auto_renew = true",
    ),
    (
        "MaxCompute_share",
        "instance_properties = [{ code = \"region\", value = \"cn-hangzhou\" }, { code = \"odps_specification_type\", value \
         = \"OdpsStandard\" }, { code = \"ord_time\", value = \"1:Hour\" }]",
    ),
    ("PAI_share", ""),
    (
        "OSS_share",
        "instance_properties = [{ code = \"commodity_type\", value = \"oss\", name = \"Object Storage Service\" }, { code = \
         \"ord_time\", value = \"1:Hour\", name = \"1 Hour\" }]",
    ),
];

pub fn documented(codes: &[&str]) -> String {
    let products = codes.iter().map(|code| {
        let (_, more) = DOCUMENTED.iter().find(|(known, _)| known == code).unwrap();
        format!("    {{\n      product_code = \"{code}\"\n      {more}\n    }},")
    });
    order(&products.collect::<Vec<_>>().join("\n"))
}

const ALL: [&str; 4] = ["DataWorks_share", "MaxCompute_share", "PAI_share", "OSS_share"];

#[test]
fn every_product_is_bought_once_alone_and_all_in_one_order() {
    let mut cases: Vec<Vec<&str>> = ALL.iter().map(|code| vec![*code]).collect();
    cases.push(ALL.to_vec());
    for codes in cases {
        let Some(terraform) = Terraform::with(&documented(&codes)) else { return };
        terraform.apply().succeeds().never_says(&["without"]);
        terraform.plans_empty();
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 1, "{codes:?}");
        let attributes = terraform.attributes();
        assert_eq!(attributes["id"], terraform.orders()[0]);
        assert_eq!(attributes["payment_status"], "Paid");
        assert_eq!(attributes["message"], "正常");
        assert_eq!(attributes["product_ids"].as_array().unwrap().len(), codes.len());
        assert_eq!(attributes["instance_ids"].as_array().unwrap().len(), codes.len());
        assert!(attributes["created_at"].as_str().unwrap().ends_with('Z'));
        assert_eq!(attributes["auto_pay"], true);
    }
}

#[test]
fn both_signature_versions_buy() {
    for (version, signature) in [("v1", "ROA V1"), ("v3", "ACS3")] {
        let provider = format!("provider \"alicloud\" {{\n  signature_version = {version:?}\n}}\n");
        let Some(terraform) = Terraform::with(&format!("{provider}{}", documented(&ALL))) else { return };
        terraform.apply().succeeds();
        terraform.plans_empty();
        assert_eq!(terraform.orders().len(), 1);
        assert!(terraform.requests("CreateProductOrders").iter().all(|sent| sent.signature == Some(signature)));
    }
}

#[test]
fn the_order_of_products_and_properties_means_nothing() {
    let Some(terraform) = Terraform::with(&documented(&ALL)) else { return };
    terraform.apply().succeeds();
    let reversed: Vec<&str> = ALL.iter().rev().copied().collect();
    terraform.configure(&documented(&reversed).replace(
        "{ code = \"region\", value = \"cn-hangzhou\" }, { code = \"odps_specification_type\", value = \"OdpsStandard\" }",
        "{ code = \"odps_specification_type\", value = \"OdpsStandard\" }, { code = \"region\", value = \"cn-hangzhou\" }",
    ));
    terraform.plans_empty();
}

#[test]
fn constraints_are_refused_by_validate() {
    let Some(terraform) = Terraform::with("") else { return };
    let table = [
        (order(""), "products must not be empty"),
        (order("    { product_code = \"Other_share\" },"), "product_code must be one of"),
        (order("    { product_code = \"PAI_share\" },\n    { product_code = \"PAI_share\" },"), "is configured twice"),
        (order("    { product_code = \"PAI_share\", charge_type = \"PREPAY\" },"), "charge_type must be \"POSTPAY\""),
        (order("    { product_code = \"PAI_share\", order_type = \"RENEW\" },"), "order_type must be \"BUY\""),
        (order("    { product_code = \"PAI_share\", duration = 2 },"), "duration must be 1"),
        (order("    { product_code = \"PAI_share\", pricing_cycle = \"Month\" },"), "Omit it"),
        (order("    { product_code = \"OSS_share\", pricing_cycle = \"Month\" },"), "Set it to \"Hour\""),
        (order("    { product_code = \"MaxCompute_share\", pricing_cycle = \"Month\" },"), "Set it to \"Hour\""),
        (order("    { product_code = \"DataWorks_share\", pricing_cycle = \"Hour\" },"), "Set it to \"Month\""),
        (
            order("    { product_code = \"PAI_share\", instance_properties = [{ code = \"\", value = \"x\" }] },"),
            "code must not be empty",
        ),
        (
            order("    { product_code = \"PAI_share\", instance_properties = [{ code = \"x\", value = \" \" }] },"),
            "value must not be empty",
        ),
    ];
    for (configuration, message) in table {
        terraform.configure(&configuration);
        terraform.validate().fails().says(&[message]);
    }
}

#[test]
fn a_missing_documented_property_is_a_warning_in_the_plan_that_buys_and_never_afterwards() {
    let plain = ALL.map(|code| format!("    {{ product_code = \"{code}\" }},")).join("\n");
    let Some(mut terraform) = Terraform::with(&order(&plain)) else { return };
    let all = [
        "DataWorks_share has no instance property region",
        "MaxCompute_share has no instance property region",
        "MaxCompute_share has no instance property odps_specification_type",
        "MaxCompute_share has no instance property ord_time",
        "OSS_share has no instance property commodity_type",
        "OSS_share has no instance property ord_time",
    ];
    terraform.plan().says(&all).says(&["cn-shanghai", "OdpsStandard"]);
    terraform.set("ALIBABA_CLOUD_ACCOUNT_TYPE", "International");
    terraform.plan().says(&[all[1], all[3]]).never_says(&["odps_specification_type"]);
    terraform.apply().succeeds();
    terraform.plans_empty().never_says(&["without"]);
}

#[test]
fn what_is_purchased_already_is_not_bought_and_the_error_names_its_order() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    terraform.apply().fails().says(&[
        "the account already has",
        "No order was placed",
        &format!("terraform import alicloud_pai_product_order.<name> {id}"),
    ]);
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn for_a_caller_that_may_not_buy_the_error_names_what_to_grant() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    let key = |ledger: &mut mock_endpoint::ledger::Ledger, operation: &str, forbid: bool| {
        let key = ledger.keys.get_mut(mock_endpoint::ACCESS_KEY).unwrap();
        if forbid {
            key.forbidden.insert(operation.to_owned())
        } else {
            key.forbidden.remove(operation)
        };
    };
    for (operation, action) in [("CreateProductOrders", "pai:CreateOrder"), ("ListProducts", "pai:ListProducts")] {
        key(&mut terraform.mock.ledger(), operation, true);
        terraform.apply().fails().says(&[action, "No order was placed"]);
        key(&mut terraform.mock.ledger(), operation, false);
    }
    let forbidden = || Kind::ApiError { status: 403, code: "Forbidden".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("CreateProductOrders", forbidden()));
    terraform.apply().fails().says(&["pai:CreateOrder", "No order was placed"]);
    assert!(terraform.orders().is_empty());
    terraform.apply().succeeds();
    terraform.mock.fault(Fault::once("GetOrderDetail", forbidden()));
    terraform.plan().fails().says(&["bss:DescribeOrderDetail", "the state stays as it is"]);
}

#[test]
fn an_order_is_imported_and_what_billing_does_not_report_is_taken_from_the_configuration() {
    let Some(terraform) = Terraform::with(&documented(&ALL)) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    terraform.import(ADDRESS, &id).succeeds();
    assert_eq!(terraform.planned_actions(), ["update"]);
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);

    terraform.begin_anew();
    let bare = ALL.map(|code| format!("    {{ product_code = \"{code}\" }},")).join("\n");
    terraform.configure(&order(&bare));
    terraform.import(ADDRESS, &id).succeeds();
    terraform.plans_empty();
}

#[test]
fn an_import_of_something_else_is_refused() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.import(ADDRESS, "order").fails().says(&["only digits"]);
    assert_eq!(terraform.mock.ledger().requests.len(), 0);
    terraform.import(ADDRESS, "202699999999999").fails().says(&["was not imported: it does not exist", "(RequestId "]);
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    let other = json!({"ProductCode": "ecs", "ProductType": "ecs", "CommodityCode": "ecs"});
    terraform.mock.override_order(&id, other);
    terraform.import(ADDRESS, &id).fails().says(&["was not imported: it contains no PAI product", "ecs"]);
}

#[test]
fn a_change_that_would_buy_again_what_is_held_is_an_error_of_the_plan() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share", "OSS_share"])) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    for change in [
        documented(&["PAI_share", "OSS_share", "DataWorks_share"]),
        documented(&["PAI_share"]),
        documented(&["PAI_share", "OSS_share"]).replace("products = [", "auto_pay = false\n  products = ["),
        documented(&["PAI_share", "OSS_share"]).replace("\"1:Hour\"", "\"2:Hour\""),
    ] {
        terraform.configure(&change);
        terraform.plan().fails().says(&[
            "No order was placed: order ",
            " already contains ",
            &id,
            "a resource of its own",
        ]);
        terraform.apply().fails();
    }
    assert_eq!(terraform.orders().len(), 1);

    terraform.configure(&documented(&["DataWorks_share"]));
    assert_eq!(terraform.planned_actions(), ["delete+create"]);
    terraform.plan().says(&[&format!("Destroying order {id} refunds nothing")]);
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn a_forced_replacement_is_refused_and_the_state_is_kept() {
    for before in ["", "\n  lifecycle {\n    create_before_destroy = true\n  }\n}"] {
        let configuration = documented(&["PAI_share"]);
        let configuration = if before.is_empty() {
            configuration
        } else {
            format!("{}{before}\n", configuration.trim_end().trim_end_matches('}'))
        };
        let Some(terraform) = Terraform::with(&configuration) else { return };
        terraform.apply().succeeds();
        let id = terraform.orders()[0].clone();
        let replace = format!("-replace={ADDRESS}");
        terraform.run(&["apply", "-auto-approve", "-no-color", &replace]).fails();
        assert_eq!(terraform.attributes()["id"], id);

        terraform.run(&["taint", ADDRESS]).succeeds();
        terraform.apply().fails();
        assert_eq!(terraform.instances().len(), 1);
        terraform.run(&["untaint", ADDRESS]).succeeds();
        terraform.plans_empty();
        assert_eq!(terraform.orders().len(), 1);
        // The refusal left nothing behind that would refuse an ordinary destroy.
        terraform.destroy().succeeds();
    }
}

#[test]
fn two_resources_for_one_product_buy_it_once() {
    let two = documented(&["PAI_share"]).replace("\"data\" {", "\"data\" {\n  count = 2");
    let Some(terraform) = Terraform::with(&two) else { return };
    terraform.apply().fails().says(&["the account already has"]);
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn destroy_forgets_and_says_that_nothing_is_refunded() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.destroy().succeeds().says(&[&format!("Destroying order {id} refunds nothing"), "stay active"]);
    assert!(terraform.instances().is_empty());
}

#[test]
fn an_order_is_gone_only_when_two_replies_say_so() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.apply().succeeds();
    terraform.mock.fault(Fault::once("GetOrderDetail", Kind::Absent));
    terraform.plans_empty();
    terraform.mock.fault(Fault::times("GetOrderDetail", Kind::Absent, 2));
    let planned = terraform.plan();
    assert_eq!(planned.code, Some(2));
    planned.says(&["is gone: Terraform plans a new one", "(RequestId "]);
}

#[test]
fn billing_that_lags_behind_is_a_warning_and_the_next_plan_reads() {
    let Some(terraform) = Terraform::with(&documented(&["PAI_share"])) else { return };
    terraform.mock.fault(Fault::times("GetOrderDetail", Kind::Absent, 2));
    terraform.apply().succeeds().says(&["was placed, but not read back", "billing does not return it yet"]);
    terraform.plans_empty();
    terraform.apply().succeeds();
    assert_eq!(terraform.attributes()["payment_status"], "Paid");
    assert_eq!(terraform.orders().len(), 1);
}
