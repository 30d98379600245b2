//! From serving to the end: nothing new is started, what is running finishes, then the process may go.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The life of the process, shared by everything in it.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    stopping: Arc<Mutex<CancellationToken>>,
    closing: CancellationToken,
    work: TaskTracker,
    deliveries: TaskTracker,
    serves_many: bool,
}

impl Default for Lifecycle {
    fn default() -> Self {
        let deliveries = TaskTracker::new();
        // Waiting needs a tracker that is closed; one that is closed takes tokens all the same.
        deliveries.close();
        Self {
            stopping: Arc::default(),
            closing: CancellationToken::new(),
            work: TaskTracker::new(),
            deliveries,
            serves_many: false,
        }
    }
}

impl Lifecycle {
    /// The life of a process that serves one Terraform after the other, such as for a debugger.
    pub fn serving_many() -> Self {
        Self { serves_many: true, ..Self::default() }
    }

    /// The next Terraform begins. What the one before it stopped stays stopped.
    pub(crate) fn begin(&self) {
        let mut stopping = self.stopping.lock().unwrap_or_else(PoisonError::into_inner);
        if self.serves_many && stopping.is_cancelled() && !self.closing.is_cancelled() {
            *stopping = CancellationToken::new();
        }
    }

    /// Where calls run, so that they are finished before the process ends, whatever becomes of who called.
    pub fn work(&self) -> &TaskTracker {
        &self.work
    }

    /// What is still to be done after answers.
    pub fn deliveries(&self) -> &TaskTracker {
        &self.deliveries
    }

    /// What is cancelled when everything that waits should wait no longer.
    pub fn cancellation(&self) -> CancellationToken {
        self.stopping.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Cancels everything that waits. The process continues to serve.
    pub fn stop(&self) {
        self.cancellation().cancel();
    }

    /// Ends the process: nothing new is started, and what is running is waited for.
    pub fn close(&self) {
        self.closing.cancel();
        self.stop();
        self.work.close();
    }

    /// Resolves as soon as the end is near, before running work is finished.
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }

    /// Resolves once the end has come and all work is finished.
    pub async fn ended(&self) {
        self.closing.cancelled().await;
        self.work.wait().await;
        self.deliveries.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_counts_for_one_terraform() {
        for (lifecycle, goes_on) in [(Lifecycle::serving_many(), true), (Lifecycle::default(), false)] {
            let first = lifecycle.cancellation();
            lifecycle.stop();
            lifecycle.begin();
            assert!(first.is_cancelled());
            assert_eq!(lifecycle.cancellation().is_cancelled(), !goes_on);
            lifecycle.close();
            lifecycle.begin();
            assert!(lifecycle.cancellation().is_cancelled(), "nothing begins at the end");
        }
    }
}
