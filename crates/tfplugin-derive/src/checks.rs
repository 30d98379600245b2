//! What contradicts itself within a struct, found before it compiles.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::{Error, Expr, ExprLit, Ident, Lit, Result, spanned::Spanned as _};

use crate::{
    arguments, contradictions,
    fields::{self, Field, Wrapper},
    options::{ModelOptions, Role, RuleOption},
};

/// Names that Terraform keeps for itself in resources and data sources, and in provider blocks.
const RESERVED: [&str; 7] = ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];
const RESERVED_IN_PROVIDER: [&str; 2] = ["alias", "version"];

/// All contradictions of a struct.
pub(crate) fn check(model_ident: &Ident, model: &ModelOptions, fields: &[Field<'_>]) -> Result<()> {
    let mut errors: Option<Error> = None;
    let mut report = |span: Span, what: String| {
        let error = Error::new(span, what);
        match &mut errors {
            Some(errors) => errors.combine(error),
            None => errors = Some(error),
        }
    };
    if let Some(name) = model.role.name()
        && !is_name(&name.value())
    {
        report(name.span(), "this is no name for Terraform: lower case letters, digits and underscores are".to_owned());
    }
    if matches!(model.role, Role::Identity) && fields.is_empty() {
        report(model_ident.span(), "an identity without attributes identifies no object".to_owned());
    }
    arguments::check(&model.role, fields, &mut report);
    let mut names = BTreeSet::new();
    for field in fields {
        name(model, field, &mut report);
        if !names.insert(field.name()) {
            report(field.span(), format!("another field has the name {:?} already", field.name()));
        }
        if fields::mentions(field.ty, model_ident) {
            report(field.span(), "a model cannot contain itself: its schema would have no end".to_owned());
        }
        contradictions::check(&model.role, field, &mut report);
        defaults(field, &mut report);
        ranges(field, &mut report);
        computed(field, &mut report);
        block(field, &mut report);
        siblings(field, fields, &mut report);
        if field.docs.is_empty() {
            report(field.span(), "say what this is in a doc comment: it becomes the description".to_owned());
        }
        if matches!(model.role, Role::ProviderMeta)
            && (field.wrapper == Wrapper::Computed || field.any_default().is_some())
        {
            report(field.span(), "a provider_meta block is read as it is written: write T or Option<T>".to_owned());
        }
        if matches!(model.role, Role::Provider) && (field.wrapper == Wrapper::Computed || field.any_default().is_some())
        {
            let what = "nothing in a provider block is computed: write Option<T>, and take the default in configure";
            report(field.span(), what.to_owned());
        }
        if matches!(model.role, Role::Identity) && !matches!(field.wrapper, Wrapper::Plain | Wrapper::Option) {
            let what = "an identity is wholly known: write T for what an import must give, Option<T> for what it may";
            report(field.span(), what.to_owned());
        }
        if matches!(model.role, Role::List) && field.wrapper == Wrapper::Computed {
            report(field.span(), "a search only has arguments: write Option<T>, or T with a default".to_owned());
        }
        if matches!(model.role, Role::Action(_) | Role::StateStore(_)) && field.wrapper == Wrapper::Computed {
            let what = "nothing comes back from this, so nothing in it is computed: write T or Option<T>";
            report(field.span(), what.to_owned());
        }
        if field.wrapper == Wrapper::Timeouts && field.options.timeouts.is_empty() {
            report(
                field.span(),
                "say which operations have a time limit: #[attr(timeouts(create = \"10m\"))]".to_owned(),
            );
        }
        timeouts(&model.role, field, &mut report);
    }
    errors.map_or(Ok(()), Err)
}

type Report<'a> = dyn FnMut(Span, String) + 'a;

fn name(model: &ModelOptions, field: &Field<'_>, report: &mut Report<'_>) {
    let name = field.name();
    let reserved = match model.role {
        Role::Resource(_) | Role::DataSource(_) | Role::EphemeralResource(_) => &RESERVED[..],
        Role::StateStore(_) => &["provider"],
        Role::Provider => &RESERVED_IN_PROVIDER[..],
        Role::Action(_) | Role::Function(_) | Role::Nested | Role::Identity | Role::List | Role::ProviderMeta => &[],
    };
    if reserved.contains(&name.as_str()) {
        report(field.span(), format!("Terraform keeps the name {name:?} for itself"));
    }
    if !is_name(&name) {
        report(
            field.span(),
            format!("{name:?} is no name for Terraform: lower case letters, digits and underscores are"),
        );
    }
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    let begins_well = characters.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_');
    begins_well && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn defaults(field: &Field<'_>, report: &mut Report<'_>) {
    let options = &field.options;
    let all = [&options.default, &options.default_on_create, &options.default_with];
    let given: Vec<_> = all.into_iter().flatten().collect();
    if let [_, second, ..] = given[..] {
        report(second.span(), "a field has one default".to_owned());
    }
    if let (Some(text), None) = (&options.default_text, &options.default_with) {
        report(text.span(), "default_text says in words what default_with does, and there is none".to_owned());
    }
    let Some(default) = field.any_default() else { return };
    if options.is_null_on_create() && field.wrapper == Wrapper::Plain {
        report(default.span(), "a new object would have no value here: write Option<T>".to_owned());
    }
    if field.wrapper == Wrapper::Option && !options.is_null_on_create() {
        report(default.span(), "with a default there is always a value: leave Option out".to_owned());
    }
    if let Some(default) = &options.default {
        outside(default, &options.rules, report);
    }
}

/// A constant default that the rules beside it refuse.
fn outside(default: &Expr, rules: &[RuleOption], report: &mut Report<'_>) {
    for rule in rules {
        let is_outside = match (rule, default) {
            (RuleOption::OneOf(_, texts), Expr::Lit(ExprLit { lit: Lit::Str(default), .. })) => {
                !texts.iter().any(|text| text.value() == default.value())
            }
            (RuleOption::OneOfIgnoreCase(_, texts), Expr::Lit(ExprLit { lit: Lit::Str(default), .. })) => {
                let default = default.value();
                !default.is_empty() && !texts.iter().any(|text| text.value().eq_ignore_ascii_case(&default))
            }
            (RuleOption::Range(_, min, max), default) => match (number(min), number(default), number(max)) {
                (Some(min), Some(default), Some(max)) => !(min..=max).contains(&default),
                _ => false,
            },
            _ => false,
        };
        if is_outside {
            report(default.span(), "the rule beside it refuses this default".to_owned());
        }
    }
}

/// The operations that a role has, and the times that are limits.
fn timeouts(role: &Role, field: &Field<'_>, report: &mut Report<'_>) {
    let operations: &[&str] = match role {
        Role::Resource(_) | Role::Provider => &["create", "read", "update", "delete"],
        Role::DataSource(_) => &["read"],
        Role::EphemeralResource(_) => &["open"],
        Role::Action(_) => &["invoke"],
        Role::StateStore(_) | Role::Function(_) | Role::Nested | Role::Identity | Role::List | Role::ProviderMeta => {
            &[]
        }
    };
    for (operation, limit) in &field.options.timeouts {
        if field.wrapper != Wrapper::Timeouts {
            report(operation.span(), "time limits stand on a field of the type Timeouts".to_owned());
        } else if operations.is_empty() {
            report(operation.span(), "time limits stand in the resource or the action itself".to_owned());
        } else if !operations.iter().any(|known| operation == known) {
            report(operation.span(), format!("there is no such operation: expected {}", operations.join(", ")));
        }
        let time = humantime::parse_duration(&limit.value()).ok();
        if time.is_none_or(|time| !(1..=24 * 3600).contains(&time.as_secs())) {
            report(limit.span(), "expected a time such as 30s, 5m or 1h30m, from 1s to 24h".to_owned());
        }
    }
}

fn ranges(field: &Field<'_>, report: &mut Report<'_>) {
    for rule in &field.options.rules {
        if let RuleOption::Range(_, min, max) | RuleOption::Length(_, min, max) = rule
            && let (Some(low), Some(high)) = (number(min), number(max))
            && low > high
        {
            report(max.span(), "no value is in an empty range".to_owned());
        }
    }
}

fn computed(field: &Field<'_>, report: &mut Report<'_>) {
    let options = &field.options;
    if field.wrapper == Wrapper::Computed && field.is_inside("WriteOnly") {
        report(field.span(), contradictions::COMPUTED_WRITE_ONLY.to_owned());
    }
    if let Some(optional) = options.optional
        && field.wrapper != Wrapper::Computed
    {
        report(optional, "optional stands on Computed<T>; an optional argument is Option<T>".to_owned());
    }
    if let Some(sibling) = options.changes_with.first()
        && field.wrapper != Wrapper::Computed
    {
        report(sibling.span(), "only a computed value changes with others: write Computed<T>".to_owned());
    }
}

fn block(field: &Field<'_>, report: &mut Report<'_>) {
    let options = &field.options;
    let Some(block) = options.block else {
        if let Some(count) = options.min.as_ref().or(options.max.as_ref()) {
            report(count.span(), "min and max count blocks: add block, or use a validator".to_owned());
        }
        return;
    };
    if let Some(count) = options.min.as_ref().or(options.max.as_ref())
        && !field.is_inside("Vec")
        && !field.is_inside("Set")
    {
        let what = "only Vec and Set are counted: Option<T> is one block at most, T is one, and a map has no limit";
        report(count.span(), what.to_owned());
    }
    if field.wrapper == Wrapper::Computed {
        report(block, "a configuration writes blocks, so they cannot be computed".to_owned());
    }
    if let Some(max) = options.max.as_ref().filter(|max| max.base10_digits() == "0") {
        report(max.span(), "no block could be written: leave max out for no limit".to_owned());
    }
    let number =
        |literal: &Option<syn::LitInt>| literal.as_ref().and_then(|literal| literal.base10_parse::<i64>().ok());
    if let (Some(min), Some(max), Some(literal)) = (number(&options.min), number(&options.max), &options.max)
        && min > max
    {
        report(literal.span(), format!("no number of blocks is at least {min} and at most {max}"));
    }
}

fn siblings(field: &Field<'_>, fields: &[Field<'_>], report: &mut Report<'_>) {
    let options = &field.options;
    let related = options.relations.iter().flat_map(|(_, others)| others).map(|other| &other.field);
    // What is always there may still hold something that is not.
    let is_inside = |sibling: &Ident| {
        let mut others = options.relations.iter().flat_map(|(_, others)| others);
        others.any(|other| other.field == *sibling && other.inner.is_some())
    };
    for sibling in options.changes_with.iter().chain(related) {
        match fields.iter().find(|other| other.ident == sibling) {
            None => report(sibling.span(), format!("the struct has no field {sibling}")),
            Some(other) if other.ident == field.ident => {
                report(sibling.span(), "a field cannot relate to itself".to_owned());
            }
            Some(other) if other.is_required() && !options.changes_with.contains(sibling) && !is_inside(sibling) => {
                report(sibling.span(), format!("{sibling} is always set, so this demands nothing of it"));
            }
            Some(other) if !other.is_argument() && !options.changes_with.contains(sibling) => {
                report(sibling.span(), format!("only the provider sets {sibling}, so a configuration never has it"));
            }
            Some(_) => {}
        }
    }
}

impl RuleOption {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Range(span, ..)
            | Self::Length(span, ..)
            | Self::OneOf(span, _)
            | Self::OneOfIgnoreCase(span, _)
            | Self::NotBlank(span)
            | Self::NotEmpty(span) => *span,
            Self::Validate(rule, _) | Self::Validator(rule) => rule.span(),
        }
    }
}

/// The name of a token: `QUOTED_PRICE`.
pub(crate) fn token(ident: &Ident) -> Ident {
    Ident::new(&ident.to_string().trim_start_matches("r#").to_uppercase(), ident.span())
}

/// The number of a plain literal, which may be negative.
fn number(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => number(expr).map(|number| -number),
        _ => None,
    }
}
