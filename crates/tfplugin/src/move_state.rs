//! States that come from another type of resource or from another provider: `moved` blocks (Terraform 1.8).

use serde_json::Value as Json;

use crate::{
    diagnostics::{Diagnostic, Diagnostics},
    identity::Identity,
    model::{IdentityModel as _, ResourceModel},
    object::Object,
    private::Private,
    resource::{State, read_json},
    value::Value,
};

/// How an object is made of one of another type of resource. The other type is a struct of its own, whose name and `version`
/// say which states it reads, and which need not have more than what is needed of them. Both sides are a
/// [`State`] and not a [`Partial`](crate::Partial): Terraform sends a move the private data and the identity too, and stores
/// those that come back.
///
/// ```
/// use tfplugin::{Diagnostics, Model, MoveFrom, Moves, Partial, State};
///
/// /// A memo, as another provider stores it.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "other_memo", version = 2)]
/// struct Memo {
///     /// What it says.
///     body: String,
/// }
///
/// /// A note.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_note")]
/// struct Note {
///     /// What it says.
///     text: String,
/// }
///
/// impl MoveFrom<Memo> for Note {
///     fn move_from(memo: State<Memo>) -> Result<State<Self>, Diagnostics> {
///         Ok(State::new(Partial::<Note> { text: memo.into_partial().body }))
///     }
/// }
///
/// /// What `Resource::moves` returns.
/// fn moves() -> Moves<Note> {
///     Moves::new().from::<Memo>("example/other")
/// }
/// ```
pub trait MoveFrom<V: ResourceModel>: ResourceModel {
    /// The state of the object as this type has it. Private data and identity are the source's; what is to stay is set here.
    ///
    /// # Errors
    /// A state that cannot be used.
    fn move_from(source: State<V>) -> Result<State<Self>, Diagnostics>;
}

/// A state that is to become one of another type.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct MoveSource<'a> {
    /// The address of the provider that stored it, such as `registry.terraform.io/hashicorp/null`.
    pub provider: &'a str,
    /// The type of the resource.
    pub type_name: &'a str,
    /// The version of the schema that it was stored with.
    pub version: i64,
    pub(crate) state: &'a [u8],
    pub(crate) private: &'a [u8],
    pub(crate) identity: &'a [u8],
}

impl<'a> MoveSource<'a> {
    pub(crate) fn new(provider: &'a str, type_name: &'a str, version: i64) -> Self {
        Self { provider, type_name, version, state: &[], private: &[], identity: &[] }
    }

    /// The whole state.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn json(&self) -> Result<Json, Diagnostics> {
        serde_json::from_slice(self.state).map_err(|error| {
            let detail = format!("The state of {} is not valid JSON: {error}.", self.type_name);
            Diagnostic::error("The stored state cannot be read", detail).into()
        })
    }

    /// Whether it was stored by the provider with this namespace and type, such as `hashicorp/null`, from any registry.
    pub fn is_of(&self, provider: &str) -> bool {
        let rest = self.provider.strip_suffix(provider);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    }

    fn state_of<V: ResourceModel>(&self) -> Result<State<V>, Diagnostics> {
        let identity = self.identity_of::<V>();
        Ok(State::of(Object { state: read_json::<V>(self.state)?, private: Private::decode(self.private), identity }))
    }

    /// The identity, if it is one of the type's. Terraform does not say its version, so another shape counts as none.
    fn identity_of<V: ResourceModel>(&self) -> Value {
        if self.identity.is_empty() || Identity::<V>::declared().is_none() {
            return Value::Null;
        }
        read_json::<Identity<V>>(self.identity).unwrap_or_default()
    }
}

type Step<M> = Box<dyn Fn(&MoveSource<'_>) -> Option<Result<State<M>, Diagnostics>> + Send + Sync>;

/// The types of resources whose states become those of a resource.
pub struct Moves<M: ResourceModel> {
    steps: Vec<Step<M>>,
    sources: Vec<String>,
}

impl<M: ResourceModel> Default for Moves<M> {
    fn default() -> Self {
        Self { steps: Vec::new(), sources: Vec::new() }
    }
}

impl<M: ResourceModel> Moves<M> {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// States of this model, as the provider with this namespace and type stores them, such as `hashicorp/null`.
    #[must_use]
    pub fn from<V: ResourceModel>(self, provider: &'static str) -> Self
    where
        M: MoveFrom<V>,
    {
        let source = format!("{} of {provider} (schema version {})", V::TYPE_NAME, V::SCHEMA_VERSION);
        self.from_any(source, move |source| {
            let is_of = source.is_of(provider) && source.type_name == V::TYPE_NAME;
            let step = || M::move_from(source.state_of::<V>()?);
            (is_of && source.version == V::SCHEMA_VERSION).then(step)
        })
    }

    /// States that this function knows; it returns none for all others. `what` names them in an error.
    #[must_use]
    pub fn from_any(
        mut self,
        what: impl Into<String>,
        step: impl Fn(&MoveSource<'_>) -> Option<Result<State<M>, Diagnostics>> + Send + Sync + 'static,
    ) -> Self {
        self.sources.push(what.into());
        self.steps.push(Box::new(step));
        self
    }

    pub(crate) fn apply(&self, source: &MoveSource<'_>) -> Result<Object, Diagnostics> {
        if let Some(moved) = self.steps.iter().find_map(|step| step(source)) {
            return Ok(moved?.into_object().0);
        }
        Err(unsupported(M::TYPE_NAME, source, &self.sources).into())
    }
}

fn unsupported(type_name: &str, source: &MoveSource<'_>, sources: &[String]) -> Diagnostic {
    let MoveSource { type_name: from, provider, version, .. } = source;
    let known = match sources {
        [] => "It cannot be moved from any other type of resource.".to_owned(),
        sources => format!("It can be moved from: {}.", sources.join(", ")),
    };
    let detail = format!(
        "The provider cannot move {from} of {provider} (schema version {version}) to {type_name}. {known} Nothing was moved. To \
         continue, remove the moved block."
    );
    Diagnostic::error("The resource cannot be moved to this type", detail)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let source = MoveSource::new("registry.terraform.io/hashicorp/null", "null_resource", 0);
    let sources = ["null_resource of hashicorp/null (schema version 1)".to_owned()];
    vec![unsupported("example_note", &source, &[]), unsupported("example_note", &source, &sources)]
}
