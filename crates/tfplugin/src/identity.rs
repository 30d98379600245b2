//! What an object is known by, whatever its state says: the identity of a resource.

use crate::{
    diagnostics::Diagnostics,
    model::{AsAttribute, AttributeType, FieldType, Invalid, Model, PartialValue, Scalar, attribute},
    schema::{Attribute, Block, Kind, Nesting, Schema},
    value::{Path, Value},
};

/// Marks what `#[model(identity)]` stands on: the few values that identify an object.
///
/// A field `T` has to be given to an import, a field `Option<T>` may be. The values are texts, numbers and booleans, and
/// lists of these. An identity is never secret: Terraform shows it.
///
/// ```
/// use tfplugin::{Context, Diagnostics, Model, Partial, State};
///
/// /// What a server is known by.
/// #[derive(Debug, Clone, Model)]
/// #[model(identity)]
/// struct ServerIdentity {
///     /// The id of the server.
///     id: String,
///     /// The region; the provider's where an import leaves it out.
///     region: Option<String>,
/// }
///
/// /// A server.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_server", identity = ServerIdentity)]
/// struct Server {
///     /// The id.
///     id: tfplugin::Computed<String>,
/// }
///
/// /// What `Resource::import_by_identity` does. Creates and reads set the identity in the same way; what a read or an
/// /// update does not set stays as it was.
/// async fn import(identity: ServerIdentity) -> Result<State<Server>, Diagnostics> {
///     let mut server = State::<Server>::new(Partial::<Server> { id: identity.id.clone().into() });
///     server.set_identity(ServerIdentity { region: identity.region.or(Some("here".to_owned())), ..identity });
///     Ok(server)
/// }
/// ```
///
/// The identity of an object stays the same for as long as the object lives. A read that returns another one is an error, and
/// the state stays; an update keeps the one that there was, with a warning. `#[model(identity, mutable)]` allows both.
/// A `version` with [upgrades](crate::Resource::identity_upgrades) lets an identity get another shape.
pub trait IdentityModel: Model {
    /// Whether an object may get another identity.
    const IS_MUTABLE: bool;

    /// What is declared; none for [`NoIdentity`].
    #[doc(hidden)]
    fn declared() -> Option<IdentitySchema> {
        Some(IdentitySchema { schema: Self::schema(), is_mutable: Self::IS_MUTABLE })
    }
}

/// The identity of the objects of a resource.
pub type Identity<M> = <M as crate::model::ResourceModel>::Identity;

/// The shape of an identity.
#[derive(Debug, Clone)]
pub struct IdentitySchema {
    /// The attributes, and the version that identities are stored with.
    pub schema: Schema,
    /// Whether an object may get another identity.
    pub is_mutable: bool,
}

/// What an identity can hold: a text, a number or a boolean, or a list of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in an identity",
    note = "Terraform's identities hold texts, numbers, booleans, and lists of these"
)]
pub trait IdentityValue: AsAttribute {}

impl<T: Scalar> IdentityValue for T {}
impl<T: Scalar> IdentityValue for Vec<T> {}

/// The attribute that a field of an identity declares.
pub fn identity_attribute<F: FieldType<Value: IdentityValue>>(name: &'static str) -> Attribute {
    attribute::<F>(name)
}

/// The identity of a resource that has none.
#[derive(Debug, Clone, Copy)]
pub enum NoIdentity {}

/// What is known of no identity.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Nothing;

impl PartialValue for Nothing {
    fn decode(_: &Value) -> Result<Self, Invalid> {
        Ok(Self)
    }

    fn encode(&self) -> Value {
        Value::Null
    }
}

impl AttributeType for NoIdentity {
    type Partial = Nothing;

    fn kind() -> Kind {
        Kind::Nested(Nesting::Single, Vec::new())
    }

    fn complete(_: Nothing, _: &Path) -> Result<Self, Diagnostics> {
        Err(Diagnostics::default())
    }

    fn into_partial(self) -> Nothing {
        match self {}
    }
}

impl Model for NoIdentity {
    const TYPE_NAME: &'static str = "";
    const SCHEMA_VERSION: i64 = 0;

    fn block() -> Block {
        Block::default()
    }
}

impl IdentityModel for NoIdentity {
    const IS_MUTABLE: bool = false;

    fn declared() -> Option<IdentitySchema> {
        None
    }
}
