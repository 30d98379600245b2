//! What the page of a function says of its arguments and its result.

use super::{
    examples::block,
    schema::{line, plain},
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
        // What an argument is, not the list that the function takes.
        let attribute =
            Attribute { kind: crate::schema::Kind::Of(parameter.ty.clone()), ..parameter.attribute.clone() };
        let mut facts = Vec::new();
        facts.extend(parameter.is_variadic.then_some("Variadic"));
        facts.extend(parameter.allows_null.then_some("Nullable"));
        let facts: String = facts.iter().map(|fact| format!("{fact}, ")).collect();
        let item = line(&attribute, attribute.name).replacen('(', &format!("({facts}"), 1);
        text.push_str(&format!("\n{number}. {item}"));
    }
    text
}
