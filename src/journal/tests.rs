//! What an entry means for a purchase: each state of an entry, beside what is known of the state.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::{
    Buyer, Entry, Purchase, TOKEN_LIFETIME,
    entry::{Decision, LaterPlans, Progress, Refusal, Situation},
};
use crate::terraform::{Contents, Process, StateId};
use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};

fn process(pid: u32) -> Process {
    serde_json::from_value(json!({"pid": pid, "start": "then"})).unwrap()
}

fn state(place: &str) -> StateId {
    let (backend, name) = place.split_once(' ').unwrap();
    let path = if backend == "local" { "path" } else { "bucket" };
    serde_json::from_value(json!({"backend": backend, "place": {path: name}, "workspace": "default"})).unwrap()
}

fn purchase() -> Purchase {
    Purchase {
        kind: "alicloud_market_order".to_owned(),
        text: "{}".to_owned(),
        buyer: Buyer { account: None, key: "k".to_owned() },
        endpoint: "e".to_owned(),
        region: "r".to_owned(),
    }
}

pub(super) fn entry(progress: Progress) -> Entry {
    Entry {
        id: "id".to_owned(),
        token: "t".to_owned(),
        is_client_token: false,
        purchase: purchase(),
        state: state("local /tmp/one"),
        time: Utc::now(),
        terraform: process(1),
        plugin: process(2),
        known: Vec::new(),
        progress,
        later_plans: LaterPlans::default(),
        folder: "/journal".into(),
        directory: "/".into(),
        is_moved: false,
    }
}

/// What may differ from case to case.
#[derive(Clone)]
struct Case {
    purchase: Purchase,
    client_token: Option<&'static str>,
    is_settled_by_reading: bool,
    state: StateId,
    is_test: bool,
    shown: BTreeSet<String>,
    contents: Option<Contents>,
    errored: Option<Contents>,
    running: Vec<u32>,
}

const THIS_TERRAFORM: u32 = 9;

/// A later Terraform, on the same local state, which holds nothing.
fn local() -> Case {
    Case {
        purchase: purchase(),
        client_token: None,
        is_settled_by_reading: false,
        state: state("local /tmp/one"),
        is_test: false,
        shown: BTreeSet::new(),
        contents: Some(holding(&[])),
        errored: None,
        running: Vec::new(),
    }
}

/// A later Terraform, on the same remote state.
fn remote() -> Case {
    Case { state: state("s3 b"), contents: None, ..local() }
}

fn on(place: &str, entry: Entry) -> Entry {
    Entry { state: state(place), ..entry }
}

fn holding(ids: &[&str]) -> Contents {
    let order = |id: &&str| {
        let state = json!({"resources": [{"mode": "managed", "type": "alicloud_market_order",
            "instances": [{"attributes": {"id": id}}]}]});
        Contents::parse(state.to_string().as_bytes()).unwrap()
    };
    let orders = ids.iter().map(order).flat_map(|contents| contents.orders().cloned().collect::<Vec<_>>());
    Contents::Orders(orders.collect())
}

impl Case {
    fn decide(&self, entry: &Entry) -> Decision {
        let is_running = |process: &Process| self.running.iter().any(|pid| *process == self::process(*pid));
        entry.decide(&Situation {
            purchase: &self.purchase,
            client_token: self.client_token,
            is_settled_by_reading: self.is_settled_by_reading,
            state: &self.state,
            terraform: &process(THIS_TERRAFORM),
            is_test: self.is_test,
            shown: &self.shown,
            contents: self.contents.as_ref(),
            errored: self.errored.as_ref(),
            is_running: &is_running,
            now: Utc::now(),
        })
    }
}

fn placed() -> Entry {
    entry(Progress::Placed("1".to_owned()))
}

fn delivered(is_saved: bool) -> Entry {
    entry(Progress::Delivered { order_id: "1".to_owned(), is_saved })
}

fn planned_by(entry: Entry, by: u32, held: &[&str], imported: &[&str]) -> Entry {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    Entry {
        later_plans: LaterPlans { by: Some(process(by)), held: ids(held), imported: ids(imported), is_whole: true },
        ..entry
    }
}

fn adopt() -> Decision {
    Decision::Adopt("1".to_owned())
}

