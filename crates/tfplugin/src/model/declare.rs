//! What `#[derive(Model)]` calls to declare attributes. Not for use by hand.

use std::time::Duration;

use super::{Attr, AttributeType, Countable, Model, Partial, PartialValue, Textual};
use crate::{
    diagnostics::Diagnostics,
    private::Private,
    schema::{Change, Decision, Validator},
    value::{Path, Value},
};

/// A planned value beside the prior one, for a plan modifier. `M` is the model that the attribute stands in.
///
/// ```
/// use tfplugin::{Attr, AttributeEnum, Model, Partial, model::AttributeChange, schema::Decision};
///
/// /// A disk.
/// #[derive(Debug, Clone, Model)]
/// #[model(resource = "example_disk")]
/// struct Disk {
///     /// The size in GiB. A disk grows in place.
///     #[attr(plan_modifier = size)]
///     size: i64,
///     /// The class.
///     #[attr(default_with = class, default_text = "`fast` from 100 GiB")]
///     class: Class,
/// }
///
/// #[derive(Debug, Clone, PartialEq, AttributeEnum)]
/// enum Class {
///     #[attr("slow")]
///     Slow,
///     #[attr("fast")]
///     Fast,
/// }
///
/// fn size(change: &AttributeChange<'_, Disk, i64>) -> Decision {
///     if change.planned.known() < change.prior.known() { Decision::Replace } else { Decision::Update }
/// }
///
/// fn class(disk: &Partial<Disk>) -> Attr<Class> {
///     match disk.size {
///         Attr::Known(size) if size >= 100 => Class::Fast.into(),
///         Attr::Known(_) => Class::Slow.into(),
///         _ => Attr::Unknown,
///     }
/// }
/// ```
#[derive(Debug)]
pub struct AttributeChange<'a, M: Model, T: AttributeType> {
    /// What the configuration and the defaults say.
    pub planned: Attr<T::Partial>,
    /// What the state says.
    pub prior: Attr<T::Partial>,
    /// The configuration of the object that the attribute stands in.
    pub config: Partial<M>,
    /// The prior state of that object.
    pub state: Partial<M>,
    /// What is remembered of the resource.
    pub private: &'a Private,
}

/// A plan modifier that sees typed values.
pub fn plan_modifier<M: Model, T: AttributeType>(
    modifier: impl Fn(&AttributeChange<'_, M, T>) -> Decision + Send + Sync + 'static,
) -> impl Fn(&Change<'_>) -> Decision + Send + Sync + 'static {
    move |change| {
        modifier(&AttributeChange {
            planned: Attr::decode(change.planned),
            prior: Attr::decode(change.prior),
            config: decoded::<M>(change.config),
            state: decoded::<M>(change.state),
            private: change.private,
        })
    }
}

/// A default that sees the other fields, with their constant defaults.
pub fn default_with<M: Model, T: AttributeType, A: Into<Attr<T::Partial>>>(
    with: impl Fn(&Partial<M>) -> A + Send + Sync + 'static,
) -> impl Fn(&Value) -> Value + Send + Sync + 'static {
    move |object| with(&decoded::<M>(&M::block().with_constants(object))).into().encode()
}

/// The object, or one without values where there is none.
pub(crate) fn decoded<M: Model>(value: &Value) -> Partial<M> {
    Attr::<Partial<M>>::decode(value).into_known().unwrap_or_default()
}

/// A rule on plain values. Values with unknown parts are checked once they are known.
pub fn validate<T: AttributeType>(holds: impl Fn(&T) -> bool + Send + Sync + 'static, text: &str) -> Validator {
    Validator::new(text, move |value| {
        let plain = T::Partial::decode(value).ok().filter(PartialValue::is_wholly_known);
        plain.and_then(|partial| T::complete(partial, &Path::default()).ok()).is_none_or(|plain| holds(&plain))
    })
}

/// The plain model.
///
/// # Errors
/// What is unknown, missing, or not of its type, each on its path.
pub fn complete_whole<M: Model>(partial: &Partial<M>) -> Result<M, Diagnostics> {
    M::complete(partial.clone(), &Path::default())
}

/// The default as the field's type writes it.
pub fn encoded<T: AttributeType>(value: impl Into<T>) -> Value {
    value.into().into_partial().encode()
}

/// A rule for text.
pub fn textual<T: Textual>(validator: Validator) -> Validator {
    validator
}

/// A rule for what has elements.
pub fn countable<T: Countable>(validator: Validator) -> Validator {
    validator
}

/// A time limit that an author wrote. One that is none is no limit to rely on, so it counts as the shortest.
pub fn duration(text: &str) -> Duration {
    humantime::parse_duration(text).unwrap_or(Duration::from_secs(1))
}
