//! One configuration with a few orders, and what happens to it: random commands, faults and kills.

use std::{collections::BTreeSet, fs, thread, time::Duration};

use mock_endpoint::{fault::Fault, ledger::Content};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use super::{Random, fault};
use crate::{
    killing::unlock,
    state_server::{self, StateServer},
    terraform::{Outcome, Terraform, children},
};

/// Where a life keeps its states, and its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A state file beside the configuration.
    Local,
    /// A remote state, and one directory.
    Remote,
    /// A remote state, and a new directory for each command, as in a pipeline. Every order has a constant token.
    Pipeline,
}

/// One life: a configuration of some orders, and what happens to it.
pub(super) struct Life {
    seed: u64,
    place: Place,
    server: StateServer,
    terraform: Terraform,
    pub(super) random: Random,
    count: usize,
    /// How many of the orders have no token.
    untokened: usize,
    /// Whether all have the same arguments.
    is_alike: bool,
    /// Whether a second state in the same directory is used.
    has_second: bool,
    /// Orders that the user removed from the state.
    released: BTreeSet<String>,
    /// What happened, a line each.
    story: Vec<String>,
}

impl Drop for Life {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("seed {} ({:?}):\n{}", self.seed, self.place, self.story.join("\n"));
        }
    }
}

const READ_TIMEOUT: &str = "1000";

/// The second state of a directory.
const SECOND: &str = "second.tfstate";

impl Life {
    pub(super) fn begin(seed: u64) -> Option<Self> {
        let mut random = Random(seed);
        let place = [Place::Local, Place::Local, Place::Remote, Place::Pipeline][random.below(4)];
        let count = 1 + random.below(3);
        let untokened = if place == Place::Pipeline { 0 } else { random.below(count + 1) };
        let mut terraform = Terraform::with("")?;
        terraform.set("CLIENT_READ_TIMEOUT", READ_TIMEOUT);
        let (server, is_alike) = (StateServer::start(), random.below(2) == 0);
        let (released, story) = (BTreeSet::new(), Vec::new());
        let has_second = false;
        let life =
            Self { seed, place, server, terraform, random, count, untokened, is_alike, has_second, released, story };
        life.configure("3s", "5s");
        life.terraform.init();
        Some(life)
    }

    fn configure(&self, create: &str, read: &str) {
        let backend = if self.place == Place::Local { String::new() } else { self.server.backend("life") };
        let quantity = if self.is_alike { "1" } else { "1 + count.index" };
        self.terraform.configure(&format!(
            "{backend}resource \"alicloud_market_order\" \"order\" {{\n  count = {}\n  product_code = \"cmapi033136\"\n  \
             pricing_cycle = \"Month\"\n  package_version = \"yuncode2713600001\"\n  quantity = {quantity}\n  client_token = \
             count.index < {} ? null : \"token-${{count.index}}\"\n  timeouts = {{ create = {create:?}, read = {read:?} }}\n}}\n",
            self.count, self.untokened
        ));
    }

    /// In a pipeline every command has a directory of its own.
    fn check_out(&mut self) {
        if self.place == Place::Pipeline {
            let configuration = fs::read_to_string(self.terraform.path().join("main.tf")).unwrap();
            let mut fresh = self.terraform.beside("").unwrap();
            fresh.write("main.tf", &configuration);
            fresh.set("CLIENT_READ_TIMEOUT", READ_TIMEOUT);
            self.terraform = fresh;
            self.terraform.init();
        }
    }

    fn run(&mut self, arguments: &[&str]) -> Outcome {
        let outcome = self.terraform.run(arguments);
        self.story.push(format!("{}: {:?} {}", arguments.join(" "), outcome.code, outcome.text));
        outcome
    }

    fn apply(&mut self) -> Outcome {
        self.check_out();
        self.run(&["apply", "-auto-approve", "-no-color"])
    }

