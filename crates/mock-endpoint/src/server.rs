//! Accepts connections, counts them, and drops those that a fault drops.

use std::{
    convert::Infallible,
    fmt,
    net::TcpListener,
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
};

use axum::{body::Body, extract::Request, response::Response};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tower::ServiceExt as _;

use crate::{State, control, gateway};

/// The connection is to be dropped without a reply.
#[derive(Debug)]
pub(crate) struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dropped by a fault")
    }
}

impl std::error::Error for Dropped {}

/// Serves until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, state: State) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let control = control::routes(state.clone());
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let (state, control) = (state.clone(), control.clone());
        let counted = Arc::new(AtomicBool::new(false));
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (state, control, counted) = (state.clone(), control.clone(), Arc::clone(&counted));
            async move {
                let request: Request = request.map(Body::new);
                if request.uri().path().starts_with("/_mock/") {
                    let answered: Result<Response, Infallible> = control.oneshot(request).await;
                    return answered.map_err(|_| Dropped);
                }
                if !counted.swap(true, Ordering::Relaxed) {
                    state.lock().connections += 1;
                }
                gateway::answer(state, request).await
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}
