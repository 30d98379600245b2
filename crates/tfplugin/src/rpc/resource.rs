//! The life of a managed resource.

use super::{
    Diagnosed, Inner, SchemaWithType,
    delivery::Delivery,
    identity, messages,
    provider::{deferral, failure},
    wire,
};
use crate::{
    conform::{self, conform},
    context::{Context, Operation},
    diagnostics::{Diagnostic, Diagnostics},
    erased::{Outcome, Provider, Resource, Update},
    object::{Delivered, Object, Stored},
    plan::{self, Action, Proposal},
    private::Private,
    proto::{
        self, apply_resource_change, plan_resource_change, read_resource, upgrade_resource_state,
        validate_resource_config,
    },
    schema::Block,
    validate::{read_only, write_only},
    value::{Step, Type, Value},
};

/// A value of the type of the message, or the messages that say why there is none.
type Attempt<T> = Result<T, Diagnostics>;

impl<P: Provider> Inner<P> {
    pub(super) fn validate_resource(
        &self,
        request: &validate_resource_config::Request,
    ) -> validate_resource_config::Response {
        let checked = self.resource(&request.type_name).and_then(|resource| {
            let mut diagnostics = resource.validate(request.config.as_ref())?;
            if !wire::capabilities(request.client_capabilities).write_only_attributes_allowed {
                let config = resource.config(request.config.as_ref())?;
                diagnostics.extend(write_only(&resource.schema().schema.block, &config));
            }
            Ok(diagnostics)
        });
        let diagnostics = checked.unwrap_or_else(Into::into);
        validate_resource_config::Response { diagnostics: wire::diagnostics(diagnostics) }
    }

    pub(super) fn upgrade(&self, request: &upgrade_resource_state::Request) -> upgrade_resource_state::Response {
        let (upgraded_state, diagnostics) = match self.try_upgrade(request) {
            Ok(state) => (state, Diagnostics::default()),
            Err(errors) => (None, errors.into_failure()),
        };
        upgrade_resource_state::Response { upgraded_state, diagnostics: wire::diagnostics(diagnostics) }
    }

    fn try_upgrade(&self, request: &upgrade_resource_state::Request) -> Attempt<Option<proto::DynamicValue>> {
        let (item, SchemaWithType { schema, ty }) = self.resource(&request.type_name)?.parts();
        if request.version > schema.version {
            return Err(messages::newer_state(&request.type_name, request.version, schema.version).into());
        }
        let raw = request.raw_state.as_ref();
        let Some(raw) = raw.filter(|raw| !raw.json.is_empty()) else {
            return Err(messages::old_state(&request.type_name).into());
        };
        let state = item.upgrade(Stored { version: request.version, json: &raw.json })?;
        Ok(wire::encode(&conform::storable(&schema.block, state).0, ty)?)
    }

    pub(super) async fn read(&self, request: read_resource::Request, ctx: Context) -> read_resource::Response {
        self.try_read(&request, ctx).await.unwrap_or_else(|errors| read_resource::Response {
            diagnostics: wire::diagnostics(errors),
            ..unread(&request)
        })
    }

    async fn try_read(&self, request: &read_resource::Request, ctx: Context) -> Attempt<read_resource::Response> {
        let (item, SchemaWithType { schema, ty }) = self.resource(&request.type_name)?.parts();
        let state = wire::decode(request.current_state.as_ref(), ty, "state")?;
        let of_type = self.identity(&request.type_name);
        let known = of_type.decode(request.current_identity.as_ref())?;
        let prior = Object { state, private: Private::decode(&request.private), identity: known.clone() };
        let ctx = ctx
            .with_time_limits(Operation::Read, &schema.block, &prior.state)
            .with_meta(self.meta(request.provider_meta.as_ref())?)
            .with_capabilities(wire::capabilities(request.client_capabilities));
        let (stored, pinned) = (prior.state.clone(), pinned(&prior));
        let read = match self.client_or_deferral(&ctx) {
            Ok(client) => item.read(&*client, prior, &ctx).await,
            Err(errors) => Err(errors),
        };
        let read = match read {
            Ok(read) => read,
            Err(errors) => {
                let deferred = Some(deferral(&ctx, errors)?);
                let diagnostics = wire::diagnostics(ctx.take_warnings());
                return Ok(read_resource::Response { deferred, diagnostics, ..unread(request) });
            }
        };
        let (new_state, private, new_identity) = match read {
            Some(mut object) => {
                let identity =
                    of_type.read(&known, object.identity, &ctx).map_err(|error| failure(&ctx, error.into()))?;
                object.state = plan::keep_meaning(&schema.block, &stored, object.state);
                for (name, value) in pinned {
                    object.state.set_attribute(&name, value);
                    object.private.pinned.insert(name);
                }
                let state = wire::encode(&storable(&schema.block, object.state, &ctx), ty)?;
                (state, object.private.encode(), of_type.encode(&identity))
            }
            None => (wire::null(), Vec::new(), None),
        };
        let diagnostics = wire::diagnostics(ctx.take_warnings());
        Ok(read_resource::Response { new_state, private, diagnostics, new_identity, ..Default::default() })
    }

