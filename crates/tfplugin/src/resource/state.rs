//! An object as a resource works with it, and what is remembered beside it.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use crate::{
    diagnostics::{Diagnostic, Diagnostics},
    identity::Identity,
    model::{Attr, Partial, PartialValue as _, ResourceModel, decoded},
    object::{Delivered, Object},
    private::Private,
    value::{Path, Value},
};

/// An object, field by field, with what is remembered beside it. What is not set is stored as it came.
///
/// It dereferences to the model's [`Partial`]. Where two fields are borrowed to be changed at a time, take it apart first:
///
/// ```
/// use tfplugin::{Model, Partial, State};
///
/// /// A shelf.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_shelf")]
/// struct Shelf {
///     /// On the left.
///     left: String,
///     /// On the right.
///     right: String,
/// }
///
/// fn swap(shelf: &mut State<Shelf>) {
///     let Partial::<Shelf> { left, right } = &mut **shelf;
///     std::mem::swap(left, right);
/// }
/// ```
pub struct State<M: ResourceModel> {
    object: Partial<M>,
    original: Value,
    identity: Attr<Partial<Identity<M>>>,
    original_identity: Value,
    /// What is remembered of the object, and never shown.
    pub private: Private,
    delivered: Delivered,
}

impl<M: ResourceModel> State<M> {
    /// The state of an object that nothing was known of, such as an imported one.
    pub fn new(object: impl Into<Partial<M>>) -> Self {
        Self {
            object: object.into(),
            original: Value::Null,
            identity: Attr::Null,
            original_identity: Value::Null,
            private: Private::default(),
            delivered: Delivered::default(),
        }
    }

    /// Does this once Terraform has been given the state. Not where Terraform no longer waits for it.
    #[must_use]
    pub fn on_delivered(self, work: impl FnOnce() + Send + 'static) -> Self {
        Self { delivered: Delivered::then(work), ..self }
    }

    /// Marks an argument whose value cannot be recovered, such as by an import. It takes its value from the configuration
    /// in place: a difference forces no replacement. Inside lists and maps, the mark counts for all elements.
    pub fn mark_unrecovered(&mut self, place: impl Into<Path>) {
        self.private.unrecovered.insert(place.into().attribute_names());
    }

    /// What the object is known by; none where it is not set yet.
    pub fn identity(&self) -> Option<&Partial<Identity<M>>> {
        self.identity.known()
    }

    /// Says what the object is known by. An identity that is not set stays as it was.
    pub fn set_identity(&mut self, identity: impl Into<Partial<Identity<M>>>) {
        self.identity = Attr::Known(identity.into());
    }

    /// All fields.
    pub fn into_partial(self) -> Partial<M> {
        self.object
    }

    pub(crate) fn of(object: Object) -> Self {
        let Object { state, private, identity } = object;
        Self {
            object: decoded::<M>(&state),
            original: state,
            identity: Attr::decode(&identity),
            original_identity: identity,
            private,
            delivered: Delivered::default(),
        }
    }

    pub(crate) fn into_object(self) -> (Object, Delivered) {
        let state = self.object.encode_onto(&self.original);
        let identity = self.identity.encode_onto(&self.original_identity);
        (Object { state, private: self.private, identity }, self.delivered)
    }
}

/// Without the original, which has the sensitive values too.
impl<M: ResourceModel> fmt::Debug for State<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("object", &self.object).finish_non_exhaustive()
    }
}

impl<M: ResourceModel> Deref for State<M> {
    type Target = Partial<M>;

    fn deref(&self) -> &Partial<M> {
        &self.object
    }
}

impl<M: ResourceModel> DerefMut for State<M> {
    fn deref_mut(&mut self) -> &mut Partial<M> {
        &mut self.object
    }
}

/// A create, as Terraform planned it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Create<M: ResourceModel> {
    /// The configuration. Only here are write-only values.
    pub config: Partial<M>,
    /// The planned state, with unknowns where only the create has the value. Set them, and return it.
    pub planned: State<M>,
    /// What was remembered of the object that this one replaces.
    pub replaced: Option<Private>,
}

/// An update in place, as Terraform planned it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Update<M: ResourceModel> {
    /// The configuration. Only here are write-only values.
    pub config: Partial<M>,
    /// The state before.
    pub prior: Partial<M>,
    /// The planned state. Set what is unknown, and return it.
    pub planned: State<M>,
}

/// A destroy, or the destroy half of a replacement.
#[derive(Debug)]
#[non_exhaustive]
pub struct Delete<M: ResourceModel> {
    /// The state before.
    pub prior: State<M>,
    /// In a replacement that destroys first: what the plan of its create remembered.
    pub successor: Option<Private>,
}

/// Why a create failed, and what is left of it. `?` on diagnostics says that nothing was made.
///
/// ```
/// use tfplugin::{CreateError, Diagnostic, State, model::ResourceModel};
///
/// /// A server that was made and does not start: the next apply destroys it and makes another one.
/// fn does_not_start<M: ResourceModel>(server: State<M>) -> CreateError<M> {
///     let error = Diagnostic::error("The server does not start", "It is there, and the next apply replaces it.");
///     CreateError::Tainted(Box::new(server), error.into())
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum CreateError<M: ResourceModel> {
    /// Nothing was made, and nothing is stored.
    Nothing(Diagnostics),
    /// The object is there, and it is not as it should be. It is stored and tainted: the next apply replaces it.
    Tainted(Box<State<M>>, Diagnostics),
}

/// Why an update failed, and what is left of it. `?` on diagnostics says that nothing was changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum UpdateError<M: ResourceModel> {
    /// The object is as it was.
    Prior(Diagnostics),
    /// The object was changed in part, and this is stored.
    Partial(Box<State<M>>, Diagnostics),
}

impl<M: ResourceModel> From<Diagnostics> for CreateError<M> {
    fn from(errors: Diagnostics) -> Self {
        Self::Nothing(errors)
    }
}

impl<M: ResourceModel> From<Diagnostic> for CreateError<M> {
    fn from(error: Diagnostic) -> Self {
        Self::Nothing(error.into())
    }
}

impl<M: ResourceModel> From<Diagnostics> for UpdateError<M> {
    fn from(errors: Diagnostics) -> Self {
        Self::Prior(errors)
    }
}

impl<M: ResourceModel> From<Diagnostic> for UpdateError<M> {
    fn from(error: Diagnostic) -> Self {
        Self::Prior(error.into())
    }
}
