//! States that the existing Go provider wrote.

use serde_json::{Value as Json, json};

use crate::{
    market_order::{ORDER, order_with},
    terraform::Terraform,
};

/// Puts the order that is bought into a state as the existing provider writes it.
fn with_state(configuration: &str, attributes: Json) -> Option<Terraform> {
    let terraform = Terraform::with(configuration)?;
    terraform.apply().succeeds();
    let mut all = json!({"id": terraform.orders()[0]});
    all.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    let state = json!({
        "version": 4,
        "terraform_version": "1.0.3",
        "serial": 7,
        "lineage": "6c6ac7b2-3f0e-4f0f-8f0f-6c6ac7b23f0e",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": "alicloud_market_order",
            "name": "order",
            "provider": "provider[\"registry.terraform.io/aliyun/alicloud\"]",
            "instances": [{"schema_version": 0, "attributes": all, "sensitive_attributes": [], "private": "bnVsbA=="}],
        }],
    });
    terraform.write("terraform.tfstate", &state.to_string());
    Some(terraform)
}

fn bought(components: Json, coupon: Json) -> Json {
    json!({
        "components": components, "coupon_id": coupon, "duration": 1, "package_version": "yuncode2713600001",
        "pay_type": "PostPaid", "pricing_cycle": "Month", "product_code": "cmapi033136", "quantity": 1,
    })
}

#[track_caller]
fn plans_empty_without_another_order(terraform: &Terraform) {
    terraform.plans_empty();
    let unrefreshed = terraform.run(&["plan", "-detailed-exitcode", "-no-color", "-refresh=false"]);
    assert_eq!(unrefreshed.code, Some(0), "{}", unrefreshed.text);
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_state_that_it_bought_plans_empty() {
    for (components, coupon) in [(json!(null), json!(null)), (json!(null), json!("")), (json!({}), json!(""))] {
        let Some(terraform) = with_state(ORDER, bought(components, coupon)) else { return };
        plans_empty_without_another_order(&terraform);
    }
}

#[test]
fn a_state_with_the_zero_of_an_unreported_quantity_is_read_again() {
    let mut attributes = bought(json!(null), json!(""));
    attributes["quantity"] = json!(0);
    let Some(terraform) = with_state(ORDER, attributes) else { return };
    terraform.plans_empty().never_says(&["The Marketplace reports another"]);
    terraform.apply().succeeds();
    assert_eq!(terraform.attributes()["quantity"], json!(1));
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_state_with_the_package_version_among_the_components_plans_empty() {
    let leaked = json!({"seats": "5", "package_version": "yuncode2713600001"});
    let configuration = order_with("components = { seats = \"5\" }");
    let Some(terraform) = with_state(&configuration, bought(leaked, json!(""))) else { return };
    plans_empty_without_another_order(&terraform);
    assert_eq!(terraform.attributes()["components"], json!({"seats": "5"}));
}

#[test]
fn a_state_that_it_imported_plans_empty() {
    let imported = json!({
        "components": null, "coupon_id": null, "duration": null, "package_version": null, "pay_type": "PostPaid",
        "pricing_cycle": null, "product_code": "cmapi033136", "quantity": 1,
    });
    for configuration in
        [ORDER.to_owned(), order_with("coupon_id = \"\""), order_with("components = { seats = \"5\" }")]
    {
        let Some(terraform) = with_state(&configuration, imported.clone()) else { return };
        terraform.plans_empty();
        let unrefreshed = terraform.run(&["plan", "-no-color", "-refresh=false"]);
        unrefreshed.succeeds().never_says(&["forces replacement"]);
        terraform.apply().succeeds();
        terraform.plans_empty();
        assert_eq!(terraform.orders().len(), 1);
        assert_eq!(terraform.attributes()["pricing_cycle"], "Month");
    }
    let Some(terraform) = with_state(&order_with("coupon_id = \"c-1\""), imported) else { return };
    assert_eq!(terraform.planned_actions(), ["update"]);
    let unrefreshed = terraform.run(&["plan", "-no-color", "-refresh=false"]);
    unrefreshed.succeeds().never_says(&["forces replacement"]);
    terraform.apply().succeeds();
    terraform.plans_empty();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_state_of_another_source_address_is_taken_over() {
    let Some(terraform) = with_state(ORDER, bought(json!(null), json!(""))) else { return };
    let text = terraform.state().to_string().replace("registry.terraform.io/aliyun/", "registry.terraform.io/example/");
    terraform.write("terraform.tfstate", &text);
    let replaced = terraform.run(&[
        "state",
        "replace-provider",
        "-auto-approve",
        "-no-color",
        "registry.terraform.io/example/alicloud",
        "registry.terraform.io/aliyun/alicloud",
    ]);
    replaced.succeeds();
    plans_empty_without_another_order(&terraform);
}
