//! Calls about state stores. A state comes and goes in chunks; a store sees it as a whole or not at all.

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicUsize, Ordering},
};

use futures_util::{Stream, StreamExt as _, stream};
use tonic::{Response, Status};

use super::{Diagnosed, Inner, SchemaWithType, Server, action::not_computed, provider::failure, unknown_type, wire};
use crate::{
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    erased::{Provider, StateStore},
    proto::{
        self, StateRange, StateStoreServerCapabilities, configure_state_store, delete_state, get_states, lock_state,
        read_state_bytes, unlock_state, validate_state_store, write_state_bytes,
    },
    validate::validate,
};

/// The size of chunks where Terraform proposes none, and the greatest that is agreed to.
const CHUNK: usize = 8 << 20;

/// A state store with its schema and the size of chunks that was agreed.
pub(super) struct Registered<C> {
    item: Box<dyn StateStore<C>>,
    schema: SchemaWithType,
    chunk: AtomicUsize,
}

pub(super) fn registered<C>(stores: Vec<Box<dyn StateStore<C>>>) -> BTreeMap<&'static str, Registered<C>> {
    let register = |item: Box<dyn StateStore<C>>| {
        (item.name(), Registered { schema: item.schema().into(), item, chunk: AtomicUsize::new(CHUNK) })
    };
    stores.into_iter().map(register).collect()
}

/// The chunks of a state.
pub(super) type Chunks = stream::Iter<std::vec::IntoIter<Result<read_state_bytes::Response, Status>>>;

/// What a call about one state came to, before it is put into its message.
type Attempt<T> = Result<T, Diagnostics>;

impl<P: Provider> Server<P> {
    pub(super) async fn read_state(&self, request: read_state_bytes::Request) -> Result<Response<Chunks>, Status> {
        let subject = request.type_name.clone();
        let read = self.call("ReadStateBytes", &subject, ChunksRead::default(), |inner, ctx| async move {
            inner.read_state(&request, &ctx).await
        });
        let chunks: Vec<_> = read.await?.into_inner().0.into_iter().map(Ok).collect();
        Ok(Response::new(stream::iter(chunks)))
    }

    pub(super) async fn write_state(
        &self,
        chunks: impl Stream<Item = Result<write_state_bytes::RequestChunk, Status>> + Unpin,
    ) -> Result<Response<write_state_bytes::Response>, Status> {
        // A stream that breaks off ends here, and leaves the old state.
        let received = Received::from(chunks).await?;
        let subject = received.name.clone();
        self.call("WriteStateBytes", &subject, write_state_bytes::Response::default(), |inner, ctx| async move {
            inner.write_state(received, &ctx).await
        })
        .await
    }
}

/// All chunks of one answer.
#[derive(Default)]
struct ChunksRead(Vec<read_state_bytes::Response>);

impl Diagnosed for ChunksRead {
    fn with(self, diagnostic: Diagnostic) -> Self {
        Self(vec![chunk(Vec::new(), 0, 0).with(diagnostic)])
    }
}

/// A state that was sent in chunks.
struct Received {
    name: String,
    state: String,
    bytes: Result<Vec<u8>, Diagnostic>,
}

impl Received {
    async fn from(
        mut chunks: impl Stream<Item = Result<write_state_bytes::RequestChunk, Status>> + Unpin,
    ) -> Result<Self, Status> {
        let (mut name, mut state) = (String::new(), String::new());
        let (mut bytes, mut total, mut wrong) = (Vec::new(), None, None);
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            if let Some(meta) = chunk.meta {
                (name, state) = (meta.type_name, meta.state_id);
            }
            let start = i64::try_from(bytes.len()).ok();
            let is_next = start == chunk.range.map(|range| range.start);
            let is_same = chunk.total_length == *total.get_or_insert(chunk.total_length);
            if !is_next || !is_same {
                wrong = Some("a chunk does not follow the one before it");
            }
            bytes.extend(chunk.bytes);
        }
        if total.is_none_or(|total| i64::try_from(bytes.len()) != Ok(total)) {
            wrong = wrong.or(Some("it is not as long as it should be"));
        }
        if bytes.is_empty() {
            wrong = wrong.or(Some("it is empty"));
        }
        let bytes = match wrong {
            None => Ok(bytes),
            Some(what) => {
                let detail = format!(
                    "The state that Terraform sent is not whole: {what}. Nothing was written, and the state is as it was. \
                     Run the command again; Terraform may have kept the new state in errored.tfstate, which terraform \
                     state push takes."
                );
                Err(Diagnostic::error("The state was not written", detail))
            }
        };
        Ok(Self { name, state, bytes })
    }
}

impl<P: Provider> Inner<P> {
    fn state_store(&self, name: &str) -> Result<&Registered<P::Client>, Diagnostic> {
        self.state_stores.get(name).ok_or_else(|| unknown_type("state store", name, self.state_stores.keys()))
    }

    pub(super) fn state_store_schemas(&self) -> HashMap<String, proto::Schema> {
        let schema = |registered: &Registered<P::Client>| {
            let mut schema = proto::Schema::from(&registered.schema.schema);
            schema.block.iter_mut().for_each(not_computed);
            schema
        };
        self.state_stores.iter().map(|(name, registered)| ((*name).to_owned(), schema(registered))).collect()
    }