#[test]
fn an_entry_of_another_purchase_is_left_alone() {
    let other = |change: fn(&mut Purchase)| {
        let mut purchase = purchase();
        change(&mut purchase);
        Case { purchase, ..local() }
    };
    for case in [
        other(|purchase| purchase.text.push(' ')),
        other(|purchase| purchase.region.push('x')),
        other(|purchase| purchase.kind.push('x')),
        Case { is_test: true, ..local() },
        Case { state: state("local /tmp/two"), ..local() },
    ] {
        for entry in [entry(Progress::Sent), placed(), delivered(false)] {
            assert_eq!(case.decide(&entry), Decision::Ignore);
        }
    }
    let own = Entry { terraform: process(THIS_TERRAFORM), ..placed() };
    assert_eq!(local().decide(&own), Decision::Ignore);
}

#[test]
fn an_unknown_outcome_is_found_by_resending_while_the_token_is_valid() {
    let old = Entry { time: Utc::now() - TOKEN_LIFETIME - TimeDelta::seconds(1), ..entry(Progress::Sent) };
    assert_eq!(local().decide(&entry(Progress::Sent)), Decision::Resend);
    assert_eq!(local().decide(&old), Decision::Read);
    assert_eq!(Case { is_settled_by_reading: true, ..local() }.decide(&old), Decision::Resend);
    let remote_entry = on("s3 b", entry(Progress::Sent));
    assert_eq!(remote().decide(&planned_by(remote_entry.clone(), THIS_TERRAFORM, &[], &[])), Decision::Resend);
    assert_eq!(
        remote().decide(&remote_entry),
        Decision::Refuse(Refusal::MaybeInState),
        "the response may be an order of the state"
    );
}

#[test]
fn a_local_state_shows_whether_an_order_is_this_one() {
    let with = |contents| Case { contents: Some(contents), ..local() };
    let maybe = Decision::Refuse(Refusal::MaybeInState);
    for (contents, undelivered, unsaved, saved) in [
        (holding(&["1"]), Decision::Settle, Decision::Settle, Decision::Settle),
        (holding(&["2"]), adopt(), maybe.clone(), Decision::Settle),
        (Contents::Missing, adopt(), maybe.clone(), Decision::Settle),
        (Contents::Torn, adopt(), adopt(), adopt()),
    ] {
        assert_eq!(with(contents.clone()).decide(&placed()), undelivered, "{contents:?}");
        assert_eq!(with(contents.clone()).decide(&delivered(false)), unsaved, "{contents:?}");
        assert_eq!(with(contents.clone()).decide(&delivered(true)), saved, "{contents:?}");
    }
    let errored = Case { errored: Some(holding(&["1"])), ..local() };
    assert_eq!(errored.decide(&placed()), Decision::Refuse(Refusal::NotSaved));
}

#[test]
fn the_plan_of_the_same_terraform_shows_a_remote_state() {
    let (placed, delivered) = (on("s3 b", placed()), on("s3 b", delivered(false)));
    let maybe = Decision::Refuse(Refusal::MaybeInState);
    let planned = |entry: &Entry| planned_by(entry.clone(), THIS_TERRAFORM, &["2"], &[]);
    assert_eq!(remote().decide(&placed), maybe);
    assert_eq!(remote().decide(&planned(&placed)), adopt());
    assert_eq!(remote().decide(&planned(&delivered)), maybe, "it may have been taken out of the state");
    let partial = |entry: Entry| Entry { later_plans: LaterPlans { is_whole: false, ..entry.later_plans }, ..entry };
    assert_eq!(remote().decide(&partial(planned(&placed))), maybe);
    assert_eq!(remote().decide(&planned_by(placed.clone(), 8, &["1"], &[])), Decision::Settle);
    assert_eq!(remote().decide(&planned_by(placed.clone(), 8, &[], &[])), maybe, "an earlier plan may have failed");
    let shown = Case { shown: ["1".to_owned()].into(), ..remote() };
    assert_eq!(shown.decide(&placed), Decision::Settle);
}

