//! Notifies a request when its connection is established, so that the time to answer begins there and not before.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// Since when the request in this task has a connection; none while one is being made for it.
    static CONNECTED: watch::Sender<Option<Instant>>;
}

/// Runs an exchange with a server. None, if it has a connection and takes longer than this from then on.
pub(super) async fn answered_within<T>(time: Duration, exchange: impl Future<Output = T>) -> Option<T> {
    let (connected, since) = watch::channel(Some(Instant::now()));
    tokio::select! {
        biased;
        answer = CONNECTED.scope(connected, exchange) => Some(answer),
        () = silence(time, since) => None,
    }
}

/// Ends when a connection has stood for this time.
async fn silence(time: Duration, mut since: watch::Receiver<Option<Instant>>) {
    loop {
        let connected = *since.borrow_and_update();
        let over = async {
            match connected {
                Some(moment) => tokio::time::sleep_until(moment + time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            changed = since.changed() => if changed.is_err() { return std::future::pending().await },
            () = over => return,
        }
    }
}

/// Makes connectors report when they start connecting and when they are connected.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConnectionNotice;

impl<S> Layer<S> for ConnectionNotice {
    type Service = Connector<S>;

    fn layer(&self, connector: S) -> Connector<S> {
        Connector(connector)
    }
}

/// A connector that reports its progress.
#[derive(Debug, Clone)]
pub(super) struct Connector<S>(S);

impl<R, S> Service<R> for Connector<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: 'static,
    S::Error: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, destination: R) -> Self::Future {
        let connecting = self.0.call(destination);
        Box::pin(async move {
            report_connected(None);
            let connection = connecting.await;
            report_connected(Some(Instant::now()));
            connection
        })
    }
}

fn report_connected(since: Option<Instant>) {
    // A connection that no request waits for any more is made in a task of its own.
    let _ = CONNECTED.try_with(|connected| connected.send_replace(since));
}
