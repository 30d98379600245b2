//! Functions that a provider offers to expressions (Terraform 1.8).

use std::fmt;

use crate::{
    diagnostics::{Diagnostic, Diagnostics},
    erased,
    model::{AttributeType, FieldType, FunctionModel, Model as _, decoded},
    schema::{Attribute, Block, Mode},
    validate,
    value::{Path, Step, Type, Value},
};

/// A function: `provider::example::join("-", "a", "b")`. Terraform calls it while it validates, plans and applies, without
/// a configured provider, and expects the same result for the same arguments each time. So it has no client, and nothing
/// to wait for.
///
/// The fields of the struct are the arguments, in their order. `T` is never null, `Option<T>` may be; neither is ever
/// unknown, [`MaybeUnknown<T>`](crate::MaybeUnknown) may be. [`Variadic<T>`](crate::Variadic) in the last place is any
/// number of them. Rules such as `not_blank` are checked before the call. The first paragraph of the struct's comment is
/// the summary.
///
/// ```
/// use tfplugin::{Function, FunctionError, Functions, Model, Variadic};
///
/// /// Joins texts.
/// ///
/// /// Empty texts are left out.
/// #[derive(Debug, Clone, Model)]
/// #[model(function = "join")]
/// struct Join {
///     /// What stands between the texts.
///     #[attr(length(1..=9))]
///     separator: String,
///     /// The texts.
///     texts: Variadic<String>,
/// }
///
/// struct JoinFunction;
///
/// impl Function for JoinFunction {
///     type Model = Join;
///     type Output = String;
///
///     fn call(&self, join: Join) -> Result<String, FunctionError> {
///         if let Some(at) = join.texts.iter().position(|text| text.contains(&join.separator)) {
///             return Err(FunctionError::new("a text must not contain the separator").at(Join::TEXTS.path().index(at)));
///         }
///         let texts: Vec<String> = join.texts.into_iter().filter(|text| !text.is_empty()).collect();
///         Ok(texts.join(&join.separator))
///     }
/// }
///
/// // In `Provider::functions`:
/// let functions = Functions::new().add(JoinFunction);
/// ```
pub trait Function: Send + Sync + 'static {
    /// The struct that says what the function is.
    type Model: FunctionModel;

    /// The result: `T`, `Option<T>` for one that may be null, `MaybeUnknown<T>` for one that may be unknown.
    type Output: FieldType;

    /// Calls it.
    ///
    /// # Errors
    /// There is no result.
    fn call(&self, arguments: Self::Model) -> Result<Self::Output, FunctionError>;
}

/// Why a call has no result: a part of a sentence, which Terraform completes and ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    pub(crate) text: String,
    pub(crate) place: Option<Path>,
}

impl FunctionError {
    /// An error.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), place: None }
    }

    /// The same, about this argument: `Join::SEPARATOR`, or `Join::TEXTS.path().index(2)` for one of a variadic field.
    #[must_use]
    pub fn at(self, argument: impl Into<Path>) -> Self {
        Self { place: Some(argument.into()), ..self }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for FunctionError {}

impl From<Diagnostic> for FunctionError {
    fn from(diagnostic: Diagnostic) -> Self {
        let Diagnostic { summary, detail, path, .. } = diagnostic;
        let text = if detail.is_empty() { summary } else { detail };
        Self { text: text.trim_end_matches('.').to_owned(), place: path }
    }
}

impl From<Diagnostics> for FunctionError {
    fn from(diagnostics: Diagnostics) -> Self {
        // Terraform shows one error of a call, at one argument.
        let first = diagnostics.into_failure().into_iter().next();
        first.map_or_else(|| Self::new("there is no result"), Self::from)
    }
}

/// The functions of a provider.
#[derive(Default)]
pub struct Functions(pub(crate) Vec<Box<dyn erased::Function>>);

impl Functions {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// And this one.
    #[must_use]
    #[allow(clippy::should_implement_trait)]
    pub fn add<F: Function>(mut self, function: F) -> Self {
        self.0.push(Box::new(TypedFunction(function)));
        self
    }
}

/// What a function takes, returns and says of itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Signature {
    /// The parameters, in their order.
    pub parameters: Vec<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// The first paragraph of its description.
    pub summary: &'static str,
    /// What it does, in Markdown.
    pub description: &'static str,
    /// What to use instead, if this is deprecated.
    pub deprecated: Option<&'static str>,
}