#[test]
fn an_order_that_this_apply_imports_is_not_adopted_and_its_entry_stays() {
    for (case, place) in [(local(), "local /tmp/one"), (remote(), "s3 b")] {
        let imported = planned_by(on(place, placed()), THIS_TERRAFORM, &[], &["1"]);
        assert_eq!(case.decide(&imported), Decision::Ignore);
    }
    let not_saved = planned_by(on("s3 b", placed()), 8, &[], &["1"]);
    assert_eq!(remote().decide(&not_saved), Decision::Refuse(Refusal::MaybeInState));
    assert_eq!(
        local().decide(&planned_by(placed(), 8, &[], &["1"])),
        adopt(),
        "the state file says that it was not saved"
    );
}

#[test]
fn what_is_uncertain_stops_the_purchase() {
    let moved = Entry { is_moved: true, ..on("local /tmp/two", placed()) };
    assert_eq!(local().decide(&moved), Decision::Refuse(Refusal::OtherState));
    assert_eq!(local().decide(&on("local /tmp/two", placed())), Decision::Ignore, "the directory was copied");
    assert_eq!(remote().decide(&placed()), Decision::Refuse(Refusal::OtherState), "it may have been migrated");
    let mut keys = local();
    keys.purchase.buyer.key = "other".to_owned();
    assert_eq!(keys.decide(&entry(Progress::Sent)), Decision::Refuse(Refusal::OtherBuyer));
    keys.contents = Some(holding(&["1"]));
    assert_eq!(keys.decide(&placed()), Decision::Settle, "whoever bought it, the state has it");
    let mut endpoint = local();
    endpoint.purchase.endpoint = "corrected".to_owned();
    assert_eq!(endpoint.decide(&entry(Progress::Sent)), Decision::Refuse(Refusal::OtherEndpoint));
}

#[test]
fn a_token_that_was_added_or_removed_since_stops_the_purchase_while_the_entry_is_open() {
    let tokens = |entry: Entry| Entry { is_client_token: true, ..entry };
    let with_token = || Case { client_token: Some("t"), ..local() };
    for entry in [entry(Progress::Sent), placed(), delivered(false)] {
        assert_eq!(with_token().decide(&entry), Decision::Refuse(Refusal::OtherToken));
        assert_eq!(local().decide(&tokens(entry)), Decision::Refuse(Refusal::OtherToken));
    }
    assert_eq!(with_token().decide(&delivered(true)), Decision::Settle, "its order was taken out");
    let other = Case { client_token: Some("other"), ..local() };
    assert_eq!(other.decide(&tokens(entry(Progress::Sent))), Decision::Ignore, "two tokens are two orders");
}

#[test]
fn who_still_works_on_it_is_waited_for() {
    for entry in [entry(Progress::Sent), placed()] {
        let running = |running: &[u32]| Case { running: running.to_vec(), ..local() };
        assert_eq!(running(&[1]).decide(&entry), Decision::Refuse(Refusal::StillRunning));
        assert_eq!(running(&[2]).decide(&entry), Decision::Wait);
    }
}

#[test]
fn the_users_token_identifies_its_purchase_whatever_else_differs() {
    let tokens = |entry: Entry| Entry { is_client_token: true, ..entry };
    let mut case = Case { client_token: Some("t"), ..remote() };
    case.purchase.text.push('x');
    case.purchase.buyer.key.push('x');
    for entry in [entry(Progress::Sent), placed(), delivered(false)] {
        assert_eq!(case.decide(&on("s3 b", tokens(entry))), Decision::Resend);
    }
    let mut elsewhere = case.clone();
    elsewhere.purchase.endpoint.push('x');
    for entry in [entry(Progress::Sent), placed(), delivered(false)] {
        let other_endpoint = Decision::Refuse(Refusal::OtherEndpoint);
        assert_eq!(elsewhere.decide(&on("s3 b", tokens(entry))), other_endpoint, "where the token is not known");
    }
    let old = |entry: Entry| Entry { time: Utc::now() - TOKEN_LIFETIME - TimeDelta::seconds(1), ..tokens(entry) };
    assert_eq!(case.decide(&on("s3 b", old(entry(Progress::Sent)))), Decision::Read);
    let local = Case { client_token: Some("t"), ..local() };
    assert_eq!(local.decide(&old(placed())), adopt());
}
