//! Data sources.

use std::future::Future;

use crate::{
    context::Context,
    diagnostics::Diagnostics,
    model::{DataSourceModel, Partial},
};

/// Something that is only read. Implement it with plain `async fn`s.
///
/// ```
/// use tfplugin::{Computed, Context, DataSource, Diagnostics, Model};
///
/// /// The length of a text.
/// #[derive(Debug, Clone, Model)]
/// #[model(data_source = "example_length")]
/// struct Length {
///     /// The text.
///     text: String,
///     /// How many characters it has.
///     length: Computed<i64>,
/// }
///
/// struct LengthSource;
///
/// impl DataSource for LengthSource {
///     type Model = Length;
///     type Client = ();
///
///     async fn read(&self, _: &(), mut config: Length, _: &Context) -> Result<Length, Diagnostics> {
///         config.length = i64::try_from(config.text.chars().count()).ok().into();
///         Ok(config)
///     }
/// }
/// ```
pub trait DataSource: Send + Sync + 'static {
    /// The struct that says what the data source is.
    type Model: DataSourceModel;

    /// What the provider made of its configuration.
    type Client: Send + Sync + 'static;

    /// Checks a configuration beyond what its struct says. Values may be unknown.
    fn validate(&self, _config: &Partial<Self::Model>) -> Diagnostics {
        Diagnostics::default()
    }

    /// Reads it. Terraform asks only once everything in the configuration is known.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(
        &self,
        client: &Self::Client,
        config: Self::Model,
        ctx: &Context,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}
