//! Changes that are put off, where Terraform can do that.

use tfplugin::{
    Capabilities, Computed, Configure, Configured, Context, Create, CreateError, DataSource, DataSources, Deferral,
    Delete, Diagnostic, Diagnostics, Model, Plan, Provider, Resource, Resources, State,
    proto::{self, DynamicValue, deferred::Reason, provider_server::Provider as _},
    registration::Typed,
    rpc::Server,
    serve::Lifecycle,
    testing::Host,
    value::{Value, msgpack},
};
use tonic::Request;

use crate::summaries;

/// What may not be known yet.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Block {
    /// Where the cluster is.
    endpoint: Option<String>,
}

/// An app on a cluster that may not be there yet.
#[derive(Debug, Clone, Model)]
#[model(resource = "test_app")]
struct App {
    /// Its name.
    name: String,
    /// Its address.
    address: Computed<String>,
}

/// A fact about the cluster.
#[derive(Debug, Clone, Model)]
#[model(data_source = "test_fact")]
struct Fact {
    /// The name.
    name: String,
    /// The version.
    version: Computed<String>,
}

struct Test;

struct Cluster {
    is_there: bool,
}

impl Cluster {
    fn reach(&self, ctx: &Context) -> Result<(), Diagnostics> {
        ctx.warn(Diagnostic::warning("Asked", "for the test"));
        if self.is_there { Ok(()) } else { Err(ctx.defer(Deferral::AbsentPrerequisite)) }
    }
}

impl Provider for Test {
    type Block = Block;
    type Client = Cluster;

    fn resources(&self) -> Resources<Cluster> {
        Resources::new().add(Apps)
    }

    fn data_sources(&self) -> DataSources<Cluster> {
        DataSources::new().add(Facts)
    }

    async fn configure(&self, configure: Configure<Block>, _: &Context) -> Result<Configured<Cluster>, Diagnostics> {
        if configure.block.endpoint.is_unknown() {
            return Ok(Configured::Waiting(vec![Block::ENDPOINT.into()]));
        }
        Ok(Configured::Ready(Cluster { is_there: configure.block.endpoint.known().is_some() }))
    }
}

struct Apps;

impl Resource for Apps {
    type Model = App;
    type Client = Cluster;

    async fn modify_plan(
        &self,
        cluster: Option<&Cluster>,
        _: &mut Plan<App>,
        ctx: &Context,
    ) -> Result<(), Diagnostics> {
        cluster.map_or(Ok(()), |cluster| cluster.reach(ctx))
    }

    async fn create(
        &self,
        cluster: &Cluster,
        create: Create<App>,
        ctx: &Context,
    ) -> Result<State<App>, CreateError<App>> {
        cluster.reach(ctx)?;
        Ok(create.planned)
    }

    async fn read(
        &self,
        cluster: &Cluster,
        state: State<App>,
        ctx: &Context,
    ) -> Result<Option<State<App>>, Diagnostics> {
        cluster.reach(ctx)?;
        Ok(Some(state))
    }

    async fn delete(&self, _: &Cluster, _: Delete<App>, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, cluster: &Cluster, id: &str, ctx: &Context) -> Result<State<App>, Diagnostics> {
        cluster.reach(ctx)?;
        Ok(State::new(App { name: id.to_owned(), address: Computed::Null }))
    }
}

struct Facts;

impl DataSource for Facts {
    type Model = Fact;
    type Client = Cluster;

    async fn read(&self, cluster: &Cluster, fact: Fact, ctx: &Context) -> Result<Fact, Diagnostics> {
        cluster.reach(ctx)?;
        Ok(Fact { version: "1".into(), ..fact })
    }
}

fn wire<M: Model>(value: &Value) -> Option<DynamicValue> {
    Some(DynamicValue { msgpack: msgpack::encode(value, &M::schema().ty()).unwrap(), json: Vec::new() })
}

fn unwire<M: Model>(value: Option<DynamicValue>) -> Value {
    msgpack::decode(&value.unwrap().msgpack, &M::schema().ty()).unwrap()
}

async fn server(endpoint: Value) -> Server<Typed<Test>> {
    let server = Server::new(Typed(Test), Lifecycle::default());
    let config = wire::<Block>(&Value::object([("endpoint", endpoint)]));
    let request = proto::configure_provider::Request { config, ..Default::default() };
    server.configure_provider(Request::new(request)).await.unwrap();
    server
}

