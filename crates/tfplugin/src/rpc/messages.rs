//! The server's own messages to the user of Terraform.

use crate::{
    diagnostics::{Diagnostic, FAULT},
    value::Path,
};

pub(super) fn unknown_type<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let detail = format!("The provider has no {kind} {name:?}. It has: {known}.");
    Diagnostic::error(format!("Unknown {kind} type"), detail)
}

/// The error about a name that the author registered twice: only one of both could be served.
pub(super) fn duplicate(kind: &str, name: &str) -> Diagnostic {
    let detail = format!(
        "The provider registers the {kind} {name:?} twice, so Terraform cannot know which one is meant. {FAULT}"
    );
    Diagnostic::error(format!("The {kind} {name} is registered twice"), detail)
}

/// Why a call did not come to its end; `next` is what the provider says to do after a panic.
pub(super) fn fault(rpc: &str, subject: &str, is_panic: bool, next: &str) -> Diagnostic {
    let end = if is_panic { "panicked" } else { "was interrupted" };
    let detail = format!(
        "The provider {end} in {rpc} {subject}. Its process keeps running. This is a fault of the provider: please report it, with the \
         log of the command (TF_LOG=ERROR). {next}"
    );
    Diagnostic::error(format!("The provider failed in {rpc}"), detail.trim_end())
}

/// The error about something that needs the provider's client while the provider block waits for these values.
pub(super) fn waiting(paths: &[Path]) -> Diagnostic {
    let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
    let detail = format!(
        "The provider block has values that are known only after apply ({}), but Terraform needs the provider earlier. First apply the \
         resources that these values come from: terraform apply -target=<address of the resource>",
        paths.join(", ")
    );
    Diagnostic::error("The provider is not configured yet", detail)
}

pub(super) fn not_configured() -> Diagnostic {
    let detail =
        "Terraform used a resource before it configured the provider. This is a fault of Terraform: please report it.";
    Diagnostic::error("The provider is not configured", detail)
}

/// The error about a state in chunks; `what` is wrong with it.
pub(super) fn broken_state(what: &str) -> Diagnostic {
    let detail = format!(
        "The state that Terraform sent is incomplete: {what}. Nothing was written, and the stored state did not change. Run the command \
         again. If Terraform kept the new state in errored.tfstate: terraform state push errored.tfstate"
    );
    Diagnostic::error("The state was not written", detail)
}

/// The warning about an ephemeral resource that was opened with other values than its configuration.
pub(super) fn opened_otherwise(name: &str, paths: &[String]) -> Diagnostic {
    let detail = format!(
        "{name} was opened. The provider returned values for {} that differ from the configuration, so Terraform gets the configured \
         values. {FAULT}",
        paths.join(", ")
    );
    Diagnostic::warning("The result differs from the configuration", detail)
}

/// The warning about a create or update with other values than its plan.
pub(super) fn applied_otherwise(paths: &[String]) -> Diagnostic {
    let detail = format!(
        "The apply succeeded. The provider returned values for {} that differ from the plan. The state keeps the planned values, so that \
         Terraform accepts the result. {FAULT}",
        paths.join(", ")
    );
    Diagnostic::warning("The result differs from the plan", detail)
}

/// The warning about attributes that the provider left unknown.
pub(super) fn incomplete(names: &[String]) -> Diagnostic {
    let detail = format!("The provider set no value for {}, so the state contains null. {FAULT}", names.join(", "));
    Diagnostic::warning("The result is incomplete", detail)
}

/// The error about a state from a newer provider.
pub(super) fn newer_state(type_name: &str, stored: i64, current: i64) -> Diagnostic {
    let detail = format!(
        "The state of {type_name} was written by a newer version of the provider (schema version {stored}, this version has {current}). \
         Use that version of the provider or a later one."
    );
    Diagnostic::error("The stored state cannot be read", detail)
}

/// The error about a state from Terraform 0.11.
pub(super) fn old_state(type_name: &str) -> Diagnostic {
    let detail = format!(
        "The state of {type_name} has the format of Terraform 0.11 or earlier. Run terraform apply once with Terraform 0.12 and the \
         version of the provider that wrote it."
    );
    Diagnostic::error("The stored state cannot be read", detail)
}

/// The error about an identity from a newer provider.
pub(super) fn newer_identity(type_name: &str, stored: i64, current: i64) -> Diagnostic {
    let detail = format!(
        "The identity of {type_name} was stored by a newer version of the provider (identity version {stored}, this version has \
         {current}). Use that version of the provider or a later one."
    );
    Diagnostic::error("The stored identity cannot be read", detail)
}

pub(super) fn another_read(type_name: &str, prior: &str, read: &str) -> Diagnostic {
    let detail = format!(
        "The state contains the {type_name} with the identity {prior}, but the provider read the one with the identity {read}. An \
         identity never changes, so the state stays as it was. {FAULT}"
    );
    Diagnostic::error("The provider read another object", detail)
}

pub(super) fn another_found(type_name: &str, wanted: &str, found: &str) -> Diagnostic {
    let detail = format!(
        "The import is for the {type_name} with the identity {wanted}, but the provider found the one with the identity {found}. \
         Nothing was imported. {FAULT}"
    );
    Diagnostic::error("The provider found another object", detail)
}

/// The error about a planned identity that Terraform does not accept.
pub(super) fn invalid_plan(what: &str) -> Diagnostic {
    let detail = format!("{what} Terraform would refuse this plan. {FAULT}");
    Diagnostic::error("The provider made an invalid plan", detail)
}

/// The warning about the identity of an object that exists.
pub(super) fn wrong_identity(type_name: &str, summary: &str, what: &str) -> Diagnostic {
    Diagnostic::warning(summary, format!("{what} This is about {type_name}. {FAULT}"))
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let (paths, names) = (["name".to_owned(), "tags[\"a\"]".to_owned()], ["name".to_owned()]);
    let (one, another) = (r#"{"path":"milk.txt"}"#, r#"{"path":"tea.txt"}"#);
    let next = "If a purchase was in progress, run terraform apply again.";
    vec![
        unknown_type("resource", "example_thing", ["example_note"].into_iter()),
        unknown_type("action", "example_thing", [].into_iter()),
        duplicate("resource", "example_note"),
        fault("ApplyResourceChange", "example_note", true, next),
        fault("ApplyResourceChange", "example_note", false, ""),
        waiting(&[Path::attribute("region"), Path::attribute("token")]),
        not_configured(),
        broken_state("it is empty"),
        opened_otherwise("example_token", &paths),
        applied_otherwise(&paths),
        incomplete(&names),
        newer_state("example_note", 3, 2),
        old_state("example_note"),
        newer_identity("example_note", 3, 2),
        another_read("example_note", one, another),
        another_found("example_note", one, another),
        invalid_plan(&format!("An identity never changes, but the plan changes {one} to {another}.")),
        wrong_identity("example_note", "The identity is incomplete", "The provider set no value for path."),
    ]
}