    pub(super) fn act(&mut self) {
        for _ in 0..self.random.below(4) {
            let operation = ["CreateOrder", "DescribeOrder"][self.random.below(2)];
            let (kind, times) = (fault(&mut self.random), 1 + self.random.below(4));
            self.story.push(format!("fault of {operation}: {times} times {kind:?}"));
            self.terraform.mock.fault(Fault::times(operation, kind, u32::try_from(times).unwrap()));
        }
        let address = format!("alicloud_market_order.order[{}]", self.random.below(self.count));
        match self.random.below(12) {
            0 => drop(self.run(&["refresh", "-no-color"])),
            1 => drop(self.run(&["plan", "-no-color"])),
            2 | 3 => self.apply_and_kill(),
            4 => drop(self.run(&["apply", "-auto-approve", "-no-color", &format!("-target={address}")])),
            5 => {
                if self.run(&["plan", "-no-color", "-out=plan.bin"]).code == Some(0) {
                    self.run(&["apply", "-no-color", "plan.bin"]);
                }
            }
            6 => self.import_by_hand(&address),
            7 => self.release(&address),
            8 => self.remove_all(),
            9 => drop(self.apply_second()),
            _ => drop(self.apply()),
        }
    }

    /// Removes an order from the state that a plan has shown there. One with a token would come back.
    fn release(&mut self, address: &str) {
        let held = self.terraform.ids();
        let is_untokened = (0..self.untokened).any(|at| address.ends_with(&format!("[{at}]")));
        if is_untokened
            && self.run(&["plan", "-no-color"]).code == Some(0)
            && self.run(&["state", "rm", address]).code == Some(0)
        {
            let left = self.terraform.ids();
            self.released.extend(held.into_iter().filter(|id| !left.contains(id)));
        }
    }

    /// Removes all orders from the state with a `removed` block, and restores the configuration. Those with a token would
    /// come back.
    fn remove_all(&mut self) {
        if self.untokened < self.count || !self.terraform.has("test") {
            return;
        }
        let configuration = fs::read_to_string(self.terraform.path().join("main.tf")).unwrap();
        let (header, _) = configuration.split_once("resource \"").unwrap();
        let removed = "removed {\n  from = alicloud_market_order.order\n  lifecycle {\n    destroy = false\n  }\n}\n";
        self.terraform.write("main.tf", &format!("{header}{removed}"));
        let held = self.terraform.ids();
        self.run(&["apply", "-auto-approve", "-no-color"]);
        let left = self.terraform.ids();
        self.released.extend(held.into_iter().filter(|id| !left.contains(id)));
        self.terraform.write("main.tf", &configuration);
    }

    /// Applies the same configuration to a second state in the same directory. A token is one order, whatever the state.
    fn apply_second(&mut self) -> Option<Outcome> {
        (self.place == Place::Local && self.untokened == self.count).then(|| {
            self.has_second = true;
            self.run(&["apply", "-auto-approve", "-no-color", &format!("-state={SECOND}")])
        })
    }

    /// The orders in the second state.
    fn second_ids(&self) -> Vec<String> {
        let text = fs::read_to_string(self.terraform.path().join(SECOND)).unwrap_or_default();
        state_server::ids(&serde_json::from_str(&text).unwrap_or_default())
    }

    /// Imports an order that is in no state to where it belongs.
    fn import_by_hand(&mut self, address: &str) {
        // Which state an order belongs to, its user would have to remember.
        let Some(id) = self.open(&self.terraform.ids()).into_iter().next().filter(|_| !self.has_second) else { return };
        let content = self.terraform.mock.ledger().orders[&id].content.clone();
        let Content::Commodity(commodity) = content else { panic!("{id} is another order") };
        let at = commodity["quantity"].as_u64().unwrap() - 1;
        let belongs = format!("alicloud_market_order.order[{at}]");
        // Orders that are alike belong anywhere, but for those with a token.
        match (self.is_alike, self.untokened == self.count) {
            (false, _) => drop(self.run(&["import", "-no-color", &belongs, &id])),
            (true, true) => drop(self.run(&["import", "-no-color", address, &id])),
            (true, false) => {}
        }
    }

    /// The orders that are in no state and that the user has not removed from one.
    fn open(&self, held: &[String]) -> Vec<String> {
        let second = self.second_ids();
        let is_open = |id: &String| !held.contains(id) && !self.released.contains(id) && !second.contains(id);
        self.terraform.orders().into_iter().filter(is_open).collect()
    }

