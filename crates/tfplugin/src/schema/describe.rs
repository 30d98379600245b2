//! Descriptions as an editor and a page show them: the author's words, then what the schema says.

use std::fmt::Write as _;

use super::{Attribute, Default, NestedBlock, Relation};
use crate::value::Value;

/// What the schema says of an attribute beside its description, in Markdown: default, valid values, relations, variables.
/// Begins with a space where there is anything.
pub fn describe(attribute: &Attribute) -> String {
    let mut text = String::new();
    match &attribute.default {
        Some(Default::Always(value)) => {
            if let Some(value) = literal(value) {
                let _ = write!(text, " Default `{value}`.");
            }
        }
        Some(Default::OnCreate(value)) => {
            if let Some(value) = literal(value) {
                let _ = write!(text, " Default `{value}` on create; if you omit it later, the value does not change.");
            }
        }
        Some(Default::With(_, what)) if !what.is_empty() => {
            let _ = write!(text, " Default: {what}.");
        }
        _ => {}
    }
    let rules: Vec<String> = attribute.validators.iter().map(|validator| validator.describe()).collect();
    if !rules.is_empty() {
        let _ = write!(text, " Must {}.", rules.join(". Must "));
    }
    let elements = attribute.element.iter().flat_map(|element| &element.validators);
    let rules: Vec<String> = elements.map(|validator| validator.describe()).collect();
    if !rules.is_empty() {
        let _ = write!(text, " Each must {}.", rules.join(". Each must "));
    }
    text.push_str(&demands(&attribute.relations));
    if !attribute.env.is_empty() {
        let quoted: Vec<String> = attribute.env.iter().map(|name| format!("`{name}`")).collect();
        let _ = write!(text, " Environment: {}.", quoted.join(", "));
    }
    text
}

/// What is demanded of others, in Markdown. Begins with a space where there is anything.
pub fn demands(relations: &[Relation]) -> String {
    relations.iter().map(|relation| format!(" {}", relation.describe())).collect()
}

impl NestedBlock {
    /// The whole description, as `terraform providers schema -json` shows it.
    pub(crate) fn full_description(&self) -> String {
        format!("{}{}", self.block.description, demands(&self.relations))
    }
}

impl Attribute {
    /// The whole description, as `terraform providers schema -json` shows it.
    pub(crate) fn full_description(&self) -> String {
        let replaces = if self.force_new { " Changing it forces replacement." } else { "" };
        format!("{}{}{replaces}", self.description, describe(self))
    }
}

/// The value as a configuration would write it, if it is short.
fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(format!("{text:?}")),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Map(elements) if elements.is_empty() => Some("{}".to_owned()),
        Value::List(elements) | Value::Set(elements) if elements.is_empty() => Some("[]".to_owned()),
        _ => None,
    }
}
