//! What contradicts itself between structs, and depends on where each is used.

use std::collections::BTreeSet;

use crate::{
    function::Signature,
    registration::{Provider, Schemas, schemas},
    schema::{Attribute, Block, Default, Kind, Mode, NestedBlock, Nesting},
    validate::wrong_default,
    value::Type,
};

/// Everything that Terraform would refuse about the schemas of a provider, or that has no effect, each with its place.
pub fn check<P: Provider>(source: &P) -> Vec<String> {
    let all = schemas(source);
    let mut found = duplicates(&all);
    check_block("provider", &all.provider.block, &mut found);
    check_stored("provider", &all.provider.block, &mut found);
    for (name, schema) in &all.data_sources {
        check_stored(&format!("data {name}"), &schema.block, &mut found);
    }
    if let Some(meta) = all.provider_meta {
        check_block("provider_meta", &meta.block, &mut found);
    }
    let kinds = [
        ("", all.resources),
        ("data ", all.data_sources),
        ("list ", all.list_resources),
        ("ephemeral ", all.ephemeral_resources),
        ("action ", all.actions),
    ];
    for (kind, schemas) in kinds {
        for (name, schema) in schemas {
            check_block(&format!("{kind}{name}"), &schema.block, &mut found);
        }
    }
    check_functions(&all.functions, &mut found);
    #[cfg(feature = "state-stores")]
    for store in Provider::state_stores(source).0 {
        check_block(&format!("state store {}", store.name()), &store.schema().block, &mut found);
    }
    let resources = Provider::resources(source).0;
    for list in Provider::list_resources(source).0 {
        let listed = resources.iter().find(|resource| resource.name() == list.name());
        if listed.is_none_or(|resource| resource.identity().is_none()) {
            found.push(format!("list {}: the provider has no resource of this name with an identity", list.name()));
        }
    }
    for resource in resources {
        check_upgrades(resource.name(), resource.schema().version, resource.upgrades_from(), &mut found);
        if let Some(identity) = resource.identity() {
            let place = format!("identity of {}", resource.name());
            check_identity(&place, &identity.schema.block.attributes, &mut found);
            check_upgrades(&place, identity.schema.version, resource.identity_upgrades_from(), &mut found);
        }
    }
    found
}

/// What cannot be reached, because something else of its kind has the same name.
pub(super) fn duplicates(all: &Schemas) -> Vec<String> {
    let kinds = [
        ("", names(&all.resources)),
        ("data ", names(&all.data_sources)),
        ("list ", names(&all.list_resources)),
        ("ephemeral ", names(&all.ephemeral_resources)),
        ("action ", names(&all.actions)),
        ("function ", names(&all.functions)),
    ];
    let mut distinct = BTreeSet::new();
    let all = kinds.into_iter().flat_map(|(kind, names)| names.into_iter().map(move |name| format!("{kind}{name}")));
    all.filter(|place| !distinct.insert(place.clone()))
        .map(|place| format!("{place}: this name is here twice"))
        .collect()
}

