//! `#[derive(AttributeEnum)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "AttributeEnum stands on an enum"));
    };
    if data.variants.is_empty() {
        return Err(Error::new_spanned(&input.ident, "an enum without variants has no valid value"));
    }
    let mut variants = Vec::new();
    let mut texts: Vec<LitStr> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a variant stands for one text, so it cannot have fields"));
        }
        let renamed = variant.attrs.iter().find(|attribute| attribute.path().is_ident("attr"));
        let text = match renamed {
            Some(attribute) => attribute.parse_args::<LitStr>()?,
            None => LitStr::new(&variant.ident.to_string(), variant.ident.span()),
        };
        if texts.iter().any(|other| other.value() == text.value()) {
            return Err(Error::new_spanned(variant, format!("{:?} stands for another variant already", text.value())));
        }
        variants.push(&variant.ident);
        texts.push(text);
    }
    let name = &input.ident;
    let reason = match &texts[..] {
        [only] => format!("must be {:?}", only.value()),
        _ => {
            let quoted: Vec<String> = texts.iter().map(|text| format!("{:?}", text.value())).collect();
            format!("must be one of {}", quoted.join(", "))
        }
    };
    Ok(quote! {
        impl #name {
            /// The text of this variant.
            pub const fn as_str(&self) -> &'static str {
                match self { #(Self::#variants => #texts),* }
            }
        }

        impl ::tfplugin::Scalar for #name {
            fn ty() -> ::tfplugin::value::Type {
                ::tfplugin::value::Type::String
            }

            fn decode(value: &::tfplugin::value::Value) -> ::core::result::Result<Self, ::tfplugin::Invalid> {
                match value.as_str() {
                    #(::core::option::Option::Some(#texts) => ::core::result::Result::Ok(Self::#variants),)*
                    _ => ::core::result::Result::Err(::tfplugin::Invalid::new(#reason)),
                }
            }

            fn encode(&self) -> ::tfplugin::value::Value {
                self.as_str().into()
            }

            fn refine(attribute: ::tfplugin::schema::Attribute) -> ::tfplugin::schema::Attribute {
                attribute.valid(::tfplugin::schema::Validator::OneOf(&[#(#texts),*]))
            }
        }
    })
}