    pub(super) fn validate_state_store(
        &self,
        request: &validate_state_store::Request,
    ) -> validate_state_store::Response {
        let checked = self.state_store(&request.type_name).and_then(|registered| {
            let config = wire::decode(request.config.as_ref(), &registered.schema.ty, "configuration")?;
            let mut diagnostics = validate(&registered.schema.schema.block, &config);
            diagnostics.extend(registered.item.validate(&config));
            Ok(diagnostics)
        });
        validate_state_store::Response { diagnostics: wire::diagnostics(checked.unwrap_or_else(Into::into)) }
    }

    pub(super) async fn configure_state_store(
        &self,
        request: configure_state_store::Request,
        ctx: Context,
    ) -> configure_state_store::Response {
        let configure = async {
            let Registered { item, schema, chunk } = self.state_store(&request.type_name)?;
            let config = wire::decode(request.config.as_ref(), &schema.ty, "configuration")?;
            item.configure(&*self.client()?, config, &ctx).await?;
            let proposed = request.capabilities.map(|capabilities| capabilities.chunk_size);
            let proposed = proposed.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
            let agreed = proposed.unwrap_or(CHUNK).min(CHUNK);
            chunk.store(agreed, Ordering::Relaxed);
            Ok(agreed)
        };
        let (agreed, diagnostics) = ended(configure.await, &ctx);
        let capabilities = agreed
            .and_then(|size| i64::try_from(size).ok())
            .map(|chunk_size| StateStoreServerCapabilities { chunk_size });
        configure_state_store::Response { diagnostics, capabilities }
    }

    async fn read_state(&self, request: &read_state_bytes::Request, ctx: &Context) -> ChunksRead {
        let read = async {
            let Registered { item, chunk, .. } = self.state_store(&request.type_name)?;
            let bytes = item.read(&request.state_id, ctx).await?.unwrap_or_default();
            Ok((bytes, chunk.load(Ordering::Relaxed)))
        };
        let (read, diagnostics) = ended(read.await, ctx);
        let (bytes, size) = read.unwrap_or((Vec::new(), CHUNK));
        let parts = bytes.chunks(size).enumerate();
        let mut chunks: Vec<_> = parts.map(|(at, part)| chunk(part.to_vec(), at * size, bytes.len())).collect();
        if chunks.is_empty() && !diagnostics.is_empty() {
            chunks.push(chunk(Vec::new(), 0, 0));
        }
        if let Some(first) = chunks.first_mut() {
            first.diagnostics = diagnostics;
        }
        ChunksRead(chunks)
    }

    async fn write_state(&self, received: Received, ctx: &Context) -> write_state_bytes::Response {
        let ctx = lasting(ctx);
        let write = async {
            let Received { name, state, bytes } = received;
            let item = &self.state_store(&name)?.item;
            item.write(&state, bytes?, &ctx).await
        };
        write_state_bytes::Response { diagnostics: ended(write.await, &ctx).1 }
    }

    pub(super) async fn lock_state(&self, request: lock_state::Request, ctx: Context) -> lock_state::Response {
        let lock = async {
            let item = &self.state_store(&request.type_name)?.item;
            item.lock(&request.state_id, &request.operation, &ctx).await
        };
        let (lock, diagnostics) = ended(lock.await, &ctx);
        lock_state::Response { lock_id: lock.unwrap_or_default(), diagnostics }
    }

    pub(super) async fn unlock_state(&self, request: unlock_state::Request, ctx: Context) -> unlock_state::Response {
        let ctx = lasting(&ctx);
        let unlock = async {
            let item = &self.state_store(&request.type_name)?.item;
            item.unlock(&request.state_id, &request.lock_id, &ctx).await
        };
        unlock_state::Response { diagnostics: ended(unlock.await, &ctx).1 }
    }

    pub(super) async fn states(&self, request: get_states::Request, ctx: Context) -> get_states::Response {
        let list = async { self.state_store(&request.type_name)?.item.list(&ctx).await };
        let (states, diagnostics) = ended(list.await, &ctx);
        get_states::Response { state_id: states.unwrap_or_default(), diagnostics }
    }

    pub(super) async fn delete_state(&self, request: delete_state::Request, ctx: Context) -> delete_state::Response {
        let delete = async { self.state_store(&request.type_name)?.item.delete(&request.state_id, &ctx).await };
        delete_state::Response { diagnostics: ended(delete.await, &ctx).1 }
    }
}

/// Terraform writes and unlocks a state also after it was asked to stop.
fn lasting(ctx: &Context) -> Context {
    Context::default().with_request_id(ctx.request_id().to_owned())
}

fn ended<T>(done: Attempt<T>, ctx: &Context) -> (Option<T>, Vec<proto::Diagnostic>) {
    match done {
        Ok(done) => (Some(done), wire::diagnostics(ctx.take_warnings())),
        Err(errors) => (None, wire::diagnostics(failure(ctx, errors))),
    }
}

/// Terraform reads the range of every chunk, also of one without bytes. Both ends are included.
fn chunk(bytes: Vec<u8>, start: usize, total: usize) -> read_state_bytes::Response {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let range = StateRange { start: number(start), end: number((start + bytes.len()).saturating_sub(1)) };
    read_state_bytes::Response { bytes, total_length: number(total), range: Some(range), diagnostics: Vec::new() }
}
