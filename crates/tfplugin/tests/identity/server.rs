//! A provider of servers in regions, which are known by their identity. What a test wants, it says in the name.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use tfplugin::{
    Computed, Configure, Configured, Context, Create, CreateError, Delete, Diagnostic, Diagnostics, Found, Identity,
    ListEnd, ListResource, ListResources, Listing, Model, Partial, Plan, Provider, Resource, Resources, Scalar, State,
    Update, UpdateError, UpgradeFrom, Upgrades,
    model::Invalid,
    value::{Type, Value},
};
use tokio::sync::Notify;

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
pub struct Block {}

/// A region, whose name is written in any case.
#[derive(Debug, Clone, PartialEq)]
pub struct Region(pub String);

impl Scalar for Region {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        value.as_str().map(|text| Self(text.to_lowercase())).ok_or_else(|| Invalid::new("must be text"))
    }

    fn encode(&self) -> Value {
        self.0.as_str().into()
    }
}

/// What version 0 knew a server by.
#[derive(Debug, Clone, Model)]
#[model(identity)]
pub struct OldIdentity {
    /// The number.
    number: i64,
}

/// What a server is known by.
#[derive(Debug, Clone, Model)]
#[model(identity, version = 1)]
pub struct ServerIdentity {
    /// The id.
    #[attr(length(1..=20))]
    pub id: String,
    /// The region; `here` where an import leaves it out.
    pub region: Option<Region>,
    /// The racks.
    pub racks: Option<Vec<i64>>,
}

impl UpgradeFrom<OldIdentity> for ServerIdentity {
    fn upgrade(old: Partial<OldIdentity>) -> Result<Partial<Self>, Diagnostics> {
        let id = old.complete()?.number.to_string();
        Ok(Partial::<Self> { id: id.into(), ..Default::default() })
    }
}

/// A server.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_server", identity = ServerIdentity)]
pub struct Server {
    /// Its name.
    #[attr(force_new)]
    name: String,
    /// Its size.
    size: Option<i64>,
    /// Its id.
    id: Computed<String>,
}

/// What a lease is known by.
#[derive(Debug, Clone, Model)]
#[model(identity, mutable)]
pub struct LeaseIdentity {
    /// The number, which changes with every renewal.
    number: i64,
}

/// A lease.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_lease", identity = LeaseIdentity)]
pub struct Lease {
    /// How often it was renewed.
    renewals: i64,
}

/// The provider, and what a test sees of its searches.
#[derive(Default)]
pub struct Test(pub Arc<Watch>);

#[derive(Default)]
pub struct Watch {
    /// How many objects a search has looked at.
    pub looked_at: AtomicI64,
    /// An endless search waits.
    pub waits: Notify,
    /// It was cancelled.
    pub stopped: Notify,
}

#[derive(Default)]
pub struct World {
    servers: Mutex<BTreeMap<String, String>>,
    watch: Arc<Watch>,
}

impl World {
    fn add(&self, id: &str, name: &str) {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), name.to_owned());
    }

    fn find(&self, id: &str) -> Option<String> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

impl Provider for Test {
    type Block = Block;
    type Client = World;

    fn resources(&self) -> Resources<World> {
        Resources::new().add(Servers).add(Leases)
    }

    fn list_resources(&self) -> ListResources<World> {
        ListResources::new().add(Search)
    }

    async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<World>, Diagnostics> {
        let world = World { watch: Arc::clone(&self.0), ..World::default() };
        world.add("there", "theirs");
        world.add("as_asked", "theirs");
        Ok(Configured::Ready(world))
    }
}

struct Servers;

fn known_as(id: &str, region: &str) -> ServerIdentity {
    ServerIdentity { id: id.to_owned(), region: Some(Region(region.to_owned())), racks: Some(vec![1, 2]) }
}

impl Resource for Servers {
    type Model = Server;
    type Client = World;

    async fn modify_plan(&self, _: Option<&World>, plan: &mut Plan<Server>, _: &Context) -> Result<(), Diagnostics> {
        let mut identity = plan.identity().unwrap_or_default();
        match plan.planned().name.as_str() {
            Some("planned") => identity.region = Region("planned".to_owned()).into(),
            Some("unknown") => identity.id = tfplugin::Attr::Unknown,
            Some("renamed") if !plan.creates() => identity.id = "other".into(),
            _ => return Ok(()),
        }
        plan.set_identity(identity);
        Ok(())
    }

    async fn create(
        &self,
        world: &World,
        create: Create<Server>,
        _: &Context,
    ) -> Result<State<Server>, CreateError<Server>> {
        let mut state = create.planned;
        let name = state.name.as_str().unwrap_or_default().to_owned();
        let id = format!("i-{name}");
        world.add(&id, &name);
        state.id = id.clone().into();
        match name.as_str() {
            "nameless" => {}
            "incomplete" => state.set_identity(Partial::<ServerIdentity>::default()),
            _ => state.set_identity(known_as(&id, "here")),
        }
        if name == "tainted" {
            return Err(CreateError::Tainted(Box::new(state), Diagnostic::error("Broken", "It is there.").into()));
        }
        Ok(state)
    }

