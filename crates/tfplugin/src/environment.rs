//! Environment variables that stand in for arguments of the provider block.

use crate::{
    diagnostics::{Diagnostic, Diagnostics},
    schema::{Attribute, Block},
    value::{Number, Path, Type, Value},
};

/// A provider block with what stands in for the arguments that it leaves out.
#[derive(Debug)]
pub(crate) struct Filled {
    /// The block with variables where it gives nothing, or empty text.
    pub(crate) block: Value,
    /// The variables that stand in, each with the path of its argument.
    pub(crate) variables: Vec<(Path, &'static str)>,
}

/// Fills a provider block. What is wrong with a variable is an error on the argument that it stands in for.
pub(crate) fn filled(
    block: &Block,
    config: &Value,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Filled, Diagnostics> {
    let mut filling = Filling { variable, variables: Vec::new(), wrong: Diagnostics::default() };
    let config = filling.block(block, config, &Path::default());
    let Filling { variables, wrong, .. } = filling;
    if wrong.has_errors() { Err(wrong) } else { Ok(Filled { block: config, variables }) }
}

struct Filling<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    variables: Vec<(Path, &'static str)>,
    wrong: Diagnostics,
}

impl Filling<'_> {
    fn block(&mut self, block: &Block, config: &Value, path: &Path) -> Value {
        let mut filled = config.clone();
        for attribute in &block.attributes {
            let given = config.get(attribute.name);
            if given.is_null() || given.as_str() == Some("") {
                self.attribute(attribute, &mut filled, path.dot(attribute.name));
            }
        }
        for nested in &block.blocks {
            let path = path.dot(nested.name);
            let inner = config.get(nested.name);
            let inner = nested.nesting.map_objects(inner, |_, object| self.block(&nested.block, object, &path));
            filled.set_attribute(nested.name, inner);
        }
        filled
    }

    fn attribute(&mut self, attribute: &Attribute, filled: &mut Value, path: Path) {
        let set = |name: &&'static str| (self.variable)(name).filter(|text| !text.is_empty()).map(|text| (*name, text));
        let Some((name, text)) = attribute.env.iter().find_map(set) else { return };
        match read(attribute, &path, name, &text) {
            Ok(value) => {
                filled.set_attribute(attribute.name, value);
                self.variables.push((path, name));
            }
            Err(error) => self.wrong.push(error.at(path)),
        }
    }
}

fn read(attribute: &Attribute, path: &Path, name: &str, text: &str) -> Result<Value, Diagnostic> {
    let must = |what: &str| {
        let rule = attribute.validators.first().map(|rule| rule.describe());
        format!("must {}", rule.as_deref().unwrap_or(what))
    };
    let value = match attribute.ty() {
        Type::Bool => flag(text).map(Value::Bool).ok_or_else(|| must("be true or false")),
        Type::Number => Number::parse(text).map(Value::Number).map_err(|_| must("be a number")),
        _ => Ok(text.into()),
    };
    let value = value.and_then(|value| match attribute.wrong(&value) {
        Some(wrong) => Err(wrong),
        None => Ok(value),
    });
    value.map_err(|what| {
        let shown = if attribute.sensitive { String::new() } else { format!(" It is {text:?}.") };
        invalid(attribute.name, path, name, &what, &shown)
    })
}

/// The error about a variable: what it must be, and what it is.
pub(crate) fn invalid(attribute: &str, path: &Path, variable: &str, must: &str, shown: &str) -> Diagnostic {
    let detail = format!("The environment variable {variable} sets {path}, which {must}.{shown}");
    Diagnostic::error(format!("Invalid {attribute} in {variable}"), detail)
}

/// Yes and no in all of the forms that providers of other SDKs read (Go's strconv.ParseBool).
fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}
