//! Typed resources, as a host sees them.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod machine;

use std::{sync::atomic::Ordering, time::Duration};

use machine::{DELIVERED, Test};
use tfplugin::{
    Capabilities, Context, Diagnostic, Diagnostics,
    testing::{Host, Stored, check},
    value::Value,
};

const NAME: &str = "test_machine";

async fn host() -> Host<Test> {
    let mut host = Host::start(Test).await.unwrap();
    host.configure(&Value::object([("price", 5_i64.into())])).await.unwrap();
    host
}

fn named(name: &str) -> Value {
    Value::object([("name", Value::from(name))])
}

fn with(name: &str, attribute: &str, value: impl Into<Value>) -> Value {
    Value::object([("name", name.into()), (attribute, value.into())])
}

fn summaries(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}

fn paths(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().filter_map(|diagnostic| diagnostic.path.as_ref()).map(ToString::to_string).collect()
}

#[test]
fn the_schemas_are_sound() {
    assert_eq!(check(&Test), [""; 0]);
}

#[tokio::test]
async fn a_hook_sets_warns_once_and_refuses() {
    let mut host = host().await;
    let planned = host.plan(NAME, &named("a"), None).await.unwrap();
    assert_eq!(planned.state.get("price").as_i64(), Some(5));
    let created = host.create(NAME, &named("a")).await.unwrap();
    let destroy = host.plan(NAME, &Value::Null, Some(&created)).await.unwrap();
    assert!(destroy.state.is_null());
    assert_eq!(summaries(&host.take_warnings()), ["a goes"]);
    let refused = host.plan(NAME, &named("refused"), None).await.unwrap_err();
    assert_eq!((summaries(&refused), paths(&refused)), (vec!["Refused"], vec!["name".to_owned()]));
}

#[tokio::test]
async fn what_a_hook_may_not_do_names_the_attribute() {
    let mut host = host().await;
    let nowhere = host.plan(NAME, &named("nowhere"), None).await.unwrap_err();
    assert_eq!(paths(&nowhere), ["disks[7].price"]);
    let disk = Value::object([("size", 1_i64.into()), ("class", "theirs".into())]);
    let configured = with("configured", "disks", Value::List(vec![disk]));
    assert_eq!(paths(&host.plan(NAME, &configured, None).await.unwrap_err()), ["disks[0].class"]);
    let created = host.create(NAME, &named("unchanged")).await.unwrap();
    let unchanged = host.plan(NAME, &named("unchanged"), Some(&created)).await.unwrap_err();
    assert_eq!(paths(&unchanged), ["name"]);
}

#[tokio::test]
async fn a_hook_adds_a_replacement() {
    let mut host = host().await;
    let created = host.create(NAME, &named("moved")).await.unwrap();
    let moved = host.plan(NAME, &named("moved"), Some(&created)).await.unwrap();
    assert_eq!(moved.requires_replace.iter().map(ToString::to_string).collect::<Vec<_>>(), ["address"]);
    assert_eq!(summaries(&host.take_warnings()), ["moved goes"]);
    let refused = host.apply(NAME, &named("moved"), Some(&created), &moved).await.unwrap_err();
    let detail = &refused.iter().next().unwrap().detail;
    assert!(detail.contains("(address)") && detail.contains("plan again without a prior object"), "{detail}");
}

#[tokio::test]
async fn what_the_sdk_repairs_fails_the_test_of_a_provider() {
    let mut host = host().await;
    let created = host.create(NAME, &named("differs")).await.unwrap_err();
    assert_eq!((summaries(&created), created.has_errors()), (vec!["The result differs from the plan"], true));
    let leaks = host.create(NAME, &named("leaks")).await.unwrap();
    let read = host.read(NAME, &leaks).await.unwrap_err();
    assert_eq!((summaries(&read), read.has_errors()), (vec!["The result is incomplete"], true));
    host.take_warnings();
    let mut host = host.tolerating_faults();
    host.read(NAME, &leaks).await.unwrap();
    let warnings = host.take_warnings();
    assert_eq!((summaries(&warnings), warnings.has_errors()), (vec!["The result is incomplete"], false));
    assert_eq!(host.take_warnings(), Diagnostics::default());
}

#[tokio::test]
async fn what_is_planned_is_valid() {
    let mut host = host().await;
    let errors = host.plan(NAME, &with("a", "speed", "Warp"), None).await.unwrap_err();
    assert_eq!(paths(&errors), ["speed"]);
}

