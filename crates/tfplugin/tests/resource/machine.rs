//! A provider with a resource of everything, whose names say what goes wrong.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tfplugin::{
    Attr, AttributeEnum, Change, Computed, Configure, Configured, Context, Create, CreateError, Delete, Diagnostic,
    Diagnostics, Invalid, Map, Model, Operation, Partial, Plan, PrivateKey, Provider, Resource, Resources, Scalar, Set,
    State, Timeouts, Update, UpdateError, UpgradeFrom, Upgrades, WriteOnly,
    value::{Type, Value},
};

/// A machine.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_machine", version = 1)]
pub(crate) struct Machine {
    /// The name, which also says what goes wrong.
    #[attr(force_new)]
    name: String,
    /// How fast.
    #[attr(default = Speed::Slow)]
    speed: Speed,
    /// A title.
    #[attr(not_blank)]
    title: Option<String>,
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
pub(crate) struct Disk {
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
pub(crate) struct Label {
    /// The text.
    text: Wait,
    /// The number.
    number: Computed<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, AttributeEnum)]
pub(crate) enum Speed {
    Slow,
    Fast,
}

/// A time such as `"90s"`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wait(u64);

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
pub(crate) struct OldMachine {
    /// The name.
    title: String,
}

impl UpgradeFrom<OldMachine> for Machine {
    fn upgrade(old: Partial<OldMachine>) -> Result<Partial<Self>, Diagnostics> {
        Ok(Partial::<Self> { name: old.title, ..Partial::<Self>::default() })
    }
}

pub(crate) const VISITS: PrivateKey<u32> = PrivateKey::new("visits");

/// Whether the answer about the machine of this name was delivered.
pub(crate) static DELIVERED: AtomicBool = AtomicBool::new(false);

pub(crate) struct Machines;

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
            "refused" => return Err(Diagnostic::error("Refused", "By the hook.").at(Machine::NAME).into()),
            "refused_softly" => return Err(Diagnostic::warning("Careful", "").into()),
            "nowhere" => plan.set(Machine::DISKS.index(7).then(Disk::PRICE), 1),
            "unchanged" => plan.requires_replace(Machine::NAME),
            "configured" => plan.set(Machine::DISKS.index(0).then(Disk::CLASS), "mine"),
            "moved" => {
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
            plan.set(Machine::PRICE, 1);
        }
        if plan.creates() && client.is_some() {
            plan.set(Machine::PRICE, quoted);
            plan.private_mut().set(VISITS, &7);
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
        assert_eq!(state.private.get(VISITS), Some(7));
        let remaining = ctx.remaining().unwrap();
        assert_eq!(ctx.time_limit(Operation::Update), Some(Duration::from_secs(60)));
        assert_eq!(ctx.time_limit(Operation::Read), None);
        state.address = create
            .config
            .key
            .known()
            .and_then(|key| Some(format!("{} {}", key.get()?, remaining.as_secs() / 60)))
            .into();
        if let Some(disks) = state.disks.known_mut() {
            disks.iter_mut().filter_map(Attr::known_mut).for_each(|disk| disk.price = 3.into());
        }
        if let Some(labels) = state.labels.known_mut() {
            labels.iter_mut().filter_map(Attr::known_mut).for_each(|label| label.number = 1.into());
        }
        match state.name.as_str().unwrap_or_default() {
            "fails" => Err(Diagnostic::error("Failed", "Nothing was made.").into()),
            "fails_silently" => Err(Diagnostics::default().into()),
            "tainted" => {
                state.key = create.config.key;
                let errors = Diagnostic::error("Broken", "It is there.").into();
                Err(CreateError::Tainted(Box::new(state), errors))
            }
            "delivered" => Ok(state.on_delivered(|| DELIVERED.store(true, Ordering::SeqCst))),
            "panics_late" => Ok(state.on_delivered(|| panic!("after the answer"))),
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
        match state.name.as_str() {
            Some("leaks") => (state.address, state.key) = (Attr::Unknown, Attr::Known("secret".to_owned().into())),
            Some("differs") => state.speed = Speed::Fast.into(),
            _ => {}
        }
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
        if delete.prior.name.as_str() == Some("stays") {
            return Err(Diagnostic::warning("Not yet", "Later.").into());
        }
        if let Some(successor) = delete.successor {
            ctx.warn(Diagnostic::warning(format!("{:?} follows", successor.get(VISITS)), ""));
        }
        assert_eq!(delete.prior.private.get(VISITS), Some(7));
        Ok(())
    }
}

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
pub(crate) struct Block {
    /// The price of everything.
    #[attr(range(1..=9))]
    price: Option<i64>,
    /// The price while that one is not known yet.
    price_of_plans: Option<i64>,
    /// A user.
    #[attr(required_with(password))]
    user: Option<String>,
    /// Its password.
    #[attr(env("TEST_MACHINE_PASSWORD"))]
    password: Option<String>,
}

pub(crate) struct Test;

impl Provider for Test {
    type Block = Block;
    type Client = u32;

    fn resources(&self) -> Resources<u32> {
        Resources::new().add(Machines)
    }

    async fn configure(&self, configure: Configure<Block>, _: &Context) -> Result<Configured<u32>, Diagnostics> {
        let block = configure.block;
        if block.price.is_unknown() {
            let waiting = vec![Block::PRICE.into()];
            let Some(price) = block.price_of_plans.known() else { return Ok(Configured::Waiting(waiting)) };
            return Ok(Configured::PlansOnly(u32::try_from(*price).unwrap_or_default(), waiting));
        }
        Ok(Configured::Ready(block.complete()?.price.unwrap_or(1).try_into().unwrap_or_default()))
    }
}
