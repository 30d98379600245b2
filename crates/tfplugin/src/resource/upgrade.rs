//! Stored states of older versions of a schema.

use serde_json::Value as Json;

use crate::{
    diagnostics::{Diagnostic, Diagnostics, FAULT},
    model::{Model, Partial, PartialValue as _, decoded},
    object::Stored,
    value::{Value, json},
};

/// How a model is made of one of an older version. The older one is a struct of its own, whose `version` says which states
/// it reads. Both sides are a [`Partial`] and not a [`State`](crate::State): Terraform sends an upgrade the stored values
/// alone, and keeps the private data and the identity as they are.
///
/// ```
/// use tfplugin::{Diagnostics, Model, Partial, UpgradeFrom, Upgrades};
///
/// /// A note, as version 0 stored it.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_note", version = 0)]
/// struct OldNote {
///     /// The text.
///     title: String,
/// }
///
/// /// A note.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_note", version = 1)]
/// struct Note {
///     /// What it says.
///     text: String,
/// }
///
/// impl UpgradeFrom<OldNote> for Note {
///     fn upgrade(old: Partial<OldNote>) -> Result<Partial<Self>, Diagnostics> {
///         Ok(Partial::<Self> { text: old.title })
///     }
/// }
///
/// /// What `Resource::upgrades` returns.
/// fn upgrades() -> Upgrades<Note> {
///     Upgrades::new().from::<OldNote>()
/// }
/// ```
pub trait UpgradeFrom<V: Model>: Model {
    /// The state in the current shape.
    ///
    /// # Errors
    /// A state that cannot be used.
    fn upgrade(old: Partial<V>) -> Result<Partial<Self>, Diagnostics>;
}

type Step<M> = Box<dyn Fn(&[u8]) -> Result<Partial<M>, Diagnostics> + Send + Sync>;

/// The older versions that a resource can read. Each leads directly to the current one.
pub struct Upgrades<M: Model>(Vec<(i64, Step<M>)>);

impl<M: Model> Default for Upgrades<M> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<M: Model> Upgrades<M> {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// States of the version of this model.
    #[must_use]
    pub fn from<V: Model>(mut self) -> Self
    where
        M: UpgradeFrom<V>,
    {
        let step = |json: &[u8]| M::upgrade(decoded::<V>(&read_json::<V>(json)?));
        self.0.push((V::SCHEMA_VERSION, Box::new(step)));
        self
    }

    /// States of this version, from their JSON with everything that is in it.
    #[must_use]
    pub fn from_json(
        mut self,
        version: i64,
        step: impl Fn(Json) -> Result<Partial<M>, Diagnostics> + Send + Sync + 'static,
    ) -> Self {
        let step =
            move |json: &[u8]| step(serde_json::from_slice(json).map_err(|error| unreadable(&error.to_string()))?);
        self.0.push((version, Box::new(step)));
        self
    }

    /// The stored state in the current shape, and the value that it was read from, if it was of the current version.
    pub(crate) fn apply(&self, stored: Stored<'_>) -> Result<(Partial<M>, Value), Diagnostics> {
        if stored.version == M::SCHEMA_VERSION {
            let value = read_json::<M>(stored.json)?;
            return Ok((decoded::<M>(&value), value));
        }
        let Some((_, step)) = self.0.iter().find(|(version, _)| *version == stored.version) else {
            return Err(no_upgrade(stored.version, M::SCHEMA_VERSION, &self.versions()).into());
        };
        Ok((step(stored.json)?, Value::Null))
    }

    /// The versions that are upgraded from.
    pub(crate) fn versions(&self) -> Vec<i64> {
        self.0.iter().map(|(version, _)| *version).collect()
    }
}

/// The value of a stored JSON, without what the model does not have.
pub(crate) fn read_json<M: Model>(json: &[u8]) -> Result<Value, Diagnostics> {
    json::decode(json, &M::schema().ty()).map_err(|error| unreadable(&error.to_string()).into())
}

fn no_upgrade(stored: i64, current: i64, upgraded: &[i64]) -> Diagnostic {
    let detail = format!(
        "The state has the schema version {stored}, but this version of the provider reads version {current} and upgrades from \
         {upgraded:?}. {FAULT}"
    );
    Diagnostic::error("The stored state cannot be upgraded", detail)
}

fn unreadable(error: &str) -> Diagnostic {
    let detail = format!("The stored state is not valid for this version of the provider: {error}.");
    Diagnostic::error("The stored state cannot be read", detail)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    vec![no_upgrade(0, 2, &[1]), unreadable("name: expected a string")]
}

/// The stored identity in the current shape.
pub(crate) fn upgraded_identity<I: Model>(upgrades: &Upgrades<I>, stored: Stored<'_>) -> Result<Value, Diagnostics> {
    let (identity, original) = upgrades.apply(stored)?;
    Ok(identity.encode_onto(&original))
}

/// The stored state in the current shape, normalized.
pub(crate) fn upgraded<M: Model>(
    upgrades: &Upgrades<M>,
    stored: Stored<'_>,
    normalize: impl FnOnce(&mut Partial<M>),
) -> Result<Value, Diagnostics> {
    if stored.json.trim_ascii() == b"null" {
        return Ok(Value::Null);
    }
    let (mut state, original) = upgrades.apply(stored)?;
    normalize(&mut state);
    Ok(state.encode_onto(&original))
}
