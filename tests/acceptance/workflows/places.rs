//! Which state a purchase belongs to, however it is named, chosen or moved.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::symlink,
    process::Stdio,
};

use super::*;

/// Runs an apply that waits for its approval while something else happens in the directory.
fn approve_after(terraform: &Terraform, meanwhile: impl FnOnce()) {
    let mut apply = terraform.command(&["apply", "-no-color"]);
    let mut apply = apply.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(apply.stdout.take().unwrap());
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains("Only 'yes' will be accepted") {
        assert_ne!(output.read_until(b'\n', &mut text).unwrap(), 0, "{}", String::from_utf8_lossy(&text));
    }
    meanwhile();
    apply.stdin.take().unwrap().write_all(b"yes\n").unwrap();
    std::io::copy(&mut output, &mut std::io::sink()).unwrap();
    assert!(apply.wait().unwrap().success());
}

#[test]
fn a_workspace_that_is_chosen_before_the_approval_gets_an_order_of_its_own() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.run(&["workspace", "new", "prod"]).succeeds();
    terraform.run(&["workspace", "new", "dev"]).succeeds();
    approve_after(&terraform, || {
        terraform.run(&["workspace", "select", "prod"]).succeeds();
    });
    terraform.apply().succeeds();
    assert_eq!(terraform.orders().len(), 2);
    assert_eq!(terraform.ids(), terraform.orders()[1..]);
    terraform.run(&["workspace", "select", "dev"]).succeeds();
    assert_eq!(terraform.ids(), terraform.orders()[..1]);
    terraform.plans_empty();
}

#[test]
fn a_state_file_is_the_same_one_by_every_name() {
    let names = [
        ("states/../states/dev.tfstate", "states/dev.tfstate"),
        ("current.tfstate", "states/dev.tfstate"),
        ("terraform.tfstate.d/dev/terraform.tfstate", ""),
    ];
    for (first, then) in names {
        let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
        fs::create_dir(terraform.path().join("states")).unwrap();
        symlink("states/dev.tfstate", terraform.path().join("current.tfstate")).unwrap();
        terraform.write("states/dev.tfstate", "");
        lose_replies(&terraform);
        terraform.run(&["apply", "-auto-approve", "-no-color", &format!("-state={first}")]).fails();
        answer_again(&terraform);
        if then.is_empty() {
            terraform.run(&["workspace", "select", "dev"]).succeeds();
            terraform.apply().succeeds();
        } else {
            terraform.run(&["apply", "-auto-approve", "-no-color", &format!("-state={then}")]).succeeds();
        }
        assert_eq!(terraform.orders().len(), 1, "{first}, then {then}");
    }
}

#[test]
fn a_directory_that_was_moved_away_from_its_data_directory_is_a_question_to_the_user() {
    let Some(mut terraform) = Terraform::with("") else { return };
    let data = terraform.path().join("data").display().to_string();
    terraform.set("TF_DATA_DIR", &data);
    let (one, two) = (terraform.path().join("one"), terraform.path().join("two"));
    fs::create_dir(&one).unwrap();
    fs::write(
        one.join("main.tf"),
        fs::read_to_string(terraform.path().join("main.tf")).unwrap() + &order_with(IMPATIENT),
    )
    .unwrap();
    lose_replies(&terraform);
    terraform.run(&["-chdir=one", "apply", "-auto-approve", "-no-color"]).fails();
    answer_again(&terraform);
    fs::rename(&one, &two).unwrap();
    let apply = ["-chdir=two", "apply", "-auto-approve", "-no-color"];
    terraform.run(&apply).fails().says(&["an earlier purchase may be this one", "Nothing was bought now", "rm "]);
    assert_eq!(terraform.orders().len(), 1);
    fs::rename(&two, &one).unwrap();
    terraform.run(&["-chdir=one", "apply", "-auto-approve", "-no-color"]).succeeds();
    assert_eq!(terraform.orders().len(), 1);
}

#[test]
fn a_saved_plan_is_applied_to_the_state_that_the_command_line_names() {
    let Some(terraform) = Terraform::with(&order_with(IMPATIENT)) else { return };
    let state = "-state=other.tfstate";
    terraform.run(&["plan", "-out=plan", state, "-no-color"]).succeeds();
    lose_replies(&terraform);
    terraform.run(&["apply", "-no-color", state, "plan"]).fails();
    answer_again(&terraform);
    terraform.run(&["plan", "-out=plan", state, "-no-color"]).succeeds();
    terraform.run(&["apply", "-no-color", state, "plan"]).succeeds();
    assert_eq!(terraform.orders().len(), 1);
    assert!(fs::read_to_string(terraform.path().join("other.tfstate")).unwrap().contains(&terraform.orders()[0]));
}

#[test]
fn a_plan_that_failed_shows_nothing_of_a_remote_state() {
    let server = StateServer::start();
    let gate = "variable \"is_ready\" { default = true }\nresource \"terraform_data\" \"gate\" {\n  lifecycle {\n    \
                precondition {\n      condition = var.is_ready\n      error_message = \"not ready\"\n    }\n  }\n}\n";
    let a = ORDER.replace("\"order\"", "\"a\"").replacen("{\n", "{\n  depends_on = [terraform_data.gate]\n", 1);
    let Some(terraform) = Terraform::with(&format!("{}{gate}{a}", server.backend("gate"))) else { return };
    terraform.init();
    if terraform.run(&["validate", "-no-color"]).code != Some(0) {
        return; // A Terraform without terraform_data.
    }
    terraform.apply().succeeds();
    forget_that_it_was_delivered(&terraform);
    let both = format!("{}{gate}{a}{}", server.backend("gate"), ORDER.replace("\"order\"", "\"b\""));
    terraform.configure(&both);
    terraform.run(&["plan", "-var=is_ready=false", "-no-color"]).fails();
    terraform
        .run(&["apply", "-auto-approve", "-no-color", "-target=alicloud_market_order.b"])
        .fails()
        .says(&["may be this one", "Apply without -target"]);
    assert_eq!(terraform.orders().len(), 1);
    terraform.apply().succeeds();
    assert_eq!(server.ids("gate"), terraform.orders());
    assert_eq!(terraform.orders().len(), 2);
}

/// As when Terraform and the plugin are killed after the state was saved.
fn forget_that_it_was_delivered(terraform: &Terraform) {
    let path = entries(terraform).remove(0);
    let mut entry: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    entry["progress"] = serde_json::json!({"placed": terraform.orders()[0]});
    fs::write(path, entry.to_string()).unwrap();
}
