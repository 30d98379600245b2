//! Actions: what is done on demand, or when a resource changes, and has no state (Terraform 1.14).

use std::future::Future;

use crate::{
    context::Context,
    diagnostics::Diagnostics,
    model::{ActionModel, Partial},
};

/// Something to do, such as restarting a machine. Implement it with plain `async fn`s.
///
/// ```
/// use std::time::Duration;
///
/// use tfplugin::{Action, Actions, Context, Diagnostic, Diagnostics, Model, Partial};
///
/// /// Restarts a machine.
/// #[derive(Debug, Clone, Model)]
/// #[model(action = "example_restart")]
/// struct Restart {
///     /// The machine.
///     machine: String,
///     /// Whether its work is cut off.
///     #[attr(default = false)]
///     force: bool,
/// }
///
/// struct RestartAction;
///
/// impl Action for RestartAction {
///     type Model = Restart;
///     type Client = Machines;
///
///     async fn plan(&self, _: Option<&Machines>, config: &Partial<Restart>, ctx: &Context) -> Result<(), Diagnostics> {
///         if config.force.known() == Some(&true) {
///             ctx.warn(Diagnostic::warning("Work is cut off", "The machine restarts at once.").at(Restart::FORCE));
///         }
///         Ok(())
///     }
///
///     async fn invoke(&self, machines: &Machines, restart: Restart, ctx: &Context) -> Result<(), Diagnostics> {
///         machines.restart(&restart.machine, restart.force);
///         while !machines.is_up(&restart.machine) {
///             ctx.progress(format!("{} is not up yet", restart.machine));
///             if !ctx.sleep(Duration::from_secs(5)).await {
///                 let detail = format!("{} was restarted, and is not up yet.", restart.machine);
///                 return Err(Diagnostic::error("Not waited for", detail).into());
///             }
///         }
///         Ok(())
///     }
/// }
///
/// // In `Provider::actions`:
/// let actions = Actions::new().add(RestartAction);
/// # struct Machines;
/// # impl Machines {
/// #     fn restart(&self, _: &str, _: bool) {}
/// #     fn is_up(&self, _: &str) -> bool { true }
/// # }
/// ```
pub trait Action: Send + Sync + 'static {
    /// The struct that says what the action is.
    type Model: ActionModel;

    /// What the provider made of its configuration.
    type Client: Send + Sync + 'static;

    /// Checks a configuration beyond what its struct says. Values may be unknown.
    fn validate(&self, _config: &Partial<Self::Model>) -> Diagnostics {
        Diagnostics::default()
    }

    /// Says what invoking it would do, by warnings, or refuses it. A plan of an action holds nothing else, so what it
    /// depends on must be checked again by `invoke`. Values may be unknown; there is no client while the provider block
    /// waits for values.
    ///
    /// # Errors
    /// It must not be invoked.
    fn plan(
        &self,
        _client: Option<&Self::Client>,
        _config: &Partial<Self::Model>,
        _ctx: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Does it, and reports its progress with [`Context::progress`]. It goes on if the caller goes away; when Terraform
    /// stops the provider, the context is cancelled.
    ///
    /// # Errors
    /// It was not done, or only in part: Terraform keeps no state of it, so the error has to say how far it came.
    fn invoke(
        &self,
        client: &Self::Client,
        config: Self::Model,
        ctx: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}
