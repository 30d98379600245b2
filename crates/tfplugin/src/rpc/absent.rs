//! Calls for what this SDK's providers do not offer. Terraform makes them only by mistake, and is told so.

use crate::diagnostics::Diagnostic;

/// The error for a thing that does not exist.
pub(super) fn absent(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown {kind}"),
        format!("The provider offers no {kind} at all, so there is none named {name:?}."),
    )
}
