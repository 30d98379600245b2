//! `#[derive(Model)]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{DeriveInput, Ident, Result, spanned::Spanned as _};

use crate::{
    arguments,
    checks::{self, token},
    contradictions, docs,
    fields::{self, Field, Wrapper},
    options::{FieldOptions, ModelOptions, Related, Role, RuleOption},
    partial,
};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let options = ModelOptions::parse(&input.attrs, input.ident.span())?;
    let fields = fields::of(input, FieldOptions::parse)?;
    checks::check(&input.ident, &options, &fields)?;
    let model_ident = &input.ident;
    let ends = fields.iter().map(|field| {
        let value = value(field);
        quote_spanned! { field.type_span() => let () = <#value as ::tfplugin::AttributeType>::ENDS; }
    });
    let ends = quote! { const ENDS: () = { #(#ends)* }; };
    let parts = [
        quote! { const _: () = <#model_ident as ::tfplugin::AttributeType>::ENDS; },
        types(input, &fields, &ends),
        model(input, &options, &fields),
        aliases(&options.role, &fields),
    ];
    Ok(parts.into_iter().collect())
}

/// The [`Partial`](partial), the conversions and the tokens. `ends` proves that the schema has an end.
pub(crate) fn types(input: &DeriveInput, fields: &[Field<'_>], ends: &TokenStream) -> TokenStream {
    let partial = format_ident!("Partial{}", input.ident);
    let parts = [
        partial::derive(input, &partial, fields),
        attribute_type(&input.ident, &partial, fields, ends),
        tokens(&input.ident, fields),
    ];
    parts.into_iter().collect()
}

fn attribute_type(model: &Ident, partial: &Ident, fields: &[Field<'_>], ends: &TokenStream) -> TokenStream {
    let idents: Vec<&Ident> = fields.iter().map(|field| field.ident).collect();
    let into_attrs = fields.iter().map(|field| {
        let (ty, member) = (field.ty, field.member());
        quote_spanned! { field.type_span() =>
            #member: <#ty as ::tfplugin::model::FieldType>::into_attr(self.#member)
        }
    });
    // Fields become variables here, and may have these names themselves.
    let [partial_value, path, wrong] = ["partial", "path", "wrong"].map(|name| Ident::new(name, Span::mixed_site()));
    let completed = fields.iter().map(|field| {
        let (ident, name, ty, member) = (field.ident, field.name(), field.ty, field.member());
        let complete = match field.options.block {
            Some(_) => quote_spanned! { field.type_span() => ::tfplugin::model::complete_block::<#ty> },
            None => quote_spanned! { field.type_span() => <#ty as ::tfplugin::model::FieldType>::complete },
        };
        let partial_value = Ident::new("partial", Span::mixed_site().located_at(ty.span()));
        quote_spanned! { field.type_span() =>
            let #ident = #complete(#partial_value.#member, &#path.dot(#name)).map_err(|errors| #wrong.extend(errors));
        }
    });
    let has_blocks = fields.iter().any(|field| field.options.block.is_some());
    let as_attribute = (!has_blocks).then(|| quote! { impl ::tfplugin::model::AsAttribute for #model {} });
    quote! {
        impl ::tfplugin::model::Element for #model {}
        #as_attribute

        impl ::tfplugin::AttributeType for #model {
            type Partial = #partial;

            #ends

            fn kind() -> ::tfplugin::schema::Kind {
                let attributes = <Self as ::tfplugin::Model>::block().attributes;
                ::tfplugin::schema::Kind::Nested(::tfplugin::schema::Nesting::Single, attributes)
            }

            fn complete(
                #partial_value: Self::Partial,
                #path: &::tfplugin::value::Path,
            ) -> ::core::result::Result<Self, ::tfplugin::Diagnostics> {
                #[allow(unused_mut)]
                let mut #wrong = ::tfplugin::Diagnostics::default();
                #(#completed)*
                match (#(#idents,)*) {
                    (#(::core::result::Result::Ok(#idents),)*) => ::core::result::Result::Ok(Self { #(#idents),* }),
                    #[allow(unreachable_patterns)]
                    _ => ::core::result::Result::Err(#wrong),
                }
            }

            fn into_partial(self) -> Self::Partial {
                #partial { #(#into_attrs),* }
            }
        }
    }
}

fn model(input: &DeriveInput, options: &ModelOptions, fields: &[Field<'_>]) -> TokenStream {
    let model = &input.ident;
    let version = options.version;
    let description = docs::of(&input.attrs);
    let deprecated = optional(options.deprecated.as_ref());
    let (blocks, attributes): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.options.block.is_some());
    let declare = match options.role {
        Role::Identity => quote!(identity_attribute),
        _ => quote!(attribute),
    };
    let attributes = attributes.into_iter().map(|field| attribute(&declare, model, field, fields));
    let blocks = blocks.into_iter().map(|field| block(model, field, fields));
    let none = syn::LitStr::new("", model.span());
    let name = options.role.name().unwrap_or(&none);
    let role = match &options.role {
        Role::Resource(_) => Some(quote!(ResourceModel)),
        Role::DataSource(_) => Some(quote!(DataSourceModel)),
        Role::EphemeralResource(_) => Some(quote!(EphemeralResourceModel)),
        Role::Action(_) => Some(quote!(ActionModel)),
        Role::StateStore(_) => Some(quote!(StateStoreModel)),
        Role::Provider => Some(quote!(ProviderModel)),
        Role::List => Some(quote!(ListModel)),
        Role::ProviderMeta => Some(quote!(ProviderMetaModel)),
        Role::Identity => Some(quote!(IdentityModel)),
        Role::Function(_) | Role::Nested => None,
    };
    let items = role_items(options);
    let role = role.map(|role| quote! { impl ::tfplugin::model::#role for #model { #items } });
    let function = matches!(options.role, Role::Function(_)).then(|| arguments::model(model, fields));
    quote! {
        impl ::tfplugin::Model for #model {
            const TYPE_NAME: &'static str = #name;
            const SCHEMA_VERSION: i64 = #version;

            fn block() -> ::tfplugin::schema::Block {
                ::tfplugin::schema::Block {
                    attributes: ::std::vec![#(#attributes),*],
                    blocks: ::std::vec![#(#blocks),*],
                    description: #description,
                    deprecated: #deprecated,
                }
            }
        }

        #role
        #function
    }
}

/// What the trait of the role requires.
fn role_items(options: &ModelOptions) -> Option<TokenStream> {
    let is_mutable = options.mutable.is_some();
    match (&options.role, &options.identity) {
        (Role::Resource(_), Some(identity)) => Some(quote! { type Identity = #identity; }),
        (Role::Resource(_), None) => Some(quote! { type Identity = ::tfplugin::NoIdentity; }),
        (Role::Identity, _) => Some(quote! { const IS_MUTABLE: bool = #is_mutable; }),
        _ => None,
    }
}

fn block(model: &Ident, field: &Field<'_>, fields: &[Field<'_>]) -> TokenStream {
    let (name, ty, docs) = (field.name(), field.ty, &field.docs);
    let (min, max) = (count(field.options.min.as_ref()), count(field.options.max.as_ref()));
    let deprecated = optional(field.options.deprecated.as_ref());
    let relations = relations(model, field, fields);
    quote_spanned! { field.span() => ::tfplugin::model::block::<#ty>(#name, #docs, #min, #max, #deprecated) #relations }
}

fn count(literal: Option<&syn::LitInt>) -> TokenStream {
    literal.map_or_else(|| quote!(0), |literal| quote!(#literal))
}

fn attribute(declare: &TokenStream, model: &Ident, field: &Field<'_>, fields: &[Field<'_>]) -> TokenStream {
    let (name, ty, docs, options) = (field.name(), field.ty, &field.docs, &field.options);
    let value = value(field);
    let mut chain = quote_spanned! { field.type_span() => ::tfplugin::model::#declare::<#ty>(#name).describe(#docs) };
    if options.optional.is_some() {
        chain.extend(quote! { .optional_computed() });
    }
    if let Some(default) = &options.default {
        chain.extend(quote_spanned! { default.span() => .default(::tfplugin::model::encoded::<#value>(#default)) });
    }
    if options.is_null_on_create() {
        chain.extend(quote! { .default_on_create(::tfplugin::value::Value::Null) });
    } else if let Some(default) = &options.default_on_create {
        chain.extend(
            quote_spanned! { default.span() => .default_on_create(::tfplugin::model::encoded::<#value>(#default)) },
        );
    }
    if let Some(with) = &options.default_with {
        let text = options.default_text.as_ref().map_or_else(|| quote!(""), |text| quote!(#text));
        chain.extend(quote! { .default_with(::tfplugin::model::default_with::<#model, #value, _>(#with), #text) });
    }
    if options.force_new.is_some() {
        chain.extend(quote! { .force_new() });
    }
    if let Some(modifier) = &options.plan_modifier {
        chain.extend(quote! { .plan_modifier(::tfplugin::model::plan_modifier::<#model, #value>(#modifier)) });
    }
    if !options.changes_with.is_empty() {
        let siblings = options.changes_with.iter().map(token);
        chain.extend(quote! { .changes_with(&[#(#model::#siblings.name()),*]) });
    }
    chain.extend(relations(model, field, fields));
    chain.extend(options.rules.iter().map(|rule| {
        let rule = validator(&value, rule);
        quote! { .valid(#rule) }
    }));
    if !options.env.is_empty() {
        let variables = &options.env;
        chain.extend(quote! { .env(&[#(#variables),*]) });
    }
    if !options.timeouts.is_empty() {
        let limits = options.timeouts.iter().map(|(operation, limit)| {
            let operation = operation.to_string();
            quote! { (#operation, ::tfplugin::model::duration(#limit)) }
        });
        chain.extend(quote! { .timeouts(&[#(#limits),*]) });
    }
    if let Some(deprecated) = &options.deprecated {
        chain.extend(quote! { .deprecated(#deprecated) });
    }
    chain
}

/// What the field demands of others.
fn relations(model: &Ident, field: &Field<'_>, fields: &[Field<'_>]) -> TokenStream {
    let relations = field.options.relations.iter().map(|(demand, siblings)| {
        let demand = match demand.to_string().as_str() {
            "conflicts_with" => quote!(Conflict),
            "exactly_one_of" => quote!(ExactlyOne),
            "at_least_one_of" => quote!(AtLeastOne),
            _ => quote!(Together),
        };
        let others = siblings.iter().map(|other| place(model, other, fields));
        quote! {
            .relation(::tfplugin::schema::Relation {
                demand: ::tfplugin::schema::Demand::#demand,
                others: ::std::vec![#(#others),*],
            })
        }
    });
    relations.collect()
}

/// The path of another field, or of one in its object.
fn place(model: &Ident, other: &Related, fields: &[Field<'_>]) -> TokenStream {
    let outer = token(&other.field);
    let object = fields.iter().find(|field| *field.ident == other.field).map(value);
    let inner = other.inner.as_ref().map(|inner| {
        let inner = token(inner);
        quote_spanned! { inner.span() => .then(<#object>::#inner) }
    });
    quote! { ::tfplugin::value::Path::from(#model::#outer #inner) }
}

fn validator(value: &TokenStream, rule: &RuleOption) -> TokenStream {
    let textual = |span| quote_spanned! { span => ::tfplugin::model::textual::<#value> };
    match rule {
        RuleOption::Range(span, min, max) => {
            quote_spanned! { *span => <#value as ::tfplugin::model::Numeric>::range(#min, #max) }
        }
        RuleOption::Length(span, min, max) => {
            let textual = textual(*span);
            quote_spanned! { *span => #textual(::tfplugin::schema::Validator::Length(#min, #max)) }
        }
        RuleOption::OneOf(span, texts) => {
            let textual = textual(*span);
            quote_spanned! { *span => #textual(::tfplugin::schema::Validator::OneOf(&[#(#texts),*])) }
        }
        RuleOption::OneOfIgnoreCase(span, texts) => {
            let textual = textual(*span);
            quote_spanned! { *span => #textual(::tfplugin::schema::Validator::OneOfIgnoreCase(&[#(#texts),*])) }
        }
        RuleOption::NotBlank(span) => {
            let textual = textual(*span);
            quote_spanned! { *span => #textual(::tfplugin::schema::Validator::NotBlank) }
        }
        RuleOption::NotEmpty(span) => {
            quote_spanned! { *span => ::tfplugin::model::countable::<#value>(::tfplugin::schema::Validator::NotEmpty) }
        }
        RuleOption::Validate(holds, text) => quote! { ::tfplugin::model::validate::<#value>(#holds, #text) },
        RuleOption::Validator(validator) => quote! { #validator },
    }
}

fn tokens(model: &Ident, fields: &[Field<'_>]) -> TokenStream {
    let tokens = fields.iter().map(|field| {
        let (name, ty, vis, token) = (field.name(), field.ty, field.vis, token(field.ident));
        let value = value(field);
        let docs = format!("The attribute `{name}`.");
        let access = match field.wrapper {
            Wrapper::Computed => quote!(::tfplugin::model::Settable),
            _ => quote_spanned! { field.type_span() => <#ty as ::tfplugin::model::FieldType>::Access },
        };
        let of = quote_spanned! { field.type_span() =>
            ::tfplugin::Field<#model, #value, #access> = ::tfplugin::Field::new(#name)
        };
        quote! {
            #[doc = #docs]
            #[allow(dead_code)]
            #vis const #token: #of;
        }
    });
    quote! { impl #model { #(#tokens)* } }
}

/// Contradictions that an alias hides from this macro, and that the compiler sees.
fn aliases(role: &Role, fields: &[Field<'_>]) -> TokenStream {
    let checks = fields.iter().flat_map(|field| {
        let value = value(field);
        contradictions::not_write_only(role, field).into_iter().map(move |(span, why)| {
            quote_spanned! { span =>
                const _: () = ::core::assert!(!<#value as ::tfplugin::AttributeType>::IS_WRITE_ONLY, #why);
            }
        })
    });
    checks.collect()
}

/// The type of the values of a field.
pub(crate) fn value(field: &Field<'_>) -> TokenStream {
    let ty = field.ty;
    quote_spanned! { ty.span() => <#ty as ::tfplugin::model::FieldType>::Value }
}

fn optional(text: Option<&syn::LitStr>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}
