//! State stores, over gRPC.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use futures_util::{StreamExt as _, stream};
use tfplugin::{
    Configure, Configured, Context, Diagnostic, Diagnostics, Model, Partial, Provider, Resources, StateStore,
    StateStores,
    lifecycle::Lifecycle,
    proto::{self, DynamicValue, StateRange, provider_client::ProviderClient, provider_server::ProviderServer},
    registration::Typed,
    rpc::{Delivering, Server},
    testing::check,
};
use tonic::Request;

/// Nothing.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Block {}

/// States by their names, and locks.
#[derive(Default)]
struct World {
    states: Mutex<BTreeMap<String, Vec<u8>>>,
    locks: Mutex<BTreeMap<String, String>>,
}

#[derive(Default)]
struct Shelves(Arc<World>);

impl Provider for Shelves {
    type Block = Block;
    type Client = Arc<World>;

    fn resources(&self) -> Resources<Arc<World>> {
        Resources::new()
    }

    fn state_stores(&self) -> StateStores<Arc<World>> {
        StateStores::new().add(ShelfStore)
    }

    async fn configure(&self, _: Configure<Block>, _: &Context) -> Result<Configured<Arc<World>>, Diagnostics> {
        Ok(Configured::Ready(Arc::clone(&self.0)))
    }
}

/// A shelf.
#[derive(Debug, Clone, Model)]
#[model(state_store = "test_shelf")]
struct Shelf {
    /// Its name.
    #[attr(length(1..=9))]
    name: String,
    /// What stands between the name of the shelf and that of a state.
    #[attr(default = "/")]
    separator: String,
}

struct ShelfStore;

struct Ready {
    prefix: String,
    world: Arc<World>,
}

impl StateStore for ShelfStore {
    type Model = Shelf;
    type Client = Arc<World>;
    type Store = Ready;

    fn validate(&self, config: &Partial<Shelf>) -> Diagnostics {
        let is_bad = config.name.as_str() == Some("bad");
        is_bad.then(|| Diagnostic::error("A bad shelf", "Take another.").at(Shelf::NAME)).into_iter().collect()
    }

    async fn configure(&self, world: &Arc<World>, shelf: Shelf, _: &Context) -> Result<Ready, Diagnostics> {
        if shelf.name == "locked" {
            return Err(Diagnostic::error("Refused", "for the test").into());
        }
        Ok(Ready { prefix: format!("{}{}", shelf.name, shelf.separator), world: Arc::clone(world) })
    }

    async fn read(&self, shelf: &Ready, state: &str, ctx: &Context) -> Result<Option<Vec<u8>>, Diagnostics> {
        if state == "warned" {
            ctx.warn(Diagnostic::warning("Read", "for the test"));
        }
        assert_ne!(state, "panic", "a fault that quotes a secret");
        Ok(shelf.world.states.lock().unwrap().get(&format!("{}{state}", shelf.prefix)).cloned())
    }

    async fn write(&self, shelf: &Ready, state: &str, bytes: Vec<u8>, ctx: &Context) -> Result<(), Diagnostics> {
        if ctx.is_cancelled() {
            return Err(Diagnostic::error("Stopped", "for the test").into());
        }
        shelf.world.states.lock().unwrap().insert(format!("{}{state}", shelf.prefix), bytes);
        Ok(())
    }

    async fn lock(&self, shelf: &Ready, state: &str, operation: &str, _: &Context) -> Result<String, Diagnostics> {
        let mut locks = shelf.world.locks.lock().unwrap();
        if let Some(other) = locks.get(state) {
            return Err(Diagnostic::error("Locked", other.clone()).into());
        }
        locks.insert(state.to_owned(), format!("{operation} of a"));
        Ok("a".to_owned())
    }

    async fn unlock(&self, shelf: &Ready, state: &str, lock: &str, ctx: &Context) -> Result<(), Diagnostics> {
        if lock != "a" || ctx.is_cancelled() {
            return Err(Diagnostic::error("Not the lock", "for the test").into());
        }
        shelf.world.locks.lock().unwrap().remove(state);
        Ok(())
    }

    async fn list(&self, shelf: &Ready, _: &Context) -> Result<Vec<String>, Diagnostics> {
        let states = shelf.world.states.lock().unwrap();
        Ok(states.keys().filter_map(|name| name.strip_prefix(&shelf.prefix)).map(str::to_owned).collect())
    }

    async fn delete(&self, shelf: &Ready, state: &str, _: &Context) -> Result<(), Diagnostics> {
        shelf.world.states.lock().unwrap().remove(&format!("{}{state}", shelf.prefix));
        Ok(())
    }
}

type Client = ProviderClient<Delivering<ProviderServer<Server<Typed<Shelves>>>>>;

const NAME: &str = "test_shelf";

async fn provider() -> (Client, Arc<World>, Lifecycle) {
    let (shelves, lifecycle) = (Shelves::default(), Lifecycle::default());
    let world = Arc::clone(&shelves.0);
    let server = Server::new(Typed(shelves), lifecycle.clone());
    let mut client = ProviderClient::new(Delivering(ProviderServer::new(server)));
    client.configure_provider(Request::new(Default::default())).await.unwrap();
    (client, world, lifecycle)
}

