//! Workflows that need no repair, on a journal that still has entries.

use super::*;

#[test]
fn b1_plans_of_one_directory_are_applied_in_another() {
    let server = StateServer::start();
    let backend = server.backend("b1");
    let Some(planner) = Terraform::with(&format!("{backend}{}", count(1))) else { return };
    let Some(applier) = planner.beside(&format!("{backend}{}", count(1))) else { return };
    planner.init();
    applier.init();
    for orders in 1..=3 {
        planner.configure(&format!("{backend}{}", count(orders)));
        let plan = applier.path().join("plan.bin");
        planner.run(&["plan", "-no-color", &format!("-out={}", plan.display())]).succeeds();
        applier.run(&["apply", "-no-color", "plan.bin"]).succeeds();
        assert_eq!(planner.orders().len(), orders);
    }
    // A saved plan whose apply was cut off is planned again, and finds the order.
    planner.configure(&format!("{backend}{}", count(4)));
    let plan = applier.path().join("plan.bin");
    planner.run(&["plan", "-no-color", &format!("-out={}", plan.display())]).succeeds();
    kill_while_buying_with(&applier, &planner, &["apply", "-no-color", "plan.bin"], 4);
    planner.run(&["plan", "-no-color", &format!("-out={}", plan.display())]).succeeds();
    applier.run(&["apply", "-no-color", "plan.bin"]).succeeds();
    assert_eq!(server.ids("b1"), planner.orders());
    assert_eq!(planner.orders().len(), 4);
}

#[test]
fn b2_one_directory_for_two_states_and_a_copied_directory() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    lose_replies(&terraform);
    terraform.run(&["apply", "-auto-approve", "-no-color", "-state=dev.tfstate"]).fails();
    answer_again(&terraform);
    terraform.run(&["apply", "-auto-approve", "-no-color", "-state=prod.tfstate"]).succeeds();
    assert_eq!(terraform.orders().len(), 2);
    terraform.run(&["apply", "-auto-approve", "-no-color", "-state=dev.tfstate"]).succeeds();
    assert_eq!(terraform.orders().len(), 2);

    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    assert_eq!(terraform.orders().len(), 3);
    let Some(copy) = terraform.beside(&order_with(IMPATIENT)) else { return };
    copy_directory(&terraform.path().join(".terraform"), &copy.path().join(".terraform"));
    copy.apply().succeeds();
    assert_eq!(terraform.orders().len(), 4, "a copied directory is another state");
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 4);
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(drop).unwrap()
        }
    }
}

#[test]
fn b3_one_target_after_the_other_and_a_replacement_that_was_not_refreshed() {
    let Some(terraform) = Terraform::with(&a_and_b()) else { return };
    for target in ["-target=alicloud_market_order.a", "-target=alicloud_market_order.b"] {
        terraform.run(&["apply", "-auto-approve", "-no-color", target]).succeeds();
    }
    holds_each_order_once(&terraform, 2);

    let Some(terraform) = Terraform::with(&count(2)) else { return };
    terraform.apply().succeeds();
    terraform.configure(&count(3));
    terraform.run(&["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.order[2]"]).succeeds();
    holds_each_order_once(&terraform, 3);

    let Some(terraform) = Terraform::with(&order_with("lifecycle {\n    create_before_destroy = true\n  }")) else {
        return;
    };
    terraform.apply().succeeds();
    terraform.run(&["taint", "alicloud_market_order.order"]).succeeds();
    terraform.run(&["apply", "-auto-approve", "-no-color", "-refresh=false"]).succeeds();
    assert_eq!(terraform.orders().len(), 2);
    assert_eq!(terraform.attributes()["id"], terraform.orders()[1]);
    terraform.plans_empty();
}

#[test]
fn b3_interrupted_twice_and_then_targeted() {
    let Some(terraform) = Terraform::with(&a_and_b()) else { return };
    kill_while_buying(&terraform, Victim::InterruptTwice, 2);
    for target in ["-target=alicloud_market_order.a", "-target=alicloud_market_order.b"] {
        terraform.run(&["apply", "-auto-approve", "-no-color", target]).succeeds();
    }
    holds_each_order_once(&terraform, 2);
}

#[test]
fn b5_an_import_block_and_one_more_instance_in_one_apply() {
    let server = StateServer::start();
    for backend in ["", server.backend("b5").as_str()] {
        let Some(terraform) = Terraform::with(&format!("{backend}{}", order_with(IMPATIENT))) else { return };
        if !terraform.has("test") {
            return;
        }
        terraform.init();
        lose_replies(&terraform);
        terraform.apply().fails();
        answer_again(&terraform);
        let order = terraform.orders().remove(0);
        let import = format!("import {{\n  to = alicloud_market_order.a\n  id = {order:?}\n}}\n");
        let both = ["a", "b"].map(|name| order_with(IMPATIENT).replace("\"order\"", &format!("{name:?}"))).join("");
        terraform.configure(&[backend, &import, &both].concat());
        terraform.apply().succeeds();
        holds_each_order_once(&terraform, 2);
        assert!(entries(&terraform).is_empty());
    }
}

#[test]
fn b6_a_cached_data_directory_is_restored_for_each_job() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    let cache = terraform.path().join("cache");
    terraform.apply().succeeds();
    copy_directory(&terraform.path().join(".terraform"), &cache);
    let restore = || {
        fs::remove_dir_all(terraform.path().join(".terraform")).unwrap();
        copy_directory(&cache, &terraform.path().join(".terraform"));
    };
    restore();
    terraform.destroy().succeeds();
    restore();
    buys_again(&terraform);
    assert_eq!(terraform.orders().len(), 2);
    terraform.plans_empty();
}

