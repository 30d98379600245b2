//! Calls about functions.

use std::collections::{BTreeMap, HashMap};

use super::{Diagnosed, Inner, by_name, wire};
use crate::{
    diagnostics::{Diagnostic, Diagnostics},
    erased::{Function, Provider},
    function::{Parameter, Signature},
    proto::{self, DynamicValue, call_function, get_functions, get_metadata},
    value::{Type, Value},
};

/// A function with its signature.
pub(super) struct Registered {
    item: Box<dyn Function>,
    signature: Signature,
}

pub(super) fn registered(
    functions: Vec<Box<dyn Function>>,
    duplicates: &mut Diagnostics,
) -> BTreeMap<&'static str, Registered> {
    let functions = functions.into_iter().map(|item| (item.name(), Registered { signature: item.signature(), item }));
    by_name("function", functions, duplicates)
}

impl Diagnosed for call_function::Response {
    fn with(self, diagnostic: Diagnostic) -> Self {
        Self { result: None, error: Some(proto::FunctionError { text: diagnostic.detail, function_argument: None }) }
    }
}

impl<P: Provider> Inner<P> {
    pub(super) fn function_names(&self) -> Vec<get_metadata::FunctionMetadata> {
        self.functions.keys().map(|name| get_metadata::FunctionMetadata { name: (*name).to_owned() }).collect()
    }

    pub(super) fn functions(&self) -> get_functions::Response {
        get_functions::Response { functions: self.signatures(), ..get_functions::Response::default() }
    }

    pub(super) fn signatures(&self) -> HashMap<String, proto::Function> {
        self.functions.iter().map(|(name, function)| ((*name).to_owned(), (&function.signature).into())).collect()
    }

    pub(super) fn call_function(&self, request: &call_function::Request) -> call_function::Response {
        let called = self.functions.get(request.name.as_str()).map_or_else(
            || Err(failure(self.unknown_function(&request.name), None)),
            |registered| registered.call(&request.arguments),
        );
        let (result, error) = called.map_or_else(|error| (None, Some(error)), |result| (result, None));
        call_function::Response { result, error }
    }

    fn unknown_function(&self, name: &str) -> String {
        let known: Vec<&str> = self.functions.keys().copied().collect();
        let known = if known.is_empty() { "no functions".to_owned() } else { known.join(", ") };
        format!("there is no function {name:?}: the provider has {known}")
    }
}

impl Registered {
    fn call(&self, arguments: &[DynamicValue]) -> Result<Option<DynamicValue>, proto::FunctionError> {
        let Self { item, signature } = self;
        let (given, least) = (arguments.len(), signature.least());
        let mut values = Vec::new();
        let mut is_ready = true;
        for (at, argument) in arguments.iter().enumerate() {
            let parameter = signature.parameter(at);
            let parameter = parameter
                .ok_or_else(|| failure(format!("too many arguments: {given}, and the function takes {least}"), None))?;
            let value = decode(argument, parameter).map_err(|text| failure(text, Some(at)))?;
            is_ready &= parameter.allows_unknown || value.is_wholly_known();
            values.push(value);
        }
        if given < least {
            return Err(failure(format!("too few arguments: {given}, and the function needs {least}"), None));
        }
        // Terraform makes no such call either.
        let result = if is_ready { item.call(signature, values) } else { Ok(Value::unknown()) };
        let result = result.and_then(|result| Ok(wire::encode(&result, &signature.returns)?));
        result.map_err(|error| failure(error.text, error.place.and_then(|place| signature.place(&place))))
    }
}

fn decode(argument: &DynamicValue, parameter: &Parameter) -> Result<Value, String> {
    let name = parameter.attribute.name;
    let value = wire::decode(Some(argument), &parameter.ty, name).map_err(|error| error.detail)?;
    if value.is_null() && !parameter.allows_null { Err(format!("{name} cannot be null")) } else { Ok(value) }
}

fn failure(text: String, at: Option<usize>) -> proto::FunctionError {
    proto::FunctionError { text, function_argument: at.and_then(|at| i64::try_from(at).ok()) }
}

impl From<&Signature> for proto::Function {
    fn from(signature: &Signature) -> Self {
        let (variadic, parameters): (Vec<_>, Vec<_>) =
            signature.parameters.iter().partition(|parameter| parameter.is_variadic);
        Self {
            parameters: parameters.into_iter().map(Into::into).collect(),
            variadic_parameter: variadic.first().map(|parameter| (*parameter).into()),
            r#return: Some(proto::function::Return { r#type: json(&signature.returns) }),
            summary: signature.summary.to_owned(),
            description: signature.description.to_owned(),
            description_kind: proto::StringKind::Markdown.into(),
            deprecation_message: signature.deprecated.unwrap_or_default().to_owned(),
        }
    }
}

impl From<&Parameter> for proto::function::Parameter {
    fn from(parameter: &Parameter) -> Self {
        Self {
            name: parameter.attribute.name.to_owned(),
            r#type: json(&parameter.ty),
            allow_null_value: parameter.allows_null,
            allow_unknown_values: parameter.allows_unknown,
            description: parameter.attribute.full_description(),
            description_kind: proto::StringKind::Markdown.into(),
        }
    }
}

fn json(ty: &Type) -> Vec<u8> {
    ty.to_json().to_string().into_bytes()
}
