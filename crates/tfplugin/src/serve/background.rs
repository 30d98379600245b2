//! For tests: a provider that is served by a thread of the process, and that Terraform attaches to.

use std::{
    io,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

use super::{Lifecycle, Plugin, Server, Start, listener::Listener, reattach, serve_connections};
use crate::erased::Provider;

/// A provider that is served until this is dropped.
#[derive(Debug)]
pub(crate) struct Background {
    lifecycle: Lifecycle,
    reattach: String,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Serves a provider.
    ///
    /// # Errors
    /// There is no socket or no thread.
    pub(crate) fn start<P: Provider>(plugin: Plugin, provider: P) -> io::Result<Self> {
        let lifecycle = Lifecycle::serving_many();
        let (bound, address) = mpsc::sync_channel(1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let life = lifecycle.clone();
        let serve = async move {
            let listener = match Listener::bind() {
                Ok((listener, address)) => {
                    let _ = bound.send(Ok(address));
                    listener
                }
                Err(error) => {
                    let _ = bound.send(Err(error));
                    return;
                }
            };
            let server = Arc::new(Server::new(provider, life.clone()));
            // Terraform reports a transport that fails.
            let _ = serve_connections(server, life, listener.connections(None), Start::Debug).await;
        };
        let thread = thread::Builder::new().name(plugin.name.to_owned()).spawn(move || runtime.block_on(serve))?;
        let address = address.recv().map_err(io::Error::other)??;
        let sources = plugin.addresses.iter().flat_map(|source| [(*source).to_owned(), for_opentofu(source)]);
        let sources: Vec<String> = sources.collect();
        let reattach = reattach::providers(sources.iter().map(String::as_str), &address);
        Ok(Self { lifecycle, reattach, thread: Some(thread) })
    }

    /// The value of TF_REATTACH_PROVIDERS.
    pub(crate) fn reattach(&self) -> &str {
        &self.reattach
    }
}

/// OpenTofu takes an address without a host for one of its own registry.
fn for_opentofu(source: &str) -> String {
    source.replacen("registry.terraform.io/", "registry.opentofu.org/", 1)
}

impl Drop for Background {
    fn drop(&mut self) {
        self.lifecycle.close();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
