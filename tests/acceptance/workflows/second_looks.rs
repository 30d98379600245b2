//! What people do after a message, and in an odd order.

use super::*;

/// A remote state that is not saved, since Terraform is killed while it saves.
fn killed_while_saving(server: &StateServer, name: &str, configuration: &str) -> Option<Terraform> {
    let terraform = Terraform::with(&format!("{}{configuration}", server.backend(name)))?;
    terraform.init();
    server.refuse_writes(true);
    terraform.apply().fails();
    server.refuse_writes(false);
    let _ = fs::remove_file(terraform.path().join("errored.tfstate"));
    Some(terraform)
}

#[test]
fn a_token_that_is_added_or_removed_after_a_lost_reply_buys_nothing() {
    for [before, after] in [["", "client_token = \"n\""], ["client_token = \"n\"", ""]] {
        let with = |token: &str| order_with(&format!("{token}\n  {IMPATIENT}"));
        let Some(terraform) = Terraform::with(&with(before)) else { return };
        lose_replies(&terraform);
        terraform.apply().fails();
        answer_again(&terraform);
        let patient = |token: &str| order_with(token);
        terraform.configure(&patient(after));
        terraform.apply().fails().says(&["may be this one", "Nothing was bought now", "terraform import", "rm "]);
        assert_eq!(terraform.orders().len(), 1);
        terraform.configure(&patient(before));
        terraform.apply().succeeds();
        terraform.configure(&patient(after));
        terraform.apply().succeeds();
        holds_each_order_once(&terraform, 1);
    }
}

#[test]
fn an_order_that_was_never_saved_is_named_when_something_else_is_bought() {
    let server = StateServer::start();
    let Some(terraform) = killed_while_saving(&server, "unsaved", ORDER) else { return };
    let order = terraform.orders().remove(0);
    terraform.configure(&format!("{}{}", server.backend("unsaved"), order_with("quantity = 2")));
    terraform.apply().succeeds().says(&[&format!("Order {order} of an earlier apply may be in no state")]);
}

#[test]
fn a_destroy_names_what_is_open() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    terraform.destroy().succeeds().says(&["An order may have been placed by an earlier apply"]);
}

#[test]
fn a_destroy_on_a_torn_state_loses_no_order_of_the_apply_that_was_killed() {
    let Some(terraform) = Terraform::with(&count(1)) else { return };
    terraform.apply().succeeds();
    let before = terraform.state_text();
    terraform.configure(&count(2));
    terraform.apply().succeeds();
    terraform.write("terraform.tfstate.backup", &before);
    terraform.write("terraform.tfstate", "");
    terraform.destroy().fails().says(&["the state file is damaged", "cp "]);
    terraform.write("terraform.tfstate", &before);
    terraform.apply().succeeds();
    holds_each_order_once(&terraform, 2);
}

#[test]
fn nothing_makes_a_torn_state_final() {
    let Some(terraform) = Terraform::with(&count(2)) else { return };
    terraform.apply().succeeds();
    terraform.plans_empty();
    let text = terraform.state_text();
    terraform.write("terraform.tfstate.backup", &text);
    terraform.write("terraform.tfstate", "");
    let order = terraform.orders().remove(0);
    terraform.import("alicloud_market_order.order[0]", &order).fails().says(&["the state file is damaged"]);
    terraform
        .run(&["apply", "-refresh-only", "-auto-approve", "-no-color"])
        .fails()
        .says(&["the state file is damaged"]);
    terraform.write("terraform.tfstate", &text);
    holds_each_order_once(&terraform, 2);
}

#[test]
fn a_backup_from_before_the_state_was_removed_raises_no_alarm() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    terraform.destroy().succeeds();
    fs::remove_file(terraform.path().join("terraform.tfstate")).unwrap();
    kill_while_buying(&terraform, Victim::Both, 2);
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    assert_eq!(terraform.attributes()["id"], terraform.orders()[1]);
    terraform.plans_empty();
}

