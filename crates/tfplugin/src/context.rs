//! What a call knows of its caller: whether it still wants an answer, until when, and what it can do.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use crate::{
    diagnostics::{Diagnostic, Diagnostics, Severity},
    schema::Block,
    value::Value,
};

/// Where an action reports its progress.
struct Progress(Box<dyn Fn(String) + Send + Sync>);

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}

/// The context of one call.
///
/// ```
/// use std::time::Duration;
/// use tfplugin::{Context, Diagnostic};
///
/// /// Waits until a thing is ready, for as long as the caller does.
/// async fn wait(ctx: &Context) {
///     while !is_ready() && ctx.sleep(Duration::from_secs(3)).await {}
///     ctx.warn(Diagnostic::warning("It took a while", "The service was slow. You need not do anything."));
/// }
/// # fn is_ready() -> bool { true }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(wait(&Context::default()));
/// ```
#[derive(Debug, Default)]
pub struct Context {
    cancellation: CancellationToken,
    deadline: Option<Instant>,
    time_limits: [Option<Duration>; 6],
    request_id: String,
    terraform_version: String,
    capabilities: Capabilities,
    meta: Value,
    deferral: Mutex<Option<Deferral>>,
    warnings: Mutex<Diagnostics>,
    progress: Option<Progress>,
}

/// An operation that `timeouts` can limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Making an object.
    Create,
    /// Reading one, also for an import.
    Read,
    /// Changing one.
    Update,
    /// Ending one.
    Delete,
    /// Opening an ephemeral resource.
    Open,
    /// Invoking an action.
    Invoke,
}

impl Operation {
    const ALL: [Self; 6] = [Self::Create, Self::Read, Self::Update, Self::Delete, Self::Open, Self::Invoke];

    /// The name in `timeouts`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Open => "open",
            Self::Invoke => "invoke",
        }
    }
}

/// What the calling Terraform can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// It can put off what cannot be planned yet.
    pub deferral_allowed: bool,
    /// It has write-only attributes (Terraform 1.11).
    pub write_only_attributes_allowed: bool,
    /// It hands the private data of a plan to the plan that it makes again before it applies (protocol 6.11).
    pub store_planned_private: bool,
    /// It has blocks that the provider may fill in.
    pub computed_blocks_allowed: bool,
}

/// Why something is put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deferral {
    /// The configuration has values that are not known yet.
    ResourceConfigUnknown,
    /// The provider block has values that are not known yet.
    ProviderConfigUnknown,
    /// Something else has to be there first, such as the service itself.
    AbsentPrerequisite,
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
        if !warnings.iter().any(|earlier| *earlier == warning) {
            warnings.push(warning);
        }
    }

    /// Shows the user the progress of an action. Terraform prints it immediately. It has no effect in any other call, nor after
    /// Terraform stops the provider: Terraform would then stop listening before the action ends.
    pub fn progress(&self, message: impl Into<String>) {
        match &self.progress {
            Some(Progress(report)) if !self.is_cancelled() => report(message.into()),
            _ => {}
        }
    }

    /// Warns of the warnings.
    ///
    /// # Errors
    /// The errors among them.
    pub fn report(&self, diagnostics: Diagnostics) -> Result<(), Diagnostics> {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            diagnostics.into_iter().partition(|diagnostic| diagnostic.severity == Severity::Error);
        warnings.into_iter().for_each(|warning| self.warn(warning));
        if errors.is_empty() { Ok(()) } else { Err(errors.into_iter().collect()) }
    }

    /// Whether Terraform has stopped the provider: nothing new may be started.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// What is cancelled when Terraform stops the provider.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancellation.clone()
    }

    /// When the operation has to be done, if `timeouts` limit it.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// How long an operation may take by the resource's `timeouts`; none where they do not limit it. For an operation that
    /// is part of another one: the read after a create.
    pub fn time_limit(&self, operation: Operation) -> Option<Duration> {
        self.time_limits[operation as usize]
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

    /// What identifies this call, in the log too.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The version of the calling Terraform, where Terraform sends it (ConfigureProvider).
    pub fn terraform_version(&self) -> &str {
        &self.terraform_version
    }

    /// What the calling Terraform can do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Puts off what this call is about until Terraform has applied what it depends on. Return it as the error; after
    /// `modify_plan`, the plan of the engine is shown. Where Terraform cannot put anything off, it is an error that says
    /// so. So far only Terraforms that are built with experiments, and those of HCP Terraform Stacks, put off changes.
    ///
    /// ```
    /// use tfplugin::{Context, Deferral, Diagnostics};
    ///
    /// /// What `Resource::read` does while there is no cluster to read from.
    /// fn cluster(endpoint: Option<&str>, ctx: &Context) -> Result<String, Diagnostics> {
    ///     endpoint.map(str::to_owned).ok_or_else(|| ctx.defer(Deferral::AbsentPrerequisite))
    /// }
    /// # assert!(cluster(None, &Context::default()).unwrap_err().has_errors());
    /// ```
    #[must_use = "return it as the error of the call"]
    pub fn defer(&self, why: Deferral) -> Diagnostics {
        if self.capabilities.deferral_allowed {
            *self.deferral.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
            return Diagnostics::default();
        }
        not_deferred(why).into()
    }

    /// Why the call was put off, if its error is nothing but that.
    pub(crate) fn deferral(&self, errors: &Diagnostics) -> Option<Deferral> {
        let deferral = *self.deferral.lock().unwrap_or_else(PoisonError::into_inner);
        deferral.filter(|_| errors.iter().next().is_none())
    }

    pub(crate) fn meta(&self) -> &Value {
        &self.meta
    }

    /// The same, and cancelling it cancels nothing else.
    pub(crate) fn with_own_cancellation(self) -> Self {
        Self { cancellation: self.cancellation.child_token(), ..self }
    }

    pub(crate) fn with_meta(self, meta: Value) -> Self {
        Self { meta, ..self }
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

    pub(crate) fn with_progress(self, report: impl Fn(String) + Send + Sync + 'static) -> Self {
        Self { progress: Some(Progress(Box::new(report))), ..self }
    }

    /// With the time limits of an object's `timeouts`, and the deadline of this operation, which begins now.
    pub(crate) fn with_time_limits(self, operation: Operation, block: &Block, object: &Value) -> Self {
        let time_limits = Operation::ALL.map(|operation| block.time_limit(operation.name(), object));
        let limit = time_limits[operation as usize];
        Self { deadline: limit.and_then(|limit| Instant::now().checked_add(limit)), time_limits, ..self }
    }

    /// The warnings so far, which are then no longer here.
    pub(crate) fn take_warnings(&self) -> Diagnostics {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The error about a change that this Terraform cannot put off.
pub(crate) fn not_deferred(why: Deferral) -> Diagnostic {
    let why = match why {
        Deferral::ResourceConfigUnknown => "The configuration has values that are known only after apply.",
        Deferral::ProviderConfigUnknown => "The provider block has values that are known only after apply.",
        Deferral::AbsentPrerequisite => "Something that this depends on does not exist yet.",
    };
    let detail = format!(
        "{why} This version of Terraform cannot defer the change. First apply what it depends on: terraform apply -target=<address of \
         the resource>"
    );
    Diagnostic::error("The change is not possible yet", detail)
}
