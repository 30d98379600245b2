//! Resources and providers that are written with the untyped traits.

use async_trait::async_trait;

use crate::{
    configure::Configured,
    context::Context,
    diagnostics::{Diagnostic, Diagnostics},
    erased::{self, Failure, Outcome, Update},
    object::{Object, Stored},
    plan::{Action, Plan, Proposal},
    provider::{self, Patience, Review, Saved},
    schema::Schema,
    value::{Value, json},
};

/// A resource of the untyped trait.
pub(crate) struct Untyped<C>(pub Box<dyn provider::Resource<C>>);

/// A data source of the untyped trait.
pub(crate) struct UntypedDataSource<C>(pub Box<dyn provider::DataSource<C>>);

fn patience(ctx: &Context) -> Patience {
    Patience::new(ctx.cancellation())
}

/// Hands warnings to the context, and keeps the rest.
fn told<T>(saved: Saved<T>, ctx: &Context) -> T {
    saved.warnings.into_iter().for_each(|warning| ctx.warn(warning));
    saved.value
}

fn outcome(saved: Saved<Object>, ctx: &Context) -> Outcome {
    saved.warnings.into_iter().for_each(|warning| ctx.warn(warning));
    Outcome { object: saved.value, delivered: saved.delivered }
}

#[async_trait]
impl<C: Send + Sync> erased::Resource<C> for Untyped<C> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.0.validate(config)
    }

    fn upgrade(&self, stored: Stored<'_>) -> Result<Value, Diagnostics> {
        let state = json::decode(stored.json, &self.schema().ty());
        let state = state.map_err(|error| Diagnostic::error("Unreadable state", format!("{error}.")))?;
        Ok(if state.is_null() { state } else { self.0.upgrade(state, stored.version)? })
    }

    async fn modify_plan(
        &self,
        client: Option<&C>,
        proposal: Proposal<'_>,
        plan: &mut Plan,
        ctx: &Context,
    ) -> Result<(), Diagnostics> {
        if plan.action == Action::Create {
            let is_stored = ctx.capabilities().store_planned_private;
            self.0.remember(&plan.state, &mut plan.private, is_stored);
        }
        let review = Review { config: proposal.config, prior: proposal.prior, plan };
        let told = self.0.review(client, &review);
        if told.has_errors() {
            return Err(told);
        }
        told.into_iter().for_each(|warning| ctx.warn(warning));
        Ok(())
    }

    async fn create(&self, client: &C, config: Value, planned: Object, ctx: &Context) -> Result<Outcome, Failure> {
        let create = provider::Create { config, planned: planned.state, private: planned.private };
        Ok(outcome(self.0.create(client, create, &patience(ctx)).await?, ctx))
    }

    async fn read(&self, client: &C, prior: Object, ctx: &Context) -> Result<Option<Object>, Diagnostics> {
        Ok(told(self.0.read(client, prior, &patience(ctx)).await?, ctx))
    }

    async fn update(&self, client: &C, update: Update, ctx: &Context) -> Result<Outcome, Failure> {
        let update = provider::Update { prior: update.prior, planned: update.planned };
        Ok(outcome(self.0.update(client, update, &patience(ctx)).await?, ctx))
    }

    async fn delete(&self, client: &C, prior: Object, ctx: &Context) -> Result<(), Diagnostics> {
        let delete = provider::Delete { prior: prior.state, private: prior.private };
        let warnings = self.0.delete(client, delete, &patience(ctx)).await?;
        warnings.into_iter().for_each(|warning| ctx.warn(warning));
        Ok(())
    }

    async fn import(&self, client: &C, id: &str, ctx: &Context) -> Result<Object, Diagnostics> {
        Ok(told(self.0.import(client, id, &patience(ctx)).await?, ctx))
    }
}

#[async_trait]
impl<C: Send + Sync> erased::DataSource<C> for UntypedDataSource<C> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn validate(&self, _: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    async fn read(&self, client: &C, config: Value, ctx: &Context) -> Result<Value, Diagnostics> {
        Ok(told(self.0.read(client, config, &patience(ctx)).await?, ctx))
    }
}

#[async_trait]
impl<P: provider::Provider> erased::Provider for P {
    type Client = P::Client;

    fn schema(&self) -> Schema {
        provider::Provider::schema(self)
    }

    fn resources(&self) -> Vec<Box<dyn erased::Resource<P::Client>>> {
        let resources = provider::Provider::resources(self).into_iter();
        resources.map(|resource| Box::new(Untyped(resource)) as Box<dyn erased::Resource<P::Client>>).collect()
    }

    fn data_sources(&self) -> Vec<Box<dyn erased::DataSource<P::Client>>> {
        let sources = provider::Provider::data_sources(self).into_iter();
        sources.map(|source| Box::new(UntypedDataSource(source)) as Box<dyn erased::DataSource<P::Client>>).collect()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        provider::Provider::validate(self, config)
    }

    async fn configure(&self, config: Value, ctx: &Context) -> Result<Configured<P::Client>, Diagnostics> {
        let configured = provider::Provider::configure(self, config, ctx.terraform_version()).await?;
        Ok(Configured::Ready(told(configured, ctx)))
    }

    fn after_panic(&self) -> &str {
        provider::Provider::after_panic(self)
    }

    fn shutdown(&self, client: &P::Client) {
        self.closing(client);
    }
}
