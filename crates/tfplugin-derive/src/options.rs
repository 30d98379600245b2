//! What stands in `#[model(…)]` and `#[attr(…)]`.

use proc_macro2::Span;
use syn::{
    Attribute, Error, Expr, ExprRange, Ident, LitInt, LitStr, RangeLimits, Result, Token, Type, meta::ParseNestedMeta,
    parenthesized, punctuated::Punctuated, spanned::Spanned,
};

/// What a struct is the model of.
pub(crate) enum Role {
    Resource(LitStr),
    DataSource(LitStr),
    EphemeralResource(LitStr),
    Action(LitStr),
    StateStore(LitStr),
    Function(LitStr),
    Provider,
    Nested,
    Identity,
    List,
    ProviderMeta,
}

impl Role {
    /// The name that a configuration has it by.
    pub(crate) fn name(&self) -> Option<&LitStr> {
        match self {
            Self::Resource(name)
            | Self::DataSource(name)
            | Self::EphemeralResource(name)
            | Self::Action(name)
            | Self::StateStore(name)
            | Self::Function(name) => Some(name),
            Self::Provider | Self::Nested | Self::Identity | Self::List | Self::ProviderMeta => None,
        }
    }
}

/// `#[model(…)]`.
pub(crate) struct ModelOptions {
    pub(crate) role: Role,
    pub(crate) version: i64,
    pub(crate) deprecated: Option<LitStr>,
    /// The identity of a resource.
    pub(crate) identity: Option<Type>,
    /// Whether an identity may change.
    pub(crate) mutable: Option<Span>,
}

impl ModelOptions {
    pub(crate) fn parse(attributes: &[Attribute], span: Span) -> Result<Self> {
        let (mut role, mut version, mut deprecated, mut identity, mut mutable) = (None, None, None, None, None);
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("model")) {
            attribute.parse_nested_meta(|meta| {
                let found = match name(&meta)?.as_str() {
                    "resource" => Role::Resource(meta.value()?.parse()?),
                    "data_source" => Role::DataSource(meta.value()?.parse()?),
                    "ephemeral_resource" => Role::EphemeralResource(meta.value()?.parse()?),
                    "action" => Role::Action(meta.value()?.parse()?),
                    "state_store" => Role::StateStore(meta.value()?.parse()?),
                    "function" => Role::Function(meta.value()?.parse()?),
                    "provider" => Role::Provider,
                    "nested" => Role::Nested,
                    "list" => Role::List,
                    "provider_meta" => Role::ProviderMeta,
                    "identity" if meta.input.peek(Token![=]) => {
                        return once(&meta, &mut identity, meta.value()?.parse::<Type>()?);
                    }
                    "identity" => Role::Identity,
                    "mutable" => return once(&meta, &mut mutable, meta.path.span()),
                    "version" => return once(&meta, &mut version, meta.value()?.parse::<LitInt>()?.base10_parse()?),
                    "deprecated" => return once(&meta, &mut deprecated, meta.value()?.parse()?),
                    _ => {
                        return Err(meta.error(
                            "expected resource, data_source, ephemeral_resource, action, state_store, function, list, \
                             provider, provider_meta, nested, identity, mutable, version or deprecated",
                        ));
                    }
                };
                match &role {
                    None => once(&meta, &mut role, found),
                    Some(_) => Err(meta.error("a struct is the model of one thing")),
                }
            })?;
        }
        let missing = "say what this is the model of: #[model(resource = \"…\")], data_source, ephemeral_resource, \
                       action, state_store, function, list, provider, provider_meta, nested or identity";
        let role = role.ok_or_else(|| Error::new(span, missing))?;
        if version.is_some() && !matches!(role, Role::Resource(_) | Role::Identity) {
            return Err(Error::new(span, "only the states and the identities of a resource have a version"));
        }
        if let Some(identity) = identity.as_ref().filter(|_| !matches!(role, Role::Resource(_))) {
            return Err(Error::new(identity.span(), "only a resource has an identity"));
        }
        if let Some(span) = mutable.filter(|_| !matches!(role, Role::Identity)) {
            return Err(Error::new(span, "only an identity is mutable: write this on its struct"));
        }
        if let Some(text) = deprecated.as_ref().filter(|_: &&LitStr| matches!(role, Role::Identity)) {
            return Err(Error::new(text.span(), "Terraform knows no deprecated identities: deprecate the resource"));
        }
        Ok(Self { role, version: version.unwrap_or(0), deprecated, identity, mutable })
    }
}

/// `#[attr(…)]` of one field. Each option remembers where it stands.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Expr>,
    pub(crate) default_on_create: Option<Expr>,
    pub(crate) default_with: Option<Expr>,
    pub(crate) default_text: Option<LitStr>,
    pub(crate) optional: Option<Span>,
    pub(crate) force_new: Option<Span>,
    pub(crate) plan_modifier: Option<Expr>,
    pub(crate) changes_with: Vec<Ident>,
    pub(crate) rules: Vec<RuleOption>,
    pub(crate) relations: Vec<(Ident, Vec<Related>)>,
    pub(crate) block: Option<Span>,
    pub(crate) min: Option<LitInt>,
    pub(crate) max: Option<LitInt>,
    pub(crate) env: Vec<LitStr>,
    pub(crate) timeouts: Vec<(Ident, LitStr)>,
    pub(crate) deprecated: Option<LitStr>,
}

