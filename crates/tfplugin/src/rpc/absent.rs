//! Calls for what this SDK's providers do not offer. Terraform makes them only by mistake, and is told so.

use crate::{diagnostics::Diagnostic, proto};

/// The error for a thing that does not exist.
pub(super) fn absent(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown {kind}"),
        format!("The provider offers no {kind} at all, so there is none named {name:?}."),
    )
}

/// The only event of a list resource that does not exist.
pub(super) fn list(name: &str) -> proto::list_resource::Event {
    proto::list_resource::Event {
        diagnostic: vec![absent("list resource", name).into()],
        ..proto::list_resource::Event::default()
    }
}
