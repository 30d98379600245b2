//! The struct in which every field is an `Attr`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Ident};

use crate::{fields::Field, model::value};

pub(crate) fn derive(input: &DeriveInput, partial: &Ident, fields: &[Field<'_>]) -> TokenStream {
    let (model, vis) = (&input.ident, &input.vis);
    let names: Vec<String> = fields.iter().map(Field::name).collect();
    let idents: Vec<&Ident> = fields.iter().map(|field| field.ident).collect();
    let members = fields.iter().map(|field| {
        let Field { ident, vis, docs, .. } = field;
        let value = value(field);
        let attr = quote_spanned! { field.type_span() => ::tfplugin::Attr<::tfplugin::Partial<#value>> };
        quote! { #[doc = #docs] #vis #ident: #attr }
    });
    let nulls = fields.iter().map(|field| {
        let member = field.member();
        quote_spanned! { field.type_span() => #member: ::tfplugin::Attr::Null }
    });
    // With these bounds no impl repeats the error about a wrong type, which the member has at the field already. The binder
    // is there because rustc checks a bound without parameters at once, and reports it once more.
    let bounds = fields.iter().map(|field| {
        let ty = field.ty;
        quote_spanned! { field.type_span() => for<'any> #ty: ::tfplugin::model::FieldType }
    });
    let bounds = quote! { where #(#bounds),* };
    let partial_name = partial.to_string();
    let docs = format!("A [`{model}`] in which every field is null, unknown or known.");
    quote! {
        #[doc = #docs]
        #vis struct #partial { #(#members),* }

        #[automatically_derived]
        impl ::core::clone::Clone for #partial #bounds {
            fn clone(&self) -> Self {
                Self { #(#idents: ::core::clone::Clone::clone(&self.#idents)),* }
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #partial #bounds {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#partial_name)#(.field(#names, &self.#idents))*.finish()
            }
        }

        #[automatically_derived]
        impl ::core::cmp::PartialEq for #partial #bounds {
            fn eq(&self, other: &Self) -> bool {
                true #(&& self.#idents == other.#idents)*
            }
        }

        #[automatically_derived]
        impl ::core::default::Default for #partial {
            fn default() -> Self {
                Self { #(#nulls),* }
            }
        }

        impl ::tfplugin::model::PartialValue for #partial #bounds {
            fn decode(value: &::tfplugin::value::Value) -> ::core::result::Result<Self, ::tfplugin::Invalid> {
                match value.as_map() {
                    ::core::option::Option::Some(_) => ::core::result::Result::Ok(Self {
                        #(#idents: ::tfplugin::Attr::decode(value.get(#names))),*
                    }),
                    ::core::option::Option::None => {
                        ::core::result::Result::Err(::tfplugin::Invalid::new("must be an object"))
                    }
                }
            }

            fn encode(&self) -> ::tfplugin::value::Value {
                ::tfplugin::value::Value::object::<&'static str>([#((#names, self.#idents.encode())),*])
            }

            fn encode_onto(&self, original: &::tfplugin::value::Value) -> ::tfplugin::value::Value {
                ::tfplugin::value::Value::object::<&'static str>([
                    #((#names, self.#idents.encode_onto(original.get(#names)))),*
                ])
            }

            fn is_wholly_known(&self) -> bool {
                true #(&& self.#idents.is_wholly_known())*
            }
        }

        impl #partial {
            /// The plain struct.
            ///
            /// # Errors
            /// What is unknown, missing, or not of its type, each on its path.
            // Not every author needs it, and rustc would warn about an unused one in a struct that a macro writes.
            #[allow(dead_code)]
            #vis fn complete(&self) -> ::core::result::Result<#model, ::tfplugin::Diagnostics> {
                ::tfplugin::model::complete_whole::<#model>(self)
            }
        }

        impl ::core::convert::From<#model> for #partial {
            fn from(model: #model) -> Self {
                ::tfplugin::AttributeType::into_partial(model)
            }
        }
    }
}
