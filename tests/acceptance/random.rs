//! Many applies, imports, refreshes and kills under random faults; then the ledger is held against the state.
//!
//! `RANDOM_SEED` repeats a run, `RANDOM_RUNS` sets how many there are.

use std::{
    collections::BTreeSet,
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use mock_endpoint::{
    fault::{Fault, Kind},
    ledger::Content,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use crate::terraform::{Outcome, Terraform, children};

/// A generator of numbers that a seed repeats (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

fn fault(random: &mut Random) -> Kind {
    match random.below(11) {
        0 => Kind::DropBefore,
        1 => Kind::DropAfter,
        2 => Kind::Error500,
        3 => Kind::Error503,
        4 => Kind::Error503After,
        5 => Kind::Throttling { retry_after: None },
        6 => Kind::Garbage,
        7 => Kind::Truncated,
        8 => Kind::WrongLength,
        9 => Kind::Slow { delay_ms: 300 },
        _ => Kind::Slow { delay_ms: 1500 },
    }
}

/// One life: a configuration of some orders, and what happens to it.
struct Life {
    seed: u64,
    terraform: Terraform,
    random: Random,
    count: usize,
    /// Orders that an error or a destroy warning has named.
    named: BTreeSet<String>,
    /// What happened, a line each.
    story: Vec<String>,
}

impl Drop for Life {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("seed {}:\n{}", self.seed, self.story.join("\n"));
        }
    }
}

impl Life {
    fn begin(seed: u64) -> Option<Self> {
        let mut random = Random(seed);
        let count = 1 + random.below(3);
        let mut terraform = Terraform::with(&configuration(count, "3s", "5s"))?;
        terraform.set("CLIENT_READ_TIMEOUT", "1000");
        Some(Self { seed, terraform, random, count, named: BTreeSet::new(), story: Vec::new() })
    }

    fn note(&mut self, outcome: &Outcome) {
        self.story.push(format!("apply: {:?} {}", outcome.code, outcome.text));
        let orders = self.terraform.orders();
        self.named.extend(orders.into_iter().filter(|id| outcome.text.contains(id.as_str())));
    }

    fn act(&mut self) {
        for _ in 0..self.random.below(4) {
            let operation = ["CreateOrder", "DescribeOrder"][self.random.below(2)];
            let (kind, times) = (fault(&mut self.random), 1 + self.random.below(4));
            self.story.push(format!("fault of {operation}: {times} times {kind:?}"));
            self.terraform.mock.fault(Fault::times(operation, kind, u32::try_from(times).unwrap()));
        }
        match self.random.below(5) {
            0 => self.run(&["refresh", "-no-color"]),
            1 => self.run(&["plan", "-no-color"]),
            2 => self.apply_and_kill(),
            _ => {
                let applied = self.terraform.apply();
                self.note(&applied);
            }
        }
    }

    fn run(&mut self, arguments: &[&str]) {
        let outcome = self.terraform.run(arguments);
        self.story.push(format!("{}: {:?} {}", arguments[0], outcome.code, outcome.text));
    }

    fn apply_and_kill(&mut self) {
        let before = self.terraform.state_text();
        let mut running = self.terraform.start(&["apply", "-auto-approve", "-no-color"]);
        // A kill at any moment is what is tested, so any moment will do.
        let moment = Duration::from_millis(50 + self.random.next() % 900);
        thread::sleep(moment);
        let pid = Pid::from_child(&running);
        let how = self.random.below(3);
        match how {
            0 => kill(pid, Signal::KILL),
            1 => children(running.id()).into_iter().for_each(|plugin| kill(plugin, Signal::KILL)),
            _ => kill(pid, Signal::INT),
        }
        let ended = running.wait().unwrap();
        let how = ["Terraform was killed", "the plugin was killed", "Terraform was interrupted"][how];
        self.story.push(format!("apply: {how} after {moment:?}, {ended}"));
        let _ = fs::remove_file(self.terraform.path().join(".terraform.tfstate.lock.info"));
        self.mend_state(before);
    }

    fn import_what_is_in_no_state(&mut self) {
        let in_state = ids(&self.terraform.instances());
        let sold = self.terraform.mock.ledger().orders.clone();
        for (id, order) in sold.into_iter().filter(|(id, _)| !in_state.contains(id)) {
            let Content::Commodity(commodity) = order.content else { panic!("{id} is another order") };
            let address = format!("alicloud_market_order.order[{}]", commodity["quantity"].as_u64().unwrap() - 1);
            self.run(&["import", "-no-color", &address, &id]);
        }
    }

