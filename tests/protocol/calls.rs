//! The 36 calls, on a provider made for this test.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use futures_util::StreamExt as _;
use tfplugin::{
    Attr, Computed, Configure, Configured, Context, Create, CreateError, DataSource, DataSources, Delete, Diagnostic,
    Diagnostics, Invalid, Model, Partial, Provider, Resource, Resources, Scalar, State,
    proto::{self, DynamicValue, provider_server::Provider as _},
    registration::Typed,
    rpc::Server,
    serve::Lifecycle,
    value::{Type, Value, msgpack},
};
use tokio::sync::Notify;
use tonic::Request;

/// What the test resource does when it is created.
#[derive(Default)]
pub struct World {
    started: Notify,
    go_on: Notify,
    done: Mutex<Vec<String>>,
}

pub struct TestProvider(Arc<World>);

/// Nothing.
#[derive(Clone, Debug, Model)]
#[model(provider)]
pub struct Nothing {}

impl Provider for TestProvider {
    type Block = Nothing;
    type Client = Arc<World>;

    fn resources(&self) -> Resources<Arc<World>> {
        Resources::new().add(Things)
    }

    fn data_sources(&self) -> DataSources<Arc<World>> {
        DataSources::new().add(Facts)
    }

    async fn configure(&self, _: Configure<Nothing>, _: &Context) -> Result<Configured<Arc<World>>, Diagnostics> {
        Ok(Configured::Ready(Arc::clone(&self.0)))
    }
}

/// A thing.
#[derive(Clone, Debug, Model)]
#[model(resource = "test_thing", version = 3)]
struct Thing {
    /// Its name.
    #[attr(force_new)]
    name: String,
    /// Its id.
    id: Computed<Id>,
}

/// An id, which is text for Terraform. The wrong one is written as something else.
#[derive(Clone, Debug, PartialEq)]
struct Id(String);

const WRONG: &str = "wrong";

impl Scalar for Id {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        value.as_str().map(|text| Self(text.to_owned())).ok_or_else(|| Invalid::new("must be text"))
    }

    fn encode(&self) -> Value {
        if self.0 == WRONG { Value::List(vec!["not text".into()]) } else { self.0.as_str().into() }
    }
}

struct Things;

impl Resource for Things {
    type Model = Thing;
    type Client = Arc<World>;

    async fn create(
        &self,
        world: &Arc<World>,
        create: Create<Thing>,
        _: &Context,
    ) -> Result<State<Thing>, CreateError<Thing>> {
        let mut state = create.planned;
        state.id = Attr::Null;
        let name = state.complete()?.name;
        match name.as_str() {
            "panic" => panic!("a fault that quotes a secret"),
            "slow" => {
                world.started.notify_one();
                world.go_on.notified().await;
            }
            "differs" => {
                (state.name, state.id) = ("another".into(), Id(WRONG.to_owned()).into());
                return Ok(state);
            }
            "refused" => return Err(Diagnostic::error("Refused", "for the test").into()),
            _ => {}
        }
        world.done.lock().unwrap().push(name);
        Ok(state)
    }

    async fn read(
        &self,
        _: &Arc<World>,
        mut state: State<Thing>,
        _: &Context,
    ) -> Result<Option<State<Thing>>, Diagnostics> {
        if state.name.as_str() == Some("differs") {
            (state.name, state.id) = ("another".into(), Id("1".to_owned()).into());
        }
        Ok(Some(state))
    }

    async fn delete(&self, _: &Arc<World>, _: Delete<Thing>, _: &Context) -> Result<(), Diagnostics> {
        Err(Diagnostic::error("Kept", "for the test").into())
    }

    async fn import(&self, _: &Arc<World>, id: &str, _: &Context) -> Result<State<Thing>, Diagnostics> {
        Ok(State::new(Partial::<Thing> { name: "imported".into(), id: Id(id.to_owned()).into() }))
    }
}

/// A fact.
#[derive(Clone, Debug, Model)]
#[model(data_source = "test_fact")]
struct Fact {
    /// The answer.
    answer: Computed<String>,
}

struct Facts;

impl DataSource for Facts {
    type Model = Fact;
    type Client = Arc<World>;

    async fn read(&self, _: &Arc<World>, _: Fact, _: &Context) -> Result<Fact, Diagnostics> {
        Ok(Fact { answer: "42".into() })
    }
}

pub async fn server() -> (Arc<Server<Typed<TestProvider>>>, Arc<World>, Lifecycle) {
    let (world, lifecycle) = (Arc::new(World::default()), Lifecycle::default());
    let server = Arc::new(Server::new(Typed(TestProvider(Arc::clone(&world))), lifecycle.clone()));
    let configured = server.configure_provider(Request::new(Default::default())).await.unwrap();
    assert!(configured.into_inner().diagnostics.is_empty());
    (server, world, lifecycle)
}

pub fn wire(value: &Value) -> Option<DynamicValue> {
    Some(DynamicValue { msgpack: msgpack::encode(value, &Thing::schema().ty()).unwrap(), json: Vec::new() })
}