fn names<T>(items: &[(&'static str, T)]) -> Vec<&'static str> {
    items.iter().map(|(name, _)| *name).collect()
}

fn check_functions(functions: &[(&'static str, Signature)], found: &mut Vec<String>) {
    for (name, signature) in functions {
        let place = format!("function {name}");
        if signature.description.is_empty() {
            found.push(format!("{place}: nothing describes it"));
        }
        if has_dynamic_elements(&signature.returns) {
            found.push(format!("{place}: Terraform has no collections of values of any type"));
        }
        let attributes = signature.parameters.iter().map(|parameter| match parameter.is_variadic {
            // Each of them is an argument by itself.
            true => Attribute { kind: Kind::Of(parameter.ty.clone()), ..parameter.attribute.clone() },
            false => parameter.attribute.clone(),
        });
        let attributes: Vec<_> = attributes.collect();
        check_attributes(&place, &attributes, &[], false, found);
    }
}

/// Each older version has to be read, once.
fn check_upgrades(place: &str, current: i64, mut versions: Vec<i64>, found: &mut Vec<String>) {
    versions.sort_unstable();
    if !versions.iter().copied().eq(0..current) {
        found.push(format!(
            "{place}: version {current} needs one upgrade from each older version, and has {versions:?}"
        ));
    }
}

fn check_identity(place: &str, attributes: &[Attribute], found: &mut Vec<String>) {
    check_attributes(place, attributes, &[], false, found);
    for attribute in attributes {
        let ty = attribute.ty();
        let element = if let Type::List(element) = &ty { element } else { &ty };
        if !matches!(element, Type::String | Type::Number | Type::Bool) {
            found.push(format!(
                "{place}.{}: an identity holds texts, numbers, booleans, and lists of these",
                attribute.name
            ));
        }
    }
}

/// Only resources have write-only values, at any depth.
fn check_stored(place: &str, block: &Block, found: &mut Vec<String>) {
    check_stored_attributes(place, &block.attributes, found);
    for nested in &block.blocks {
        check_stored(&format!("{place}.{}", nested.name), &nested.block, found);
    }
}

fn check_stored_attributes(place: &str, attributes: &[Attribute], found: &mut Vec<String>) {
    for attribute in attributes {
        let place = format!("{place}.{}", attribute.name);
        if attribute.write_only {
            found.push(format!("{place}: only resources have write-only values"));
        }
        if let Kind::Nested(_, inner) = &attribute.kind {
            check_stored_attributes(&place, inner, found);
        }
    }
}

fn check_block(place: &str, block: &Block, found: &mut Vec<String>) {
    check_attributes(place, &block.attributes, &block.blocks, false, found);
    for nested in &block.blocks {
        check_nested_block(&format!("{place}.{}", nested.name), nested, found);
    }
}

fn check_nested_block(place: &str, nested: &NestedBlock, found: &mut Vec<String>) {
    let in_set = nested.nesting == Nesting::Set;
    let (min, max) = (nested.min_items, nested.max_items);
    let is_sound = match nested.nesting {
        Nesting::Single => min == max && (0..=1).contains(&min),
        Nesting::Map | Nesting::Group => min == 0 && max == 0,
        Nesting::List | Nesting::Set => min >= 0 && (max == 0 || min <= max),
    };
    if !is_sound {
        found.push(format!("{place}: Terraform refuses the counts {min} and {max} for {:?} blocks", nested.nesting));
    }
    check_attributes(place, &nested.block.attributes, &nested.block.blocks, in_set, found);
    for inner in &nested.block.blocks {
        check_nested_block(&format!("{place}.{}", inner.name), inner, found);
    }
}

fn check_attributes(
    place: &str,
    attributes: &[Attribute],
    blocks: &[NestedBlock],
    in_set: bool,
    found: &mut Vec<String>,
) {
    let names = attributes.iter().map(|attribute| attribute.name).chain(blocks.iter().map(|block| block.name));
    let names: BTreeSet<&str> = names.collect();
    for attribute in attributes {
        let place = format!("{place}.{}", attribute.name);
        if attribute.write_only && in_set {
            found.push(format!("{place}: nothing in a set can be write-only"));
        }
        if attribute.write_only && attribute.is_computed() {
            found.push(format!(
                "{place}: what is write-only is never stored, so it cannot be computed or have a default"
            ));
        }
        if attribute.mode == Mode::Computed && attribute.force_new {
            found.push(format!("{place}: force_new has no effect on what only the provider sets"));
        }
        if let Some(missing) = attribute.changes_with.iter().find(|name| !names.contains(*name)) {
            found.push(format!("{place}: there is no {missing} beside it to change with"));
        }
        if let Some(Default::Always(value) | Default::OnCreate(value)) = &attribute.default {
            found.extend(wrong_default(attribute, value).into_iter().map(|wrong| format!("{place}: its {wrong}")));
        }
        if matches!(&attribute.kind, Kind::Of(ty) if has_dynamic_elements(ty)) {
            found.push(format!("{place}: Terraform has no collections of values of any type"));
        }
        if attribute.description.is_empty() {
            found.push(format!("{place}: nothing describes it"));
        }
        if let Kind::Nested(nesting, inner) = &attribute.kind {
            check_attributes(&place, inner, &[], in_set || *nesting == Nesting::Set, found);
        }
    }
}

fn has_dynamic_elements(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => {
            **element == Type::Dynamic || has_dynamic_elements(element)
        }
        _ => false,
    }
}
