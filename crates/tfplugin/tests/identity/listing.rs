//! Searches, as a host and as `terraform query` see them.

use std::sync::{Arc, atomic::Ordering};

use futures_util::StreamExt as _;
use tfplugin::{
    Model as _,
    proto::{self, DynamicValue, provider_server::Provider as _},
    registration::Typed,
    rpc::Server,
    serve::Lifecycle,
    value::{Value, msgpack},
};
use tonic::Request;

use crate::{
    NAME, here, host, named,
    server::{Block, Criteria, Test, Watch},
    summaries,
};

fn criteria(count: i64, second: &str) -> Value {
    Value::object([("count", count.into()), ("second", second.into())])
}

#[tokio::test]
async fn every_object_comes_with_identity_and_name() {
    let mut host = host().await;
    let found = host.list(NAME, &Value::object::<String>([]), 100, false).await.unwrap();
    assert!(host.take_warnings().iter().next().is_none());
    let names: Vec<&str> = found.iter().map(|listed| listed.display_name.as_str()).collect();
    assert_eq!(names, ["server 0", "server 1", "server 2"], "three, as the default says");
    assert_eq!((&found[2].identity, &found[2].object), (&here("i-2"), &Value::Null));
    let found = host.list(NAME, &criteria(1, ""), 100, true).await.unwrap();
    let mut object = named("i-0");
    object.set_attribute("id", "i-0");
    object.set_attribute("size", Value::Null);
    assert_eq!(found[0].object, object);
}

#[tokio::test]
async fn a_search_is_validated() {
    let mut host = host().await;
    for (config, summary) in [(criteria(-1, ""), "Invalid count"), (criteria(1, "refused"), "Refused")] {
        let errors = host.list(NAME, &config, 100, false).await.unwrap_err();
        assert_eq!(summaries(&errors), [summary]);
    }
}

#[tokio::test]
async fn warnings_come_with_their_object_and_an_error_ends_it() {
    let mut host = host().await;
    let found = host.list(NAME, &criteria(2, "warns"), 100, false).await.unwrap();
    assert_eq!((found.len(), summaries(&host.take_warnings())), (2, vec!["Slow", "Odd", "Late"]));
    host.list(NAME, &criteria(3, "warns"), 2, false).await.unwrap();
    assert_eq!(summaries(&host.take_warnings()), ["Slow", "Odd"], "the last one that is wanted brings its warnings");
    let failed = host.list(NAME, &criteria(9, "fails"), 100, false).await.unwrap_err();
    assert_eq!(summaries(&failed), ["Failed"]);
    let panicked = host.list(NAME, &criteria(9, "panics"), 100, false).await.unwrap_err();
    assert_eq!(summaries(&panicked), ["The provider failed in ListResource"]);
    assert!(!panicked.iter().next().unwrap().detail.contains("secret"));
}

#[tokio::test]
async fn a_requested_object_must_not_be_missing() {
    let mut host = host().await;
    assert!(host.list(NAME, &criteria(2, "is bare"), 100, false).await.is_ok());
    let failed = host.list(NAME, &criteria(2, "is bare"), 100, true).await.unwrap_err();
    assert_eq!(summaries(&failed), ["The result of the search is incomplete"]);
    assert!(failed.iter().next().unwrap().detail.contains("server 1"), "{failed:?}");
    // A warning says why, and the others come.
    let found = host.list(NAME, &criteria(3, "is unreadable"), 100, true).await.unwrap();
    assert_eq!((found.len(), summaries(&host.take_warnings())), (2, vec!["Unreadable"]));
}

async fn server() -> (Server<Typed<Test>>, Arc<Watch>) {
    let watch = Arc::new(Watch::default());
    let server = Server::new(Typed(Test(Arc::clone(&watch))), Lifecycle::default());
    let msgpack = msgpack::encode(&Value::object::<String>([]), &Block::schema().ty()).unwrap();
    let config = Some(DynamicValue { msgpack, json: Vec::new() });
    let request = proto::configure_provider::Request { config, ..Default::default() };
    assert!(server.configure_provider(Request::new(request)).await.unwrap().into_inner().diagnostics.is_empty());
    (server, watch)
}

fn request(count: i64, second: &str, limit: i64) -> Request<proto::list_resource::Request> {
    let msgpack = msgpack::encode(&criteria(count, second), &Criteria::schema().ty()).unwrap();
    let config = Some(DynamicValue { msgpack, json: Vec::new() });
    Request::new(proto::list_resource::Request { type_name: NAME.to_owned(), config, limit, ..Default::default() })
}

#[tokio::test]
async fn it_looks_no_further_than_the_limit() {
    let (server, watch) = server().await;
    let events = server.list_resource(request(1000, "", 7)).await.unwrap().into_inner();
    assert_eq!(events.count().await, 7);
    assert_eq!(watch.looked_at.load(Ordering::SeqCst), 7);
    let events = server.list_resource(request(20, "", 0)).await.unwrap().into_inner();
    assert_eq!(events.count().await, 20, "no limit");
}

#[tokio::test]
async fn it_stops_when_nobody_listens_any_more() {
    let (server, watch) = server().await;
    let mut events = server.list_resource(request(1000, "", 1000)).await.unwrap().into_inner();
    assert!(events.next().await.is_some());
    drop(events);
    // A search that waits for the service is cancelled.
    let mut events = server.list_resource(request(2, "waits", 100)).await.unwrap().into_inner();
    assert!(events.next().await.is_some());
    watch.waits.notified().await;
    drop(events);
    watch.stopped.notified().await;
    assert!(watch.looked_at.load(Ordering::SeqCst) < 10);
}

#[tokio::test]
async fn it_stops_when_terraform_stops_the_provider() {
    let (server, watch) = server().await;
    let events = server.list_resource(request(2, "waits", 100)).await.unwrap().into_inner();
    watch.waits.notified().await;
    server.stop_provider(Request::new(Default::default())).await.unwrap();
    assert_eq!(events.count().await, 1);
    watch.stopped.notified().await;
}

#[tokio::test]
async fn what_is_not_offered_is_an_error() {
    let (server, _) = server().await;
    let request = proto::list_resource::Request { type_name: "test_lease".to_owned(), ..Default::default() };
    let events: Vec<_> = server.list_resource(Request::new(request)).await.unwrap().into_inner().collect().await;
    let [Ok(event)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(event.diagnostic[0].summary, "Unknown list resource type");
    let metadata = server.get_metadata(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(metadata.list_resources[0].type_name, NAME);
    let schemas = server.get_provider_schema(Request::new(Default::default())).await.unwrap().into_inner();
    assert!(schemas.list_resource_schemas.contains_key(NAME));
}