    fn apply_and_kill(&mut self) {
        self.check_out();
        let before = self.terraform.state_text();
        let mut running = self.terraform.start(&["apply", "-auto-approve", "-no-color"]);
        // A kill at any moment is what is tested, so any moment will do.
        let moment = Duration::from_millis(50 + self.random.next() % 900);
        thread::sleep(moment);
        let (pid, plugins) = (Pid::from_child(&running), children(running.id()));
        let group = |signal: Signal| plugins.iter().chain([&pid]).for_each(|pid| kill(*pid, signal));
        let ways = [
            "Terraform killed",
            "the plugin killed",
            "Terraform interrupted",
            "the group ended",
            "the group interrupted",
        ];
        let how = self.random.below(ways.len());
        match how {
            0 => kill(pid, Signal::KILL),
            1 => plugins.iter().for_each(|plugin| kill(*plugin, Signal::KILL)),
            2 => kill(pid, Signal::INT),
            3 => {
                group(Signal::TERM);
                thread::sleep(Duration::from_millis(self.random.next() % 300));
                group(Signal::KILL);
            }
            _ => group(Signal::INT),
        }
        let ended = running.wait().unwrap();
        self.story.push(format!("apply: {} after {moment:?}, {ended}", ways[how]));
        unlock(&self.terraform);
        self.mend_state(before);
    }

    /// Terraform empties its state file before it writes it. If it was killed in between, its user restores the backup once a
    /// plan has reported that.
    fn mend_state(&mut self, before: String) {
        let left = self.terraform.state_text();
        if left != before && serde_json::from_str::<Json>(&left).is_err() {
            self.story.push(format!("the state was left torn: {left:?}"));
            self.run(&["plan", "-no-color"]);
            self.terraform.write("terraform.tfstate", &before);
        }
    }

    /// The faults are over: more applies, with time enough, must bring everything in order. It follows the steps in the messages.
    pub(super) fn end(&mut self) {
        self.terraform.mock.ledger().faults.clear();
        self.configure("10m", "2m");
        let mut applied = self.apply();
        for _ in 0..4 {
            if applied.code == Some(0) {
                break;
            }
            self.follow(&applied.text);
            applied = self.apply();
        }
        assert_eq!(applied.code, Some(0), "{}", applied.text);
        if self.has_second {
            let applied = self.apply_second().unwrap();
            assert_eq!(applied.code, Some(0), "{}", applied.text);
            assert_eq!(self.second_ids().len(), self.count);
        }
        self.check_out();
        self.terraform.plans_empty();
        let held = self.terraform.ids();
        let second = self.second_ids();
        let distinct: BTreeSet<&String> = held.iter().chain(&second).collect();
        assert_eq!(
            distinct.len(),
            held.len() + second.len(),
            "an order stands under two addresses: {held:?} {second:?}"
        );
        assert_eq!(held.len(), self.count);
        assert_eq!(self.open(&held), Vec::<String>::new(), "these are in no state");
        let released = self.released.iter().filter(|id| !held.contains(id)).count();
        assert_eq!(self.terraform.orders().len(), self.count + second.len() + released, "every intent is one order");
    }

    /// Follows the steps of an error, and fails where they are not known here.
    fn follow(&mut self, text: &str) {
        if let Some(id) = text.split("Two resources have the order ").nth(1).and_then(|rest| rest.split(' ').next()) {
            let id = id.to_owned();
            let instances = self.terraform.run(&["state", "list", &format!("-id={id}")]).text;
            let address = instances.split_whitespace().rfind(|word| word.contains("order[")).unwrap().to_owned();
            self.run(&["state", "rm", &address]);
        } else if text.contains("errored.tfstate") {
            self.run(&["state", "push", "errored.tfstate"]);
            let _ = fs::remove_file(self.terraform.path().join("errored.tfstate"));
        } else if text.contains("may be this one") {
            // The state shows whether a resource has the order; if none has, it belongs where one is missing.
            let held = self.terraform.ids();
            let taken = self.terraform.run(&["state", "list"]).text;
            let is_free = |at: &usize| !taken.contains(&format!("order[{at}]"));
            for id in self.open(&held) {
                if let Some(at) = (0..self.count).find(is_free).filter(|_| text.contains(&id)) {
                    self.run(&["import", "-no-color", &format!("alicloud_market_order.order[{at}]"), &id]);
                    return;
                }
            }
            let entry = text
                .split("rm ")
                .skip(1)
                .filter_map(|rest| rest.split_whitespace().next())
                .find(|path| path.ends_with(".json"));
            fs::remove_file(entry.expect("the message names the entry")).expect("the entry is there");
        } else {
            panic!("{text}");
        }
    }
}

/// Kills a process that may have ended by itself.
fn kill(pid: Pid, signal: Signal) {
    let _ = kill_process(pid, signal);
}
