//! The fields of a model, as the macro sees them.

use proc_macro2::Span;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Fields, GenericArgument, Ident, PathArguments, Result, Type, Visibility,
    spanned::Spanned as _,
};

use crate::{docs, options::FieldOptions};

/// One field.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) ty: &'a Type,
    pub(crate) wrapper: Wrapper,
    pub(crate) docs: String,
    pub(crate) options: FieldOptions,
}

/// What the outermost type says, as far as its name shows. What an alias hides is checked when the schema is made.
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

    /// Where code stands whose errors are about the field's type. To a linter it is still the macro's.
    pub(crate) fn type_span(&self) -> Span {
        Span::call_site().located_at(self.ty.span())
    }

    /// The field's identifier in such code.
    pub(crate) fn member(&self) -> Ident {
        let mut ident = self.ident.clone();
        ident.set_span(self.type_span());
        ident
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

pub(crate) fn of(
    input: &DeriveInput,
    options: impl Fn(&[Attribute]) -> Result<FieldOptions>,
) -> Result<Vec<Field<'_>>> {
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
        let options = options(&field.attrs)?;
        Ok(Field { ident, vis: &field.vis, ty: &field.ty, wrapper, docs: docs::of(&field.attrs), options })
    });
    fields.collect()
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
