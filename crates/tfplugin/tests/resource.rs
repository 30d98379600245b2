//! Typed resources, as a host sees them.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use tfplugin::{
    Attr, AttributeEnum, Capabilities, Change, Computed, Configured, Context, Create, CreateError, Delete, Diagnostic,
    Diagnostics, Invalid, Map, Model, Partial, Plan, PrivateKey, Provider, Resource, Resources, Scalar, Set, State,
    Timeouts, Update, UpdateError, UpgradeFrom, Upgrades, WriteOnly,
    testing::{Host, Stored, check},
    value::{Type, Value},
};

/// A machine.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_machine", version = 1)]
struct Machine {
    /// The name, which also says what goes wrong.
    #[attr(force_new)]
    name: String,
    /// How fast.
    #[attr(default = Speed::Slow)]
    speed: Speed,
    /// A time.
    wait: Option<Wait>,
    /// One way.
    #[attr(conflicts_with(there))]
    here: Option<String>,
    /// The other way.
    there: Option<String>,
    /// A key.
    key: Option<WriteOnly<String>>,
    /// Disks.
    disks: Option<Vec<Disk>>,
    /// Labels.
    labels: Option<Set<Label>>,
    /// Options.
    #[attr(default_on_create = Map::new())]
    options: Map<String>,
    /// The price.
    price: Computed<i64>,
    /// The address.
    #[attr(changes_with(speed))]
    address: Computed<String>,
    /// How long things may take.
    #[attr(timeouts(create = "10m", update = "1m"))]
    timeouts: Timeouts,
}

/// A disk.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Disk {
    /// The size.
    #[attr(force_new)]
    size: i64,
    /// The class.
    #[attr(optional, default_with = class, default_text = "`big` from 100")]
    class: Computed<String>,
    /// The price.
    price: Computed<i64>,
}

fn class(disk: &Partial<Disk>) -> Attr<String> {
    match disk.size {
        Attr::Known(size) => (if size >= 100 { "big" } else { "small" }).into(),
        _ => Attr::Unknown,
    }
}

/// A label.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Label {
    /// The text.
    text: Wait,
    /// The number.
    number: Computed<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, AttributeEnum)]
enum Speed {
    Slow,
    Fast,
}

/// A time such as `"90s"`.
#[derive(Debug, Clone, PartialEq)]
struct Wait(u64);

impl Scalar for Wait {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        let text = value.as_str().unwrap_or_default();
        let seconds = match text.strip_suffix('m') {
            Some(minutes) => minutes.parse().ok().map(|minutes: u64| minutes * 60),
            None => text.strip_suffix('s').and_then(|seconds| seconds.parse().ok()),
        };
        seconds.map(Wait).ok_or_else(|| Invalid::new("must be a time such as 90s"))
    }

    fn encode(&self) -> Value {
        format!("{}s", self.0).into()
    }
}

/// What version 0 had.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_machine", version = 0)]
struct OldMachine {
    /// The name.
    title: String,
}

impl UpgradeFrom<OldMachine> for Machine {
    fn upgrade(old: Partial<OldMachine>) -> Result<Partial<Self>, Diagnostics> {
        Ok(Partial::<Self> { name: old.title, ..Partial::<Self>::default() })
    }
}

const SEEN: PrivateKey<u32> = PrivateKey::new("seen");

struct Machines;

impl Resource for Machines {
    type Model = Machine;
    type Client = u32;

    fn normalize(&self, state: &mut Partial<Machine>) {
        if state.options.is_null() {
            state.options = Map::<String>::new().into();
        }
    }

    fn upgrades(&self) -> Upgrades<Machine> {
        Upgrades::new().from::<OldMachine>()
    }

    async fn modify_plan(
        &self,
        client: Option<&u32>,
        plan: &mut Plan<Machine>,
        ctx: &Context,
    ) -> Result<(), Diagnostics> {
        let quoted = i64::from(client.copied().unwrap_or_default());
        match plan.planned().name.as_str().unwrap_or_default() {
            "refused" => return Err(Diagnostic::error("Refused", "By the hook.").at(Machine::NAME.into()).into()),
            "nowhere" => plan.set(Machine::DISKS.index(7).then(Disk::PRICE), 1),
            "unchanged" => plan.requires_replace(Machine::NAME),
            "configured" => plan.set(Machine::DISKS.index(0).then(Disk::CLASS), "mine"),
            "moved" if !plan.creates() => {
                plan.set_unknown(Machine::ADDRESS);
                plan.requires_replace(Machine::ADDRESS);
            }
            _ => {}
        }
        if let Change::Replace { prior } | Change::Destroy { prior } = plan.change() {
            let name = prior.name.as_str().unwrap_or_default();
            let warning = Diagnostic::warning(format!("{name} goes"), "For good.");
            ctx.warn(warning.clone());
            ctx.warn(warning);
        }
        if plan.creates() && client.is_some() {
            plan.set(Machine::PRICE, quoted);
            plan.private_mut().set(SEEN, &7);
        }
        Ok(())
    }

