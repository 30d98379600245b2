//! Actions, over gRPC.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::StreamExt as _;
use tfplugin::{
    Action, Actions, Attr, Configure, Configured, Context, Diagnostic, Diagnostics, Model, Operation, Partial,
    Provider, Resources, Timeouts,
    lifecycle::Lifecycle,
    proto::{self, invoke_action::event::Type as EventType, provider_server::Provider as _},
    registration::Typed,
    rpc::Server,
    testing::{Host, Invoked, check},
    value::Value,
};
use tokio::sync::Notify;
use tonic::Request;

#[derive(Default)]
struct World {
    done: Mutex<Vec<String>>,
    go_on: Notify,
}

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Block {
    /// Where the service is.
    endpoint: Option<String>,
}

#[derive(Default)]
struct Machines(Arc<World>);

impl Provider for Machines {
    type Block = Block;
    type Client = Arc<World>;

    fn resources(&self) -> Resources<Arc<World>> {
        Resources::new()
    }

    fn actions(&self) -> Actions<Arc<World>> {
        Actions::new().add(RestartAction)
    }

    async fn configure(&self, configure: Configure<Block>, _: &Context) -> Result<Configured<Arc<World>>, Diagnostics> {
        Ok(if configure.block.endpoint.is_unknown() {
            Configured::Waiting(vec![Block::ENDPOINT.into()])
        } else {
            Configured::Ready(Arc::clone(&self.0))
        })
    }
}

/// Restarts a machine.
#[derive(Debug, Clone, Model)]
#[model(action = "test_restart")]
struct Restart {
    /// The machine.
    #[attr(length(1..=20))]
    machine: String,
    /// How often.
    #[attr(default = 1, range(1..=3))]
    times: i64,
    /// How long it may take.
    #[attr(timeouts(invoke = "5m"))]
    timeouts: Timeouts,
}

struct RestartAction;

impl Action for RestartAction {
    type Model = Restart;
    type Client = Arc<World>;

    fn validate(&self, config: &Partial<Restart>) -> Diagnostics {
        let is_root = config.machine.as_str() == Some("root");
        is_root.then(|| Diagnostic::error("Never", "Not this one.").at(Restart::MACHINE)).into_iter().collect()
    }

    async fn plan(
        &self,
        world: Option<&Arc<World>>,
        config: &Partial<Restart>,
        ctx: &Context,
    ) -> Result<(), Diagnostics> {
        if config.machine.as_str() == Some("gone") {
            return Err(Diagnostic::error("There is no such machine", "Name another one.").at(Restart::MACHINE).into());
        }
        let machine = match &config.machine {
            Attr::Known(machine) => machine.as_str(),
            _ => "some machine",
        };
        let times = config.times.known().unwrap();
        let who = if world.is_some() { "it" } else { "nobody yet" };
        ctx.warn(Diagnostic::warning(format!("{machine} restarts {times} times by {who}"), ""));
        Ok(())
    }

    async fn invoke(&self, world: &Arc<World>, restart: Restart, ctx: &Context) -> Result<(), Diagnostics> {
        assert_ne!(restart.machine, "panic", "a fault that quotes a secret");
        let stopped = ctx.cancellation();
        let limit = ctx.time_limit(Operation::Invoke).unwrap();
        for time in 1..=restart.times {
            ctx.progress(format!("{time} of {} within {limit:?}", restart.times));
            if restart.machine == "slow" {
                tokio::select! {
                    () = world.go_on.notified() => {}
                    () = stopped.cancelled() => {
                        ctx.progress("stopped");
                        return Err(Diagnostic::error("Stopped", format!("after {} restarts", time - 1)).into());
                    }
                }
            }
        }
        world.done.lock().unwrap().push(restart.machine.clone());
        ctx.warn(Diagnostic::warning("It was old", "for the test"));
        if restart.machine == "broken" {
            return Err(Diagnostic::error("It did not come up", "for the test").into());
        }
        Ok(())
    }
}

async fn host() -> Host<Machines> {
    let mut host = Host::start(Machines::default()).await.unwrap();
    host.configure(&Value::object([("endpoint", "here".into())])).await.unwrap();
    host
}

fn machine(name: impl Into<Value>) -> Value {
    Value::object([("machine", name.into())])
}

fn summaries(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}

