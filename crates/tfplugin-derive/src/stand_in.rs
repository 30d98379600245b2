//! What stands in for the code of a struct or an enum that contradicts itself, so that the contradiction is the only error
//! and whatever uses the type still compiles.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error};

use crate::{
    fields,
    model::types,
    options::{FieldOptions, ModelOptions},
};

/// The error, and a model in every role, without a schema.
pub(crate) fn model(input: &DeriveInput, error: &Error) -> TokenStream {
    let error = error.to_compile_error();
    let Ok(fields) = fields::of(input, |_| Ok(FieldOptions::default())) else { return error };
    let model = &input.ident;
    let types = types(input, &fields, &TokenStream::new());
    let options = ModelOptions::parse(&input.attrs, model.span()).ok();
    let identity = options.and_then(|options| options.identity);
    let identity = identity.map_or_else(|| quote!(::tfplugin::NoIdentity), |identity| quote!(#identity));
    quote! {
        #error
        #types

        impl ::tfplugin::Model for #model {
            const TYPE_NAME: &'static str = "";
            const SCHEMA_VERSION: i64 = 0;

            fn block() -> ::tfplugin::schema::Block {
                ::tfplugin::schema::Block::default()
            }
        }

        impl ::tfplugin::model::ResourceModel for #model { type Identity = #identity; }
        impl ::tfplugin::model::IdentityModel for #model { const IS_MUTABLE: bool = false; }
        impl ::tfplugin::model::DataSourceModel for #model {}
        impl ::tfplugin::model::EphemeralResourceModel for #model {}
        impl ::tfplugin::model::ListModel for #model {}
        impl ::tfplugin::model::ActionModel for #model {}
        impl ::tfplugin::model::StateStoreModel for #model {}
        impl ::tfplugin::model::ProviderModel for #model {}
        impl ::tfplugin::model::ProviderMetaModel for #model {}
        impl ::tfplugin::model::FunctionModel for #model {
            fn parameters() -> ::std::vec::Vec<::tfplugin::function::Parameter> {
                ::std::vec::Vec::new()
            }
        }
    }
}

/// The error, and a scalar that no value is of.
pub(crate) fn attribute_enum(input: &DeriveInput, error: &Error) -> TokenStream {
    let (name, error) = (&input.ident, error.to_compile_error());
    quote! {
        #error

        impl #name {
            /// The text of this variant.
            pub const fn as_str(&self) -> &'static str {
                ""
            }
        }

        impl ::tfplugin::Scalar for #name {
            fn ty() -> ::tfplugin::value::Type {
                ::tfplugin::value::Type::String
            }

            fn decode(_: &::tfplugin::value::Value) -> ::core::result::Result<Self, ::tfplugin::Invalid> {
                ::core::result::Result::Err(::tfplugin::Invalid::new(""))
            }

            fn encode(&self) -> ::tfplugin::value::Value {
                ::tfplugin::value::Value::Null
            }
        }
    }
}