pub fn unwire(value: Option<DynamicValue>) -> Value {
    msgpack::decode(&value.unwrap().msgpack, &Thing::schema().ty()).unwrap()
}

pub fn named(name: &str, id: Value) -> Value {
    Value::object([("name", name.into()), ("id", id)])
}

pub fn creation(name: &str) -> proto::apply_resource_change::Request {
    proto::apply_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: wire(&Value::Null),
        planned_state: wire(&named(name, Value::unknown())),
        config: wire(&named(name, Value::Null)),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_create_saves_what_came_of_it_with_nothing_unknown() {
    let (server, world, _) = server().await;
    let reply = server.apply_resource_change(Request::new(creation("a"))).await.unwrap().into_inner();
    assert!(reply.diagnostics.is_empty());
    assert_eq!(unwire(reply.new_state), named("a", Value::Null));
    assert_eq!(*world.done.lock().unwrap(), ["a"]);
}

#[tokio::test]
async fn a_create_that_fails_leaves_nothing_to_taint() {
    let (server, ..) = server().await;
    let reply = server.apply_resource_change(Request::new(creation("refused"))).await.unwrap().into_inner();
    assert_eq!(reply.diagnostics[0].summary, "Refused");
    assert_eq!(unwire(reply.new_state), Value::Null);
}

#[tokio::test]
async fn a_panic_is_a_diagnostic_that_names_the_call_and_the_plugin_lives_on() {
    let (server, ..) = server().await;
    let reply = server.apply_resource_change(Request::new(creation("panic"))).await.unwrap().into_inner();
    assert!(reply.diagnostics[0].summary.contains("ApplyResourceChange"));
    assert!(!reply.diagnostics[0].detail.contains("secret"), "the message of a panic is not passed on");
    assert_eq!(unwire(reply.new_state), Value::Null);
    let reply = server.apply_resource_change(Request::new(creation("b"))).await.unwrap().into_inner();
    assert!(reply.diagnostics.is_empty());
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_end_a_create() {
    let (server, world, lifecycle) = server().await;
    let calling = tokio::spawn({
        let server = Arc::clone(&server);
        async move { server.apply_resource_change(Request::new(creation("slow"))).await }
    });
    world.started.notified().await;
    calling.abort();
    assert!(calling.await.unwrap_err().is_cancelled());
    // The process ends only when it is done.
    lifecycle.close();
    let ended = lifecycle.ended();
    tokio::pin!(ended);
    assert!(futures_util::poll!(&mut ended).is_pending());
    world.go_on.notify_one();
    ended.await;
    assert_eq!(*world.done.lock().unwrap(), ["slow"]);
}

#[tokio::test]
async fn a_destroy_that_fails_keeps_the_state() {
    let (server, ..) = server().await;
    let prior = named("a", "1".into());
    let request = proto::apply_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: wire(&prior),
        planned_state: wire(&Value::Null),
        config: wire(&Value::Null),
        ..Default::default()
    };
    let reply = server.apply_resource_change(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(reply.diagnostics[0].summary, "Kept");
    assert_eq!(unwire(reply.new_state), prior);
}

#[tokio::test]
async fn a_plan_names_the_path_that_replaces_and_a_destroy_plans_null() {
    let (server, ..) = server().await;
    let prior = named("a", "1".into());
    let request = |config: Value, proposed: Value| proto::plan_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: wire(&prior),
        config: wire(&config),
        proposed_new_state: wire(&proposed),
        ..Default::default()
    };
    let changed = request(named("b", Value::Null), named("b", "1".into()));
    let plan = server.plan_resource_change(Request::new(changed)).await.unwrap().into_inner();
    assert_eq!(unwire(plan.planned_state), named("b", Value::unknown()));
    assert!(!plan.legacy_type_system);
    let step = plan.requires_replace[0].steps[0].selector.clone().unwrap();
    assert_eq!(step, proto::attribute_path::step::Selector::AttributeName("name".to_owned()));

    let destroy = request(Value::Null, Value::Null);
    let plan = server.plan_resource_change(Request::new(destroy)).await.unwrap().into_inner();
    assert_eq!(unwire(plan.planned_state), Value::Null);
}

#[tokio::test]
async fn states_are_upgraded_from_json_and_unreadable_ones_refused() {
    let (server, ..) = server().await;
    let upgrade = async |version, json: &[u8]| {
        let raw_state = Some(proto::RawState { json: json.to_vec(), flatmap: Default::default() });
        let request = proto::upgrade_resource_state::Request { type_name: "test_thing".to_owned(), version, raw_state };
        server.upgrade_resource_state(Request::new(request)).await.unwrap().into_inner()
    };
    let reply = upgrade(3, br#"{"name": "a", "gone": [1, {"x": null}]}"#).await;
    assert_eq!(unwire(reply.upgraded_state), named("a", Value::Null));
    for (version, json, word) in [(4, &b"{}"[..], "newer version"), (3, b"", "0.11"), (3, b"{\"name\": {}}", "name")] {
        let reply = upgrade(version, json).await;
        assert!(reply.diagnostics[0].detail.contains(word), "{:?}", reply.diagnostics);
    }
}

#[tokio::test]
async fn import_read_and_data_sources_answer() {
    let (server, ..) = server().await;
    let request = proto::import_resource_state::Request {
        type_name: "test_thing".to_owned(),
        id: "7".to_owned(),
        ..Default::default()
    };
    let imported = server.import_resource_state(Request::new(request)).await.unwrap().into_inner();
    let imported = imported.imported_resources.into_iter().next().unwrap();
    let request = proto::read_resource::Request {
        type_name: "test_thing".to_owned(),
        current_state: imported.state,
        ..Default::default()
    };
    let read = server.read_resource(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(unwire(read.new_state), named("imported", "7".into()));

    let ty = Type::object([("answer", Type::String)]);
    let config = DynamicValue {
        msgpack: msgpack::encode(&Value::object([("answer", Value::Null)]), &ty).unwrap(),
        json: Vec::new(),
    };
    let request = proto::read_data_source::Request {
        type_name: "test_fact".to_owned(),
        config: Some(config),
        ..Default::default()
    };
    let read = server.read_data_source(Request::new(request)).await.unwrap().into_inner();
    let state = msgpack::decode(&read.state.unwrap().msgpack, &ty).unwrap();
    assert_eq!(state.get("answer").as_str(), Some("42"));
}

#[tokio::test]
async fn metadata_and_schemas_name_what_is_there() {
    let (server, ..) = server().await;
    let metadata = server.get_metadata(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(metadata.resources[0].type_name, "test_thing");
    assert_eq!(metadata.data_sources[0].type_name, "test_fact");
    let schemas = server.get_provider_schema(Request::new(Default::default())).await.unwrap().into_inner();
    assert!(schemas.server_capabilities.unwrap().plan_destroy);
    let block = schemas.resource_schemas["test_thing"].block.clone().unwrap();
    let flags: BTreeMap<_, _> =
        block.attributes.iter().map(|a| (a.name.as_str(), (a.required, a.optional, a.computed))).collect();
    assert_eq!(flags["name"], (true, false, false));
    assert_eq!(flags["id"], (false, false, true));
}

#[tokio::test]
async fn an_unknown_type_and_bad_bytes_are_diagnostics() {
    let (server, ..) = server().await;
    let mut request = creation("a");
    request.type_name = "test_other".to_owned();
    let reply = server.apply_resource_change(Request::new(request)).await.unwrap().into_inner();
    assert!(reply.diagnostics[0].detail.contains("test_thing"));
    let mut request = creation("a");
    request.planned_state = Some(DynamicValue { msgpack: vec![0xdf, 0xff, 0xff, 0xff, 0xff], json: Vec::new() });
    let reply = server.apply_resource_change(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(reply.diagnostics[0].summary, "The planned state cannot be read");
}

#[tokio::test]
async fn what_is_not_configured_is_an_error() {
    let server = Server::new(Typed(TestProvider(Arc::default())), Lifecycle::default());
    let reply = server.apply_resource_change(Request::new(creation("a"))).await.unwrap().into_inner();
    assert_eq!(reply.diagnostics[0].summary, "The provider is not configured");
}

/// Calls for what is not offered: the summary of the first diagnostic of each.
macro_rules! refusals {
    ($server:ident: $($call:ident),* $(,)?) => {
        [$((
            stringify!($call),
            $server.$call(Request::new(Default::default())).await.unwrap().into_inner().diagnostics,
        )),*]
    };
}

#[tokio::test]
async fn what_is_not_offered_says_so() {
    let (server, ..) = server().await;
    let refusals = refusals!(
        server: validate_ephemeral_resource_config, open_ephemeral_resource, renew_ephemeral_resource,
        close_ephemeral_resource, validate_list_resource_config, validate_state_store_config, configure_state_store,
        lock_state, unlock_state, get_states, delete_state, plan_action, validate_action_config,
        upgrade_resource_identity, move_resource_state, generate_resource_config,
    );
    for (call, diagnostics) in refusals {
        assert!(diagnostics[0].summary.starts_with("Unknown "), "{call}: {diagnostics:?}");
    }
    let identities = server.get_resource_identity_schemas(Request::new(Default::default())).await.unwrap();
    assert!(identities.into_inner().identity_schemas.is_empty());
    assert!(server.get_functions(Request::new(Default::default())).await.unwrap().into_inner().functions.is_empty());
    let called = server.call_function(Request::new(Default::default())).await.unwrap().into_inner();
    assert!(called.error.unwrap().text.contains("no functions"));

    let mut events = server.list_resource(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(events.next().await.unwrap().unwrap().diagnostic.len(), 1);
    assert!(events.next().await.is_none());
    let mut chunks = server.read_state_bytes(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(chunks.next().await.unwrap().unwrap().diagnostics.len(), 1);
    let mut events = server.invoke_action(Request::new(Default::default())).await.unwrap().into_inner();
    let event = events.next().await.unwrap().unwrap().r#type.unwrap();
    let proto::invoke_action::event::Type::Completed(completed) = event else { panic!("{event:?}") };
    assert_eq!(completed.diagnostics.len(), 1);
}
