//! A purchase whose outcome stayed unknown, followed by what people do next.

use super::*;

#[test]
fn a1_the_second_of_two_is_killed_and_then_targeted() {
    for victim in [Victim::Terraform, Victim::Plugin, Victim::Both, Victim::GroupTermThenKill] {
        let Some(terraform) = Terraform::with(&count(1)) else { return };
        // The first order is saved by the same apply that is killed during the second.
        terraform.configure(&format!(
            "{}{}",
            count(1),
            ORDER.replace("\"order\" {", "\"second\" {\n  depends_on = [alicloud_market_order.order]")
        ));
        kill_while_buying(&terraform, victim, 2);
        terraform.run(&["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.second"]).succeeds();
        terraform.apply().succeeds();
        holds_each_order_once(&terraform, 2);
    }
}

#[test]
fn a2_an_order_that_was_imported_by_hand_is_not_adopted_by_another_resource() {
    let server = StateServer::start();
    for backend in ["", server.backend("a2").as_str()] {
        let Some(terraform) = Terraform::with(&format!("{backend}{}", count(1))) else { return };
        terraform.init();
        kill_while_buying(&terraform, Victim::Both, 1);
        let order = terraform.orders().remove(0);
        terraform.import("alicloud_market_order.order[0]", &order).succeeds();
        terraform.configure(&format!("{backend}{}", count(2)));
        terraform.apply().succeeds();
        holds_each_order_once(&terraform, 2);
    }
}

#[test]
fn a3_instances_with_a_token_deal_with_their_own_entries_only() {
    let instances = order_with(&format!(
        "for_each = toset([\"a\", \"b\", \"c\"])\n  client_token = each.key == \"c\" ? null : \"token-${{each.key}}\"\n  {IMPATIENT}"
    ));
    let Some(terraform) = Terraform::with(&instances) else { return };
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    terraform.apply().succeeds();
    holds_each_order_once(&terraform, 3);
    let bought = |token: &str| terraform.mock.ledger().order_of_token(token).unwrap().to_owned();
    for instance in terraform.instances() {
        if let Some(token) = instance["attributes"]["client_token"].as_str() {
            assert_eq!(instance["attributes"]["id"], bought(token), "{token}");
        }
    }
}

const TEST_RUN: &str = "run \"buys\" {\n  command = apply\n}\n";

#[test]
fn a4_and_b4_terraform_test_neither_adopts_nor_settles_anything() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    if !terraform.has("test") {
        return;
    }
    terraform.write("main.tftest.hcl", TEST_RUN);
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    let lost = terraform.orders().remove(0);
    terraform.run(&["test", "-no-color"]).succeeds();
    assert_eq!(terraform.orders().len(), 2, "the test has bought its own");
    terraform.apply().succeeds();
    assert_eq!(terraform.ids(), [lost.as_str()]);
    // Right after an apply, with its entry still there.
    terraform.run(&["test", "-no-color"]).succeeds();
    assert_eq!(terraform.orders().len(), 3);
    terraform.plans_empty();
    assert_eq!(terraform.ids(), [lost]);
}

#[test]
fn a7_two_environments_in_one_directory() {
    let server = StateServer::start();
    let Some(terraform) =
        Terraform::with(&format!("terraform {{\n  backend \"http\" {{}}\n}}\n{}", order_with(IMPATIENT)))
    else {
        return;
    };
    let switch = |environment: &str| {
        let address = format!("-backend-config=address={}/{environment}", server.url);
        terraform.run(&["init", "-reconfigure", "-no-color", &address]);
    };
    switch("dev");
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    switch("prod");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2, "prod has its own");
    switch("dev");
    terraform.apply().succeeds().says(&["Nothing was bought by this apply"]);
    assert_eq!(terraform.orders().len(), 2);
    let held = [server.ids("dev"), server.ids("prod")].concat();
    assert_eq!(held, terraform.orders());
}

#[test]
fn a8_two_regions_of_which_one_lost_its_reply_and_the_other_was_refused() {
    let alias = "provider \"alicloud\" {\n  alias = \"other\"\n  region = \"ap-southeast-1\"\n}\n";
    let here = order_with(IMPATIENT);
    let there =
        here.replace("\"order\" {", "\"there\" {\n  provider = alicloud.other\n  depends_on = [terraform_data.wait]");
    let Some(terraform) = Terraform::with(&format!("{alias}resource \"terraform_data\" \"wait\" {{}}\n{here}{there}"))
    else {
        return;
    };
    terraform.mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 1000));
    terraform.run(&["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.order"]).fails();
    answer_again(&terraform);
    let refused = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::times("CreateOrder", refused, 2));
    terraform.apply().fails();
    answer_again(&terraform);
    terraform.apply();
    terraform.apply();
    holds_each_order_once(&terraform, 2);
}
