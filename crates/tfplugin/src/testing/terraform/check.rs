//! What a step checks.

use serde_json::Value as Json;

use crate::value::{Path, Step};

/// What must hold, or what does not.
pub(super) type Check<'c, T> = Box<dyn Fn(&T) -> Result<(), String> + 'c>;

/// At the line of the step, not where the check was made.
#[track_caller]
pub(super) fn hold<T>(checks: &[Check<'_, T>], value: &T) {
    for check in checks {
        if let Err(what) = check(value) {
            panic!("{what}");
        }
    }
}

pub(super) fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// One of these objects has the attribute that a path begins with: a misspelt one would be null wherever it is looked for.
pub(super) fn ensure_attribute(address: &str, path: &Path, objects: &[&Json]) -> Result<(), String> {
    let Some(Step::Attribute(name)) = path.steps().first() else { return Ok(()) };
    ensure(objects.iter().any(|object| object.get(name).is_some()), || format!("{address} has no attribute {name}"))
}