#[test]
fn b7_an_order_that_was_removed_and_added_again() {
    let removed = "removed {\n  from = alicloud_market_order.order\n  lifecycle {\n    destroy = false\n  }\n}\n";
    let server = StateServer::start();
    for backend in ["", server.backend("b7").as_str()] {
        let Some(terraform) = Terraform::with(&format!("{backend}{ORDER}")) else { return };
        if !terraform.has("test") {
            return;
        }
        terraform.init();
        terraform.apply().succeeds();
        terraform.configure(&format!("{backend}{removed}"));
        terraform.apply().succeeds();
        terraform.configure(&format!("{backend}{ORDER}"));
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 2);
        terraform.plans_empty();
    }
}

#[test]
fn b8_and_b9_a_state_that_its_user_removes_is_begun_anew() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    let state = terraform.path().join("terraform.tfstate");
    terraform.apply().succeeds();
    terraform.destroy().succeeds();
    fs::remove_file(&state).unwrap();
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);

    terraform.run(&["state", "rm", "alicloud_market_order.order"]).succeeds();
    buys_again(&terraform);
    assert_eq!(terraform.orders().len(), 3);
    terraform.run(&["state", "rm", "alicloud_market_order.order"]).succeeds();
    fs::remove_file(&state).unwrap();
    buys_again(&terraform);
    assert_eq!(terraform.orders().len(), 4);
    fs::remove_file(&state).unwrap();
    buys_again(&terraform);
    assert_eq!(terraform.orders().len(), 5);
    terraform.plans_empty();
}

#[test]
fn b9_a_workspace_that_was_deleted_and_made_again() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    for orders in 1..=2 {
        terraform.run(&["workspace", "new", "again"]).succeeds();
        if orders == 1 {
            drop(terraform.apply().succeeds())
        } else {
            buys_again(&terraform)
        }
        assert_eq!(terraform.orders().len(), orders);
        terraform.run(&["workspace", "select", "default"]).succeeds();
        terraform.run(&["workspace", "delete", "-force", "again"]).succeeds();
    }
}

#[test]
fn b10_a_state_in_git_that_changes_with_the_branch() {
    let Some(terraform) = Terraform::with("") else { return };
    terraform.configure("output \"nothing\" {\n  value = 1\n}\n");
    terraform.apply().succeeds();
    let main = terraform.state_text();
    terraform.configure(ORDER);
    terraform.apply().succeeds();
    let branch = terraform.state_text();
    terraform.write("terraform.tfstate", &main);
    buys_again(&terraform);
    assert_eq!(terraform.orders().len(), 2, "the main branch has an order of its own");
    terraform.plans_empty();
    terraform.write("terraform.tfstate", &branch);
    terraform.plans_empty();
}

#[test]
fn b11_an_old_purchase_that_was_imported_as_told() {
    let one = order_with(&format!("count = 1\n  {IMPATIENT}"));
    let Some(terraform) = Terraform::with(&one) else { return };
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    age(&terraform);
    let order = terraform.orders().remove(0);
    terraform.apply().fails().says(&["terraform import", &order]);
    terraform.import("alicloud_market_order.order[0]", &order).succeeds();
    terraform.configure(&one.replace("count = 1", "count = 2"));
    terraform.apply().succeeds();
    holds_each_order_once(&terraform, 2);
}

#[test]
fn b12_keys_that_differ_in_each_run_while_sts_is_silent() {
    let Some(mut terraform) = Terraform::with(&count(1)) else { return };
    terraform.set("STS_ENDPOINT", "http://127.0.0.1:1");
    terraform.apply().succeeds();
    let account = mock_endpoint::ACCOUNT;
    let second = |terraform: &mut Terraform, key: &str| {
        terraform.mock.ledger().keys.insert(key.to_owned(), mock_endpoint::ledger::Key::new("another-secret", account));
        terraform.set("ALICLOUD_ACCESS_KEY", key).set("ALICLOUD_SECRET_KEY", "another-secret");
    };
    second(&mut terraform, "second-key");
    terraform.configure(&count(2));
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);

    // An unknown outcome that other keys cannot read is resolved by any branch of the message.
    let three = order_with(&format!("count = 3\n  {IMPATIENT}"));
    terraform.configure(&three);
    lose_replies(&terraform);
    terraform.apply().fails();
    answer_again(&terraform);
    second(&mut terraform, "third-key");
    let order = terraform.orders().remove(2);
    terraform.apply().fails().says(&[
        "The provider cannot tell whether they belong to the same account",
        "terraform import",
        "rm ",
    ]);
    terraform.import("alicloud_market_order.order[2]", &order).succeeds();
    terraform.apply().succeeds();
    holds_each_order_once(&terraform, 3);
}

#[test]
fn b13_two_users_of_a_group_work_in_one_directory() {
    use std::os::unix::fs::PermissionsExt as _;

    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    let data = terraform.path().join(".terraform");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o2770)).unwrap();
    lose_replies(&terraform);
    terraform.apply().fails();
    let folder = data.join("alicloud-purchases");
    for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).chain([folder.clone()]) {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o060, 0o060, "{} is the group's too", path.display());
    }
}
