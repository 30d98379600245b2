//! Terraform's rules for what a provider answers, so that a test fails where Terraform would, and names the attribute.

use super::messages::Outcome;
use crate::{
    conform::conform,
    diagnostics::{Diagnostic, Diagnostics},
    plan::{self, Action, Plan},
    private::Private,
    schema::{Attribute, Block, Kind, ObjectAt},
    value::{Path, Value},
};

/// Refuses a plan that Terraform refuses ("Provider produced invalid plan").
pub(super) fn check_plan(
    block: &Block,
    config: &Value,
    prior: &Value,
    planned: &Value,
    requires_replace: &[Path],
) -> Outcome<()> {
    let action = if config.is_null() { Action::Destroy } else { Action::Update };
    let plan = Plan {
        action,
        state: planned.clone(),
        requires_replace: requires_replace.to_vec(),
        private: Private::default(),
        identity: Value::Null,
    };
    settled(plan::check(block, config, prior, &plan))
}

/// Refuses the result of an apply without errors that does not agree with its plan ("Provider produced inconsistent result
/// after apply").
pub(super) fn check_applied(block: &Block, planned: &Value, result: &Value) -> Outcome<()> {
    const SUMMARY: &str = "Provider produced inconsistent result after apply";
    let whole = |what: &str| Err(Diagnostic::error(SUMMARY, what).into());
    match (planned.is_null(), result.is_null()) {
        (true, true) => return Ok(()),
        (true, false) => return whole("A destroy left a state without an error."),
        (false, true) => return whole("An object was planned, and the provider returned none without an error."),
        (false, false) => {}
    }
    check_object(block, result, "apply")?;
    let (_, differences) = conform(planned, result.clone(), &block.ty());
    let difference = |path: Path| {
        let detail = format!("The value of {path} is not the one that was planned.");
        at(Diagnostic::error(SUMMARY, detail), path)
    };
    settled(differences.into_iter().map(difference).collect())
}

/// Refuses an object that Terraform does not store: unknown values, and values that are write-only ("Provider produced
/// invalid object"). No object is fine.
pub(super) fn check_object(block: &Block, object: &Value, operation: &str) -> Outcome<()> {
    let mut broken = Diagnostics::default();
    let mut refuse = |path: Path, what: &str| {
        let detail = format!("The {operation} returned {what} for {path}.");
        broken.push(at(Diagnostic::error("Provider produced invalid object", detail), path));
    };
    unknown(object, &Path::default(), &mut |path| refuse(path, "an unknown value"));
    write_only(block, object, &Path::default(), &mut |path| refuse(path, "a write-only value"));
    settled(broken)
}

fn at(diagnostic: Diagnostic, path: Path) -> Diagnostic {
    if path.is_empty() { diagnostic } else { diagnostic.at(path) }
}

fn settled(broken: Diagnostics) -> Outcome<()> {
    if broken.has_errors() { Err(broken) } else { Ok(()) }
}

fn unknown(value: &Value, path: &Path, found: &mut impl FnMut(Path)) {
    match value {
        Value::Unknown(_) => found(path.clone()),
        Value::Map(parts) => parts.iter().for_each(|(name, part)| unknown(part, &path.dot(name), found)),
        Value::List(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| unknown(element, &path.index(index), found));
        }
        Value::Set(elements) => elements.iter().for_each(|element| unknown(element, &path.element(), found)),
        Value::Dynamic(typed) => unknown(&typed.1, path, found),
        _ => {}
    }
}

fn write_only(block: &Block, object: &Value, path: &Path, found: &mut impl FnMut(Path)) {
    write_only_attributes(&block.attributes, object, path, found);
    for nested in &block.blocks {
        let path = path.dot(nested.name);
        nested.nesting.map_objects(object.get(nested.name), |place, object| {
            write_only(&nested.block, object, &inside(&path, place), found);
            Value::Null
        });
    }
}

fn write_only_attributes(attributes: &[Attribute], object: &Value, path: &Path, found: &mut impl FnMut(Path)) {
    for attribute in attributes {
        let (value, path) = (object.get(attribute.name), path.dot(attribute.name));
        if attribute.write_only && !value.is_null() {
            found(path);
        } else if let Kind::Nested(nesting, inner) = &attribute.kind {
            nesting.map_objects(value, |place, object| {
                write_only_attributes(inner, object, &inside(&path, place), found);
                Value::Null
            });
        }
    }
}

fn inside(path: &Path, place: ObjectAt<'_>) -> Path {
    match place {
        ObjectAt::Only => path.clone(),
        ObjectAt::Member => path.element(),
        ObjectAt::Index(index) => path.index(index),
        ObjectAt::Key(key) => path.key(key),
    }
}
