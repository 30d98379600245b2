//! Which options contradict what a field is: one table.

use proc_macro2::Span;

use crate::{
    fields::{Field, Wrapper},
    options::Role,
};

/// What a field is, or stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// Only the provider gives a value.
    Computed,
    /// The configuration must give a value.
    Required,
    /// It has a default.
    Defaulted,
    /// It is `WriteOnly`.
    WriteOnly,
    /// It is a list, a set or a map.
    Collection,
    /// It is a nested block.
    Block,
    /// It stands in a provider block.
    Provider,
    /// It stands in a data source.
    DataSource,
    /// It stands in a resource.
    Resource,
    /// It stands in an identity.
    Identity,
    /// It stands in the configuration of a search.
    List,
    /// It stands in the `provider_meta` block of a module.
    ProviderMeta,
    /// It stands in something that is not stored: an ephemeral resource, an action or a state store.
    Unstored,
    /// It is an argument of a function.
    Function,
}

use Case::{
    Block, Collection, Computed, DataSource, Defaulted, Function, Identity, List, Provider, ProviderMeta, Required,
    Resource, Unstored, WriteOnly,
};

const DEFAULTS: [&str; 3] = ["default", "default_on_create", "default_with"];
const CHANGES: [&str; 2] = ["force_new", "plan_modifier"];

/// What only attributes of a configuration can have.
const NOT_OF_ARGUMENTS: [&str; 9] = [
    "default",
    "default_on_create",
    "default_with",
    "force_new",
    "plan_modifier",
    "changes_with",
    "relation",
    "env",
    "block",
];

/// These options have no place in this case, and why.
const TABLE: &[(&[&str], &[Case], &str)] = &[
    (&DEFAULTS, &[Identity], "an identity has no defaults: whoever finds the object sets what an import left out"),
    (&CHANGES, &[Identity], "an identity is never planned: this has no effect"),
    (
        &["changes_with", "relation", "env", "timeouts", "block", "deprecated"],
        &[Identity],
        "an identity has only values",
    ),
    (&NOT_OF_ARGUMENTS, &[Function], "an argument of a function is a value at a place: this is for attributes"),
    (&["deprecated"], &[Function], "Terraform has no deprecated arguments, only deprecated functions"),
    (&["write_only"], &[Function], "nothing of a function is stored: leave WriteOnly out"),
    (
        &["force_new"],
        &[Computed],
        "only the provider sets this, so a configuration cannot change it: force_new has no effect",
    ),
    (&["plan_modifier"], &[Computed], "only the provider sets this: use changes_with or modify_plan"),
    (&["rule"], &[Computed], "only the provider sets this, so there is nothing to validate"),
    (&["relation"], &[Computed], "only the provider sets this, so it demands nothing of others"),
    (&DEFAULTS, &[Computed], "a default is for what the configuration may give: add optional, or leave Computed out"),
    (&["relation"], &[Required], "this is always set: write Option<T>, or say it on the other field"),
    (
        &["env"],
        &[Required],
        "a variable stands in for what is left out: write Option<T>, and ask for a value in configure",
    ),
    (&["changes_with"], &[Defaulted], "a default is planned whatever changes: leave one of them out"),
    (
        &CHANGES,
        &[WriteOnly],
        "no state has a write-only value, so a change of it cannot be detected: write it on a version beside it",
    ),
    (&DEFAULTS, &[WriteOnly], "a write-only value is read from the configuration alone, so it cannot have a default"),
    (&["env"], &[Collection], "a variable holds one value: take it apart in configure"),
    (&CHANGES, &[Block], "this stands on the attributes inside a block"),
    (&DEFAULTS, &[Block], "a block has no default: its attributes have"),
    (&["rule"], &[Block], "blocks are counted by min and max, and validated by their attributes"),
    (&["env"], &[Block], "this stands on the attributes inside a block"),
    (&CHANGES, &[Provider], "a provider block is never planned: this has no effect"),
    (&["changes_with"], &[Provider], "a provider block is never planned: this has no effect"),
    (&CHANGES, &[DataSource], "a data source is read anew each time: this has no effect"),
    (&["changes_with"], &[DataSource], "a data source is read anew each time: this has no effect"),
    (&["default_on_create"], &[DataSource, List, Unstored], "nothing is created here: write default"),
    (&CHANGES, &[List], "a search is made anew each time: this has no effect"),
    (&["changes_with"], &[List], "a search is made anew each time: this has no effect"),
    (&["timeouts"], &[List], "a search has no time limit: it ends when Terraform has what it wants"),
    (&CHANGES, &[ProviderMeta], "a provider_meta block is never planned: this has no effect"),
    (
        &["changes_with", "rule", "relation", "env", "timeouts", "write_only"],
        &[ProviderMeta],
        "Terraform validates a provider_meta block by its types alone: leave this out",
    ),
    (&["env"], &[Resource, DataSource, List, Unstored], "variables stand in for arguments of a provider block only"),
    (&CHANGES, &[Unstored], "nothing of this is stored, so nothing changes: this has no effect"),
    (&["changes_with"], &[Unstored], "nothing of this is stored, so nothing changes: this has no effect"),
    (&["write_only"], &[Unstored], "nothing of this is stored, write-only or not: leave WriteOnly out"),
    (&["timeouts"], &[Provider], "configuring a provider has no time limit: give one to resources and data sources"),
    (
        &["write_only"],
        &[Provider, DataSource, List],
        "Terraform knows write-only values in resources only: write Sensitive<T>",
    ),
];