/// What a function takes in one place, or from there on.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Parameter {
    /// The name, the description and the rules.
    pub attribute: Attribute,
    /// The type of one argument.
    pub ty: Type,
    /// Whether an argument may be null.
    pub allows_null: bool,
    /// Whether it may have unknown parts.
    pub allows_unknown: bool,
    /// Whether any number of arguments stand here.
    pub is_variadic: bool,
}

impl Parameter {
    /// For the derive macro: the parameter that a field of this type declares.
    #[doc(hidden)]
    pub fn of<F: FieldType>(attribute: Attribute) -> Self {
        let ty = match attribute.ty() {
            Type::List(element) if F::IS_VARIADIC => *element,
            ty => ty,
        };
        Self {
            attribute,
            ty,
            allows_null: F::MODE == Mode::Optional,
            allows_unknown: F::ALLOWS_UNKNOWN,
            is_variadic: F::IS_VARIADIC,
        }
    }
}

impl Signature {
    pub(crate) fn of<F: Function>() -> Self {
        let Block { description, deprecated, .. } = F::Model::block();
        let result = Attribute { kind: <F::Output as FieldType>::Value::kind(), ..Attribute::new("", Type::Dynamic) };
        Self {
            parameters: F::Model::parameters(),
            returns: result.ty(),
            summary: description.split("\n\n").next().unwrap_or_default(),
            description,
            deprecated,
        }
    }

    /// The parameter that stands at a place; none beyond the last.
    pub(crate) fn parameter(&self, at: usize) -> Option<&Parameter> {
        self.parameters.get(at).or_else(|| self.parameters.last().filter(|last| last.is_variadic))
    }

    /// How many arguments there are at least.
    pub(crate) fn least(&self) -> usize {
        self.parameters.iter().filter(|parameter| !parameter.is_variadic).count()
    }

    /// The place of the argument at a path.
    pub(crate) fn place(&self, path: &Path) -> Option<usize> {
        let [Step::Attribute(name), inner @ ..] = path.steps() else { return None };
        let at = self.parameters.iter().position(|parameter| parameter.attribute.name == name)?;
        match inner {
            [Step::Index(further), ..] if self.parameters[at].is_variadic => Some(at + usize::try_from(*further).ok()?),
            _ => Some(at),
        }
    }

    /// The arguments by their names.
    fn object(&self, mut arguments: Vec<Value>) -> Value {
        let rest = arguments.split_off(self.least().min(arguments.len()));
        let names = self.parameters.iter().map(|parameter| parameter.attribute.name);
        Value::object(names.zip(arguments.into_iter().chain([Value::List(rest)])))
    }
}

/// A function of a model.
struct TypedFunction<F>(F);

impl<F: Function> erased::Function for TypedFunction<F> {
    fn name(&self) -> &'static str {
        F::Model::TYPE_NAME
    }

    fn signature(&self) -> Signature {
        Signature::of::<F>()
    }

    fn call(&self, signature: &Signature, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        call(&self.0, signature, arguments)
    }
}

fn call<F: Function>(function: &F, signature: &Signature, arguments: Vec<Value>) -> Result<Value, FunctionError> {
    let arguments = signature.object(arguments);
    let wrong = validate::validate(&F::Model::block(), &arguments);
    if wrong.has_errors() {
        return Err(wrong.into());
    }
    let plain = <F::Model as AttributeType>::complete(decoded::<F::Model>(&arguments), &Path::default())?;
    Ok(function.call(plain)?.into_attr().encode())
}
