//! go-plugin's own services: the end of the plugin, its output, and further connections.

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, StreamExt, stream};
use tonic::{Request, Response, Status, Streaming, async_trait};

use super::{Lifecycle, Start};
use crate::{
    erased::Provider,
    proto::plugin::{
        ConnInfo, Empty, StdioData, grpc_broker_server::GrpcBroker, grpc_controller_server::GrpcController,
        grpc_stdio_server::GrpcStdio,
    },
    rpc::Server,
};

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// All of them; they share the lifecycle.
pub(super) struct Services<P: Provider> {
    server: Arc<Server<P>>,
    lifecycle: Lifecycle,
    start: Start,
}

impl<P: Provider> Clone for Services<P> {
    fn clone(&self) -> Self {
        Self { server: Arc::clone(&self.server), lifecycle: self.lifecycle.clone(), start: self.start }
    }
}

impl<P: Provider> Services<P> {
    pub(super) fn new(server: Arc<Server<P>>, lifecycle: Lifecycle, start: Start) -> Self {
        Self { server, lifecycle, start }
    }

    /// A stream that says nothing and ends with the process.
    fn silence<T: Send + 'static>(&self) -> Answers<T> {
        let lifecycle = self.lifecycle.clone();
        Box::pin(stream::once(async move { lifecycle.closing().await }).filter_map(async |()| None))
    }
}

#[async_trait]
impl<P: Provider> GrpcController for Services<P> {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("Terraform ends the plugin");
        self.server.shutdown().await;
        // A debugger's provider outlives the Terraform commands that attach to it.
        if self.start == Start::Plugin {
            self.lifecycle.close();
        }
        Ok(Response::new(Empty {}))
    }
}

#[async_trait]
impl<P: Provider> GrpcStdio for Services<P> {
    type StreamStdioStream = Answers<StdioData>;

    /// Nothing is ever printed after the handshake, and logs go to stderr as they are.
    async fn stream_stdio(&self, _request: Request<()>) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(self.silence()))
    }
}

#[async_trait]
impl<P: Provider> GrpcBroker for Services<P> {
    type StartStreamStream = Answers<ConnInfo>;

    /// Terraform's protocol opens no further connections.
    async fn start_stream(
        &self,
        _request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        Ok(Response::new(self.silence()))
    }
}
