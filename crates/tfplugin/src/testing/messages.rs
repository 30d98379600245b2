//! What the host's messages are made of, and what it reads from the answers.

use std::collections::BTreeMap;

use super::host::Host;
use crate::{
    diagnostics::{Diagnostic, Diagnostics, FAULT, Severity},
    erased::Item,
    proto::{self, DynamicValue},
    registration::Provider,
    value::{Path, Step, Type, Value, msgpack},
};

/// What is offered of one kind, with the type of its values.
pub(super) type Types = BTreeMap<&'static str, Type>;

pub(super) type Outcome<T> = Result<T, Diagnostics>;

pub(super) fn fault(what: &str) -> Diagnostics {
    Diagnostic::error("The host cannot go on", what).into()
}

pub(super) fn types<T: Item + ?Sized>(items: &[Box<T>]) -> Types {
    items.iter().map(|item| (item.name(), item.schema().ty())).collect()
}

pub(super) fn named(types: &Types, name: &str) -> Outcome<Type> {
    types.get(name).cloned().ok_or_else(|| fault(&format!("the provider offers no {name}")))
}

pub(super) fn answered<T>(answer: Result<tonic::Response<T>, tonic::Status>) -> Outcome<T> {
    answer.map(tonic::Response::into_inner).map_err(|status| fault(status.message()))
}

/// The value as Terraform sends it, with null for every attribute that it leaves out.
pub(super) fn completed(value: &Value, ty: &Type) -> Outcome<Value> {
    complete(value, ty, &Path::default())
}

fn complete(value: &Value, ty: &Type, path: &Path) -> Outcome<Value> {
    Ok(match (value, ty) {
        (Value::Map(attributes), Type::Object(types)) => {
            if let Some(unknown) = attributes.keys().find(|name| !types.contains_key(*name)) {
                return Err(fault(&format!("there is no {}", path.dot(unknown.as_str()))));
            }
            let attributes = types
                .iter()
                .map(|(name, ty)| Ok((name.clone(), complete(value.get(name), ty, &path.dot(name.as_str()))?)));
            Value::Map(attributes.collect::<Outcome<_>>()?)
        }
        (Value::Map(elements), Type::Map(ty)) => {
            let element =
                |(key, element): (&String, &Value)| Ok((key.clone(), complete(element, ty, &path.key(key.as_str()))?));
            Value::Map(elements.iter().map(element).collect::<Outcome<_>>()?)
        }
        (Value::List(elements), Type::List(ty)) => {
            let elements = elements.iter().enumerate().map(|(at, element)| complete(element, ty, &path.index(at)));
            Value::List(elements.collect::<Outcome<_>>()?)
        }
        (Value::Set(elements), Type::Set(ty)) => {
            Value::set(elements.iter().map(|element| complete(element, ty, path)).collect::<Outcome<Vec<_>>>()?)
        }
        _ => value.clone(),
    })
}

pub(super) fn encode(value: &Value, ty: &Type) -> Outcome<Option<DynamicValue>> {
    let msgpack = msgpack::encode(value, ty).map_err(|error| fault(&format!("a value cannot be sent: {error}")))?;
    Ok(Some(DynamicValue { msgpack, json: Vec::new() }))
}

pub(super) fn decode(value: Option<DynamicValue>, ty: &Type) -> Outcome<Value> {
    let value = value.filter(|value| !value.msgpack.is_empty());
    value
        .map_or(Ok(Value::Null), |value| msgpack::decode(&value.msgpack, ty))
        .map_err(|error| fault(&error.to_string()))
}

pub(super) fn path(path: proto::AttributePath) -> Path {
    use proto::attribute_path::step::Selector;

    let steps = path.steps.into_iter().filter_map(|step| {
        Some(match step.selector? {
            Selector::AttributeName(name) => Step::Attribute(name),
            Selector::ElementKeyString(key) => Step::Key(key),
            Selector::ElementKeyInt(index) => Step::Index(index),
        })
    });
    steps.fold(Path::default(), |path, step| path.then(step))
}

fn diagnostics(messages: Vec<proto::Diagnostic>) -> Diagnostics {
    let diagnostic = |message: proto::Diagnostic| Diagnostic {
        severity: match message.severity() {
            proto::diagnostic::Severity::Warning => Severity::Warning,
            _ => Severity::Error,
        },
        path: message.attribute.map(path),
        summary: message.summary,
        detail: message.detail,
    };
    messages.into_iter().map(diagnostic).collect()
}

impl<P: Provider> Host<P> {
    /// The warnings of all answers since the last call of this, in their order.
    pub fn take_warnings(&mut self) -> Diagnostics {
        std::mem::take(&mut self.warnings)
    }

    /// The messages of an answer, unless the SDK has repaired a fault of the provider in it.
    pub(super) fn reported(&mut self, messages: Vec<proto::Diagnostic>) -> Outcome<Diagnostics> {
        let reported = diagnostics(messages);
        let is_warning = |message: &Diagnostic| message.severity == Severity::Warning;
        self.warnings.extend(reported.iter().filter(|message| is_warning(message)).cloned());
        let is_repaired = |message: &Diagnostic| is_warning(message) && message.detail.ends_with(FAULT);
        if self.tolerates_faults || !reported.iter().any(is_repaired) {
            return Ok(reported);
        }
        let failed = reported.into_iter().map(|message| match is_repaired(&message) {
            true => Diagnostic { severity: Severity::Error, ..message },
            false => message,
        });
        Err(failed.collect())
    }

    /// An answer without errors.
    pub(super) fn checked(&mut self, messages: Vec<proto::Diagnostic>) -> Outcome<()> {
        let reported = self.reported(messages)?;
        if reported.has_errors() { Err(reported) } else { Ok(()) }
    }
}
