//! Descriptions as an editor and a page show them: the author's words, then what the schema says.

use std::fmt::Write as _;

use super::{Attribute, Default, NestedBlock, Relation};
use crate::value::Value;

/// What the schema says of an attribute beside its description, in Markdown: default, valid values, relations, variables.
/// Begins with a space where there is anything.
pub fn describe(attribute: &Attribute) -> String {
    let mut text = String::new();
    match &attribute.default {
        Some(Default::Always(value)) if !value.is_null() => {
            let _ = write!(text, " Default {}.", code(&literal(value)));
        }
        Some(Default::OnCreate(value)) if !value.is_null() => {
            let value = code(&literal(value));
            let _ = write!(text, " Default {value} on create; if you omit it later, the value does not change.");
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

/// A description and what the schema says beside it: in the same line, or in a paragraph of its own below several lines.
pub fn with_facts(description: &str, facts: &str) -> String {
    match facts.strip_prefix(' ') {
        Some(facts) if description.contains('\n') => format!("{description}\n\n{facts}"),
        _ => format!("{description}{facts}"),
    }
}

impl NestedBlock {
    /// The whole description, as `terraform providers schema -json` shows it.
    pub(crate) fn full_description(&self) -> String {
        with_facts(self.block.description, &demands(&self.relations))
    }
}

impl Attribute {
    /// The whole description, as `terraform providers schema -json` shows it.
    pub(crate) fn full_description(&self) -> String {
        let replaces = if self.force_new { " Changing it forces replacement." } else { "" };
        with_facts(self.description, &format!("{}{replaces}", describe(self)))
    }
}

/// The value as a configuration would write it.
fn literal(value: &Value) -> String {
    let list = |elements: &[Value]| format!("[{}]", elements.iter().map(literal).collect::<Vec<_>>().join(", "));
    match value {
        Value::Null | Value::Unknown(_) => "null".to_owned(),
        Value::String(text) => format!("{text:?}"),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::List(elements) | Value::Set(elements) => list(elements),
        Value::Map(elements) if elements.is_empty() => "{}".to_owned(),
        Value::Map(elements) => {
            let pairs = elements.iter().map(|(key, value)| format!("{} = {}", self::key(key), literal(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::Dynamic(typed) => literal(&typed.1),
    }
}

/// A key of a map: only one that is no identifier needs quotes.
fn key(key: &str) -> String {
    let is_identifier = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_identifier { key.to_owned() } else { format!("{key:?}") }
}

/// Text as code in Markdown. More backticks than it has itself hold it together.
fn code(text: &str) -> String {
    match text.split(|c| c != '`').map(str::len).max() {
        None | Some(0) => format!("`{text}`"),
        Some(longest) => {
            let fence = "`".repeat(longest + 1);
            format!("{fence} {text} {fence}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_a_configuration_writes_them() {
        let object = Value::object([("a", Value::Null), ("b-c", Value::List(vec![true.into(), 1_i64.into()]))]);
        assert_eq!(literal(&object), "{ a = null, \"b-c\" = [true, 1] }");
        assert_eq!(literal(&Value::set([])), "[]");
        assert_eq!(literal(&Value::object::<&str>([])), "{}");
        assert_eq!((code("a").as_str(), code("a`b``").as_str()), ("`a`", "``` a`b`` ```"));
    }

    #[test]
    fn what_the_schema_says_is_the_last_paragraph_of_several() {
        let described = |text| Attribute::string("a").force_new().default("b").describe(text).full_description();
        assert_eq!(described("One."), "One. Default `\"b\"`. Changing it forces replacement.");
        assert_eq!(described("Of:\n- a"), "Of:\n- a\n\nDefault `\"b\"`. Changing it forces replacement.");
        assert_eq!(Attribute::string("a").describe("Of:\n- a").full_description(), "Of:\n- a");
    }
}
