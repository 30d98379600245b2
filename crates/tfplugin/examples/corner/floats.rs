//! Numbers that are more precise in a configuration than the floats that they become.

use tfplugin::{
    Computed, Context, Create, CreateError, Delete, Diagnostics, Model, Resource, State, Update, UpdateError,
};

use super::framework::Client;

/// A resource that stores its only number as the float that it is for Rust. What the user wrote stays in the state.
macro_rules! precisions {
    ($($resource:ident of $model:ident, $name:literal, $field:ident: $float:ty;)*) => {
        $(
            /// A number that may be more precise than its float.
            #[derive(Debug, Clone, Model)]
            #[model(resource = $name)]
            pub(crate) struct $model {
                /// The number.
                #[attr(optional)]
                $field: Computed<$float>,
            }

            pub(crate) struct $resource;

            impl $resource {
                fn store(mut state: State<$model>) -> Result<State<$model>, Diagnostics> {
                    let float: Option<$float> = state.complete()?.$field.known().copied();
                    state.$field = float.into();
                    Ok(state)
                }
            }

            impl Resource for $resource {
                type Model = $model;
                type Client = Client;

                async fn create(
                    &self,
                    _: &Client,
                    create: Create<$model>,
                    _: &Context,
                ) -> Result<State<$model>, CreateError<$model>> {
                    Ok(Self::store(create.planned)?)
                }

                async fn read(
                    &self,
                    _: &Client,
                    state: State<$model>,
                    _: &Context,
                ) -> Result<Option<State<$model>>, Diagnostics> {
                    Ok(Some(state))
                }

                async fn update(
                    &self,
                    _: &Client,
                    update: Update<$model>,
                    _: &Context,
                ) -> Result<State<$model>, UpdateError<$model>> {
                    Ok(Self::store(update.planned)?)
                }

                async fn delete(&self, _: &Client, _: Delete<$model>, _: &Context) -> Result<(), Diagnostics> {
                    Ok(())
                }
            }
        )*
    };
}

precisions! {
    Float32Resource of Float32, "framework_float32_precision", float32_attribute: f32;
    Float64Resource of Float64, "framework_float64_precision", float64_attribute: f64;
}
