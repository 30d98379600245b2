//! A plan as a resource refines it.

use std::fmt;

use crate::{
    diagnostics::{Diagnostic, Diagnostics, FAULT},
    identity::Identity,
    model::{Attr, AttributeType, Model, Partial, PartialValue as _, ResourceModel, SettablePlace, decoded},
    plan::{self, Action, Proposal},
    private::Private,
    value::{Path, Value},
};

/// The engine's plan for one object, which [`modify_plan`](super::Resource::modify_plan) may refine.
///
/// Terraform makes a plan several times: a replacement once beside the prior state and once as a create (only the second is
/// shown), and everything again when it applies. What was planned as known must come out the same each time.
///
/// ```
/// use tfplugin::{Change, Computed, Context, Diagnostic, Diagnostics, Model, Plan};
///
/// /// A server.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_server")]
/// struct Server {
///     /// How many processors it has.
///     processors: i64,
///     /// What it costs a month.
///     price: Computed<i64>,
/// }
///
/// /// What `Resource::modify_plan` does.
/// fn modify(plan: &mut Plan<Server>, ctx: &Context) -> Result<(), Diagnostics> {
///     if let Change::Destroy { .. } | Change::Replace { .. } = plan.change() {
///         ctx.warn(Diagnostic::warning("The disk goes too", "Save what is on it."));
///     }
///     match plan.planned().processors.known().copied() {
///         Some(0) => Err(Diagnostic::error("No processor", "A server needs one.").at(Server::PROCESSORS).into()),
///         Some(processors) if plan.creates() => {
///             plan.set(Server::PRICE, processors * 10);
///             Ok(())
///         }
///         _ => Ok(()),
///     }
/// }
/// ```
pub struct Plan<M: ResourceModel> {
    action: Action,
    config: Partial<M>,
    prior: Partial<M>,
    planned: Partial<M>,
    state: Value,
    requires_replace: Vec<Path>,
    private: Private,
    earlier: Option<Private>,
    identity: Value,
    nowhere: Diagnostics,
}

/// Without the dynamic state, which has the sensitive values too.
impl<M: ResourceModel> fmt::Debug for Plan<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Plan");
        shown.field("action", &self.action).field("planned", &self.planned);
        shown.field("requires_replace", &self.requires_replace).finish_non_exhaustive()
    }
}

/// What a plan does to the object.
#[derive(Debug)]
#[non_exhaustive]
pub enum Change<'a, M: Model> {
    /// There is none yet. Also the second half of a replacement.
    Create,
    /// It stays as it is.
    Nothing {
        /// The state before.
        prior: &'a Partial<M>,
    },
    /// It stays and gets new values.
    Update {
        /// The state before.
        prior: &'a Partial<M>,
    },
    /// Another one takes its place. What is set now is lost: Terraform asks again for the create.
    Replace {
        /// The state before.
        prior: &'a Partial<M>,
    },
    /// It goes.
    Destroy {
        /// The state before.
        prior: &'a Partial<M>,
    },
}