#[tokio::test]
async fn failures_say_what_is_left() {
    let mut host = host().await;
    let planned = host.plan(NAME, &named("fails"), None).await.unwrap();
    let failed = host.apply(NAME, &named("fails"), None, &planned).await.unwrap();
    assert!(failed.stored.state.is_null() && failed.diagnostics.has_errors());

    let planned = host.plan(NAME, &named("tainted"), None).await.unwrap();
    let tainted = host.apply(NAME, &named("tainted"), None, &planned).await.unwrap();
    assert_eq!(tainted.stored.state.get("price").as_i64(), Some(5));
    assert!(tainted.stored.state.is_wholly_known());
    assert_eq!(summaries(&tainted.diagnostics), ["Broken"]);

    let created = host.create(NAME, &named("partly")).await.unwrap();
    let fast = with("partly", "speed", "Fast");
    let planned = host.plan(NAME, &fast, Some(&created)).await.unwrap();
    let partly = host.apply(NAME, &fast, Some(&created), &planned).await.unwrap();
    assert_eq!(partly.stored.state.get("speed").as_str(), Some("Slow"), "what is there, not what was planned");
    assert_eq!(partly.stored.state.get("address").as_str(), Some("renewed"));
}

#[tokio::test]
async fn what_follows_the_answer_cannot_undo_it() {
    let mut host = host().await;
    host.create(NAME, &named("delivered")).await.unwrap();
    assert!(DELIVERED.load(Ordering::SeqCst));
    let created = host.create(NAME, &named("panics_late")).await.unwrap();
    assert_eq!(created.state.get("name").as_str(), Some("panics_late"));
}

#[tokio::test]
async fn rules_are_described_in_english() {
    let host = host().await;
    assert!(host.description(NAME, "speed").unwrap().ends_with("Must be one of \"Slow\", \"Fast\"."));
    assert!(host.description(NAME, "title").unwrap().ends_with("Must not be empty."));
}

#[tokio::test]
async fn a_failure_without_an_error_is_an_error() {
    let mut host = host().await;
    let refused = host.plan(NAME, &named("refused_softly"), None).await.unwrap_err();
    assert_eq!(summaries(&refused), ["Careful"]);
    let planned = host.plan(NAME, &named("fails_silently"), None).await.unwrap();
    let failed = host.apply(NAME, &named("fails_silently"), None, &planned).await.unwrap();
    assert!(failed.stored.state.is_null() && failed.diagnostics.has_errors());
    let created = host.create(NAME, &named("stays")).await.unwrap();
    let destroy = host.plan(NAME, &Value::Null, Some(&created)).await.unwrap();
    let kept = host.apply(NAME, &Value::Null, Some(&created), &destroy).await.unwrap();
    assert_eq!(kept.stored.state, created.state);
    assert!(kept.diagnostics.has_errors());
}

#[tokio::test]
async fn what_is_stored_has_nothing_unknown_and_no_write_only_values() {
    let mut host = host().await.tolerating_faults();
    let created = host.create(NAME, &named("leaks")).await.unwrap();
    let read = host.read(NAME, &created).await.unwrap();
    assert!(read.state.get("key").is_null() && read.state.get("address").is_null());
    let config = with("tainted", "key", "secret");
    let planned = host.plan(NAME, &config, None).await.unwrap();
    let tainted = host.apply(NAME, &config, None, &planned).await.unwrap();
    assert!(tainted.stored.state.get("key").is_null() && tainted.diagnostics.has_errors());
}

#[tokio::test]
async fn a_value_of_the_plan_is_kept_until_the_next_change_of_it() {
    let mut host = host().await.tolerating_faults();
    let created = host.create(NAME, &named("differs")).await.unwrap();
    let read = host.read(NAME, &created).await.unwrap();
    assert_eq!(read.state.get("speed").as_str(), Some("Slow"), "kept over the refresh");
    let fast = with("differs", "speed", "Fast");
    let planned = host.plan(NAME, &fast, Some(&read)).await.unwrap();
    let updated = host.apply(NAME, &fast, Some(&read), &planned).await.unwrap().stored;
    let planned = host.plan(NAME, &named("differs"), Some(&updated)).await.unwrap();
    let updated = host.apply(NAME, &named("differs"), Some(&updated), &planned).await.unwrap().stored;
    let read = host.read(NAME, &updated).await.unwrap();
    assert_eq!(read.state.get("speed").as_str(), Some("Fast"), "the refresh shows what is there");
}

