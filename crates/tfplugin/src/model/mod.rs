//! One Rust struct says everything: schema, documentation, and typed access to configurations, plans and states.
//!
//! `#[derive(Model)]` makes three things of a struct: its [`Block`], its [`Partial`] in which every field is an [`Attr`],
//! and a token for each field ([`Field`]). The dynamic [`Value`] stays the truth: what is not set is written back as it
//! came.

mod arguments;
mod attr;
mod collections;
mod declare;
mod field;
mod nothing;
mod object;
mod scalar;
mod wrappers;
mod write_only;

use std::fmt::Debug;

pub use crate::identity::{IdentityModel, IdentityValue, identity_attribute};
pub use crate::provider_meta::ProviderMetaModel;
pub use arguments::{MaybeUnknown, Variadic};
pub use attr::{Attr, Invalid};
pub use collections::{Blocks, Countable, Map, Set};
pub use declare::AttributeChange;
pub(crate) use declare::decoded;
#[doc(hidden)]
pub use declare::{complete_whole, countable, default_with, duration, encoded, plan_modifier, textual, validate};
pub use field::{
    Argument, Field, FieldType, Place, Settable, SettablePlace, attribute, block, complete_block, completed,
};
pub use object::Object;
pub use scalar::Scalar;
pub use wrappers::{Computed, Numeric, Sensitive, Textual, Timeouts};
pub use write_only::WriteOnly;

use crate::{
    diagnostics::Diagnostics,
    function::Parameter,
    schema::{Attribute, Block, Kind, Schema},
    value::{Path, Value},
};

/// A struct with `#[derive(Model)]`: a resource, a data source, a provider block, or what is nested in one.
///
/// A schema has an end, so models that contain each other do not compile:
///
/// ```compile_fail,E0391
/// # use tfplugin::Model;
/// /// One.
/// #[derive(Debug, Clone, Model)]
/// #[model(nested)]
/// struct One {
///     /// The other.
///     other: Vec<Other>,
/// }
///
/// /// The other.
/// #[derive(Debug, Clone, Model)]
/// #[model(nested)]
/// struct Other {
///     /// One.
///     one: Vec<One>,
/// }
/// ```
pub trait Model: AttributeType<Partial: Default> {
    /// The name of the resource or data source; empty for what has none.
    const TYPE_NAME: &'static str;

    /// The version that states are stored with.
    const SCHEMA_VERSION: i64;

    /// The attributes and blocks, as the struct declares them.
    fn block() -> Block;

    /// The block with its version.
    fn schema() -> Schema {
        Schema { version: Self::SCHEMA_VERSION, block: Self::block() }
    }
}

/// Marks what `#[model(resource = "…")]` stands on.
pub trait ResourceModel: Model {
    /// What its objects are known by: `identity = …`.
    type Identity: IdentityModel;
}

/// Marks what `#[model(data_source = "…")]` stands on.
pub trait DataSourceModel: Model {}

/// Marks what `#[model(list)]` stands on.
pub trait ListModel: Model {}

/// What `#[model(function = "…")]` stands on: the fields are the arguments, in their order.
pub trait FunctionModel: Model {
    /// The parameters.
    #[doc(hidden)]
    fn parameters() -> Vec<Parameter>;
}

/// Marks what `#[model(ephemeral_resource = "…")]` stands on.
pub trait EphemeralResourceModel: Model {}

/// Marks what `#[model(action = "…")]` stands on.
pub trait ActionModel: Model {}

/// Marks what `#[model(state_store = "…")]` stands on.
pub trait StateStoreModel: Model {}

/// Marks what `#[model(provider)]` stands on, and `()`, for a provider without anything to configure.
pub trait ProviderModel: Model {}

/// A model, or any other type, with each part null, unknown or known.
pub type Partial<M> = <M as AttributeType>::Partial;

/// A Rust type for attributes. For a type of your own implement [`Scalar`], or derive [`Model`] or `AttributeEnum`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type for an attribute",
    note = "derive Model or AttributeEnum for it, or implement tfplugin::Scalar",
    note = "what is in a collection can be neither write-only nor itself a collection of models"
)]
pub trait AttributeType: Sized + Send + Sync + 'static {
    /// The same, where parts may be null or unknown.
    type Partial: PartialValue;

    /// What the values are for Terraform.
    fn kind() -> Kind;

    /// Evaluates only if no model contains itself: its schema would have no end.
    #[doc(hidden)]
    const ENDS: () = ();

    /// Whether Terraform never stores the values.
    #[doc(hidden)]
    const IS_WRITE_ONLY: bool = false;

    /// What the type adds to each attribute that has it.
    fn refine(attribute: Attribute) -> Attribute {
        attribute
    }

    /// The plain value of what is required and null; none where that is an error.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }

    /// The plain value.
    ///
    /// # Errors
    /// Parts that are unknown, missing, or not of their type, each on its path.
    fn complete(partial: Self::Partial, path: &Path) -> Result<Self, Diagnostics>;

    /// The plain value with all of its parts known.
    fn into_partial(self) -> Self::Partial;
}

/// What a list, a set or a map can hold. Not write-only values, for Terraform knows none inside a collection: write
/// `WriteOnly<Vec<T>>`. And not collections of models: put the inner collection into a model of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of a collection",
    note = "Terraform has no write-only elements, and no collections of collections of nested objects"
)]
pub trait Element: AttributeType {}

/// An element without schemas of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of a collection within a collection",
    note = "Terraform has no collections of collections of nested objects: put the inner one into a model of its own"
)]
pub trait PlainElement: Element {}

/// What an attribute can hold: everything but a model with blocks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has blocks, or is no type for an attribute",
    note = "nested attributes have no blocks: write #[attr(block)] here too, or make the blocks inside attributes"
)]
pub trait AsAttribute: AttributeType {}

/// What stands inside an [`Attr`]: a value that is known, and whose parts may not be.
pub trait PartialValue: Debug + Clone + PartialEq + Send + Sync + 'static {
    /// Reads a value, which is known and not null.
    ///
    /// # Errors
    /// A value that is not of this Rust type.
    fn decode(value: &Value) -> Result<Self, Invalid>;

    /// Writes a value.
    fn encode(&self) -> Value;

    /// Writes a value, and leaves as it is what `original` says already.
    fn encode_onto(&self, original: &Value) -> Value {
        match Self::decode(original) {
            Ok(same) if !original.is_null() && same == *self => original.clone(),
            _ => self.encode(),
        }
    }

    /// Whether no part is unknown.
    fn is_wholly_known(&self) -> bool {
        true
    }
}