    async fn read(
        &self,
        world: &World,
        mut state: State<Server>,
        _: &Context,
    ) -> Result<Option<State<Server>>, Diagnostics> {
        let Some(identity) = state.identity().cloned() else {
            // A state from before there were identities.
            let id = state.id.as_str().unwrap_or_default().to_owned();
            state.set_identity(known_as(&id, "here"));
            return Ok(Some(state));
        };
        let id = identity.id.as_str().unwrap_or_default().to_owned();
        let Some(name) = world.find(&id) else { return Ok(None) };
        match name.as_str() {
            "other" => state.set_identity(known_as("i-another", "here")),
            "loud" => state.set_identity(known_as(&id, "HERE")),
            _ => {}
        }
        (state.name, state.id) = (name.into(), id.into());
        Ok(Some(state))
    }

    async fn update(
        &self,
        _: &World,
        update: Update<Server>,
        _: &Context,
    ) -> Result<State<Server>, UpdateError<Server>> {
        let mut state = update.planned;
        if state.name.as_str() == Some("moves") {
            state.set_identity(known_as("elsewhere", "here"));
        }
        Ok(state)
    }

    async fn delete(&self, _: &World, delete: Delete<Server>, _: &Context) -> Result<(), Diagnostics> {
        let id = delete.prior.identity().and_then(|identity| identity.id.as_str());
        Err(Diagnostic::error(format!("Kept {}", id.unwrap_or("nothing")), "for the test").into())
    }

    async fn import(&self, _: &World, id: &str, _: &Context) -> Result<State<Server>, Diagnostics> {
        let mut state = State::<Server>::new(Partial::<Server> { id: id.into(), ..Default::default() });
        state.set_identity(known_as(id, "here"));
        Ok(state)
    }

    async fn import_by_identity(
        &self,
        _: &World,
        mut identity: Identity<Server>,
        _: &Context,
    ) -> Result<State<Server>, Diagnostics> {
        let mut state =
            State::<Server>::new(Partial::<Server> { id: identity.id.clone().into(), ..Default::default() });
        if identity.id == "wrong" {
            identity.id = "right".to_owned();
        }
        if identity.id != "as_asked" {
            identity.region = identity.region.or(Some(Region("here".to_owned())));
            state.set_identity(identity);
        }
        Ok(state)
    }

    fn identity_upgrades(&self) -> Upgrades<ServerIdentity> {
        Upgrades::new().from::<OldIdentity>()
    }
}

struct Leases;

impl Resource for Leases {
    type Model = Lease;
    type Client = World;

    async fn create(&self, _: &World, create: Create<Lease>, _: &Context) -> Result<State<Lease>, CreateError<Lease>> {
        let mut state = create.planned;
        state.set_identity(LeaseIdentity { number: 1 });
        Ok(state)
    }

    async fn read(&self, _: &World, state: State<Lease>, _: &Context) -> Result<Option<State<Lease>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, _: &World, update: Update<Lease>, _: &Context) -> Result<State<Lease>, UpdateError<Lease>> {
        let mut state = update.planned;
        state.set_identity(LeaseIdentity { number: 2 });
        Ok(state)
    }

    async fn delete(&self, _: &World, _: Delete<Lease>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// Which servers to find.
#[derive(Debug, Clone, Model)]
#[model(list)]
pub struct Criteria {
    /// How many there are.
    #[attr(default = 3, range(0..=1000))]
    count: i64,
    /// What happens at the second one: `warns`, `fails`, `is bare`, `is unreadable`, `panics` or `waits`.
    #[attr(default = "")]
    second: String,
}

struct Search;

impl ListResource for Search {
    type Config = Criteria;
    type Model = Server;
    type Client = World;

    fn validate(&self, config: &Partial<Criteria>) -> Diagnostics {
        let is_refused = config.second.as_str() == Some("refused");
        is_refused.then(|| Diagnostic::error("Refused", "for the test").at(Criteria::SECOND)).into_iter().collect()
    }

    async fn list(
        &self,
        world: &World,
        criteria: Criteria,
        listing: &mut Listing<'_, Server>,
        ctx: &Context,
    ) -> Result<(), ListEnd> {
        for number in 0..criteria.count {
            world.watch.looked_at.fetch_add(1, Ordering::SeqCst);
            let id = format!("i-{number}");
            let mut found = Found::new(known_as(&id, "here"), format!("server {number}"));
            match (number, criteria.second.as_str()) {
                (1, "warns") => {
                    ctx.warn(Diagnostic::warning("Slow", "for the test"));
                    found = found.with_warning(Diagnostic::error("Odd", "for the test"));
                }
                (1, "fails") => return Err(Diagnostic::error("Failed", "for the test").into()),
                (1, "panics") => panic!("a fault that quotes a secret"),
                (1, "waits") => {
                    world.watch.waits.notify_one();
                    ctx.cancellation().cancelled().await;
                    world.watch.stopped.notify_one();
                    return Ok(());
                }
                _ => {}
            }
            let is_bare = number == 1 && criteria.second.starts_with("is ");
            if is_bare && criteria.second == "is unreadable" {
                found = found.with_warning(Diagnostic::warning("Unreadable", "for the test"));
            }
            if listing.wants_objects() && !is_bare {
                let server = Partial::<Server> { name: id.clone().into(), id: id.into(), ..Default::default() };
                found = found.with_object(server);
            }
            listing.send(found).await?;
        }
        if criteria.second == "warns" {
            ctx.warn(Diagnostic::warning("Late", "for the test"));
        }
        Ok(())
    }
}