    /// Terraform empties its state file before it writes it. If it was killed in between, its user takes the backup.
    fn mend_state(&mut self, before: String) {
        let left = self.terraform.state_text();
        if left != before && serde_json::from_str::<Json>(&left).is_err() {
            self.story.push(format!("the state was left torn: {left:?}"));
            self.terraform.write("terraform.tfstate", &before);
        }
    }

    /// The faults are over: one more apply, with time enough, must bring everything in order.
    fn end(&mut self) {
        self.terraform.mock.ledger().faults.clear();
        self.terraform.configure(&configuration(self.count, "10m", "2m"));
        let mut applied = self.terraform.apply();
        if applied.text.contains("may be this one") {
            // Terraform was killed while it saved what it had been given, and its user does what the error says.
            self.note(&applied);
            self.import_what_is_in_no_state();
            applied = self.terraform.apply();
        }
        assert_eq!(applied.code, Some(0), "{}", applied.text);
        self.note(&applied);
        self.terraform.plans_empty();
        let in_state = ids(&self.terraform.instances());
        assert_eq!(in_state.len(), self.count);
        let sold: BTreeSet<String> = self.terraform.orders().into_iter().collect();
        let lost: Vec<&String> = sold.difference(&in_state).filter(|id| !self.named.contains(*id)).collect();
        assert!(lost.is_empty(), "{lost:?} are in no state, and no message named them");
        assert_eq!(sold.len(), self.count, "every intent is one order");

        // An import of each finds the same order and buys nothing.
        if self.random.below(4) == 0 {
            let id = in_state.iter().next().unwrap();
            let address = "alicloud_market_order.order[0]";
            let at = self.terraform.run(&["state", "rm", address]);
            assert_eq!(at.code, Some(0), "{}", at.text);
            let left = ids(&self.terraform.instances());
            let id = sold.difference(&left).next().unwrap_or(id);
            self.terraform.import(address, id).succeeds();
            // The time limits, which live only in the configuration, are taken in place.
            self.terraform.apply().succeeds();
            self.terraform.plans_empty();
            assert_eq!(self.terraform.orders().len(), self.count);
        }
    }
}

/// The ids of the orders in a state.
fn ids(instances: &[Json]) -> BTreeSet<String> {
    instances.iter().map(|instance| instance["attributes"]["id"].as_str().unwrap().to_owned()).collect()
}

/// Kills a process that may have ended by itself.
fn kill(pid: Pid, signal: Signal) {
    let _ = kill_process(pid, signal);
}

fn configuration(count: usize, create: &str, read: &str) -> String {
    format!(
        "resource \"alicloud_market_order\" \"order\" {{\n  count = {count}\n  product_code = \"cmapi033136\"\n  \
         pricing_cycle = \"Month\"\n  package_version = \"yuncode2713600001\"\n  quantity = 1 + count.index\n  timeouts = \
         {{ create = {create:?}, read = {read:?} }}\n}}\n"
    )
}

#[test]
fn whatever_happens_each_intent_is_one_order() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let runs = number("RANDOM_RUNS").unwrap_or(40);
    let seed = number("RANDOM_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20);
    println!("RANDOM_SEED={seed} RANDOM_RUNS={runs}");
    let next = Arc::new(AtomicU64::new(seed));
    let lives: Vec<_> = (0..LIVES_AT_ONCE)
        .map(|_| {
            let next = Arc::clone(&next);
            thread::spawn(move || {
                loop {
                    let this = next.fetch_add(1, Ordering::Relaxed);
                    if this >= seed + runs {
                        return;
                    }
                    live(this);
                }
            })
        })
        .collect();
    let ended: Vec<_> = lives.into_iter().map(thread::JoinHandle::join).collect();
    assert!(ended.iter().all(Result::is_ok), "RANDOM_SEED={seed}");
}

/// How many lives go on side by side: most of the time they wait.
const LIVES_AT_ONCE: usize = 6;

fn live(seed: u64) {
    let Some(mut life) = Life::begin(seed) else { return };
    for _ in 0..1 + life.random.below(4) {
        life.act();
    }
    life.end();
}
