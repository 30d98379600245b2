//! Functions, whose fields are arguments in their order.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use crate::{
    fields::{Field, Wrapper},
    options::Role,
};

/// What the arguments of a function are.
pub(crate) fn model(model: &Ident, fields: &[Field<'_>]) -> TokenStream {
    let count = fields.len();
    let types = fields.iter().map(|field| field.ty);
    quote! {
        impl ::tfplugin::model::FunctionModel for #model {
            fn parameters() -> ::std::vec::Vec<::tfplugin::function::Parameter> {
                let attributes = <Self as ::tfplugin::Model>::block().attributes.into_iter();
                let of: [fn(::tfplugin::schema::Attribute) -> ::tfplugin::function::Parameter; #count] =
                    [#(::tfplugin::function::Parameter::of::<#types>),*];
                attributes.zip(of).map(|(attribute, of)| of(attribute)).collect()
            }
        }
    }
}

/// What no function can have, and what nothing but a function can.
pub(crate) fn check(role: &Role, fields: &[Field<'_>], report: &mut dyn FnMut(Span, String)) {
    let is_function = matches!(role, Role::Function(_));
    for (at, field) in fields.iter().enumerate() {
        if !is_function {
            for name in ["Variadic", "MaybeUnknown"].into_iter().filter(|name| field.is_inside(name)) {
                report(field.span(), format!("{name} is for the arguments of a function"));
            }
            continue;
        }
        if field.is_inside("Variadic") && at + 1 != fields.len() {
            report(
                field.span(),
                "any number of arguments can follow only the others: make this the last field".to_owned(),
            );
        }
        match field.wrapper {
            Wrapper::Computed => {
                report(
                    field.span(),
                    "the caller gives every argument: write T, Option<T> or MaybeUnknown<T>".to_owned(),
                );
            }
            Wrapper::Timeouts => report(field.span(), "a function has no time limits".to_owned()),
            Wrapper::Plain | Wrapper::Option => {}
        }
    }
}
