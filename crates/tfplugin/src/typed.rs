//! Resources and whatever else has a configuration, of models, as the calls work with them.

use async_trait::async_trait;

use crate::{
    action::Action,
    context::Context,
    data_source::DataSource,
    diagnostics::Diagnostics,
    ephemeral::{EphemeralResource, Opened, Renewed},
    erased::{self, Failure, ImportTarget, Outcome, Sink, Update},
    identity::{Identity, IdentitySchema},
    list::{ListEnd, ListResource, Listing},
    model::{AttributeType, IdentityModel, Model, Partial, PartialValue as _, ResourceModel, decoded},
    move_state::MoveSource,
    object::{Object, Stored},
    plan::{self, Proposal},
    private::Private,
    resource::{self, Create, CreateError, Delete, Plan, Resource, State, UpdateError},
    value::{Path, Value},
};

/// A resource of a model.
pub(crate) struct TypedResource<R>(pub R);

/// A data source of a model.
pub(crate) struct TypedDataSource<D>(pub D);

/// A list resource of a model.
pub(crate) struct TypedListResource<L>(pub L);

/// An ephemeral resource of a model.
pub(crate) struct TypedEphemeralResource<E>(pub E);

/// An action of a model.
pub(crate) struct TypedAction<A>(pub A);

macro_rules! items {
    ($($of:ident: $role:ident, named by $name:ident, with a $config:ident;)*) => {
        $(impl<I: $role> $crate::erased::Item for $of<I> {
            fn name(&self) -> &'static str {
                <I::$name as $crate::Model>::TYPE_NAME
            }

            fn schema(&self) -> $crate::schema::Schema {
                <I::$config as $crate::Model>::schema()
            }

            fn validate(&self, config: &$crate::value::Value) -> $crate::Diagnostics {
                self.0.validate(&$crate::model::decoded::<I::$config>(config))
            }
        })*
    };
}

#[cfg(feature = "state-stores")]
pub(crate) use items;

items! {
    TypedResource: Resource, named by Model, with a Model;
    TypedDataSource: DataSource, named by Model, with a Model;
    TypedListResource: ListResource, named by Model, with a Config;
    TypedEphemeralResource: EphemeralResource, named by Model, with a Model;
    TypedAction: Action, named by Model, with a Model;
}

/// A configuration with its defaults. Its computed values are null, and are what is to be found out.
fn filled<M: Model>(config: &Value) -> Partial<M> {
    decoded::<M>(&plan::filled(&M::block(), config))
}

/// A configuration without unknown values.
pub(crate) fn complete<M: Model>(config: &Value) -> Result<M, Diagnostics> {
    M::complete(filled::<M>(config), &Path::default())
}

/// The result of a create or an update.
fn outcome<M: ResourceModel>(state: State<M>) -> Outcome {
    let (object, delivered) = state.into_object();
    Outcome { object, delivered }
}

#[async_trait]
impl<R: Resource> erased::Resource<R::Client> for TypedResource<R> {
    fn upgrades_from(&self) -> Vec<i64> {
        self.0.upgrades().versions()
    }

    fn upgrade(&self, stored: Stored<'_>) -> Result<Value, Diagnostics> {
        resource::upgraded(&self.0.upgrades(), stored, |state| self.0.normalize(state))
    }

    async fn modify_plan(
        &self,
        client: Option<&R::Client>,
        proposal: Proposal<'_>,
        plan: &mut plan::Plan,
        ctx: &Context,
    ) -> Result<(), Diagnostics> {
        let mut typed = Plan::<R::Model>::of(plan, proposal);
        self.0.modify_plan(client, &mut typed, ctx).await?;
        typed.write_to(plan)
    }

    async fn create(
        &self,
        client: &R::Client,
        config: Value,
        planned: Object,
        ctx: &Context,
    ) -> Result<Outcome, Failure> {
        let Object { mut private, .. } = planned;
        private.creating = false;
        let replaced = private.replaced.take().map(|replaced| *replaced);
        let planned = State::of(Object { private, ..planned });
        let create = Create { config: decoded::<R::Model>(&config), planned, replaced };
        match self.0.create(client, create, ctx).await {
            Ok(state) => Ok(outcome(state)),
            Err(CreateError::Nothing(errors)) => Err(errors.into()),
            Err(CreateError::Tainted(state, errors)) => Err(Failure { errors, left: Some(state.into_object().0) }),
        }
    }

    async fn read(&self, client: &R::Client, prior: Object, ctx: &Context) -> Result<Option<Object>, Diagnostics> {
        let read = self.0.read(client, State::of(prior), ctx).await?;
        Ok(read.map(|state| state.into_object().0))
    }