    async fn create(
        &self,
        _: &u32,
        create: Create<Machine>,
        ctx: &Context,
    ) -> Result<State<Machine>, CreateError<Machine>> {
        let mut state = create.planned;
        assert_eq!(state.private.get(SEEN), Some(7));
        let remaining = ctx.remaining().unwrap();
        state.address = create.config.key.known().map(|key| format!("{} {}", **key, remaining.as_secs() / 60)).into();
        if let Some(disks) = state.disks.known_mut() {
            disks.iter_mut().filter_map(Attr::known_mut).for_each(|disk| disk.price = 3.into());
        }
        match state.name.as_str().unwrap_or_default() {
            "fails" => Err(Diagnostic::error("Failed", "Nothing was made.").into()),
            "tainted" => {
                let errors = Diagnostic::error("Broken", "It is there.").into();
                Err(CreateError::Tainted(Box::new(state), errors))
            }
            "differs" => {
                state.speed = Speed::Fast.into();
                state.wait = Wait(60).into();
                Ok(state)
            }
            _ => Ok(state),
        }
    }

    async fn read(
        &self,
        _: &u32,
        mut state: State<Machine>,
        _: &Context,
    ) -> Result<Option<State<Machine>>, Diagnostics> {
        state.wait = state.wait.known().map(|wait| Wait(wait.0)).into();
        if let Some(labels) = state.labels.known_mut() {
            for label in labels.iter_mut().filter_map(Attr::known_mut) {
                label.text = label.text.known().map(|wait| Wait(wait.0)).into();
            }
        }
        Ok(Some(state))
    }

    async fn update(
        &self,
        _: &u32,
        update: Update<Machine>,
        _: &Context,
    ) -> Result<State<Machine>, UpdateError<Machine>> {
        let mut state = update.planned;
        state.address = "renewed".into();
        if update.prior.name.as_str() == Some("partly") {
            state.speed = Speed::Slow.into();
            return Err(UpdateError::Partial(Box::new(state), Diagnostic::error("Stuck", "In part.").into()));
        }
        Ok(state)
    }

    async fn delete(&self, _: &u32, delete: Delete<Machine>, ctx: &Context) -> Result<(), Diagnostics> {
        if let Some(successor) = delete.successor {
            ctx.warn(Diagnostic::warning(format!("{:?} follows", successor.get(SEEN)), ""));
        }
        assert_eq!(delete.prior.private.get(SEEN), Some(7));
        Ok(())
    }
}

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Block {
    /// The price of everything.
    #[attr(range(1..=9))]
    price: Option<i64>,
}

struct Test;

impl Provider for Test {
    type Block = Block;
    type Client = u32;

    fn resources(&self) -> Resources<u32> {
        Resources::new().add(Machines)
    }

    async fn configure(&self, block: Partial<Block>, _: &Context) -> Result<Configured<u32>, Diagnostics> {
        if block.price.is_unknown() {
            return Ok(Configured::Waiting(vec![Block::PRICE.into()]));
        }
        Ok(Configured::Ready(block.complete()?.price.unwrap_or(1).try_into().unwrap_or_default()))
    }
}

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
    assert_eq!(summaries(&destroy.warnings), ["a goes"]);
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
    let unchanged = host.plan(NAME, &named("unchanged"), None).await.unwrap_err();
    assert_eq!(paths(&unchanged), ["name"]);
}

#[tokio::test]
async fn a_hook_adds_a_replacement() {
    let mut host = host().await;
    let created = host.create(NAME, &named("moved")).await.unwrap();
    let moved = host.plan(NAME, &named("moved"), Some(&created)).await.unwrap();
    assert_eq!(moved.requires_replace.iter().map(ToString::to_string).collect::<Vec<_>>(), ["address"]);
    assert_eq!(summaries(&moved.warnings), ["moved goes"]);
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
async fn a_result_agrees_with_its_plan_and_meaning_is_no_difference() {
    let mut host = host().await;
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
    let foreign = Stored { state: current, private: br#"{"schema_version":"1"}"#.to_vec() };
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
    let state = Stored { state: planned.state, private: Vec::new() };
    let errors = host.read(NAME, &state).await.unwrap_err();
    assert!(errors.iter().next().unwrap().detail.contains("(price)"));
}

#[tokio::test]
async fn a_context_waits_no_longer_than_its_deadline() {
    assert!(Context::default().sleep(Duration::ZERO).await);
    let ctx = Context::default();
    ctx.cancellation().cancel();
    assert!(!ctx.sleep(Duration::from_secs(60)).await);
}