#[tokio::test]
async fn a_plan_warns_or_refuses() {
    assert_eq!(check(&Machines::default()), [""; 0]);
    let mut host = host().await;
    host.plan_action("test_restart", &machine("a")).await.unwrap();
    host.plan_action("test_restart", &machine(Value::unknown())).await.unwrap();
    let warnings = ["a restarts 1 times by it", "some machine restarts 1 times by it"];
    assert_eq!(summaries(&host.take_warnings()), warnings);
    for (name, summary) in [("gone", "There is no such machine"), ("root", "Never"), ("", "Invalid machine")] {
        let refused = host.plan_action("test_restart", &machine(name)).await.unwrap_err();
        assert_eq!(summaries(&refused), [summary]);
        assert_eq!(refused.iter().next().unwrap().path, Some(Restart::MACHINE.into()));
    }
    host.configure(&Value::object([("endpoint", Value::unknown())])).await.unwrap();
    host.plan_action("test_restart", &machine("a")).await.unwrap();
    assert_eq!(summaries(&host.take_warnings()), ["a restarts 1 times by nobody yet"]);
    let refused = host.invoke("test_restart", &machine("a")).await.unwrap().diagnostics;
    assert_eq!(summaries(&refused), ["The provider is not configured yet"]);
}

#[tokio::test]
async fn it_reports_its_progress_and_then_how_it_ended() {
    let mut host = host().await;
    let twice = Value::object([("machine", "a".into()), ("times", 2_i64.into())]);
    let Invoked { progress, diagnostics } = host.invoke("test_restart", &twice).await.unwrap();
    assert_eq!(progress, ["1 of 2 within 300s", "2 of 2 within 300s"]);
    assert_eq!(summaries(&diagnostics), ["It was old"]);
    assert!(!diagnostics.has_errors());
    let broken = host.invoke("test_restart", &machine("broken")).await.unwrap();
    assert_eq!((broken.progress.len(), summaries(&broken.diagnostics)), (1, vec!["It was old", "It did not come up"]));
    let panicked = host.invoke("test_restart", &machine("panic")).await.unwrap().diagnostics;
    assert_eq!(summaries(&panicked), ["The provider failed in InvokeAction"]);
    assert!(!panicked.iter().next().unwrap().detail.contains("secret"));
    assert_eq!(summaries(&host.invoke("test_restart", &machine("root")).await.unwrap_err()), ["Never"]);
}

async fn server() -> (Server<Typed<Machines>>, Arc<World>, Lifecycle) {
    let (machines, lifecycle) = (Machines::default(), Lifecycle::default());
    let world = Arc::clone(&machines.0);
    let server = Server::new(Typed(machines), lifecycle.clone());
    server.configure_provider(Request::new(Default::default())).await.unwrap();
    (server, world, lifecycle)
}

fn invocation(json: &str) -> Request<proto::invoke_action::Request> {
    let config = Some(proto::DynamicValue { msgpack: Vec::new(), json: json.as_bytes().to_vec() });
    let action_type = "test_restart".to_owned();
    Request::new(proto::invoke_action::Request { action_type, config, client_capabilities: None })
}

const SLOW: &str = r#"{"machine": "slow", "times": 2, "timeouts": null}"#;

#[tokio::test]
async fn progress_comes_while_it_runs_and_a_stop_reaches_it() {
    let (server, world, _) = server().await;
    let mut events = server.invoke_action(invocation(SLOW)).await.unwrap().into_inner();
    let mut next = async || events.next().await.map(|event| event.unwrap().r#type.unwrap());
    let is_restarted =
        |event| matches!(event, Some(EventType::Progress(progress)) if progress.message.contains("of 2"));
    assert!(is_restarted(next().await));
    world.go_on.notify_one();
    assert!(is_restarted(next().await));
    server.stop_provider(Request::new(Default::default())).await.unwrap();
    // No progress after that: Terraform would stop listening.
    let Some(EventType::Completed(end)) = next().await else { panic!("it has no end") };
    assert_eq!(
        (end.diagnostics[0].summary.as_str(), end.diagnostics[0].detail.as_str()),
        ("Stopped", "after 1 restarts")
    );
    assert!(next().await.is_none());
    assert!(world.done.lock().unwrap().is_empty());
}

#[tokio::test]
async fn it_goes_on_when_nobody_listens_and_the_process_waits_for_it() {
    let (server, world, lifecycle) = server().await;
    let once = SLOW.replace('2', "1");
    let mut events = server.invoke_action(invocation(&once)).await.unwrap().into_inner();
    events.next().await.unwrap().unwrap();
    drop(events);
    world.go_on.notify_one();
    lifecycle.work().close();
    tokio::time::timeout(Duration::from_secs(20), lifecycle.work().wait()).await.unwrap();
    assert_eq!(*world.done.lock().unwrap(), ["slow"]);
}

#[tokio::test]
async fn the_schema_has_arguments_alone() {
    let (server, ..) = server().await;
    let schemas = server.get_provider_schema(Request::new(Default::default())).await.unwrap().into_inner();
    let block = schemas.action_schemas["test_restart"].schema.clone().unwrap().block.unwrap();
    let flags = block.attributes.iter().map(|attribute| (attribute.required, attribute.optional, attribute.computed));
    assert_eq!(flags.collect::<Vec<_>>(), [(true, false, false), (false, true, false), (false, true, false)]);
    let metadata = server.get_metadata(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(metadata.actions[0].type_name, "test_restart");
}