impl<M: ResourceModel> Plan<M> {
    /// What happens to the object.
    pub fn change(&self) -> Change<'_, M> {
        let prior = &self.prior;
        match self.action {
            Action::Create => Change::Create,
            Action::Nothing => Change::Nothing { prior },
            Action::Update => Change::Update { prior },
            Action::Replace => Change::Replace { prior },
            Action::Destroy => Change::Destroy { prior },
        }
    }

    /// Whether an object is made. In a replacement, the second time that it is planned.
    pub fn creates(&self) -> bool {
        self.action == Action::Create
    }

    /// The configuration; without values for a destroy.
    pub fn config(&self) -> &Partial<M> {
        &self.config
    }

    /// The planned state; without values for a destroy.
    pub fn planned(&self) -> &Partial<M> {
        &self.planned
    }

    /// The state before; none for a create.
    pub fn prior(&self) -> Option<&Partial<M>> {
        (self.action != Action::Create).then_some(&self.prior)
    }

    /// Sets a computed value. [`Attr::Unknown`] leaves it to the apply. Without effect where the object goes, so that a hook
    /// need not ask. Only what is `Computed` can be set:
    ///
    /// ```compile_fail
    /// # use tfplugin::{Model, Plan};
    /// /// A thing.
    /// #[derive(Model)]
    /// #[model(resource = "test_thing")]
    /// struct Thing {
    ///     /// An argument.
    ///     name: String,
    /// }
    ///
    /// fn modify(plan: &mut Plan<Thing>) {
    ///     plan.set(Thing::NAME, "another".to_owned());
    /// }
    /// ```
    pub fn set<T: AttributeType>(&mut self, place: impl SettablePlace<M, T>, value: impl Into<Attr<Partial<T>>>) {
        if self.action == Action::Destroy {
            return;
        }
        let path = Path::from(place.into());
        let original = self.state.at(&path).cloned().unwrap_or(Value::Null);
        let value: Attr<Partial<T>> = value.into();
        if !self.state.set_at(&path, value.encode_onto(&original)) {
            let detail = format!("The provider set {path}, which the plan does not contain. {FAULT}");
            self.nowhere.push(Diagnostic::error("The provider made an invalid plan", detail).at(path));
        }
        self.planned = decoded::<M>(&self.state);
    }

    /// Leaves a computed value to the apply.
    pub fn set_unknown<T: AttributeType>(&mut self, place: impl SettablePlace<M, T>) {
        self.set(place, Attr::Unknown);
    }

    /// Lets a changed value need another object. Without effect where there is none yet, or it goes anyway: a hook need not
    /// distinguish the two halves of a replacement.
    pub fn requires_replace(&mut self, path: impl Into<Path>) {
        if matches!(self.action, Action::Nothing | Action::Update | Action::Replace) {
            self.requires_replace.push(path.into());
            self.action = Action::Replace;
        }
    }

    /// The paths that need another object.
    pub fn replacement_paths(&self) -> &[Path] {
        &self.requires_replace
    }

    /// What the apply will be given to remember.
    pub fn private(&self) -> &Private {
        &self.private
    }

    /// The same, to be written.
    pub fn private_mut(&mut self) -> &mut Private {
        &mut self.private
    }

    /// What was remembered of the object that the planned create replaces, where it replaces one and Terraform sends it.
    pub fn replaced(&self) -> Option<&Private> {
        self.private.replaced.as_deref()
    }

    /// What this plan remembered when it was made first, where Terraform makes it again and says so (protocol 6.11).
    pub fn earlier(&self) -> Option<&Private> {
        self.earlier.as_ref()
    }

    /// What the object will be known by: what it is known by already, and nothing for a create unless this hook says it.
    pub fn identity(&self) -> Option<Partial<Identity<M>>> {
        Attr::decode(&self.identity).into_known()
    }

    /// Plans what the object will be known by, as far as it is known. Parts may be unknown for a create.
    pub fn set_identity(&mut self, identity: impl Into<Partial<Identity<M>>>) {
        self.identity = identity.into().encode_onto(&self.identity);
    }

    pub(crate) fn of(plan: &plan::Plan, proposal: Proposal<'_>) -> Self {
        Self {
            action: plan.action,
            config: decoded::<M>(proposal.config),
            prior: decoded::<M>(proposal.prior),
            planned: decoded::<M>(&plan.state),
            state: plan.state.clone(),
            requires_replace: plan.requires_replace.clone(),
            private: plan.private.clone(),
            earlier: proposal.earlier.cloned(),
            identity: plan.identity.clone(),
            nowhere: Diagnostics::default(),
        }
    }

    pub(crate) fn write_to(self, plan: &mut plan::Plan) -> Result<(), Diagnostics> {
        if self.nowhere.has_errors() {
            return Err(self.nowhere);
        }
        plan.state = self.state;
        plan.requires_replace = self.requires_replace;
        plan.private = self.private;
        plan.identity = self.identity;
        Ok(())
    }
}