#[test]
fn a_key_in_the_address_of_a_state_may_change() {
    let server = StateServer::start();
    let backend = "terraform {\n  backend \"http\" {}\n}\n";
    let Some(terraform) = Terraform::with(&format!("{backend}{}", order_with(IMPATIENT))) else { return };
    let with_key = |key: &str| {
        let address = format!("-backend-config=address={}/state?token={key}", server.url);
        terraform.run(&["init", "-reconfigure", "-no-color", &address]);
    };
    with_key("one");
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    with_key("two");
    terraform.apply().fails().says(&["for this one before it was moved", "rm "]).never_says(&["token=one"]);
    assert_eq!(terraform.orders().len(), 1);
    with_key("one");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_directory_that_was_moved_keeps_its_purchases() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    let Some(moved) = terraform.beside(&order_with(IMPATIENT)) else { return };
    fs::rename(terraform.path().join(".terraform"), moved.path().join(".terraform")).unwrap();
    moved.apply().fails().says(&["before it was moved", "Nothing was bought now"]);
    assert_eq!(moved.orders().len(), 1);
}

#[test]
fn one_token_for_two_resources_is_refused_wherever_the_state_is() {
    let server = StateServer::start();
    let resource = |name: &str| order_with("client_token = \"one\"").replace("\"order\"", &format!("{name:?}"));
    for backend in ["", server.backend("tokens").as_str()] {
        let Some(terraform) = Terraform::with(&format!("{backend}{}", resource("a"))) else { return };
        terraform.init();
        terraform.apply().succeeds();
        terraform.configure(&format!("{backend}{}{}", resource("a"), resource("b")));
        terraform.apply().fails().says(&["the client_token belongs to another order", "Nothing was bought"]);
        assert_eq!(terraform.orders().len(), 1);
        assert_eq!(terraform.ids().len(), 1);
    }

    let alias = "provider \"alicloud\" {\n  alias = \"other\"\n}\n";
    let other = resource("b").replace("\"b\" {", "\"b\" {\n  provider = alicloud.other");
    let Some(terraform) = Terraform::with(&format!("{alias}{}{other}", resource("a"))) else { return };
    terraform.apply().fails().says(&["another resource has the same client_token"]);
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.ids().len(), 1);
}

#[test]
fn a_saved_plan_that_imports_an_order_gives_it_to_no_other_resource() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    if !terraform.has("test") {
        return;
    }
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    let order = terraform.orders().remove(0);
    let import = format!("import {{\n  to = alicloud_market_order.a\n  id = {order:?}\n}}\n");
    let both = ["a", "b"].map(|name| order_with(IMPATIENT).replace("\"order\"", &format!("{name:?}"))).join("");
    terraform.configure(&[import, both].concat());
    terraform.run(&["plan", "-no-color", "-out=plan.bin"]).succeeds();
    terraform.run(&["apply", "-no-color", "plan.bin"]).succeeds();
    holds_each_order_once(&terraform, 2);
}

#[test]
fn with_a_remote_state_an_apply_of_all_of_it_answers_the_question() {
    let server = StateServer::start();
    let backend = server.backend("whole");
    let configuration = format!("{backend}{}", a_and_b().replace("\n}", &format!("\n  {IMPATIENT}\n}}")));
    let Some(terraform) = Terraform::with(&configuration) else { return };
    terraform.init();
    let target = ["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.b"];
    terraform.run(&["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.a"]).succeeds();
    lose_replies(&terraform);
    terraform.plan();
    terraform.run(&target).fails();
    answer_again(&terraform);
    terraform.run(&target).fails().says(&["Apply without -target"]);
    terraform.plan();
    terraform.run(&target).fails().says(&["Apply without -target"]);
    terraform.apply().succeeds();
    assert_eq!(server.ids("whole"), terraform.orders());
    assert_eq!(terraform.orders().len(), 2);
}

