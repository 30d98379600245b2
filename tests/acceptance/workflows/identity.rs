//! The identity of a purchase: a client_token, a state, and cases in which neither identifies it.

use super::*;

#[test]
fn c2_a_token_that_has_bought_its_order_buys_nothing_and_says_so() {
    let with_token = order_with("client_token = \"t-1\"");
    let Some(terraform) = Terraform::with(&with_token) else { return };
    terraform.apply().succeeds();
    let order = terraform.orders().remove(0);

    // The server's clock is known to the second.
    terraform.mock.ledger().orders.values_mut().for_each(|order| order.created -= chrono::TimeDelta::seconds(5));

    // Destroy and apply, a second root module.
    terraform.destroy().succeeds();
    let words = [&format!("Order {order} was placed"), "nothing was bought now", "set a new client_token"];
    terraform.apply().succeeds().says(&words);
    let Some(second) = terraform.beside(&with_token) else { return };
    second.apply().succeeds().says(&words);

    // A replacement is refused before anything is forgotten.
    let refused = ["client_token", &order, "Nothing was bought"];
    terraform
        .run(&["apply", "-auto-approve", "-no-color", "-replace=alicloud_market_order.order"])
        .fails()
        .says(&refused);
    assert_eq!(terraform.ids(), [order.as_str()]);
    terraform.run(&["taint", "alicloud_market_order.order"]).succeeds();
    terraform.apply().fails().says(&refused);
    assert_eq!(terraform.ids(), [order.as_str()]);
    terraform.configure(&order_with("client_token = \"t-1\"\n  lifecycle {\n    create_before_destroy = true\n  }"));
    terraform.apply().fails().says(&refused);
    assert_eq!(terraform.ids(), [order.as_str()]);
    assert_eq!(terraform.orders(), [order.as_str()]);

    // An order that is no longer in force is refused too.
    second.destroy().succeeds();
    terraform.mock.override_order(&order, serde_json::json!({"OrderStatus": "REFUND"}));
    second.apply().fails().says(&["No order was placed", &order, "REFUND", "new client_token"]);
    assert!(second.ids().is_empty());
}

#[test]
fn two_resources_with_one_order_are_an_error_of_the_next_plan() {
    let Some(terraform) = Terraform::with(&a_and_b()) else { return };
    terraform.run(&["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.a"]).succeeds();
    let order = terraform.orders().remove(0);
    terraform.import("alicloud_market_order.b", &order).succeeds();
    let words =
        [&format!("Two resources have the order {order}"), "terraform state rm", "terraform destroy -refresh=false"];
    terraform.plan().fails().says(&words);
    terraform.run(&["state", "rm", "alicloud_market_order.b"]).succeeds();
    terraform.apply().succeeds();
    holds_each_order_once(&terraform, 2);
}

#[test]
fn a_plan_finds_that_too_while_the_provider_block_waits_for_values() {
    let Some(terraform) = Terraform::with(&a_and_b()) else { return };
    terraform.run(&["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.a"]).succeeds();
    let order = terraform.orders().remove(0);
    terraform.import("alicloud_market_order.b", &order).succeeds();
    let later = "resource \"terraform_data\" \"later\" {\n  input = \"cn-hangzhou\"\n}\n";
    let block = "provider \"alicloud\" {\n  region = terraform_data.later.output\n}\n";
    terraform.configure(&format!("{later}{block}{}", a_and_b()));
    let planned = terraform.run(&["plan", "-refresh=false", "-input=false", "-no-color"]);
    planned.fails().says(&[&format!("Two resources have the order {order}")]);
}

#[test]
fn a_deposed_object_with_the_order_of_its_resource_is_a_warning() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    let mut state = terraform.state();
    let mut deposed = state["resources"][0]["instances"][0].clone();
    deposed["deposed"] = serde_json::json!("0123abcd");
    state["resources"][0]["instances"].as_array_mut().unwrap().push(deposed);
    terraform.write("terraform.tfstate", &state.to_string());
    terraform.apply().succeeds().says(&["is in the state twice", "deposed"]);
    holds_each_order_once(&terraform, 1);
}

#[test]
fn where_no_files_are_kept_the_plan_requires_a_token() {
    const ASKS: &str = "set client_token";
    let server = StateServer::start();
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.plan().never_says(&[ASKS]);
    terraform.set("CI", "true");
    terraform.plan().says(&[ASKS, "buys a second one"]);
    terraform.configure(&order_with("client_token = \"t\""));
    terraform.plan().never_says(&[ASKS]);
    terraform.set("CI", "");
    terraform.configure(&format!("{}{ORDER}", server.backend("pipeline")));
    terraform.init();
    terraform.plan().says(&[ASKS]);
}

#[test]
fn in_a_pipeline_a_constant_token_finds_the_order_of_a_killed_job() {
    let server = StateServer::start();
    let configuration = format!("{}{}", server.backend("job"), order_with("client_token = \"team-7\""));
    let Some(job) = Terraform::with(&configuration) else { return };
    job.init();
    kill_while_buying(&job, Victim::Both, 1);
    assert_eq!(job.orders().len(), 1);
    // The server's clock is known to the second.
    job.mock.ledger().orders.values_mut().for_each(|order| order.created -= chrono::TimeDelta::seconds(5));
    let Some(retry) = job.beside(&configuration) else { return };
    retry.init();
    retry.apply().succeeds().says(&["nothing was bought now"]);
    assert_eq!(server.ids("job"), job.orders());
    retry.plans_empty();
}

#[test]
fn a_state_that_terraform_could_not_save_comes_first() {
    let server = StateServer::start();
    let Some(terraform) = Terraform::with(&format!("{}{ORDER}", server.backend("errored"))) else { return };
    terraform.init();
    server.refuse_writes(true);
    terraform.apply().fails();
    server.refuse_writes(false);
    let order = terraform.orders().remove(0);
    terraform.apply().fails().says(&["errored.tfstate", &order, "terraform state push errored.tfstate"]);
    terraform.run(&["state", "push", "errored.tfstate"]).succeeds();
    fs::remove_file(terraform.path().join("errored.tfstate")).unwrap();
    terraform.plans_empty();
    assert_eq!(server.ids("errored"), [order]);
}

#[test]
fn of_a_remote_state_each_branch_of_the_question_works() {
    let server = StateServer::start();
    for branch in ["whole", "import", "remove"] {
        let Some(terraform) = Terraform::with(&format!("{}{}", server.backend(branch), a_and_b())) else { return };
        terraform.init();
        terraform.run(&["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.a"]).succeeds();
        let order = terraform.orders().remove(0);
        let b = ["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.b"];
        if branch != "whole" {
            terraform.run(&["state", "rm", "alicloud_market_order.a"]).succeeds();
        }
        terraform.run(&b).fails().says(&[
            &format!("the order {order} may be this one"),
            "Apply without -target",
            "terraform import",
            "rm ",
        ]);
        assert_eq!(terraform.orders().len(), 1);
        match branch {
            "whole" => {}
            "import" => drop(terraform.import("alicloud_market_order.b", &order).succeeds()),
            _ => fs::remove_file(entries(&terraform).remove(0)).unwrap(),
        }
        terraform.apply().succeeds();
        let orders = if branch == "remove" { 3 } else { 2 };
        assert_eq!(terraform.orders().len(), orders, "{branch}");
        assert_eq!(server.ids(branch).len(), 2);
        terraform.plans_empty();
    }
}