#[tokio::test]
async fn demands_see_what_the_environment_gives() {
    let mut host = Host::start(Test).await.unwrap();
    let config = Value::object([("user", "me".into())]);
    let errors = host.configure(&config).await.unwrap_err();
    assert_eq!(paths(&errors), ["user"]);
    // The only test that reads it.
    #[allow(unsafe_code)]
    unsafe {
        std::env::set_var("TEST_MACHINE_PASSWORD", "secret");
    }
    host.configure(&config).await.unwrap();
}

#[tokio::test]
async fn a_result_agrees_with_its_plan_and_meaning_is_no_difference() {
    let mut host = host().await.tolerating_faults();
    let config = with("differs", "wait", "1m");
    let planned = host.plan(NAME, &config, None).await.unwrap();
    let applied = host.apply(NAME, &config, None, &planned).await.unwrap();
    assert_eq!(applied.stored.state.get("speed").as_str(), Some("Slow"));
    assert_eq!(applied.stored.state.get("wait").as_str(), Some("1m"), "as the user wrote it");
    let [warning] = &applied.diagnostics.into_iter().collect::<Vec<_>>()[..] else { panic!() };
    assert!(warning.detail.contains("speed") && !warning.detail.contains("wait"), "{}", warning.detail);
}

#[tokio::test]
async fn what_means_the_same_stays_and_plans_nothing() {
    let mut host = host().await;
    let label = |text: &str| Value::set([Value::object([("text", text.into())])]);
    let config = |wait: &str| Value::object([("name", "a".into()), ("wait", wait.into()), ("labels", label(wait))]);
    let created = host.create(NAME, &config("1m")).await.unwrap();
    let read = host.read(NAME, &created).await.unwrap();
    assert_eq!(read, created);
    let again = host.plan(NAME, &config("60s"), Some(&read)).await.unwrap();
    assert_eq!(again.state, read.state);
    let other = host.plan(NAME, &config("61s"), Some(&read)).await.unwrap();
    assert_eq!(other.state.get("wait").as_str(), Some("61s"));
}

#[tokio::test]
async fn an_update_renews_what_changes_with_it() {
    let mut host = host().await;
    let created = host.create(NAME, &named("a")).await.unwrap();
    let same = host.plan(NAME, &named("a"), Some(&created)).await.unwrap();
    assert_eq!(same.state, created.state);
    let planned = host.plan(NAME, &with("a", "speed", "Fast"), Some(&created)).await.unwrap();
    assert!(!planned.state.get("address").is_known());
    assert_eq!(planned.state.get("price").as_i64(), Some(5), "everything else stays");
}

#[tokio::test]
async fn defaults_see_their_siblings_and_deep_changes_replace() {
    let mut host = host().await;
    let disks = |sizes: &[i64]| {
        let disks = sizes.iter().map(|size| Value::object([("size", (*size).into())]));
        with("a", "disks", Value::List(disks.collect()))
    };
    let created = host.create(NAME, &disks(&[1, 100])).await.unwrap();
    let list = created.state.get("disks").as_list().unwrap();
    assert_eq!((list[0].get("class").as_str(), list[1].get("class").as_str()), (Some("small"), Some("big")));
    assert_eq!(list[0].get("price").as_i64(), Some(3));
    let planned = host.plan(NAME, &disks(&[1, 200]), Some(&created)).await.unwrap();
    let replaces: Vec<String> = planned.requires_replace.iter().map(ToString::to_string).collect();
    assert_eq!(replaces, ["disks[1].size"]);
}

#[tokio::test]
async fn write_only_values_reach_the_create_and_are_not_stored() {
    let mut host = host().await;
    let config = with("a", "key", "secret");
    assert!(host.validate(NAME, &config).await.is_ok());
    let created = host.create(NAME, &config).await.unwrap();
    assert!(created.state.get("key").is_null());
    assert_eq!(created.state.get("address").as_str(), Some("secret 9"), "with the default time limit");
    let mut old = host.with_capabilities(Capabilities::default());
    let errors = old.validate(NAME, &config).await.unwrap_err();
    assert_eq!(paths(&errors), ["key"]);
    assert!(old.validate(NAME, &named("a")).await.is_ok());
}

