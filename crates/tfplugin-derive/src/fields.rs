//! The fields of a model, as the macro sees them.

use proc_macro2::Span;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, GenericArgument, Ident, Lit, Meta, PathArguments,
    Result, Type, Visibility,
};

use crate::options::FieldOptions;

/// One field.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) ty: &'a Type,
    pub(crate) wrapper: Wrapper,
    pub(crate) docs: String,
    pub(crate) options: FieldOptions,
}

/// What the outermost type says, as far as its name tells. What an alias hides is checked when the schema is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapper {
    Plain,
    Option,
    Computed,
    Timeouts,
}

impl Field<'_> {
    /// The name of the attribute.
    pub(crate) fn name(&self) -> String {
        let ident = || self.ident.to_string().trim_start_matches("r#").to_owned();
        self.options.name.as_ref().map_or_else(ident, syn::LitStr::value)
    }

    /// Where the field stands.
    pub(crate) fn span(&self) -> Span {
        self.ident.span()
    }

    /// Whether the configuration may give the value.
    pub(crate) fn is_argument(&self) -> bool {
        self.wrapper != Wrapper::Computed || self.options.optional.is_some()
    }

    /// Whether the configuration must give the value.
    pub(crate) fn is_required(&self) -> bool {
        self.wrapper == Wrapper::Plain && self.any_default().is_none() && self.options.block.is_none()
    }

    /// The first default that is given, if any.
    pub(crate) fn any_default(&self) -> Option<&Expr> {
        let options = &self.options;
        options.default.as_ref().or(options.default_on_create.as_ref()).or(options.default_with.as_ref())
    }

    /// The type inside `Option` or `Computed`.
    pub(crate) fn inner(&self) -> &Type {
        match self.wrapper {
            Wrapper::Plain | Wrapper::Timeouts => self.ty,
            Wrapper::Option | Wrapper::Computed => argument(self.ty).unwrap_or(self.ty),
        }
    }

    /// Whether the type is this wrapper, or has it directly inside `Option` or `Computed`.
    pub(crate) fn is_inside(&self, name: &str) -> bool {
        last(self.inner()).is_some_and(|ident| ident == name)
    }
}

pub(crate) fn of(input: &DeriveInput) -> Result<Vec<Field<'_>>> {
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => &named.named,
            _ => return Err(Error::new_spanned(&input.ident, "a model has fields with names")),
        },
        _ => return Err(Error::new_spanned(&input.ident, "a model is a struct")),
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "a model has one schema, so it cannot be generic"));
    }
    let fields = named.iter().map(|field| {
        let ident = field.ident.as_ref().ok_or_else(|| Error::new_spanned(field, "a model has fields with names"))?;
        let wrapper = match last(&field.ty).map(ToString::to_string).as_deref() {
            Some("Option") => Wrapper::Option,
            Some("Computed") => Wrapper::Computed,
            Some("Timeouts") => Wrapper::Timeouts,
            _ => Wrapper::Plain,
        };
        let options = FieldOptions::parse(&field.attrs)?;
        Ok(Field { ident, vis: &field.vis, ty: &field.ty, wrapper, docs: docs(&field.attrs), options })
    });
    fields.collect()
}

/// The doc comment: lines of one paragraph are joined.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    let mut text = String::new();
    for line in lines {
        if line.is_empty() {
            text.push_str("\n\n");
        } else {
            let gap = if text.is_empty() || text.ends_with('\n') { "" } else { " " };
            text.push_str(gap);
            text.push_str(&line);
        }
    }
    text.trim().to_owned()
}

fn last(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

fn argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether a type or an argument of it has this name.
pub(crate) fn mentions(ty: &Type, name: &Ident) -> bool {
    last(ty).is_some_and(|ident| ident == name) || argument(ty).is_some_and(|inner| mentions(inner, name))
}