fn allowed() -> Option<proto::ClientCapabilities> {
    Some(proto::ClientCapabilities { deferral_allowed: true, ..Default::default() })
}

fn app(address: Value) -> Value {
    Value::object([("name", "a".into()), ("address", address)])
}

/// What is put off, and why, of: read, plan, import, data source.
async fn reasons(endpoint: Value) -> [Option<Reason>; 4] {
    let server = server(endpoint).await;
    let reason = |deferred: Option<proto::Deferred>| deferred.map(|deferred| deferred.reason());
    let request = proto::read_resource::Request {
        type_name: "test_app".to_owned(),
        current_state: wire::<App>(&app("x".into())),
        private: b"{\"kept\":1}".to_vec(),
        client_capabilities: allowed(),
        ..Default::default()
    };
    let read = server.read_resource(Request::new(request)).await.unwrap().into_inner();
    assert_eq!((unwire::<App>(read.new_state), &read.private[..]), (app("x".into()), &b"{\"kept\":1}"[..]));

    let request = proto::plan_resource_change::Request {
        type_name: "test_app".to_owned(),
        prior_state: wire::<App>(&Value::Null),
        config: wire::<App>(&app(Value::Null)),
        proposed_new_state: wire::<App>(&app(Value::Null)),
        client_capabilities: allowed(),
        ..Default::default()
    };
    let plan = server.plan_resource_change(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(unwire::<App>(plan.planned_state), app(Value::unknown()));

    let request = proto::import_resource_state::Request {
        type_name: "test_app".to_owned(),
        id: "a".to_owned(),
        client_capabilities: allowed(),
        ..Default::default()
    };
    let import = server.import_resource_state(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(import.imported_resources.is_empty(), import.deferred.is_some());

    let fact = |version: Value| Value::object([("name", "a".into()), ("version", version)]);
    let request = proto::read_data_source::Request {
        type_name: "test_fact".to_owned(),
        config: wire::<Fact>(&fact(Value::Null)),
        client_capabilities: allowed(),
        ..Default::default()
    };
    let data = server.read_data_source(Request::new(request)).await.unwrap().into_inner();
    if data.deferred.is_some() {
        assert_eq!(unwire::<Fact>(data.state), fact(Value::unknown()));
    }
    let all = [read.diagnostics, plan.diagnostics, import.diagnostics, data.diagnostics].concat();
    assert!(all.iter().all(|diagnostic| diagnostic.summary == "Asked"), "{all:?}");
    [reason(read.deferred), reason(plan.deferred), reason(import.deferred), reason(data.deferred)]
}

#[tokio::test]
async fn what_is_not_there_yet_puts_off_everything() {
    assert_eq!(reasons(Value::Null).await, [Some(Reason::AbsentPrereq); 4]);
    assert_eq!(reasons("here".into()).await, [None; 4]);
}

#[tokio::test]
async fn while_the_provider_waits_reads_are_put_off_and_plans_go_on() {
    let unknown = Some(Reason::ProviderConfigUnknown);
    assert_eq!(reasons(Value::unknown()).await, [unknown, None, unknown, unknown]);
}

#[tokio::test]
async fn a_terraform_that_puts_nothing_off_gets_an_error_that_says_why() {
    let mut host = Host::start(Test).await.unwrap();
    host.configure(&Value::object::<String>([])).await.unwrap();
    let errors = host.plan("test_app", &app(Value::Null), None).await.unwrap_err();
    assert_eq!(summaries(&errors), ["Asked", "The change is not possible yet"]);
    assert!(errors.iter().last().unwrap().detail.contains("-target"));
    // An apply cannot put anything off, whatever Terraform can do.
    let able = Capabilities::default();
    let mut host = host.with_capabilities(able);
    host.configure(&Value::object([("endpoint", "here".into())])).await.unwrap();
    let planned = host.plan("test_app", &app(Value::Null), None).await.unwrap();
    host.configure(&Value::object::<String>([])).await.unwrap();
    let applied = host.apply("test_app", &app(Value::Null), None, &planned).await.unwrap();
    assert_eq!(summaries(&applied.diagnostics), ["Asked", "The change is not possible yet"]);
    assert!(applied.stored.state.is_null());
}
