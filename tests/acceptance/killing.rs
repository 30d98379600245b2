//! Kills Terraform, the plugin or both while a purchase waits for its reply.

use std::{fs, process::Child, time::Duration};

use mock_endpoint::fault::{Fault, Kind};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};

use crate::terraform::{Terraform, children};

/// What is killed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    Plugin,
    Terraform,
    Both,
    /// As a runner ends a job: first it asks the whole process group.
    GroupTermThenKill,
    /// Ctrl-C, twice.
    InterruptTwice,
}

/// Waits until the mock has received this many requests for an operation. The mock has no event for that, so this polls.
pub fn wait_for(terraform: &Terraform, operation: &str, count: usize) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while terraform.requests(operation).len() < count {
        assert!(std::time::Instant::now() < deadline, "no {operation}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process ends within 20 seconds.
pub fn has_ended(process: &impl std::os::fd::AsFd) -> bool {
    let limit = Timespec::try_from(Duration::from_secs(20)).unwrap();
    poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&limit)).unwrap() == 1
}

/// Removes the lock that a killed Terraform leaves.
pub fn unlock(terraform: &Terraform) {
    let _ = fs::remove_file(terraform.path().join(".terraform.tfstate.lock.info"));
}

/// Applies, and kills while the last of so many purchases waits for its reply.
pub fn kill_while_buying(terraform: &Terraform, victim: Victim, purchases: usize) {
    kill(terraform, terraform, victim, &["apply", "-auto-approve", "-no-color"], purchases);
}

/// The same, with a command in one directory and the mock of another.
pub fn kill_while_buying_with(terraform: &Terraform, owner: &Terraform, command: &[&str], purchases: usize) {
    kill(terraform, owner, Victim::Both, command, purchases);
}

fn kill(terraform: &Terraform, owner: &Terraform, victim: Victim, command: &[&str], purchases: usize) {
    owner.mock.fault(Fault::times("CreateOrder", Kind::Slow { delay_ms: 700 }, 1000));
    let mut running: Child = terraform.start(command);
    wait_for(owner, "CreateOrder", purchases);
    let plugins: Vec<_> = children(running.id());
    let handles: Vec<_> = plugins.iter().map(|pid| pidfd_open(*pid, PidfdFlags::empty()).unwrap()).collect();
    assert!(!plugins.is_empty());
    let main = Pid::from_child(&running);
    let signal = |pid: Pid, signal: Signal| {
        // The other one may be gone already.
        let _ = kill_process(pid, signal);
    };
    let all = |which: Signal| [main].iter().chain(&plugins).for_each(|pid| signal(*pid, which));
    match victim {
        Victim::Plugin => plugins.iter().for_each(|pid| signal(*pid, Signal::KILL)),
        Victim::Terraform => signal(main, Signal::KILL),
        Victim::Both => all(Signal::KILL),
        Victim::GroupTermThenKill => {
            all(Signal::TERM);
            all(Signal::KILL);
        }
        Victim::InterruptTwice => {
            all(Signal::INT);
            all(Signal::INT);
        }
    }
    running.wait().unwrap();
    assert!(handles.iter().all(has_ended), "{victim:?} left an orphan");
    owner.mock.ledger().faults.clear();
    unlock(terraform);
}