#[test]
fn an_order_that_was_refunded_meanwhile_is_not_adopted() {
    for token in ["", "client_token = \"t\""] {
        let Some(terraform) = Terraform::with(&order_with(&format!("{token}\n  {IMPATIENT}"))) else { return };
        lose_replies(&terraform);
        terraform.apply().fails();
        answer_again(&terraform);
        let order = terraform.orders().remove(0);
        terraform.mock.override_order(&order, serde_json::json!({"OrderStatus": "REFUND"}));
        terraform.apply().fails().says(&[&format!("No order was placed: order {order} has the status REFUND")]);
        assert!(terraform.ids().is_empty());
        assert!(entries(&terraform).is_empty());
    }
}

#[test]
fn a_path_with_a_space_can_be_pasted() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    let mut terraform = terraform;
    let data = terraform.path().join("the data");
    terraform.set("TF_DATA_DIR", &data.to_string_lossy());
    lose_replies(&terraform);
    let failed = terraform.apply().fails();
    let command = failed.text.split("rm '").nth(1).and_then(|rest| rest.split('\'').next()).expect("a quoted path");
    assert!(Path::new(command).is_file(), "{command}");
}

/// An order that was placed just now may not be listed yet.
#[test]
fn that_no_order_is_listed_right_after_a_lost_reply_settles_nothing() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    terraform.mock.fault(Fault::times("CreateOrder", Kind::DropBefore, 1000));
    terraform.apply().fails();
    answer_again(&terraform);
    let refused = Kind::ApiError { status: 403, code: "Forbidden.RAM".to_owned(), message: "no".to_owned() };
    terraform.mock.fault(Fault::once("CreateOrder", refused));
    terraform.apply().fails().says(&["An order may have been placed", "the account lists no order of this purchase"]);
    assert_eq!(entries(&terraform).len(), 1);
    terraform.apply().succeeds();
    let sent = terraform.requests("CreateOrder");
    assert!(sent.iter().all(|request| request.client_token == sent[0].client_token));
}

#[test]
fn an_order_that_the_configuration_no_longer_has_is_named_by_every_plan() {
    let Some(terraform) = Terraform::with(&count(1)) else { return };
    terraform.apply().succeeds();
    terraform.configure(&count(2));
    kill_while_buying(&terraform, Victim::Both, 2);
    terraform.configure(&count(1));
    let words = ["No changes", "An order may have been placed by an earlier apply", "terraform import", "rm "];
    terraform.plan().succeeds().says(&words);
    terraform.apply().succeeds().says(&words);
    terraform.configure(&count(2));
    terraform.apply().succeeds();
    holds_each_order_once(&terraform, 2);
    terraform.plan().succeeds().never_says(&["earlier apply"]);
}

#[test]
fn a_destroy_names_a_purchase_whose_plugin_still_waits() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.mock.fault(Fault::times("CreateOrder", Kind::Slow { delay_ms: 5000 }, 1));
    let mut running = terraform.start(&["apply", "-auto-approve", "-no-color"]);
    wait_for(&terraform, "CreateOrder", 1);
    running.kill().unwrap();
    running.wait().unwrap();
    unlock(&terraform);
    terraform.destroy().succeeds().says(&["An order may have been placed by an earlier apply", "terraform import"]);
    terraform.apply().succeeds().says(&["Nothing was bought by this apply"]);
    assert_eq!(terraform.orders(), terraform.ids());
}

#[test]
fn a_destroy_right_after_an_apply_says_nothing_of_orders_that_a_remote_state_holds() {
    let server = StateServer::start();
    for more in [&[][..], &["-refresh=false"]] {
        let Some(terraform) = Terraform::with(&format!("{}{}", server.backend("destroyed"), count(2))) else { return };
        terraform.init();
        terraform.apply().succeeds();
        let mut words = vec!["destroy", "-auto-approve", "-no-color"];
        words.extend(more);
        terraform.run(&words).succeeds().never_says(&["earlier apply"]);
        assert_eq!(server.ids("destroyed"), Vec::<String>::new());
    }
}

