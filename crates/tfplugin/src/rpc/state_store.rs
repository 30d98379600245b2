//! Calls about state stores. A state comes and goes in chunks; a store sees it as a whole or not at all.

use std::sync::PoisonError;

use futures_util::{Stream, StreamExt as _, stream};
use tonic::{Response, Status};

use super::{Diagnosed, Events, Inner, Registered, Server, find, messages, provider::ended, wire};
use crate::{
    context::Context,
    diagnostics::Diagnostic,
    erased::{Provider, StateStore},
    proto::{
        StateRange, StateStoreServerCapabilities, configure_state_store, delete_state, get_states, lock_state,
        read_state_bytes, unlock_state, validate_state_store, write_state_bytes,
    },
};

/// The size of chunks where Terraform proposes none, and the greatest that is agreed to.
const CHUNK: usize = 8 << 20;

impl<P: Provider> Server<P> {
    pub(super) async fn read_state(
        &self,
        request: read_state_bytes::Request,
    ) -> Result<Response<Events<read_state_bytes::Response>>, Status> {
        let subject = request.type_name.clone();
        let read = self.call("ReadStateBytes", &subject, ChunksRead::default(), |inner, ctx| async move {
            inner.read_state(&request, &ctx).await
        });
        let chunks: Vec<_> = read.await?.into_inner().0.into_iter().map(Ok).collect();
        Ok(Response::new(stream::iter(chunks).boxed()))
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
            wrong = wrong.or(Some("its length is wrong"));
        }
        if bytes.is_empty() {
            wrong = wrong.or(Some("it is empty"));
        }
        let bytes = match wrong {
            None => Ok(bytes),
            Some(what) => Err(messages::broken_state(what)),
        };
        Ok(Self { name, state, bytes })
    }
}

impl<P: Provider> Inner<P> {
    fn state_store(&self, name: &str) -> Result<&Registered<dyn StateStore<P::Client>>, Diagnostic> {
        find(&self.state_stores, "state store", name)
    }

    pub(super) fn validate_state_store(
        &self,
        request: &validate_state_store::Request,
    ) -> validate_state_store::Response {
        let store = self.state_store(&request.type_name);
        let checked = store.and_then(|store| store.validate(request.config.as_ref()));
        validate_state_store::Response { diagnostics: wire::diagnostics(checked.unwrap_or_else(Into::into)) }
    }

    pub(super) async fn configure_state_store(
        &self,
        request: configure_state_store::Request,
        ctx: Context,
    ) -> configure_state_store::Response {
        let configure = async {
            let store = self.state_store(&request.type_name)?;
            let config = store.config(request.config.as_ref())?;
            store.item.configure(&*self.client()?, config, &ctx).await?;
            let proposed = request.capabilities.map(|capabilities| capabilities.chunk_size);
            let proposed = proposed.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
            let agreed = proposed.unwrap_or(CHUNK).min(CHUNK);
            let mut sizes = self.chunk_sizes.write().unwrap_or_else(PoisonError::into_inner);
            sizes.insert(request.type_name, agreed);
            Ok(agreed)
        };
        let (agreed, diagnostics) = ended(configure.await, &ctx);
        let capabilities = agreed
            .and_then(|size| i64::try_from(size).ok())
            .map(|chunk_size| StateStoreServerCapabilities { chunk_size });
        configure_state_store::Response { diagnostics, capabilities }
    }

    async fn read_state(&self, request: &read_state_bytes::Request, ctx: &Context) -> ChunksRead {
        let read = async { self.state_store(&request.type_name)?.item.read(&request.state_id, ctx).await };
        let (read, diagnostics) = ended(read.await, ctx);
        let bytes = read.flatten().unwrap_or_default();
        let size = self.chunk_size(&request.type_name);
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

    fn chunk_size(&self, store: &str) -> usize {
        let sizes = self.chunk_sizes.read().unwrap_or_else(PoisonError::into_inner);
        sizes.get(store).copied().unwrap_or(CHUNK)
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

/// Terraform also writes and unlocks a state after it has stopped the provider.
fn lasting(ctx: &Context) -> Context {
    Context::default().with_request_id(ctx.request_id().to_owned())
}

/// Terraform reads the range of every chunk, also of one without bytes. Both ends are included.
fn chunk(bytes: Vec<u8>, start: usize, total: usize) -> read_state_bytes::Response {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let range = StateRange { start: number(start), end: number((start + bytes.len()).saturating_sub(1)) };
    read_state_bytes::Response { bytes, total_length: number(total), range: Some(range), diagnostics: Vec::new() }
}
