//! What a module declares about itself to the provider: `provider_meta` blocks.

use crate::{
    context::Context,
    model::{Model, Partial, decoded},
    schema::Schema,
};

/// Marks what `#[model(provider_meta)]` stands on: what a module writes into `terraform { provider_meta "…" { … } }`.
///
/// ```
/// use tfplugin::{Context, Model, ProviderMeta};
///
/// /// Who wrote the module.
/// #[derive(Debug, Clone, Model)]
/// #[model(provider_meta)]
/// struct Module {
///     /// The name of the module.
///     module_name: Option<String>,
/// }
///
/// /// What `Provider::provider_meta` returns.
/// fn provider_meta() -> ProviderMeta {
///     ProviderMeta::of::<Module>()
/// }
///
/// /// In a resource: what the module of the resource says.
/// fn user_agent(ctx: &Context) -> String {
///     let module = ctx.provider_meta::<Module>();
///     let name = module.as_ref().and_then(|module| module.module_name.as_str());
///     format!("example/1.0 {}", name.unwrap_or_default())
/// }
/// ```
pub trait ProviderMetaModel: Model {}

/// What a module may declare about itself to the provider.
#[derive(Debug, Clone, Default)]
pub struct ProviderMeta(pub(crate) Option<Schema>);

impl ProviderMeta {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// This.
    pub fn of<M: ProviderMetaModel>() -> Self {
        Self(Some(M::schema()))
    }
}

impl Context {
    /// What the module of the resource or data source declares about itself. None where it declares nothing, and in calls that
    /// Terraform makes without it (validation, import, upgrades).
    pub fn provider_meta<M: ProviderMetaModel>(&self) -> Option<Partial<M>> {
        let value = self.meta();
        (!value.is_null()).then(|| decoded::<M>(value))
    }
}
