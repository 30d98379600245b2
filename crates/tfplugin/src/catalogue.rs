//! The messages of the SDK, all of them with invented values, for a reader: `cargo test catalogue -- --nocapture` prints them. The
//! test holds each against what a message must be.

use crate::{
    context::{Deferral, not_deferred},
    diagnostics::{Diagnostic, Diagnostics},
    environment,
    model::Attr,
    move_state, plan, resource, rpc, validate,
    value::Path,
};

/// Turns of phrase that the field does not use.
const DIALECT: [&str; 10] =
    [" anew", " forget", " told", "asked for", "at once", "became of", "has to be", "is there", "lives on", "of which"];

fn others() -> Vec<Diagnostic> {
    let path = Path::attribute("price");
    let without_value = [Attr::<i64>::Unknown, Attr::Null].map(|attr| attr.missing(&path));
    let deferrals = [Deferral::ResourceConfigUnknown, Deferral::ProviderConfigUnknown, Deferral::AbsentPrerequisite];
    let mut samples: Vec<Diagnostic> = deferrals.map(not_deferred).into();
    samples.extend(without_value);
    samples.push(environment::invalid("price", &path, "EXAMPLE_PRICE", "must be a number", " It is \"ten\"."));
    samples.extend(Diagnostics::default().into_failure());
    samples
}

/// What is wrong with a message.
fn faults(message: &Diagnostic) -> Vec<&'static str> {
    let Diagnostic { summary, detail, .. } = message;
    let ends = |text: &str| text.ends_with(['.', '>']) || text.ends_with("errored.tfstate");
    let rules = [
        (summary.starts_with(char::is_uppercase), "the summary begins with a capital"),
        (!summary.ends_with('.') && summary.len() <= 120, "the summary is one short line without a full stop"),
        (summary.split(' ').count() >= 3, "the summary stands alone"),
        (detail.split("\n\n").all(ends), "a paragraph ends as a sentence or with a command"),
    ];
    let broken = rules.into_iter().filter(|(is_met, _)| !is_met).map(|(_, rule)| rule);
    broken.chain(DIALECT.into_iter().filter(|phrase| summary.contains(phrase) || detail.contains(phrase))).collect()
}

#[test]
fn every_message_stands_alone_in_plain_english() {
    let catalogues = [
        ("move_state", move_state::samples()),
        ("plan", plan::samples()),
        ("rpc", rpc::samples()),
        ("upgrade", resource::upgrade_samples()),
        ("validate", validate::samples()),
        ("others", others()),
    ];
    let mut wrong = Vec::new();
    for (module, messages) in catalogues {
        assert!(!messages.is_empty(), "{module}");
        for message in messages {
            println!("[{module}] {:?}: {}\n\n{}\n\n----\n", message.severity, message.summary, message.detail);
            wrong.extend(faults(&message).into_iter().map(|fault| format!("{module}: {}: {fault}", message.summary)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
