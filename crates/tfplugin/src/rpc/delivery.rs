//! What is done once the caller has been given an answer: the body of the answer carries it, and it is done when the body has
//! been handed over to the connection.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::runtime::Handle;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tonic::{
    Status,
    body::Body,
    codegen::{BoxFuture, Bytes, Service, http},
    server::NamedService,
};

use crate::{lifecycle::Lifecycle, object::Delivered};

/// Work for after the answer. The process does not end while there is any.
#[derive(Clone)]
pub(super) struct Delivery(Arc<Mutex<Option<Pending>>>);

struct Pending {
    work: Delivered,
    token: TaskTrackerToken,
}

impl Delivery {
    pub(super) fn new(work: Delivered, lifecycle: &Lifecycle) -> Self {
        let pending = Pending { work, token: lifecycle.deliveries().token() };
        Self(Arc::new(Mutex::new(Some(pending))))
    }

    /// Does the work in a task of its own: the task that writes the response must not wait for it, nor fail with it.
    fn start(&self) {
        let Some(Pending { work, token }) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        let work = move || {
            if catch_unwind(AssertUnwindSafe(|| work.done())).is_err() {
                tracing::error!("on_delivered panicked; Terraform has the state");
            }
            drop(token);
        };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move { work() })),
            Err(_) => work(),
        }
    }
}

/// A service whose answers may carry work for after them.
#[derive(Debug, Clone)]
pub struct Delivering<S>(pub S);

impl<S: NamedService> NamedService for Delivering<S> {
    const NAME: &'static str = S::NAME;
}

impl<S, B> Service<http::Request<B>> for Delivering<S>
where
    S: Service<http::Request<B>, Response = http::Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let answer = self.0.call(request);
        Box::pin(async move {
            let mut answer = answer.await?;
            let delivery = answer.extensions_mut().remove::<Delivery>();
            Ok(match delivery {
                Some(delivery) => answer.map(|body| Body::new(Watched { body, delivery, is_handed_over: false })),
                None => answer,
            })
        })
    }
}

/// A body that knows whether its last frame was taken.
struct Watched {
    body: Body,
    delivery: Delivery,
    is_handed_over: bool,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.is_handed_over |= match &frame {
            Poll::Ready(Some(Ok(frame))) => frame.is_trailers(),
            Poll::Ready(None) => true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => false,
        };
        frame
    }

    fn is_end_stream(&self) -> bool {
        // A body that says so is thrown away unread.
        self.is_handed_over && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The connection drops a body after it has queued the last frame, or when the caller has gone away.
impl Drop for Watched {
    fn drop(&mut self) {
        if self.is_handed_over {
            self.delivery.start();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{Ready, poll_fn, ready},
        sync::atomic::{AtomicBool, Ordering},
    };

    use super::*;

    /// Answers with an empty body that carries this.
    struct Answers(Delivery);

    impl Service<http::Request<()>> for Answers {
        type Response = http::Response<Body>;
        type Error = Status;
        type Future = Ready<Result<Self::Response, Status>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: http::Request<()>) -> Self::Future {
            let mut answer = http::Response::new(Body::empty());
            answer.extensions_mut().insert(self.0.clone());
            ready(Ok(answer))
        }
    }

    #[tokio::test]
    async fn only_a_body_that_was_handed_over_is_delivered() -> Result<(), Status> {
        for is_read in [false, true] {
            let (lifecycle, done) = (Lifecycle::default(), Arc::new(AtomicBool::new(false)));
            let mark = Arc::clone(&done);
            let delivery = Delivery::new(Delivered::then(move || mark.store(true, Ordering::SeqCst)), &lifecycle);
            let mut body = Delivering(Answers(delivery)).call(http::Request::new(())).await?.into_body();
            if is_read {
                assert!(poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.is_none());
            }
            assert!(!done.load(Ordering::SeqCst) && !lifecycle.deliveries().is_empty());
            drop(body);
            lifecycle.deliveries().wait().await;
            assert_eq!(done.load(Ordering::SeqCst), is_read);
        }
        Ok(())
    }
}