/// Why nothing is both.
pub(crate) const COMPUTED_WRITE_ONLY: &str = "a write-only value is never stored, so it cannot be computed";

/// Reports what the table finds.
pub(crate) fn check(role: &Role, field: &Field<'_>, report: &mut dyn FnMut(Span, String)) {
    let cases = cases(role, field);
    for (option, span) in given(field) {
        let found = TABLE
            .iter()
            .find(|(options, of, _)| options.contains(&option) && of.iter().any(|case| cases.contains(case)));
        if let Some((_, _, why)) = found {
            report(span, (*why).to_owned());
        }
    }
}

/// What the type must not turn out to be once its aliases are resolved: where that is written, and why. What its name shows
/// is found by [`check`].
pub(crate) fn not_write_only(role: &Role, field: &Field<'_>) -> Vec<(Span, &'static str)> {
    if field.is_inside("WriteOnly") {
        return Vec::new();
    }
    let in_this_role = cases(role, field);
    let mut forbidden: Vec<(Span, &'static str)> = Vec::new();
    for (options, of, why) in TABLE {
        if options.contains(&"write_only") && of.iter().any(|case| in_this_role.contains(case)) {
            forbidden.push((field.span(), *why));
        } else if of.contains(&WriteOnly) {
            let given = given(field).into_iter().filter(|(option, _)| options.contains(option));
            forbidden.extend(given.map(|(_, span)| (span, *why)));
        }
    }
    if field.wrapper == Wrapper::Computed {
        forbidden.push((field.span(), COMPUTED_WRITE_ONLY));
    }
    forbidden
}

fn cases(role: &Role, field: &Field<'_>) -> Vec<Case> {
    let has_default = field.any_default().is_some();
    let is_collection = ["Vec", "Set", "Map"].iter().any(|name| field.is_inside(name));
    let is_block = field.options.block.is_some();
    let all = [
        (Computed, !field.is_argument()),
        (Required, field.is_required()),
        (Defaulted, has_default),
        (WriteOnly, field.is_inside("WriteOnly")),
        (Collection, is_collection && !is_block),
        (Block, is_block),
        (Provider, matches!(role, Role::Provider)),
        (DataSource, matches!(role, Role::DataSource(_))),
        (Resource, matches!(role, Role::Resource(_))),
        (List, matches!(role, Role::List)),
        (ProviderMeta, matches!(role, Role::ProviderMeta)),
        (Identity, matches!(role, Role::Identity)),
        (Unstored, matches!(role, Role::EphemeralResource(_) | Role::Action(_) | Role::StateStore(_))),
        (Function, matches!(role, Role::Function(_))),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(case, _)| case).collect()
}

/// The options that are given, each with its place. A type that declares something counts as an option.
fn given(field: &Field<'_>) -> Vec<(&'static str, Span)> {
    use syn::spanned::Spanned as _;

    let options = &field.options;
    let all = [
        ("default", options.default.as_ref().map(|value| value.span())),
        ("default_on_create", options.default_on_create.as_ref().map(|value| value.span())),
        ("default_with", options.default_with.as_ref().map(|function| function.span())),
        ("force_new", options.force_new),
        ("plan_modifier", options.plan_modifier.as_ref().map(|function| function.span())),
        ("changes_with", options.changes_with.first().map(|sibling| sibling.span())),
        ("rule", options.rules.first().map(|rule| rule.span())),
        ("relation", options.relations.first().map(|(demand, _)| demand.span())),
        ("env", options.env.first().map(|variable| variable.span())),
        ("block", options.block),
        ("deprecated", options.deprecated.as_ref().map(|text| text.span())),
        ("timeouts", options.timeouts.first().map(|(operation, _)| operation.span())),
        ("write_only", field.is_inside("WriteOnly").then(|| field.span())),
    ];
    all.into_iter().filter_map(|(option, span)| Some((option, span?))).collect()
}
