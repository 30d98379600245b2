//! What a call knows of its caller: whether it still wants an answer, until when, and what it can do.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use crate::diagnostics::{Diagnostic, Diagnostics, Severity};

/// The context of one call.
///
/// ```
/// use std::time::Duration;
/// use tfplugin::{Context, Diagnostic};
///
/// /// Waits until a thing is ready, for as long as the caller does.
/// async fn wait(ctx: &Context) {
///     while !is_ready() && ctx.sleep(Duration::from_secs(3)).await {}
///     ctx.warn(Diagnostic::warning("It took a while", "The service was slow. Nothing has to be done."));
/// }
/// # fn is_ready() -> bool { true }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(wait(&Context::default()));
/// ```
#[derive(Debug, Default)]
pub struct Context {
    cancellation: CancellationToken,
    deadline: Option<Instant>,
    request_id: String,
    terraform_version: String,
    capabilities: Capabilities,
    warnings: Mutex<Diagnostics>,
}

/// What the calling Terraform can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It can put off what cannot be planned yet.
    pub deferral_allowed: bool,
    /// It has write-only attributes (Terraform 1.11).
    pub write_only_attributes_allowed: bool,
    /// It hands the private data of a plan to the plan that it makes again before it applies (protocol 6.11).
    pub store_planned_private: bool,
}

impl Context {
    /// A context that ends when this token is cancelled.
    pub fn new(cancellation: CancellationToken) -> Self {
        Self { cancellation, ..Self::default() }
    }

    /// Warns the user. The same warning counts once in a call; an error becomes a warning here, for errors are returned.
    pub fn warn(&self, diagnostic: Diagnostic) {
        let warning = Diagnostic { severity: Severity::Warning, ..diagnostic };
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.iter().any(|told| *told == warning) {
            warnings.push(warning);
        }
    }

    /// Whether Terraform asked to stop: nothing new may be started.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// What is cancelled when Terraform asks to stop.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancellation.clone()
    }

    /// When the operation has to be done, if `timeouts` limit it.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The time until the deadline; none where there is none.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Waits, but not beyond the deadline or the moment when Terraform asks to stop. Says whether the whole time has
    /// passed.
    pub async fn sleep(&self, time: Duration) -> bool {
        let within = self.remaining().is_none_or(|remaining| time <= remaining);
        let time = self.remaining().map_or(time, |remaining| remaining.min(time));
        tokio::select! {
            () = self.cancellation.cancelled() => false,
            () = tokio::time::sleep(time) => within,
        }
    }

    /// What tells this call from others, in the log too.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The version of the calling Terraform, where it tells it (ConfigureProvider).
    pub fn terraform_version(&self) -> &str {
        &self.terraform_version
    }

    /// What the calling Terraform can do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    pub(crate) fn with_request_id(self, request_id: String) -> Self {
        Self { request_id, ..self }
    }

    pub(crate) fn with_terraform_version(self, terraform_version: String) -> Self {
        Self { terraform_version, ..self }
    }

    pub(crate) fn with_capabilities(self, capabilities: Capabilities) -> Self {
        Self { capabilities, ..self }
    }

    pub(crate) fn with_time_limit(self, limit: Option<Duration>) -> Self {
        Self { deadline: limit.and_then(|limit| Instant::now().checked_add(limit)), ..self }
    }

    /// The warnings so far, which are then no longer here.
    pub(crate) fn take_warnings(&self) -> Diagnostics {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
