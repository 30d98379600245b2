//! The provider `corner`: the part of the suite's provider without a framework that an SDK lets an author write.

use chrono::{SecondsFormat, Utc};
use tfplugin::{
    Computed, Configure, Configured, Context, Create, CreateError, DataSource, DataSources, Deferral, Delete,
    Diagnostics, Function, FunctionError, Functions, Model, Moves, Partial, Plugin, Provider, Resource, Resources,
    State, WriteOnly,
};

pub(crate) const PLUGIN: Plugin = Plugin {
    name: "terraform-provider-corner",
    version: "1.0.0",
    addresses: &["registry.terraform.io/hashicorp/corner"],
    log_crates: &[],
};

/// The provider.
pub(crate) struct Corner;

impl Provider for Corner {
    type Block = ();
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new().add(CheckedResource).add(LegacyResource)
    }

    fn data_sources(&self) -> DataSources<()> {
        DataSources::new().add(TimeSource).add(DeferredSource)
    }

    fn functions(&self) -> Functions {
        Functions::new().add(TrueFunction)
    }

    async fn configure(&self, _: Configure<()>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}

fn now() -> Computed<String> {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true).into()
}

/// The time.
#[derive(Debug, Clone, Model)]
#[model(data_source = "corner_v6_time")]
pub(crate) struct Time {
    /// The current time in RFC 3339.
    current: Computed<String>,
}

struct TimeSource;

impl DataSource for TimeSource {
    type Model = Time;
    type Client = ();

    async fn read(&self, _: &(), _: Time, _: &Context) -> Result<Time, Diagnostics> {
        Ok(Time { current: now() })
    }
}

/// The time, which is always put off.
#[derive(Debug, Clone, Model)]
#[model(data_source = "corner_v6_deferred_action")]
pub(crate) struct DeferredTime {
    /// The current time in RFC 3339.
    current: Computed<String>,
}

struct DeferredSource;

impl DataSource for DeferredSource {
    type Model = DeferredTime;
    type Client = ();

    async fn read(&self, _: &(), _: DeferredTime, ctx: &Context) -> Result<DeferredTime, Diagnostics> {
        Err(ctx.defer(Deferral::ResourceConfigUnknown))
    }
}

/// Returns true.
#[derive(Debug, Clone, Model)]
#[model(function = "bool")]
pub(crate) struct True {
    /// Anything.
    param: bool,
}

struct TrueFunction;

impl Function for TrueFunction {
    type Model = True;
    type Output = bool;

    fn call(&self, _: True) -> Result<bool, FunctionError> {
        Ok(true)
    }
}

/// A resource with an id and a write-only value, which it gives back wherever it can.
macro_rules! checked {
    ($($resource:ident of $model:ident, $name:literal;)*) => {
        $(
            /// An object with a write-only value.
            #[derive(Debug, Clone, Model)]
            #[model(resource = $name)]
            pub(crate) struct $model {
                /// The id.
                id: Computed<String>,
                /// Text.
                writeonly_attr: WriteOnly<String>,
            }

            struct $resource;

            impl $resource {
                fn with_secret() -> Partial<$model> {
                    let secret = WriteOnly::from("what no state may hold".to_owned());
                    Partial::<$model> { id: "test-123".into(), writeonly_attr: secret.into() }
                }
            }

            impl Resource for $resource {
                type Model = $model;
                type Client = ();

                async fn create(
                    &self,
                    _: &(),
                    mut create: Create<$model>,
                    _: &Context,
                ) -> Result<State<$model>, CreateError<$model>> {
                    *create.planned = Self::with_secret();
                    Ok(create.planned)
                }

                async fn read(
                    &self,
                    _: &(),
                    mut state: State<$model>,
                    _: &Context,
                ) -> Result<Option<State<$model>>, Diagnostics> {
                    *state = Self::with_secret();
                    Ok(Some(state))
                }

                async fn delete(&self, _: &(), _: Delete<$model>, _: &Context) -> Result<(), Diagnostics> {
                    Ok(())
                }

                async fn import(&self, _: &(), _: &str, _: &Context) -> Result<State<$model>, Diagnostics> {
                    Ok(State::new(Self::with_secret()))
                }

                fn moves(&self) -> Moves<$model> {
                    Moves::new().from_any("terraform_data of the Terraform that runs", |source| {
                        let is_data = source.is_of("builtin/terraform") && source.type_name == "terraform_data";
                        is_data.then(|| Ok(State::new(Self::with_secret())))
                    })
                }
            }
        )*
    };
}

checked! {
    CheckedResource of Checked, "corner_v6_writeonly_datacheck";
    LegacyResource of Legacy, "corner_v6_writeonly_legacy_datacheck";
}
