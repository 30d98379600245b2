//! What values are valid, as data: checked before a plan, and written into the documentation.

use std::sync::Arc;

use super::Callback;
use crate::value::Value;

/// What is wrong with a value, if anything.
pub type Rule = dyn Fn(&Value) -> Option<String> + Send + Sync;

/// A rule for one value. Null and unknown values are not checked.
#[derive(Debug, Clone)]
pub enum Validator {
    /// The string is one of these.
    OneOf(&'static [&'static str]),
    /// The string is one of these in upper or lower case, or empty, which stands for none.
    OneOfIgnoreCase(&'static [&'static str]),
    /// The string has between so many and so many characters.
    Length(usize, usize),
    /// The string has at least one character, and one that is not a space.
    NotBlank,
    /// The number is whole and between these, both included.
    Range(i64, i64),
    /// The map has none of these keys. The text says where to give them instead.
    NoKeys(&'static [(&'static str, &'static str)]),
    /// The list has at least one element.
    NotEmpty,
    /// A rule of its own: what is wrong with the value, if anything, and how the documentation puts it.
    Custom(Callback<Rule>, String),
}

impl Validator {
    /// A rule of its own. `text` completes the sentence "must be …".
    pub fn new(text: impl Into<String>, holds: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        let text = text.into();
        let message = format!("must be {text}");
        Self::rule(text, move |value| (!holds(value)).then(|| message.clone()))
    }

    /// A rule with messages of its own, each a sentence that begins "must …".
    pub fn rule(text: impl Into<String>, wrong: impl Fn(&Value) -> Option<String> + Send + Sync + 'static) -> Self {
        Self::Custom(Callback(Arc::new(wrong)), text.into())
    }

    /// What is wrong with the value, as a sentence that begins "must …".
    pub fn check(&self, value: &Value) -> Option<String> {
        let holds = match (self, value) {
            (Self::OneOf(values), Value::String(text)) => values.contains(&text.as_str()),
            (Self::OneOfIgnoreCase(values), Value::String(text)) => {
                text.is_empty() || values.iter().any(|value| value.eq_ignore_ascii_case(text))
            }
            (Self::Length(min, max), Value::String(text)) => (*min..=*max).contains(&text.chars().count()),
            (Self::NotBlank, Value::String(text)) => !text.trim().is_empty(),
            // It may be whole, and is more than the attribute holds.
            (Self::Range(_, max), Value::Number(number)) if *number > (*max).into() && *max == i64::MAX => {
                return Some(format!("must be at most {max}"));
            }
            (Self::Range(min, max), Value::Number(number)) => {
                number.to_i64().is_some_and(|number| (*min..=*max).contains(&number))
            }
            (Self::NotEmpty, Value::List(elements) | Value::Set(elements)) => !elements.is_empty(),
            (Self::NotEmpty, Value::Map(elements)) => !elements.is_empty(),
            (Self::NoKeys(keys), Value::Map(map)) => {
                return keys
                    .iter()
                    .find(|(key, _)| map.contains_key(*key))
                    .map(|(key, instead)| format!("must not contain the key {key:?}: {instead}"));
            }
            (Self::Custom(rule, _), value) => return rule.call()(value),
            _ => true,
        };
        (!holds).then(|| format!("must {}", self.describe()))
    }

    /// The rule in words that follow "must", without Markdown.
    pub fn describe(&self) -> String {
        match self {
            Self::OneOf([only]) => format!("be {only:?}"),
            Self::OneOf(values) | Self::OneOfIgnoreCase(values) => {
                let quoted: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
                format!("be one of {}", quoted.join(", "))
            }
            Self::Length(min, max) => format!("be {min} to {max} characters long"),
            Self::NotBlank | Self::NotEmpty => "not be empty".to_owned(),
            Self::Range(only, max) if only == max => format!("be {only}"),
            Self::Range(min, i64::MAX) => format!("be a whole number of at least {min}"),
            Self::Range(min, max) => format!("be a whole number from {min} to {max}"),
            Self::NoKeys(keys) => {
                let quoted: Vec<String> = keys.iter().map(|(key, _)| format!("{key:?}")).collect();
                format!("not contain the keys {}", quoted.join(", "))
            }
            Self::Custom(_, text) => format!("be {text}"),
        }
    }
}