/// Configures the store, and says what size of chunks is agreed when this one is proposed.
async fn configured(client: &mut Client, name: &str, chunk_size: i64) -> Result<i64, String> {
    let json = format!(r#"{{"name": {name:?}, "separator": null}}"#).into_bytes();
    let config = Some(DynamicValue { msgpack: Vec::new(), json });
    let type_name = NAME.to_owned();
    let request = proto::validate_state_store::Request { type_name: type_name.clone(), config: config.clone() };
    let validated = client.validate_state_store_config(Request::new(request)).await.unwrap().into_inner().diagnostics;
    let capabilities = Some(proto::StateStoreClientCapabilities { chunk_size });
    let request = proto::configure_state_store::Request { type_name, config, capabilities };
    let configured = client.configure_state_store(Request::new(request)).await.unwrap().into_inner();
    match validated.into_iter().chain(configured.diagnostics).next() {
        Some(diagnostic) => Err(diagnostic.summary),
        None => Ok(configured.capabilities.unwrap().chunk_size),
    }
}

async fn shelf(chunk_size: i64) -> (Client, Arc<World>, Lifecycle) {
    let (mut client, world, lifecycle) = provider().await;
    assert_eq!(configured(&mut client, "s", chunk_size).await, Ok(chunk_size));
    (client, world, lifecycle)
}

type Chunk = proto::write_state_bytes::RequestChunk;

/// The chunks that Terraform sends of a state.
fn chunks(state: &str, bytes: &[u8], size: usize) -> Vec<Chunk> {
    let meta = proto::RequestChunkMeta { type_name: NAME.to_owned(), state_id: state.to_owned() };
    let chunk = |(at, part): (usize, &[u8])| Chunk {
        meta: (at == 0).then(|| meta.clone()),
        bytes: part.to_vec(),
        total_length: bytes.len() as i64,
        range: Some(StateRange { start: (at * size) as i64, end: (at * size + part.len()) as i64 - 1 }),
    };
    bytes.chunks(size).enumerate().map(chunk).collect()
}

/// The summary of what is wrong, if anything.
async fn written(client: &mut Client, chunks: Vec<Chunk>) -> Option<String> {
    let written = client.write_state_bytes(Request::new(stream::iter(chunks))).await.unwrap().into_inner();
    written.diagnostics.into_iter().map(|diagnostic| diagnostic.summary).next()
}

async fn read(client: &mut Client, state: &str) -> Vec<proto::read_state_bytes::Response> {
    let request = proto::read_state_bytes::Request { type_name: NAME.to_owned(), state_id: state.to_owned() };
    let chunks = client.read_state_bytes(Request::new(request)).await.unwrap().into_inner();
    chunks.map(Result::unwrap).collect().await
}

#[tokio::test]
async fn a_state_goes_and_comes_in_chunks() {
    let (mut client, world, _) = shelf(4).await;
    assert_eq!(read(&mut client, "x").await, [], "where there is no state, nothing is sent");
    for (bytes, parts) in [(&b"abc"[..], 1), (b"abcd", 1), (b"abcde", 2), (b"abcdefghi", 3)] {
        assert_eq!(written(&mut client, chunks("x", bytes, 4)).await, None);
        assert_eq!(world.states.lock().unwrap()["s/x"], bytes);
        let read = read(&mut client, "x").await;
        assert_eq!(read.len(), parts);
        let mut at = 0;
        for chunk in read {
            let end = at + chunk.bytes.len();
            assert_eq!((chunk.bytes.as_slice(), chunk.total_length), (&bytes[at..end], bytes.len() as i64));
            assert_eq!(chunk.range, Some(StateRange { start: at as i64, end: end as i64 - 1 }));
            at = end;
        }
        assert_eq!(at, bytes.len());
    }
}

#[tokio::test]
async fn a_state_that_is_not_whole_leaves_the_old_one() {
    let (mut client, world, _) = shelf(4).await;
    assert_eq!(written(&mut client, chunks("x", b"old", 4)).await, None);
    let whole = chunks("x", b"abcdefghi", 4);
    let turned = vec![whole[0].clone(), whole[2].clone(), whole[1].clone()];
    let longer = Chunk { total_length: 8, ..whole[1].clone() };
    let changed = vec![whole[0].clone(), longer, whole[2].clone()];
    for broken in [whole[..2].to_vec(), turned, changed, vec![whole[0].clone(), whole[0].clone()]] {
        assert_eq!(written(&mut client, broken).await.as_deref(), Some("The state was not written"));
        assert_eq!(world.states.lock().unwrap()["s/x"], b"old");
    }
    let range = Some(StateRange { start: 0, end: 0 });
    let empty = Chunk { bytes: Vec::new(), total_length: 0, range, ..whole[0].clone() };
    assert!(written(&mut client, vec![empty]).await.is_some(), "an empty state would be the end of the old one");
    assert!(written(&mut client, Vec::new()).await.is_some());
    assert_eq!(world.states.lock().unwrap()["s/x"], b"old");
}

#[tokio::test]
async fn states_are_listed_and_deleted() {
    let (mut client, _, _) = shelf(4).await;
    for state in ["a", "b"] {
        assert_eq!(written(&mut client, chunks(state, b"{}", 4)).await, None);
    }
    let list = async |client: &mut Client| {
        let request = proto::get_states::Request { type_name: NAME.to_owned() };
        client.get_states(Request::new(request)).await.unwrap().into_inner().state_id
    };
    assert_eq!(list(&mut client).await, ["a", "b"]);
    let request = proto::delete_state::Request { type_name: NAME.to_owned(), state_id: "a".to_owned() };
    assert_eq!(client.delete_state(Request::new(request)).await.unwrap().into_inner().diagnostics, []);
    assert_eq!(list(&mut client).await, ["b"]);
}

#[tokio::test]
async fn one_command_holds_the_lock() {
    let (mut client, _, _) = shelf(4).await;
    let lock = async |client: &mut Client| {
        let (type_name, state_id, operation) = (NAME.to_owned(), "x".to_owned(), "apply".to_owned());
        let request = proto::lock_state::Request { type_name, state_id, operation };
        let locked = client.lock_state(Request::new(request)).await.unwrap().into_inner();
        (locked.lock_id, locked.diagnostics.into_iter().map(|diagnostic| diagnostic.detail).collect::<Vec<_>>())
    };
    let unlock = async |client: &mut Client, lock: &str| {
        let (type_name, state_id, lock_id) = (NAME.to_owned(), "x".to_owned(), lock.to_owned());
        let request = proto::unlock_state::Request { type_name, state_id, lock_id };
        client.unlock_state(Request::new(request)).await.unwrap().into_inner().diagnostics.len()
    };
    assert_eq!(lock(&mut client).await, ("a".to_owned(), vec![]));
    assert_eq!(lock(&mut client).await, (String::new(), vec!["apply of a".to_owned()]));
    assert_eq!(unlock(&mut client, "b").await, 1);
    assert_eq!(unlock(&mut client, "a").await, 0);
    assert_eq!(lock(&mut client).await.0, "a");
}

#[tokio::test]
async fn terraform_writes_and_unlocks_after_it_has_stopped_the_provider() {
    let (mut client, world, lifecycle) = shelf(4).await;
    lifecycle.stop();
    assert_eq!(written(&mut client, chunks("x", b"{}", 4)).await, None);
    assert_eq!(world.states.lock().unwrap()["s/x"], b"{}");
    let (type_name, state_id, lock_id) = (NAME.to_owned(), "x".to_owned(), "a".to_owned());
    let request = proto::unlock_state::Request { type_name, state_id, lock_id };
    assert_eq!(client.unlock_state(Request::new(request)).await.unwrap().into_inner().diagnostics, []);
}

#[tokio::test]
async fn the_size_of_chunks_is_agreed_and_a_store_is_configured_first() {
    let (mut client, _, _) = provider().await;
    assert_eq!(check(&Shelves::default()), [""; 0]);
    let early = read(&mut client, "x").await.remove(0);
    assert_eq!(
        (early.diagnostics[0].summary.as_str(), early.range.is_some()),
        ("The state store is not configured", true)
    );
    assert_eq!(written(&mut client, chunks("x", b"{}", 4)).await.as_deref(), Some("The state store is not configured"));
    let most = 8 << 20;
    for (proposed, agreed) in [(5, 5), (0, most), (-1, most), (most + 1, most)] {
        assert_eq!(configured(&mut client, "s", proposed).await, Ok(agreed));
    }
    for (name, summary) in [("bad", "A bad shelf"), ("", "Invalid name"), ("locked", "Refused")] {
        assert_eq!(configured(&mut client, name, 4).await, Err(summary.to_owned()));
    }
}

#[tokio::test]
async fn what_goes_wrong_and_warnings_come_in_a_chunk() {
    let (mut client, ..) = shelf(4).await;
    let warned = read(&mut client, "warned").await;
    assert_eq!((warned.len(), warned[0].diagnostics[0].summary.as_str(), warned[0].bytes.len()), (1, "Read", 0));
    assert_eq!(written(&mut client, chunks("warned", b"abcde", 4)).await, None);
    let warned = read(&mut client, "warned").await;
    assert_eq!(warned.iter().map(|chunk| chunk.diagnostics.len()).collect::<Vec<_>>(), [1, 0]);
    let panicked = read(&mut client, "panic").await.remove(0);
    assert_eq!(
        (panicked.diagnostics[0].summary.as_str(), panicked.range.is_some()),
        ("The provider failed in ReadStateBytes", true)
    );
    let schemas = client.get_provider_schema(Request::new(Default::default())).await.unwrap().into_inner();
    let block = schemas.state_store_schemas[NAME].block.clone().unwrap();
    assert_eq!(block.attributes.iter().map(|attribute| attribute.computed).collect::<Vec<_>>(), [false, false]);
    let metadata = client.get_metadata(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(metadata.state_stores[0].type_name, NAME);
}