#[test]
fn an_order_that_a_destroy_cannot_know_is_named_by_the_next_apply() {
    let server = StateServer::start();
    let Some(terraform) = killed_while_saving(&server, "unrefreshed", ORDER) else { return };
    let order = terraform.orders().remove(0);
    terraform.destroy().succeeds();
    let summary = format!("the order {order} may be this one");
    terraform.apply().fails().says(&[&summary, "1. If no resource has the order"]);
    terraform.import("alicloud_market_order.order", &order).succeeds();
    terraform.apply().succeeds();
    assert_eq!(server.ids("unrefreshed"), terraform.orders());
}

#[test]
fn a_damaged_entry_hides_no_other_one() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    terraform.write(".terraform/alicloud-purchases/broken.json", "");
    terraform.destroy().succeeds().says(&[
        "An order may have been placed by an earlier apply",
        "is damaged",
        "broken.json",
    ]);
}

#[test]
fn a_key_of_for_each_that_is_renamed_keeps_its_order() {
    let with = |key: &str| order_with(&format!("for_each = toset([{key:?}])\n  client_token = \"t\""));
    let Some(terraform) = Terraform::with(&with("x")) else { return };
    terraform.apply().succeeds();
    terraform.configure(&with("y"));
    // What is destroyed and what is created have no order among them.
    if terraform.apply().code != Some(0) {
        terraform.apply().succeeds();
    }
    holds_each_order_once(&terraform, 1);
}

#[test]
fn an_order_in_errored_tfstate_can_be_imported_where_it_cannot_be_pushed() {
    let server = StateServer::start();
    let configuration = format!("{}{ORDER}", server.backend("errored"));
    let Some(terraform) = Terraform::with(&configuration) else { return };
    terraform.init();
    server.refuse_writes(true);
    terraform.apply().fails();
    server.refuse_writes(false);
    let order = terraform.orders().remove(0);
    terraform.apply().fails().says(&["is in errored.tfstate", "state push errored.tfstate", "2. If Terraform refuses"]);
    terraform.import("alicloud_market_order.order", &order).succeeds();
    fs::remove_file(terraform.path().join("errored.tfstate")).unwrap();
    terraform.plans_empty();
    terraform.apply().succeeds().never_says(&["earlier apply"]);
    assert_eq!(server.ids("errored"), terraform.orders());
}

#[test]
fn the_plugin_of_a_killed_terraform_does_not_forget_what_plans_have_shown_meanwhile() {
    let server = StateServer::start();
    let configuration = format!("{}{ORDER}", server.backend("orphan"));
    let Some(terraform) = Terraform::with(&configuration) else { return };
    terraform.init();
    terraform.mock.fault(Fault::times("CreateOrder", Kind::Slow { delay_ms: 5000 }, 1));
    let mut running = terraform.start(&["apply", "-auto-approve", "-no-color"]);
    wait_for(&terraform, "CreateOrder", 1);
    running.kill().unwrap();
    running.wait().unwrap();
    terraform.apply().succeeds().says(&["Nothing was bought by this apply"]);
    assert_eq!(server.ids("orphan"), terraform.orders());
    assert_eq!(terraform.orders().len(), 1);
    terraform.plans_empty();
}

#[test]
fn an_order_that_was_imported_in_another_directory_is_not_adopted_by_a_target() {
    let server = StateServer::start();
    let both = format!("{}{}", server.backend("elsewhere"), a_and_b());
    let Some(terraform) = Terraform::with(&both) else { return };
    terraform.init();
    let target = |name: &str| format!("-target=alicloud_market_order.{name}");
    kill_while_buying_with(&terraform, &terraform, &["apply", "-auto-approve", "-no-color", &target("a")], 1);
    let order = terraform.orders().remove(0);
    let Some(other) = terraform.beside(&both) else { return };
    other.init();
    other.import("alicloud_market_order.a", &order).succeeds();
    let targeted = ["apply", "-auto-approve", "-no-color", &target("b")];
    terraform.run(&targeted).fails().says(&["may be this one", "Apply without -target"]);
    assert_eq!(terraform.orders(), [order]);
    terraform.apply().succeeds();
    assert_eq!(server.ids("elsewhere"), terraform.orders());
    assert_eq!(terraform.orders().len(), 2);
}
