//! What Terraform does with functions.

use tonic::Request;

use super::{
    host::Host,
    messages::{Outcome, answered, decode, encode, fault},
};
use crate::{
    proto::{self, DynamicValue},
    registration::Provider,
    value::Value,
};

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// What Terraform shows.
    pub text: String,
    /// The argument that it is about, from 0.
    pub argument: Option<i64>,
}

impl<P: Provider> Host<P> {
    /// Calls a function with the arguments as they are, without Terraform's own checks.
    ///
    /// # Errors
    /// The message could not be sent or read. What the function answers is in the result.
    pub async fn call(&mut self, function: &str, arguments: &[Value]) -> Outcome<Result<Value, CallError>> {
        let signature = self.functions.get(function).cloned();
        let signature = signature.ok_or_else(|| fault(&format!("the provider offers no function {function}")))?;
        let encoded = arguments.iter().enumerate().map(|(at, argument)| {
            let parameter = signature.parameter(at).ok_or_else(|| fault("there is no parameter for an argument"))?;
            Ok(encode(argument, &parameter.ty)?.unwrap_or_default())
        });
        let arguments = encoded.collect::<Outcome<Vec<DynamicValue>>>()?;
        let request = proto::call_function::Request { name: function.to_owned(), arguments };
        let called = answered(self.client.call_function(Request::new(request)).await)?;
        Ok(match called.error {
            Some(error) => Err(CallError { text: error.text, argument: error.function_argument }),
            None => Ok(decode(called.result, &signature.returns)?),
        })
    }
}