#[tokio::test]
async fn demands_types_and_limits_are_checked_on_their_paths() {
    let mut host = host().await;
    let timeouts = Value::object([("create", "5 parsecs".into())]);
    let disk = Value::object([("size", tfplugin::value::Number::parse("1.5").unwrap().into())]);
    let config = Value::object([
        ("name", "a".into()),
        ("here", "x".into()),
        ("there", "y".into()),
        ("speed", "Warp".into()),
        ("wait", "soon".into()),
        ("disks", Value::List(vec![disk])),
        ("timeouts", timeouts),
    ]);
    let errors = host.validate(NAME, &config).await.unwrap_err();
    assert_eq!(paths(&errors), ["here", "speed", "wait", "disks[0].size", "timeouts"]);
    let unknown = Value::object([("name", "a".into()), ("here", Value::unknown()), ("there", "y".into())]);
    assert!(host.validate(NAME, &unknown).await.is_ok(), "it may turn out null");
}

#[tokio::test]
async fn old_states_are_upgraded_and_every_state_is_normalized() {
    let mut host = host().await;
    let old = host.upgrade(NAME, 0, r#"{"title": "a", "gone": 1}"#).await.unwrap();
    assert_eq!((old.get("name").as_str(), old.get("options")), (Some("a"), &Value::Map(Default::default())));
    let current = host.upgrade(NAME, 1, r#"{"name": "a", "speed": "Warp", "wait": "1m"}"#).await.unwrap();
    assert_eq!(current.get("options"), &Value::Map(Default::default()));
    assert_eq!(current.get("speed").as_str(), Some("Warp"), "what this provider never wrote is carried");
    let foreign = Stored { state: current, private: br#"{"schema_version":"1"}"#.to_vec(), ..Stored::default() };
    assert_eq!(
        host.read(NAME, &foreign).await.unwrap().private,
        foreign.private,
        "and so is what another one remembers"
    );
}

#[tokio::test]
async fn a_destroy_half_knows_its_successor() {
    let mut host = host().await;
    let created = host.create(NAME, &named("a")).await.unwrap();
    let successor = host.plan(NAME, &named("b"), None).await.unwrap();
    // Terraform hands over what the create was planned with, beside what the plan of the create was given.
    let second = host.plan(NAME, &named("b"), Some(&Stored { state: Value::Null, ..created.clone() })).await.unwrap();
    let destroy = tfplugin::testing::Planned { state: Value::Null, ..second };
    let gone = host.apply(NAME, &Value::Null, Some(&created), &destroy).await.unwrap();
    assert_eq!(summaries(&gone.diagnostics), ["Some(7) follows"]);
    assert!(!successor.private.is_empty());
}

#[tokio::test]
async fn while_the_provider_waits_plans_go_on_and_reads_do_not() {
    let mut host = Host::start(Test).await.unwrap();
    host.configure(&Value::object([("price", Value::unknown())])).await.unwrap();
    let planned = host.plan(NAME, &named("a"), None).await.unwrap();
    assert!(!planned.state.get("price").is_known());
    let state = Stored { state: planned.state, ..Stored::default() };
    let errors = host.read(NAME, &state).await.unwrap_err();
    assert!(errors.iter().next().unwrap().detail.contains("(price)"));

    host.configure(&Value::object([("price", Value::unknown()), ("price_of_plans", 3_i64.into())])).await.unwrap();
    let planned = host.plan(NAME, &named("a"), None).await.unwrap();
    assert_eq!(planned.state.get("price").as_i64(), Some(3));
    let errors = host.read(NAME, &state).await.unwrap_err();
    assert!(errors.iter().next().unwrap().detail.contains("(price)"));
}

#[tokio::test]
async fn a_report_warns_of_warnings_and_returns_errors() {
    let ctx = Context::default();
    let (warning, error) = (Diagnostic::warning("Careful", ""), Diagnostic::error("Wrong", ""));
    assert!(ctx.report(warning.clone().into()).is_ok());
    let errors = ctx.report([warning, error.clone()].into_iter().collect()).unwrap_err();
    assert_eq!(errors, error.into());
}

#[tokio::test]
async fn a_context_waits_no_longer_than_its_deadline() {
    assert!(Context::default().sleep(Duration::ZERO).await);
    let ctx = Context::default();
    ctx.cancellation().cancel();
    assert!(!ctx.sleep(Duration::from_secs(60)).await);
}
