//! Actions (Terraform 1.14).

use std::{
    io::{BufRead as _, BufReader},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tfplugin::{Action, Context, Diagnostic, Diagnostics, Model, Partial};

use super::{Log, attached};

/// Restarts a machine.
#[derive(Debug, Clone, Model)]
#[model(action = "alicloud_restart")]
pub(super) struct Restart {
    /// The machine.
    #[attr(length(1..=20))]
    machine: String,
    /// How often.
    #[attr(default = 2)]
    times: i64,
}

pub(super) struct RestartAction;

impl Action for RestartAction {
    type Model = Restart;
    type Client = Log;

    async fn plan(&self, log: Option<&Log>, config: &Partial<Restart>, ctx: &Context) -> Result<(), Diagnostics> {
        if let Some(log) = log {
            log.write("plan");
        }
        if config.machine.as_str() == Some("gone") {
            return Err(Diagnostic::error("There is no such machine", "Name another one.").at(Restart::MACHINE).into());
        }
        ctx.warn(Diagnostic::warning("The machine restarts", "Its work is cut off."));
        Ok(())
    }

    async fn invoke(&self, log: &Log, restart: Restart, ctx: &Context) -> Result<(), Diagnostics> {
        for time in 1..=restart.times {
            ctx.progress(format!("restart {time} of {}", restart.times));
            log.write(&format!("restart {}", restart.machine));
        }
        if restart.machine == "slow" {
            while ctx.sleep(Duration::from_secs(3600)).await {}
            log.write("stopped");
            ctx.progress("stopped");
            return Err(Diagnostic::error("Not waited for", "The machine is not up yet.").into());
        }
        Ok(())
    }
}

fn configuration(machine: &str) -> String {
    format!(
        "action \"alicloud_restart\" \"it\" {{\n  config {{\n    machine = {machine:?}\n  }}\n}}\n\
         resource \"terraform_data\" \"it\" {{\n  lifecycle {{\n    action_trigger {{\n      events  = [after_create]\n      \
         actions = [action.alicloud_restart.it]\n    }}\n  }}\n}}\n"
    )
}

#[test]
fn an_action_is_planned_invoked_and_reports_its_progress() {
    let Some((terraform, plugin, log)) = attached((1, 14), &configuration("a")) else { return };
    terraform.run(&["plan", "-no-color"]).succeeds().says(&["The machine restarts", "Its work is cut off."]);
    assert_eq!(log.take(), ["plan"]);
    terraform.apply().succeeds().says(&["restart 1 of 2", "restart 2 of 2"]);
    assert_eq!(log.take(), ["plan", "restart a", "restart a"]);
    terraform.plans_empty();
    assert_eq!(log.take(), [""; 0], "what has happened is not planned again");

    let invoke = ["apply", "-auto-approve", "-no-color", "-invoke=action.alicloud_restart.it"];
    terraform.run(&invoke).succeeds().says(&["restart 2 of 2"]);
    assert_eq!(log.take(), ["plan", "restart a", "restart a"]);
    terraform.configure(&configuration("gone"));
    terraform.run(&invoke).fails().says(&["There is no such machine", "Name another one."]);
    terraform.configure(&configuration(""));
    terraform.run(&invoke).fails().says(&["Invalid machine"]);
    plugin.ends_well();
}

#[test]
fn an_interrupt_reaches_an_action_that_runs() {
    let Some((terraform, plugin, log)) = attached((1, 14), &configuration("slow")) else { return };
    let mut running = terraform.start(&["apply", "-auto-approve", "-no-color"]);
    let mut output = BufReader::new(running.stdout.take().unwrap()).lines().map(Result::unwrap);
    output.find(|line| line.contains("restart 2 of 2")).unwrap();
    kill_process(Pid::from_child(&running), Signal::INT).unwrap();
    output.for_each(drop);
    let ended = running.wait_with_output().unwrap();
    // After an interrupt Terraform would stop listening at the next progress, and show nothing of how it ended.
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && errors.contains("Not waited for"), "{errors}");
    assert_eq!(log.take(), ["plan", "restart slow", "restart slow", "stopped"]);
    assert_eq!(terraform.instances().len(), 1, "what the action belongs to is made");
    plugin.ends_well();
}