    async fn update(&self, client: &R::Client, update: Update, ctx: &Context) -> Result<Outcome, Failure> {
        let update = resource::Update {
            config: decoded::<R::Model>(&update.config),
            prior: decoded::<R::Model>(&update.prior),
            planned: State::of(update.planned),
        };
        match self.0.update(client, update, ctx).await {
            Ok(state) => Ok(outcome(state)),
            Err(UpdateError::Prior(errors)) => Err(errors.into()),
            Err(UpdateError::Partial(state, errors)) => Err(Failure { errors, left: Some(state.into_object().0) }),
        }
    }

    async fn delete(&self, client: &R::Client, prior: Object, ctx: &Context) -> Result<(), Diagnostics> {
        let (private, successor) = remembered(prior.private);
        self.0.delete(client, Delete { prior: State::of(Object { private, ..prior }), successor }, ctx).await
    }

    async fn import(&self, client: &R::Client, target: ImportTarget<'_>, ctx: &Context) -> Result<Object, Diagnostics> {
        let state = match target {
            ImportTarget::Id(id) => self.0.import(client, id, ctx).await?,
            ImportTarget::Identity(value) => {
                let partial = decoded::<Identity<R::Model>>(value);
                let identity = Identity::<R::Model>::complete(partial.clone(), &Path::default())?;
                let mut state = self.0.import_by_identity(client, identity, ctx).await?;
                if state.identity().is_none() {
                    state.set_identity(partial);
                }
                state
            }
        };
        let mut object = state.into_object().0;
        object.private.imported = true;
        Ok(object)
    }

    fn move_state(&self, source: &MoveSource<'_>) -> Result<Object, Diagnostics> {
        self.0.moves().apply(source)
    }

    fn generate_config(&self, config: Value) -> Value {
        let mut partial = decoded::<R::Model>(&config);
        self.0.generate_config(&mut partial);
        partial.encode_onto(&config)
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Identity::<R::Model>::declared()
    }

    fn identity_upgrades_from(&self) -> Vec<i64> {
        self.0.identity_upgrades().versions()
    }

    fn upgrade_identity(&self, stored: Stored<'_>) -> Result<Value, Diagnostics> {
        resource::upgraded_identity(&self.0.identity_upgrades(), stored)
    }
}

/// What is remembered of an object that goes, and of the one that takes its place.
fn remembered(mut private: Private) -> (Private, Option<Private>) {
    if !private.creating {
        return (private, None);
    }
    let own = private.replaced.take().map(|replaced| *replaced).unwrap_or_default();
    private.creating = false;
    (own, Some(private))
}

#[async_trait]
impl<D: DataSource> erased::DataSource<D::Client> for TypedDataSource<D> {
    async fn read(&self, client: &D::Client, config: Value, ctx: &Context) -> Result<Value, Diagnostics> {
        let read = self.0.read(client, complete(&config)?, ctx).await?;
        Ok(read.into_partial().encode_onto(&config))
    }
}

#[async_trait]
impl<L: ListResource> erased::ListResource<L::Client> for TypedListResource<L> {
    async fn list(&self, client: &L::Client, config: Value, sink: Sink, ctx: &Context) -> Result<(), Diagnostics> {
        match self.0.list(client, complete(&config)?, &mut Listing::new(sink, ctx), ctx).await {
            Ok(()) | Err(ListEnd::Enough) => Ok(()),
            Err(ListEnd::Failed(errors)) => Err(errors),
        }
    }
}

#[async_trait]
impl<E: EphemeralResource> erased::EphemeralResource<E::Client> for TypedEphemeralResource<E> {
    async fn open(&self, client: &E::Client, config: Value, ctx: &Context) -> Result<erased::Opened, Diagnostics> {
        let Opened { private, values, renew_at } = self.0.open(client, complete(&config)?, ctx).await?;
        Ok(erased::Opened { private, values: values.into_partial().encode_onto(&config), renew_at })
    }

    async fn renew(&self, client: &E::Client, private: Private, ctx: &Context) -> Result<Renewed, Diagnostics> {
        self.0.renew(client, private, ctx).await
    }

    async fn close(&self, client: &E::Client, private: Private, ctx: &Context) -> Result<(), Diagnostics> {
        self.0.close(client, private, ctx).await
    }
}

#[async_trait]
impl<A: Action> erased::Action<A::Client> for TypedAction<A> {
    async fn plan(&self, client: Option<&A::Client>, config: Value, ctx: &Context) -> Result<(), Diagnostics> {
        self.0.plan(client, &filled::<A::Model>(&config), ctx).await
    }

    async fn invoke(&self, client: &A::Client, config: Value, ctx: &Context) -> Result<(), Diagnostics> {
        self.0.invoke(client, complete(&config)?, ctx).await
    }
}
