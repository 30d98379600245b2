//! Applies that are killed or interrupted, and Terraforms that meet the entries of one that still runs.

use std::{fs, time::Duration};

use mock_endpoint::fault::{Fault, Kind};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::{
    journal::{entries, impatient, never_answer},
    killing::{Victim, has_ended, kill_while_buying, unlock, wait_for},
    market_order::{ORDER, order_with},
    terraform::{Terraform, children},
};

/// Waits until a process waits for a lock that another one holds. The kernel has no event for that, so this polls.
fn wait_for_a_waiter(process: u32) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    let waits = |pid: Pid| {
        let locks = fs::read_to_string("/proc/locks").unwrap();
        locks.lines().any(|line| {
            line.contains("->") && line.split_whitespace().any(|word| word == pid.as_raw_nonzero().to_string())
        })
    };
    while !children(process).into_iter().any(waits) {
        assert!(std::time::Instant::now() < deadline, "nobody waits");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn who_looks_for_an_entry_waits_for_who_is_about_to_write_one() {
    let Some(terraform) = Terraform::with(&impatient()) else { return };
    never_answer(&terraform, Kind::DropAfter);
    terraform.apply().fails();
    terraform.mock.ledger().faults.clear();
    let entry = entries(&terraform).remove(0);
    let elsewhere = terraform.path().join("entry");
    fs::rename(&entry, &elsewhere).unwrap();

    // The plugin of a Terraform that was killed has the lock, and has not written its entry yet.
    let lock = fs::File::open(entry.with_file_name("lock")).unwrap();
    lock.lock().unwrap();
    let mut running = terraform.start(&["apply", "-auto-approve", "-no-color"]);
    wait_for_a_waiter(running.id());
    fs::rename(&elsewhere, &entry).unwrap();
    drop(lock);
    assert!(running.wait().unwrap().success());
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.attributes()["id"], terraform.orders()[0]);
}

#[test]
fn killed_between_sending_and_saving_it_still_buys_once() {
    for victim in [Victim::Plugin, Victim::Terraform, Victim::Both] {
        let Some(terraform) = Terraform::with(ORDER) else { return };
        kill_while_buying(&terraform, victim, 1);
        unlock(&terraform);
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 1, "{victim:?}");
        assert_eq!(terraform.attributes()["id"], terraform.orders()[0]);
        terraform.plans_empty();
        assert!(entries(&terraform).is_empty());
    }
}

#[test]
fn while_the_plugin_of_a_killed_terraform_waits_for_its_reply_nothing_is_bought() {
    let pai =
        "resource \"alicloud_pai_product_order\" \"order\" {\n  products = [{ product_code = \"PAI_share\" }]\n}\n";
    for (configuration, operation) in [(ORDER, "CreateOrder"), (pai, "CreateProductOrders")] {
        let Some(terraform) = Terraform::with(configuration) else { return };
        terraform.mock.fault(Fault::once(operation, Kind::SlowBefore { delay_ms: 15_000 }));
        let mut running = terraform.start(&["apply", "-auto-approve", "-no-color"]);
        wait_for(&terraform, operation, 1);
        let plugins: Vec<_> = children(running.id());
        let handles: Vec<_> = plugins.iter().map(|pid| pidfd_open(*pid, PidfdFlags::empty()).unwrap()).collect();
        kill_process(Pid::from_child(&running), Signal::KILL).unwrap();
        running.wait().unwrap();
        unlock(&terraform);
        // It is waited for, but not for longer than there is time.
        let patient = terraform.path().join("main.tf");
        let patient = fs::read_to_string(patient).unwrap();
        terraform.write("main.tf", &patient.replace("\"order\" {", "\"order\" {\n  timeouts = { create = \"1s\" }"));
        let applied = terraform.apply().fails();
        assert!(
            applied.text.contains("the same purchase is under way")
                || applied.text.contains("another purchase is under way")
        );
        terraform.write("main.tf", &patient);
        terraform.apply().succeeds();
        assert!(handles.iter().all(has_ended));
        assert_eq!(terraform.orders().len(), 1, "{operation}");
        assert_eq!(terraform.requests(operation).len(), 1);
        terraform.plans_empty();
    }
}

#[test]
fn an_entry_that_is_written_on_while_another_terraform_runs_is_read_again() {
    let other = ORDER.replace("\"order\"", "\"other\"").replace("Month", "Year");
    let later = order_with("depends_on = [alicloud_market_order.other]");
    let Some(terraform) = Terraform::with(ORDER) else { return };
    // The first plugin waits for its reply while the second Terraform buys something else before it gets to the same.
    terraform.mock.fault(Fault::once("CreateOrder", Kind::SlowBefore { delay_ms: 2000 }));
    let mut running = terraform.start(&["apply", "-auto-approve", "-no-color"]);
    wait_for(&terraform, "CreateOrder", 1);
    let plugins: Vec<_> = children(running.id());
    let handles: Vec<_> = plugins.iter().map(|pid| pidfd_open(*pid, PidfdFlags::empty()).unwrap()).collect();
    kill_process(Pid::from_child(&running), Signal::KILL).unwrap();
    running.wait().unwrap();
    unlock(&terraform);
    terraform.mock.fault(Fault::once("CreateOrder", Kind::SlowBefore { delay_ms: 4000 }));
    terraform.configure(&[other, later].concat());
    terraform.apply().succeeds();
    assert!(handles.iter().all(has_ended));
    assert_eq!(terraform.orders().len(), 2);
    assert_eq!(terraform.requests("CreateOrder").len(), 2);
    terraform.plans_empty();
}

#[test]
fn an_interrupt_waits_for_the_purchase_that_is_sent() {
    let Some(terraform) = Terraform::with(ORDER) else { return };
    terraform.mock.fault(Fault::once("CreateOrder", Kind::Slow { delay_ms: 700 }));
    let mut running = terraform.start(&["apply", "-auto-approve", "-no-color"]);
    wait_for(&terraform, "CreateOrder", 1);
    // Ctrl-C goes to the whole process group: to Terraform and to the plugin.
    for pid in children(running.id()) {
        kill_process(pid, Signal::INT).unwrap();
    }
    kill_process(Pid::from_child(&running), Signal::INT).unwrap();
    running.wait().unwrap();
    assert_eq!(terraform.orders().len(), 1);
    assert_eq!(terraform.attributes()["id"], terraform.orders()[0]);
    terraform.plans_empty();
}