    pub(super) async fn plan(
        &self,
        request: plan_resource_change::Request,
        ctx: Context,
    ) -> plan_resource_change::Response {
        let meta = match self.meta(request.provider_meta.as_ref()) {
            Ok(meta) => meta,
            Err(error) => return plan_resource_change::Response::default().with(error),
        };
        let ctx = ctx.with_meta(meta).with_capabilities(wire::capabilities(request.client_capabilities));
        let planned = self.try_plan(&request, &ctx).await;
        planned.unwrap_or_else(|errors| plan_resource_change::Response {
            diagnostics: wire::diagnostics(failure(&ctx, errors)),
            ..plan_resource_change::Response::default()
        })
    }

    async fn try_plan(
        &self,
        request: &plan_resource_change::Request,
        ctx: &Context,
    ) -> Attempt<plan_resource_change::Response> {
        let (item, SchemaWithType { schema, ty }) = self.resource(&request.type_name)?.parts();
        let config = wire::decode(request.config.as_ref(), ty, "configuration")?;
        let prior = wire::decode(request.prior_state.as_ref(), ty, "prior state")?;
        let proposed = wire::decode(request.proposed_new_state.as_ref(), ty, "proposed new state")?;
        let private = Private::decode(&request.prior_private);
        let read_only = read_only(&schema.block, &config);
        if read_only.has_errors() {
            return Err(read_only);
        }
        let mut plan = if proposed.is_null() {
            plan::destroy(private)
        } else {
            plan::plan(&schema.block, &config, &prior, private)
        };
        let earlier = (!request.planned_private.is_empty()).then(|| Private::decode(&request.planned_private));
        if let (Action::Create, Some(earlier)) = (plan.action, earlier.as_ref().filter(|earlier| earlier.creating)) {
            plan.private.own = earlier.own.clone();
        }
        let of_type = self.identity(&request.type_name);
        let known = of_type.decode(request.prior_identity.as_ref())?;
        // In the second half of a replacement, this is what the object that goes is known by.
        plan.identity = if plan.action == Action::Create { Value::Null } else { known.clone() };
        let proposal = Proposal { config: &config, prior: &prior, earlier: earlier.as_ref() };
        let modified = item.modify_plan(self.planning_client().as_deref(), proposal, &mut plan, ctx).await;
        let deferred = match modified {
            Ok(()) => None,
            Err(errors) => Some(wire::deferral(ctx, &errors).ok_or(errors)?),
        };
        plan.settle(&prior);
        let mut broken = plan::check(&schema.block, &config, &prior, &plan);
        broken.extend(of_type.check_plan(plan.action, &known, &plan.identity).err());
        if broken.has_errors() {
            return Err(broken);
        }
        Ok(plan_resource_change::Response {
            planned_state: wire::encode(&plan.state, ty)?,
            requires_replace: plan.requires_replace.iter().map(wire::path).collect(),
            planned_private: plan.private.encode(),
            planned_identity: of_type.encode(&plan.identity),
            diagnostics: wire::diagnostics(ctx.take_warnings()),
            deferred,
            ..plan_resource_change::Response::default()
        })
    }

    pub(super) async fn apply(&self, request: apply_resource_change::Request, ctx: Context) -> Applied {
        self.try_apply(&request, ctx).await.unwrap_or_else(|errors| {
            let response =
                apply_resource_change::Response { diagnostics: wire::diagnostics(errors), ..unchanged(&request) };
            Applied { response, delivery: None }
        })
    }

    async fn try_apply(&self, request: &apply_resource_change::Request, ctx: Context) -> Attempt<Applied> {
        let (item, SchemaWithType { schema, ty }) = self.resource(&request.type_name)?.parts();
        let prior = wire::decode(request.prior_state.as_ref(), ty, "prior state")?;
        let planned = wire::decode(request.planned_state.as_ref(), ty, "planned state")?;
        let config = wire::decode(request.config.as_ref(), ty, "configuration")?;
        let private = Private::decode(&request.planned_private);
        let action = match (prior.is_null(), planned.is_null()) {
            (_, true) => Action::Destroy,
            (true, _) => Action::Create,
            _ => Action::Update,
        };
        let limits = if action == Action::Destroy { &prior } else { &planned };
        let ctx = ctx
            .with_time_limits(operation(action), &schema.block, limits)
            .with_meta(self.meta(request.provider_meta.as_ref())?);
        let of_type = self.identity(&request.type_name);
        let identity = of_type.decode(request.planned_identity.as_ref())?;
        let planned = Object { state: planned, private, identity };
        let change = Applying { action, config, prior, planned, of_type };
        let client = self.client()?;
        let applied = change.run(item, &*client, &schema.block, ty, &ctx).await;
        let (Outcome { object, mut delivered }, errors) = applied.map_err(|errors| failure(&ctx, errors))?;
        let response = apply_resource_change::Response {
            new_state: wire::encode(&object.state, ty)?,
            private: object.private.encode(),
            new_identity: of_type.encode(&object.identity),
            diagnostics: wire::diagnostics(errors.map_or_else(|| ctx.take_warnings(), |errors| failure(&ctx, errors))),
            ..apply_resource_change::Response::default()
        };
        let delivery = (!delivered.is_empty()).then(|| Delivery::new(delivered, &self.lifecycle));
        Ok(Applied { response, delivery })
    }
}