/// What is valid.
pub(crate) enum RuleOption {
    Range(Span, Expr, Expr),
    Length(Span, Expr, Expr),
    OneOf(Span, Vec<LitStr>),
    OneOfIgnoreCase(Span, Vec<LitStr>),
    NotBlank(Span),
    NotEmpty(Span),
    Validate(Expr, LitStr),
    Validator(Expr),
}

impl FieldOptions {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut options = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("attr")) {
            attribute.parse_nested_meta(|meta| options.add(&meta))?;
        }
        Ok(options)
    }

    /// Whether a new object gets null, which it keeps once the provider knows better.
    pub(crate) fn is_null_on_create(&self) -> bool {
        matches!(&self.default_on_create, Some(Expr::Path(path)) if path.path.is_ident("None"))
    }

    fn add(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let span = meta.path.span();
        match name(meta)?.as_str() {
            "name" => once(meta, &mut self.name, meta.value()?.parse()?),
            "default" => once(meta, &mut self.default, meta.value()?.parse()?),
            "default_on_create" => once(meta, &mut self.default_on_create, meta.value()?.parse()?),
            "default_with" => once(meta, &mut self.default_with, meta.value()?.parse()?),
            "default_text" => once(meta, &mut self.default_text, meta.value()?.parse()?),
            "optional" => once(meta, &mut self.optional, span),
            "force_new" => once(meta, &mut self.force_new, span),
            "plan_modifier" => once(meta, &mut self.plan_modifier, meta.value()?.parse()?),
            "block" => once(meta, &mut self.block, span),
            "min" => once(meta, &mut self.min, meta.value()?.parse()?),
            "max" => once(meta, &mut self.max, meta.value()?.parse()?),
            "deprecated" => once(meta, &mut self.deprecated, meta.value()?.parse()?),
            "changes_with" => list(meta).map(|names| self.changes_with.extend(names)),
            "env" => list(meta).map(|names| self.env.extend(names)),
            "timeouts" => {
                let pairs: Vec<Pair> = list(meta)?;
                self.timeouts.extend(pairs.into_iter().map(|pair| (pair.name, pair.text)));
                Ok(())
            }
            "conflicts_with" | "exactly_one_of" | "at_least_one_of" | "required_with" => {
                let demand = meta.path.get_ident().cloned();
                let names = list(meta)?;
                self.relations.extend(demand.map(|demand| (demand, names)));
                Ok(())
            }
            _ => self.add_rule(meta, span),
        }
    }

    fn add_rule(&mut self, meta: &ParseNestedMeta<'_>, span: Span) -> Result<()> {
        let rule = match name(meta)?.as_str() {
            "range" => bounds(meta).map(|(min, max)| RuleOption::Range(span, min, max))?,
            "length" => bounds(meta).map(|(min, max)| RuleOption::Length(span, min, max))?,
            "one_of" => RuleOption::OneOf(span, list(meta)?),
            "one_of_ignore_case" => RuleOption::OneOfIgnoreCase(span, list(meta)?),
            "not_blank" => RuleOption::NotBlank(span),
            "not_empty" => RuleOption::NotEmpty(span),
            "validator" => RuleOption::Validator(meta.value()?.parse()?),
            "validate" => {
                let content;
                parenthesized!(content in meta.input);
                let rule = content.parse()?;
                content.parse::<Token![,]>()?;
                RuleOption::Validate(rule, content.parse()?)
            }
            _ => return Err(meta.error("no option of an attribute: see the documentation of tfplugin::Model")),
        };
        self.rules.push(rule);
        Ok(())
    }
}

/// Another field, or one of an object in it: `network` or `network.cidr`.
pub(crate) struct Related {
    pub(crate) field: Ident,
    pub(crate) inner: Option<Ident>,
}

impl syn::parse::Parse for Related {
    fn parse(input: syn::parse::ParseStream<'_>) -> Result<Self> {
        let field = input.parse()?;
        let inner = input.parse::<Option<Token![.]>>()?.map(|_| input.parse()).transpose()?;
        Ok(Self { field, inner })
    }
}

/// `create = "10m"`.
struct Pair {
    name: Ident,
    text: LitStr,
}

impl syn::parse::Parse for Pair {
    fn parse(input: syn::parse::ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self { name, text: input.parse()? })
    }
}

fn name(meta: &ParseNestedMeta<'_>) -> Result<String> {
    meta.path.get_ident().map(ToString::to_string).ok_or_else(|| meta.error("expected a name"))
}

fn once<T>(meta: &ParseNestedMeta<'_>, place: &mut Option<T>, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error("this is here twice")),
    }
}

/// `(a, b)`, with one or more.
fn list<T: syn::parse::Parse>(meta: &ParseNestedMeta<'_>) -> Result<Vec<T>> {
    let content;
    parenthesized!(content in meta.input);
    let items = Punctuated::<T, Token![,]>::parse_terminated(&content)?;
    if items.is_empty() { Err(meta.error("expected one or more")) } else { Ok(items.into_iter().collect()) }
}

/// `(1..=9)`.
fn bounds(meta: &ParseNestedMeta<'_>) -> Result<(Expr, Expr)> {
    let content;
    parenthesized!(content in meta.input);
    let range: ExprRange = content.parse()?;
    match (range.start, range.limits, range.end) {
        (Some(min), RangeLimits::Closed(_), Some(max)) => Ok((*min, *max)),
        _ => Err(meta.error("expected both bounds, both included: 1..=9")),
    }
}
