//! From serving to the end: nothing new is started, what is running finishes, then the process may go.

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The life of the process, shared by everything in it.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    stopping: CancellationToken,
    closing: CancellationToken,
    work: TaskTracker,
    deliveries: TaskTracker,
}

impl Default for Lifecycle {
    fn default() -> Self {
        let deliveries = TaskTracker::new();
        // Waiting needs a tracker that is closed; one that is closed takes tokens all the same.
        deliveries.close();
        Self {
            stopping: CancellationToken::new(),
            closing: CancellationToken::new(),
            work: TaskTracker::new(),
            deliveries,
        }
    }
}

impl Lifecycle {
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
        self.stopping.clone()
    }

    /// Asks everything that waits to wait no longer. The process goes on serving.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// Ends the process: nothing new is started, and what is running is waited for.
    pub fn close(&self) {
        self.stopping.cancel();
        self.work.close();
        self.closing.cancel();
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