/// What an action is among the time limits.
fn operation(action: Action) -> Operation {
    match action {
        Action::Destroy => Operation::Delete,
        Action::Create => Operation::Create,
        Action::Nothing | Action::Update | Action::Replace => Operation::Update,
    }
}

/// An apply, decoded.
struct Applying<'a> {
    action: Action,
    config: Value,
    prior: Value,
    planned: Object,
    of_type: identity::OfType<'a>,
}

impl Applying<'_> {
    /// The result, with the errors, if any, that go with an object which was created or changed in part.
    async fn run<C: Send + Sync>(
        self,
        item: &dyn Resource<C>,
        client: &C,
        block: &Block,
        ty: &Type,
        ctx: &Context,
    ) -> Attempt<(Outcome, Option<Diagnostics>)> {
        let Self { action, config, prior, planned, of_type } = self;
        let (plan, known) = (planned.state.clone(), planned.identity.clone());
        let done = match action {
            Action::Destroy => {
                item.delete(client, Object { state: prior, ..planned }, ctx).await?;
                return Ok((Outcome { object: Object::gone(), delivered: Delivered::default() }, None));
            }
            Action::Create => item.create(client, config, planned, ctx).await,
            Action::Nothing | Action::Update | Action::Replace => {
                item.update(client, Update { config, prior, planned }, ctx).await
            }
        };
        let identify = |identity: Value| match action {
            Action::Create => of_type.created(&known, identity, ctx),
            _ => of_type.updated(&known, identity, ctx),
        };
        match done {
            Ok(mut outcome) => {
                outcome.object.identity = identify(outcome.object.identity);
                outcome.object = agreeing(outcome.object, &plan, block, ty, ctx);
                Ok((outcome, None))
            }
            Err(failure) => {
                let Some(mut object) = failure.left else { return Err(failure.errors) };
                object.state = conform::storable(block, object.state).0;
                object.identity = identify(object.identity);
                Ok((Outcome { object, delivered: Delivered::default() }, Some(failure.errors)))
            }
        }
    }
}

/// The reply to an apply, and what is to be done when it has been given.
pub(super) struct Applied {
    pub(super) response: apply_resource_change::Response,
    pub(super) delivery: Option<Delivery>,
}

impl Diagnosed for Applied {
    fn with(self, diagnostic: Diagnostic) -> Self {
        Self { response: self.response.with(diagnostic), ..self }
    }
}

/// The reply to a read without a result: the object is as it was.
pub(super) fn unread(request: &read_resource::Request) -> read_resource::Response {
    read_resource::Response {
        new_state: request.current_state.clone(),
        private: request.private.clone(),
        new_identity: request.current_identity.clone(),
        ..read_resource::Response::default()
    }
}

/// The reply to an apply that changed nothing: a create leaves nothing behind, anything else the prior state.
pub(super) fn unchanged(request: &apply_resource_change::Request) -> apply_resource_change::Response {
    // What a create was planned with is not what its destroy half keeps.
    let planned = Private::decode(&request.planned_private);
    let private = if planned.creating { planned.replaced.map(|kept| *kept).unwrap_or_default() } else { planned };
    apply_resource_change::Response {
        new_state: request.prior_state.clone().or_else(wire::null),
        private: private.encode(),
        new_identity: request.planned_identity.clone(),
        ..apply_resource_change::Response::default()
    }
}

/// What a create or update returned, in agreement with its plan: Terraform would taint the object over a difference.
fn agreeing(mut object: Object, planned: &Value, block: &Block, ty: &Type, ctx: &Context) -> Object {
    object.state = plan::keep_meaning(block, planned, storable(block, object.state, ctx));
    let (state, differences) = conform(planned, object.state, ty);
    object.state = state;
    if differences.is_empty() {
        return object;
    }
    let attributes = differences.iter().filter_map(|path| match path.steps().first() {
        // A refresh may well read what the plan left open.
        Some(Step::Attribute(name)) if planned.get(name).is_known() => Some(name.clone()),
        _ => None,
    });
    object.private.pinned.extend(attributes);
    let paths: Vec<String> = differences.iter().map(ToString::to_string).collect();
    ctx.warn(messages::applied_otherwise(&paths));
    object
}

/// The state in a form that can be stored, with a warning that names what the provider left unknown.
pub(super) fn storable(block: &Block, state: Value, ctx: &Context) -> Value {
    let (state, unknown) = conform::storable(block, state);
    if !unknown.is_empty() {
        ctx.warn(messages::incomplete(&unknown));
    }
    state
}

/// The values that a refresh leaves as they are.
fn pinned(prior: &Object) -> Vec<(String, Value)> {
    prior.private.pinned.iter().map(|name| (name.clone(), prior.state.get(name).clone())).collect()
}
