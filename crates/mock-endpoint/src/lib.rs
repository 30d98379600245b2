//! A mock of the Alibaba Cloud operations that the provider calls, with a real HTTP server on loopback.
//!
//! - [`Mock`]: starts a mock, and reports what happened
//! - [`ledger`]: the orders, requests and connections of a mock
//! - [`fault`]: faults to simulate, and how often
//! - `gateway`: checks signature, timestamp, nonce and version, then calls an operation
//! - `operations`: one file for each product
//! - `control`: ledger and faults over HTTP, under `/_mock/`
//!
//! It shares no code with the client, so that each checks the other.

mod call;
mod control;
pub mod fault;
mod gateway;
pub mod ledger;
mod operations;
mod rate;
mod server;
pub mod signature;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use serde_json::Value as Json;
use tokio::sync::oneshot;

use fault::Fault;
use ledger::{Key, Ledger};

/// The keys that a new mock knows.
pub const ACCESS_KEY: &str = "mock-access-key";

/// The secret of [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "mock-secret-key";

/// The account that [`ACCESS_KEY`] belongs to.
pub const ACCOUNT: &str = "1000000000000001";

/// The names of the operations that it offers.
pub fn operations() -> Vec<&'static str> {
    operations::all().map(|operation| operation.name).collect()
}

/// What all connections share.
#[derive(Clone)]
pub(crate) struct State(Arc<Mutex<Ledger>>);

impl State {
    fn new() -> Self {
        let mut ledger = Ledger::default();
        ledger.keys.insert(ACCESS_KEY.to_owned(), Key::new(SECRET_KEY, ACCOUNT));
        Self(Arc::new(Mutex::new(ledger)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running mock. It ends when this is dropped.
pub struct Mock {
    address: SocketAddr,
    state: State,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Mock {
    /// Starts a mock on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port, or no thread, to be had.
    pub fn start() -> io::Result<Self> {
        Self::start_on(0)
    }

    /// Starts a mock on this port of 127.0.0.1; 0 for a free one.
    ///
    /// # Errors
    /// The port is taken, or there is no thread to be had.
    pub fn start_on(port: u16) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = State::new();
        let (stop, stopped) = oneshot::channel();
        let serving = state.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("mock-endpoint".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = server::serve(listener, serving) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, state, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it is, as an endpoint: `http://127.0.0.1:…`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has recorded up to now.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.state.lock()
    }

    /// Lets something go wrong.
    ///
    /// # Panics
    /// The fault would change nothing, and so would a test with it.
    pub fn fault(&self, fault: Fault) {
        let parsed = fault::parse(&serde_json::json!(fault));
        assert_eq!(parsed.as_ref(), Ok(&fault), "this fault changes nothing");
        self.state.lock().faults.push(fault);
    }

    /// Overrides fields of an order in responses; null removes a field.
    pub fn override_order(&self, order_id: &str, fields: Json) {
        self.state.lock().override_order(order_id, fields);
    }

    /// The same of an instance.
    pub fn override_instance(&self, instance_id: &str, fields: Json) {
        self.state.lock().override_instance(instance_id, fields);
    }

    /// Overrides fields that DescribePrice returns for a product; null removes a field.
    /// Orders that are placed from now on cost that.
    pub fn set_price(&self, product: &str, fields: Json) {
        self.state.lock().set_price(product, fields);
    }

    /// Overrides fields that DescribeProducts returns for a product, and `Type`; null removes a field. A code that the
    /// catalogue does not have adds a product.
    pub fn set_product(&self, code: &str, fields: Json) {
        self.state.lock().products.insert(code.to_owned(), fields);
    }

    /// Answers so many requests in any second; the others get `Throttling.User`, and nothing is done.
    pub fn limit_rate(&self, per_second: usize) {
        self.state.lock().rate = Some(rate::Rate::new(per_second));
    }

    /// Waits until it is stopped from outside, for a mock that is a process of its own.
    pub fn wait(mut self) {
        let _stop = self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
