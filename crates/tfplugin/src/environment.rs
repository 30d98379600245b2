//! Environment variables that stand in for arguments of the provider block.

use crate::{
    diagnostics::{Diagnostic, Diagnostics},
    schema::{Attribute, Block},
    value::{Number, Path, Type, Value},
};

/// The configuration with variables where it gives nothing, or empty text. What is wrong with a variable is an error on the
/// argument that it stands in for.
pub(crate) fn filled(
    block: &Block,
    config: &Value,
    variable: impl Fn(&str) -> Option<String> + Copy,
) -> Result<Value, Diagnostics> {
    let mut wrong = Diagnostics::default();
    let config = fill(block, config, &Path::default(), &variable, &mut wrong);
    if wrong.has_errors() { Err(wrong) } else { Ok(config) }
}

fn fill(
    block: &Block,
    config: &Value,
    path: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
    wrong: &mut Diagnostics,
) -> Value {
    let mut filled = config.clone();
    for attribute in &block.attributes {
        let given = config.get(attribute.name);
        if !given.is_null() && given.as_str() != Some("") {
            continue;
        }
        let set = |name: &&&str| variable(name).is_some_and(|text| !text.is_empty());
        let Some(name) = attribute.env.iter().find(set) else { continue };
        match read(attribute, name, &variable(name).unwrap_or_default()) {
            Ok(value) => filled.set_attribute(attribute.name, value),
            Err(error) => wrong.push(error.at(path.dot(attribute.name))),
        }
    }
    for nested in &block.blocks {
        let path = path.dot(nested.name);
        let inner = nested
            .nesting
            .map_objects(config.get(nested.name), |_, object| fill(&nested.block, object, &path, variable, wrong));
        filled.set_attribute(nested.name, inner);
    }
    filled
}

fn read(attribute: &Attribute, name: &str, text: &str) -> Result<Value, Diagnostic> {
    let value = match attribute.ty() {
        Type::Bool => {
            text.to_ascii_lowercase().parse().map(Value::Bool).map_err(|_| "must be true or false".to_owned())
        }
        Type::Number => Number::parse(text).map(Value::Number).map_err(|_| "must be a number".to_owned()),
        _ => Ok(text.into()),
    };
    let value = value.and_then(|value| match attribute.wrong(&value) {
        Some(wrong) => Err(wrong),
        None => Ok(value),
    });
    value.map_err(|what| {
        let shown = if attribute.sensitive { String::new() } else { format!(" It is {text:?}.") };
        let detail = format!("The environment variable {name}, which stands in for {}, {what}.{shown}", attribute.name);
        Diagnostic::error(format!("Invalid {}", attribute.name), detail)
    })
}
