//! What a step checks.

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
