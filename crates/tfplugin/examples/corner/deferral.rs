//! Changes that are put off, by the provider and by a resource.

use tfplugin::{
    Context, Create, CreateError, Deferral, Delete, Diagnostic, Diagnostics, Model, Partial, Plan, Resource, State,
};

use super::framework::Client;

/// A resource that can put itself off. The second one is planned also while the provider is put off, and its own reason
/// counts.
macro_rules! deferrals {
    ($($resource:ident of $model:ident, $name:literal, planned beside the provider: $planned:literal;)*) => {
        $(
            /// What can be put off.
            #[derive(Debug, Clone, Model)]
            #[model(resource = $name)]
            pub(crate) struct $model {
                /// Whether its plan is put off.
                modify_plan_deferral: Option<bool>,
                /// Whether its read is put off.
                read_deferral: Option<bool>,
                /// Only `test_id` is valid.
                id: Option<String>,
            }

            pub(crate) struct $resource;

            impl Resource for $resource {
                type Model = $model;
                type Client = Client;

                async fn modify_plan(
                    &self,
                    client: Option<&Client>,
                    plan: &mut Plan<$model>,
                    ctx: &Context,
                ) -> Result<(), Diagnostics> {
                    let is_put_off = client.is_none();
                    if is_put_off && !$planned {
                        return Err(ctx.defer(Deferral::ProviderConfigUnknown));
                    }
                    let planned = plan.planned();
                    if planned.id.as_str().is_some_and(|id| id != "test_id") {
                        let error = Diagnostic::error("invalid id value", "It is not test_id.");
                        return Err(error.at($model::ID).into());
                    }
                    let is_asked = planned.modify_plan_deferral.known() == Some(&true);
                    match (is_asked && ctx.capabilities().deferral_allowed, is_put_off) {
                        (true, _) => Err(ctx.defer(Deferral::ResourceConfigUnknown)),
                        (false, true) => Err(ctx.defer(Deferral::ProviderConfigUnknown)),
                        (false, false) => Ok(()),
                    }
                }

                async fn create(
                    &self,
                    _: &Client,
                    create: Create<$model>,
                    _: &Context,
                ) -> Result<State<$model>, CreateError<$model>> {
                    Ok(create.planned)
                }

                async fn read(
                    &self,
                    _: &Client,
                    state: State<$model>,
                    ctx: &Context,
                ) -> Result<Option<State<$model>>, Diagnostics> {
                    if state.read_deferral.known() == Some(&true) && ctx.capabilities().deferral_allowed {
                        return Err(ctx.defer(Deferral::ResourceConfigUnknown));
                    }
                    Ok(Some(state))
                }

                async fn delete(&self, _: &Client, _: Delete<$model>, _: &Context) -> Result<(), Diagnostics> {
                    Ok(())
                }

                async fn import(&self, _: &Client, id: &str, ctx: &Context) -> Result<State<$model>, Diagnostics> {
                    if id == "deferral-id" && ctx.capabilities().deferral_allowed {
                        return Err(ctx.defer(Deferral::ResourceConfigUnknown));
                    }
                    Ok(State::new(Partial::<$model> { id: id.into(), ..Default::default() }))
                }
            }
        )*
    };
}

deferrals! {
    DeferredResource of Deferred, "framework_deferred_action", planned beside the provider: false;
    PlannedResource of Planned, "framework_deferred_action_plan_modification", planned beside the provider: true;
}
