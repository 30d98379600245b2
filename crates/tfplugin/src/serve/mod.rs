//! The process: started by Terraform, it shakes hands, serves until it is stopped, and finishes what it began.

#[cfg(feature = "testing")]
mod background;
mod handshake;
mod listener;
mod log;
mod parent;
mod reattach;
mod services;
mod signals;
mod tls;

use std::{io, process::ExitCode, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use tonic::transport::server::Connected;

#[cfg(feature = "testing")]
pub(crate) use background::Background;
pub use handshake::started_by_terraform;
use listener::Listener;

pub use super::lifecycle::Lifecycle;
use super::{
    erased::Provider,
    proto::{
        plugin::{
            grpc_broker_server::GrpcBrokerServer, grpc_controller_server::GrpcControllerServer,
            grpc_stdio_server::GrpcStdioServer,
        },
        provider_server::ProviderServer,
    },
    rpc::{Delivering, Server},
};

/// The longest message accepted and sent, in bytes: what Terraform itself allows.
pub const MAX_MESSAGE: usize = 256 << 20;

/// How long connections may take to close once everything is done.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(500);

/// Who this plugin is.
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    /// The name of the binary, such as `terraform-provider-example`.
    pub name: &'static str,
    /// The version, such as `1.2.3`.
    pub version: &'static str,
    /// The source addresses that a debugger's Terraform may know it by.
    pub addresses: &'static [&'static str],
    /// The crates whose events reach Terraform's log; empty for all. A provider that handles secrets names the crates it
    /// trusts: an HTTP library may log headers.
    pub log_crates: &'static [&'static str],
}

/// How the process was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// By Terraform.
    Plugin,
    /// By hand, to be attached to.
    Debug,
}

/// Does what the command line and the environment specify: serves as a plugin, serves for a debugger, or explains
/// itself. Returns when the process should end.
pub fn run<P: Provider>(plugin: Plugin, provider: P) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--version" | "-version" | "-V"] => {
            println!("{} {}", plugin.name, plugin.version);
            ExitCode::SUCCESS
        }
        ["--debug" | "-debug"] => debug(plugin, provider),
        ["--help" | "-help" | "-h"] => {
            println!("{}", handshake::explanation(plugin.name));
            ExitCode::SUCCESS
        }
        [] if handshake::started_by_terraform() => serve(plugin, provider, Start::Plugin),
        [] => {
            eprintln!("{}", handshake::explanation(plugin.name));
            ExitCode::FAILURE
        }
        [wrong] => {
            eprintln!("{}: there is no argument {wrong:?}, see --help", plugin.name);
            ExitCode::FAILURE
        }
        _ => {
            eprintln!("{}: one argument at most, see --help", plugin.name);
            ExitCode::FAILURE
        }
    }
}

/// Serves until Ctrl-C, and prints how Terraform attaches to it (TF_REATTACH_PROVIDERS).
pub fn debug<P: Provider>(plugin: Plugin, provider: P) -> ExitCode {
    serve(plugin, provider, Start::Debug)
}

fn serve<P: Provider>(plugin: Plugin, provider: P, start: Start) -> ExitCode {
    log::install(plugin);
    // One thread is enough: a provider waits for the network, and starting threads costs more than it would save.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(serve_until_stopped(plugin, provider, start))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{} cannot serve: {error}", plugin.name);
            ExitCode::FAILURE
        }
    }
}

async fn serve_until_stopped<P: Provider>(plugin: Plugin, provider: P, start: Start) -> io::Result<()> {
    let lifecycle = if start == Start::Debug { Lifecycle::serving_many() } else { Lifecycle::default() };
    signals::watch(&lifecycle, start)?;
    let (listener, address) = Listener::bind()?;
    let tls = match start {
        Start::Plugin => {
            parent::watch(&lifecycle)?;
            tls::Mutual::from_environment()?
        }
        Start::Debug => None,
    };
    let server = Arc::new(Server::new(provider, lifecycle.clone()));
    let line = match start {
        Start::Plugin => handshake::line(&address, tls.as_ref().map(tls::Mutual::certificate)),
        Start::Debug => reattach::instructions(plugin, &address),
    };
    handshake::print(&line)?;
    tracing::debug!(version = plugin.version, "serving");

    let connections = listener.connections(tls.map(|tls| tls.acceptor()));
    serve_connections(Arc::clone(&server), lifecycle.clone(), connections, start).await?;
    tracing::debug!("everything that was sent is finished");
    Ok(())
}

/// Serves on these connections until the lifecycle ends, and waits for what has been sent until then.
///
/// # Errors
/// A transport that fails.
async fn serve_connections<P: Provider, C>(
    server: Arc<Server<P>>,
    lifecycle: Lifecycle,
    connections: impl stream::Stream<Item = C> + Send + 'static,
    start: Start,
) -> io::Result<()>
where
    C: Connected + tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    C::ConnectInfo: Clone + Send + Sync + 'static,
{
    let services = services::Services::new(Arc::clone(&server), lifecycle.clone(), start);
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_service_status("plugin", tonic_health::ServingStatus::Serving).await;
    let provider = ProviderServer::from_arc(Arc::clone(&server))
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE);
    let router = tonic::transport::Server::builder()
        .add_service(Delivering(provider))
        .add_service(health_service)
        .add_service(GrpcControllerServer::new(services.clone()))
        .add_service(GrpcBrokerServer::new(services.clone()))
        .add_service(GrpcStdioServer::new(services));
    let ended = lifecycle.clone();
    let serving = router.serve_with_incoming_shutdown(connections.map(Ok::<_, io::Error>), async move {
        ended.ended().await;
    });
    let serving = tokio::spawn(serving);
    lifecycle.ended().await;
    match tokio::time::timeout(SHUTDOWN_GRACE, serving).await {
        Ok(Ok(served)) => served.map_err(io::Error::other),
        // Connections that linger are closed with the process.
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}
