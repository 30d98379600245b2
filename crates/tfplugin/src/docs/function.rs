//! What the page of a function says of its arguments and its result.

use super::{
    examples::block,
    schema::{arguments, item, line, plain},
};
use crate::{function::Signature, schema::Attribute};

/// The signature as a call, then the arguments in their order.
pub(super) fn section(name: &str, signature: &Signature) -> String {
    let parameters = &signature.parameters;
    let call: Vec<String> = parameters
        .iter()
        .map(|parameter| {
            let dots = if parameter.is_variadic { "..." } else { "" };
            format!("{} {}{dots}", parameter.attribute.name, plain(&parameter.ty).to_lowercase())
        })
        .collect();
    let call = format!("{name}({}) {}", call.join(", "), plain(&signature.returns).to_lowercase());
    let mut text = format!("## Signature\n\n{}", block("text", &call));
    if !parameters.is_empty() {
        text.push_str("\n\n## Arguments\n");
    }
    for (parameter, number) in parameters.iter().zip(1..) {
        let facts = [(parameter.is_variadic, "Variadic"), (parameter.allows_null, "Nullable")];
        let facts = facts.into_iter().filter(|(holds, _)| *holds).map(|(_, fact)| fact.to_owned());
        // What an argument is, not the list that the function takes.
        let of = facts.chain([plain(&parameter.ty)]).collect();
        let line = line(&parameter.attribute, parameter.attribute.name, of);
        text.push_str(&format!("\n{}", item(&format!("{number}. "), &line)));
    }
    let attributes: Vec<&Attribute> = parameters.iter().map(|parameter| &parameter.attribute).collect();
    text + "\n\n" + &arguments(&attributes)
}
