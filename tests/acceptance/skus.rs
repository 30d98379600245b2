//! SKUs that are not the usual two, and periods in every form in which the service reports them.

use serde_json::json;

use crate::{
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

const ADDRESS: &str = "alicloud_market_order.order";

/// The SKU that the last purchase sent.
fn sent(terraform: &Terraform) -> String {
    let sent = terraform.requests("CreateOrder").pop().unwrap();
    let commodity: serde_json::Value = serde_json::from_str(&sent.parameters["Commodity"]).unwrap();
    commodity["skuCode"].as_str().unwrap().to_owned()
}

#[test]
fn a_sku_is_bought_read_and_imported_whether_the_product_code_is_before_it_or_not() {
    for (given, paid) in [("cmapi033136-Package", "PrePaid"), ("Package", "PrePaid"), ("ECS", "PostPaid")] {
        let configuration = order_with(&format!("sku_code = {given:?}"));
        let Some(terraform) = Terraform::with(&configuration) else { return };
        terraform.apply().succeeds();
        let full = format!("cmapi033136-{}", given.trim_start_matches("cmapi033136-"));
        assert_eq!(sent(&terraform), full);
        terraform.plans_empty();
        let attributes = terraform.attributes();
        assert_eq!((&attributes["sku_code"], &attributes["pay_type"]), (&json!(given), &json!(paid)));

        let id = terraform.orders()[0].clone();
        terraform.begin_anew();
        terraform.import(ADDRESS, &id).succeeds();
        let attributes = terraform.attributes();
        assert_eq!((&attributes["sku_code"], &attributes["pay_type"]), (&json!(full), &json!(paid)));
        terraform.plans_empty();
        // Another one is another order.
        terraform.configure(&order_with("sku_code = \"prepay\"\n  pay_type = \"PrePaid\""));
        assert_eq!(terraform.planned_actions(), ["delete+create"]);
    }
}

#[test]
fn the_usual_skus_need_no_argument_and_mean_the_same_with_one() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    assert_eq!(sent(&terraform), "cmapi033136-postpay");
    assert_eq!(terraform.attributes()["sku_code"], json!(null));
    for given in ["postpay", "cmapi033136-postpay"] {
        terraform.configure(&order_with(&format!("sku_code = {given:?}")));
        assert!(!terraform.planned_actions().contains(&"delete+create".to_owned()), "{given}");
        terraform.apply().succeeds();
        terraform.plans_empty();
    }
    terraform.configure(ORDER);
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_state_without_a_sku_recovers_it_and_plans_empty() {
    let Some(terraform) = Terraform::with(&order_with("pay_type = \"PrePaid\"")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.mock.override_order(&id, json!({"ProductSkuCode": "cmapi033136-Package"}));
    let mut state = terraform.state();
    let attributes = state["resources"][0]["instances"][0]["attributes"].as_object_mut().unwrap();
    attributes.remove("sku_code");
    terraform.write("terraform.tfstate", &state.to_string());
    terraform.plans_empty();
    terraform.apply().succeeds();
    assert_eq!(terraform.attributes()["sku_code"], "cmapi033136-Package");
    terraform.configure(&order_with("sku_code = \"Package\""));
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_sku_that_the_service_spells_in_another_way_is_the_one_that_was_bought() {
    for reported in ["cmapi033136-Package", "cmapi033136-PACKAGE", "Package", "cmapi033136-yuncode1"] {
        let Some(terraform) = Terraform::with(&order_with("sku_code = \"package\"")) else { return };
        terraform.apply().succeeds();
        let id = terraform.orders()[0].clone();
        terraform.mock.override_order(&id, json!({"ProductSkuCode": reported}));
        terraform.plans_empty();
        terraform.configure(&order_with("sku_code = \"cmapi033136-Package\""));
        assert!(!terraform.planned_actions().contains(&"delete+create".to_owned()), "{reported}");
        assert_eq!(terraform.attributes()["sku_code"], "package");
    }
}

#[test]
fn an_order_that_was_prepaid_stays_so_whatever_sku_is_reported() {
    let Some(terraform) = Terraform::with(&order_with("pay_type = \"PrePaid\"")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.mock.override_order(&id, json!({"ProductSkuCode": "cmapi033136-postpay"}));
    terraform.plans_empty();
}

#[test]
fn a_sku_with_blanks_or_of_another_product_is_refused() {
    let table = [
        (" Package", "contains spaces"),
        ("Pack age", "contains spaces"),
        ("cmapi0331366-prepay", "another product"),
        ("cmjj999999-yuncode1", "another product"),
        ("other-Package", "another product"),
        ("cmapi033136", "after the product code"),
        ("cmapi033136-", "after the product code"),
    ];
    let Some(terraform) = Terraform::with(ORDER) else { return };
    for (given, reason) in table {
        terraform.configure(&order_with(&format!("sku_code = {given:?}")));
        terraform.validate().fails().says(&[reason, "sku_code"]);
    }
    for given in ["Package", "cmapi033136-Package", "CMAPI033136-yuncode1", "yuncode-1"] {
        terraform.configure(&order_with(&format!("sku_code = {given:?}")));
        terraform.validate().succeeds();
    }
}

#[test]
fn a_sku_and_a_way_of_paying_that_contradict_each_other_are_refused() {
    let Some(terraform) = Terraform::with(&order_with("sku_code = \"Package\"\n  pay_type = \"PostPaid\"")) else {
        return;
    };
    terraform.validate().fails().says(&["The arguments sku_code and pay_type contradict each other"]);
}

#[test]
fn an_import_of_twelve_months_never_becomes_a_replacement_however_they_are_reported() {
    let bought = ["pricing_cycle = \"Month\"\n  duration = 12", "pricing_cycle = \"Year\""];
    let component =
        |time: &str| json!({"package_version": {"value": "yuncode2713600001"}, "ord_time": {"value": time}});
    let without = json!({"package_version": {"value": "yuncode2713600001"}});
    let mut reported = vec![];
    for time in ["12:Month", "1:Year", "4:Season", "2:HalfYear"] {
        reported.push(json!({"PeriodType": "MONTH", "Components": component(time)}));
    }
    for name in ["MONTH", "SEASON", "HALFYEAR", "YEAR", "TWOYEARS", "ONCE"] {
        reported.push(json!({"PeriodType": name, "Components": without}));
    }
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    for fields in reported {
        terraform.mock.override_order(&id, fields.clone());
        for period in bought {
            terraform.begin_anew();
            terraform.configure(&ORDER.replace("pricing_cycle   = \"Month\"", period));
            terraform.import(ADDRESS, &id).succeeds();
            let actions = terraform.planned_actions();
            assert!(actions.is_empty() || actions == ["update"], "{period} {fields}: {actions:?}");
            // A component with a time means the same without an update.
            assert!(actions.is_empty() || fields["Components"]["ord_time"].is_null(), "{period} {fields}");
        }
    }
    // The last response had no period, so the configuration decides.
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.attributes()["pricing_cycle"], "Year");
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn another_period_is_another_order() {
    let Some(terraform) = Terraform::with(&ORDER.replace("\"Month\"", "\"Year\"")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.begin_anew();
    terraform.import(ADDRESS, &id).succeeds();
    for period in ["pricing_cycle = \"Month\"\n  duration = 24", "pricing_cycle = \"Month\""] {
        terraform.configure(&ORDER.replace("pricing_cycle   = \"Month\"", period));
        assert_eq!(terraform.planned_actions(), ["delete+create"], "{period}");
    }
}

#[test]
fn a_cost_is_shown_in_the_currency_that_the_service_names() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    terraform.run(&["plan", "-destroy", "-no-color"]).says(&["It cost 10."]).never_says(&["10 CNY"]);
    let id = terraform.orders()[0].clone();
    terraform.mock.override_order(&id, json!({"Currency": "USD"}));
    terraform.run(&["plan", "-destroy", "-no-color"]).says(&["It cost 10 USD."]);
}

#[test]
fn a_replacement_buys_no_other_sku_because_none_is_named() {
    let Some(terraform) = Terraform::with(&order_with("sku_code = \"Package\"")) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let refused = ["would buy another SKU", "set sku_code = \"cmapi033136-Package\"", &id];
    let imported = || {
        terraform.begin_anew();
        terraform.configure(&order_with("pay_type = \"PrePaid\""));
        terraform.import(ADDRESS, &id).succeeds();
        terraform.plans_empty();
    };
    imported();
    terraform.configure(&order_with(""));
    terraform.plan().fails().says(&refused).says(&["because of pay_type"]);
    terraform.configure(&order_with("pay_type = \"PrePaid\"\n  duration = 2"));
    terraform.plan().fails().says(&refused).says(&["because of duration", "terraform plan again"]);
    for created_first in ["", "\n  lifecycle {\n    create_before_destroy = true\n  }"] {
        terraform.configure(&order_with(&format!("pay_type = \"PrePaid\"{created_first}")));
        let replace = format!("-replace={ADDRESS}");
        terraform.run(&["apply", "-auto-approve", "-no-color", &replace]).fails().says(&refused);
        assert_eq!(terraform.attributes()["id"], id);
    }
    terraform.configure(&order_with("pay_type = \"PrePaid\""));
    terraform.run(&["taint", ADDRESS]).succeeds();
    terraform.apply().fails().says(&refused).says(&["terraform apply again"]);
    assert_eq!(terraform.instances().len(), 1);
    assert_eq!(terraform.orders().len(), 1);

    imported();
    terraform.configure(&order_with("sku_code = \"prepay\"\n  pay_type = \"PrePaid\"\n  duration = 2"));
    assert_eq!(terraform.planned_actions(), ["delete+create"]);
    terraform.configure(&order_with("sku_code = \"Package\"\n  duration = 2"));
    terraform.apply().succeeds();
    assert_eq!(sent(&terraform), "cmapi033136-Package");
    // Bought here, and the argument is gone.
    terraform.configure(&order_with("pay_type = \"PrePaid\"\n  duration = 3"));
    terraform.plan().fails().says(&["would buy another SKU"]);
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn a_replacement_of_an_order_whose_sku_is_not_reported_says_which_one_it_buys() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.mock.override_order(&id, json!({"ProductSkuCode": null}));
    let warning = "The new order may have another SKU";
    terraform.configure(&order_with("duration = 2"));
    terraform.plan().never_says(&[warning]);
    terraform.begin_anew();
    terraform.configure(ORDER);
    terraform.import(ADDRESS, &id).succeeds();
    terraform.apply().succeeds().never_says(&[warning]);
    terraform.configure(&order_with("duration = 2"));
    terraform.plan().says(&[warning, "has the SKU \"cmapi033136-postpay\"", "terraform plan again"]);
    terraform.configure(&order_with("duration = 2\n  sku_code = \"postpay\""));
    terraform.plan().never_says(&[warning]);
}

#[test]
fn an_order_that_was_bought_without_a_sku_is_replaced_without_one_however_its_sku_is_spelled() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    terraform.mock.override_order(&id, json!({"ProductSkuCode": "cmapi033136-yuncode1"}));
    for changed in ["duration = 2", "pay_type = \"PrePaid\""] {
        terraform.configure(&order_with(changed));
        assert_eq!(terraform.planned_actions(), ["delete+create"], "{changed}");
    }
}

#[test]
fn a_period_that_is_reported_otherwise_than_it_was_bought_replaces_nothing() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let id = terraform.orders()[0].clone();
    let reported = |time: &str| {
        let components = json!({"package_version": {"value": "yuncode2713600001"}, "ord_time": {"value": time}});
        json!({"PeriodType": "YEAR", "Components": components})
    };
    for time in ["3:Month", "1:Year", "30:Day"] {
        terraform.mock.override_order(&id, reported(time));
        let warning = format!("The Marketplace reports another period for order {id}");
        terraform.plans_empty().says(&[&warning, "The state has the period 1 x Month", "terraform import"]);
        terraform.apply().succeeds();
        let attributes = terraform.attributes();
        assert_eq!((&attributes["pricing_cycle"], &attributes["duration"]), (&json!("Month"), &json!(1)));
    }
    assert_eq!(terraform.orders().len(), 1);
    // What it was bought for counts after an import too.
    terraform.mock.override_order(&id, reported("1:Month"));
    terraform.begin_anew();
    terraform.import(ADDRESS, &id).succeeds();
    terraform.mock.override_order(&id, reported("2:Month"));
    terraform.plans_empty().says(&["reports another period"]);
    // Another period in the configuration is another order.
    terraform.configure(&order_with("duration = 2"));
    assert_eq!(terraform.planned_actions(), ["delete+create"]);
}
