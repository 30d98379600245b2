//! Checks a configuration against what its schema says is valid.

use super::{
    diagnostics::{Diagnostic, Diagnostics},
    schema::{Attribute, Block, Kind, Mode, NestedBlock, Nesting, ObjectAt},
    value::{Path, Value},
};

/// Every value of the configuration that a validator refuses or that only the provider sets, each as an error on its path.
/// Validators skip values that are null or not known yet; Terraform itself checks types and what is required.
pub fn validate(block: &Block, config: &Value) -> Diagnostics {
    let mut diagnostics = read_only(block, config);
    check_block(block, config, &Path::default(), &mut diagnostics);
    diagnostics
}

/// Every configured value of an attribute that only the provider sets, each as an error on its path. Terraform accepts
/// such values in a plan, and then refuses the result of the apply.
pub fn read_only(block: &Block, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    walk(block, config, &Path::default(), &mut |attribute, value, path| {
        if attribute.mode == Mode::Computed && !value.is_null() {
            diagnostics.push(read_only_error(path));
        }
    });
    diagnostics
}

fn check_block(block: &Block, value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    check_relations(&block.attributes, &block.blocks, value, path, diagnostics);
    check_attributes(&block.attributes, value, path, diagnostics);
    for nested in &block.blocks {
        let path = path.dot(nested.name);
        visit_blocks(nested.nesting, value.get(nested.name), &path, |object, path| {
            check_block(&nested.block, object, path, diagnostics);
        });
    }
}

fn check_attributes(attributes: &[Attribute], object: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    for attribute in attributes {
        let value = object.get(attribute.name);
        let path = path.dot(attribute.name);
        if value.is_null() {
            continue;
        }
        if attribute.mode == Mode::Computed {
            continue;
        }
        if !value.is_known() {
            continue;
        }
        check_value(attribute, attribute.name, value, &path, diagnostics);
        if let Kind::Nested(nesting, attributes) = &attribute.kind {
            if *nesting != Nesting::Single {
                visit_elements(value, &path, |object, path| check_element(attribute, object, path, diagnostics));
            }
            visit(*nesting, value, &path, |object, path| {
                check_relations(attributes, &[], object, path, diagnostics);
                check_attributes(attributes, object, path, diagnostics);
            });
        }
    }
}

/// What is wrong with a value or with elements of it.
fn check_value(attribute: &Attribute, name: &str, value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if value.is_null() || !value.is_known() {
        return;
    }
    if let Some(wrong) = attribute.wrong(value) {
        // Terraform shows the value, unless it is sensitive.
        diagnostics.invalid(path.clone(), format!("Invalid {name}"), format!("{path} {wrong}."));
    }
    let Some(element) = &attribute.element else { return };
    visit_elements(value, path, |value, path| {
        check_element(attribute, value, path, diagnostics);
        check_value(element, name, value, path, diagnostics);
    });
}

fn check_element(attribute: &Attribute, element: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if element.is_null() && !attribute.allows_null_elements {
        let summary = format!("Invalid {}", attribute.name);
        diagnostics.invalid(path.clone(), summary, format!("{path} must have a value. It is null."));
    }
}

/// Each element of a collection, with its path.
fn visit_elements(value: &Value, path: &Path, mut each: impl FnMut(&Value, &Path)) {
    match value {
        Value::List(elements) => elements.iter().enumerate().for_each(|(at, value)| each(value, &path.index(at))),
        Value::Set(elements) => elements.iter().for_each(|value| each(value, &path.element())),
        Value::Map(elements) => elements.iter().for_each(|(key, value)| each(value, &path.key(key.as_str()))),
        _ => {}
    }
}

/// What is wrong with a default, in sentences.
#[cfg(feature = "testing")]
pub(crate) fn wrong_default(attribute: &Attribute, default: &Value) -> Vec<String> {
    let mut found = Diagnostics::default();
    check_value(attribute, attribute.name, default, &Path::attribute("default"), &mut found);
    found.into_iter().map(|diagnostic| diagnostic.detail).collect()
}

/// What attributes and blocks of one object demand of each other.
fn check_relations(
    attributes: &[Attribute],
    blocks: &[NestedBlock],
    object: &Value,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    let demands = attributes.iter().map(|attribute| (attribute.name, &attribute.relations));
    for (name, relations) in demands.chain(blocks.iter().map(|nested| (nested.name, &nested.relations))) {
        for wrong in relations.iter().filter_map(|relation| relation.check(name, object, blocks)) {
            let path = path.dot(name);
            let detail = format!("{path} {wrong}.");
            diagnostics.invalid(path, format!("Invalid {name}"), detail);
        }
    }
}

/// Every write-only value of a configuration, as an error on its path, for a Terraform that would not know one.
pub fn write_only(block: &Block, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    walk(block, config, &Path::default(), &mut |attribute, value, path| {
        if attribute.write_only && !value.is_null() {
            diagnostics.push(write_only_error(path));
        }
    });
    diagnostics
}

fn read_only_error(path: &Path) -> Diagnostic {
    let detail =
        format!("{path} cannot be configured, because only the provider sets it. Remove it from the configuration.");
    Diagnostic::error("Read-only attribute in the configuration", detail).at(path.clone())
}

fn write_only_error(path: &Path) -> Diagnostic {
    let detail = format!(
        "{path} is write-only, which requires Terraform 1.11 or later. Upgrade Terraform, or remove {path} from the configuration."
    );
    Diagnostic::error("Write-only attributes need a later Terraform", detail).at(path.clone())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let path = Path::attribute("password");
    vec![read_only_error(&path), write_only_error(&path)]
}

/// Visits each attribute of a block, at any depth.
fn walk(block: &Block, object: &Value, path: &Path, each: &mut dyn FnMut(&Attribute, &Value, &Path)) {
    walk_attributes(&block.attributes, object, path, each);
    for nested in &block.blocks {
        visit_blocks(nested.nesting, object.get(nested.name), &path.dot(nested.name), |object, path| {
            walk(&nested.block, object, path, each);
        });
    }
}

fn walk_attributes(
    attributes: &[Attribute],
    object: &Value,
    path: &Path,
    each: &mut dyn FnMut(&Attribute, &Value, &Path),
) {
    for attribute in attributes {
        let (value, path) = (object.get(attribute.name), path.dot(attribute.name));
        each(attribute, value, &path);
        if let Kind::Nested(nesting, inner) = &attribute.kind {
            visit(*nesting, value, &path, |object, path| walk_attributes(inner, object, path, each));
        }
    }
}

/// The same for blocks. A step into a set of them is left out: where there is one block, Terraform finds the line in it.
fn visit_blocks(nesting: Nesting, value: &Value, path: &Path, mut each: impl FnMut(&Value, &Path)) {
    if nesting == Nesting::Set {
        value.as_list().unwrap_or_default().iter().for_each(|object| each(object, path));
    } else {
        visit(nesting, value, path, each);
    }
}

/// Each object of a nested attribute, with its path.
fn visit(nesting: Nesting, value: &Value, path: &Path, mut each: impl FnMut(&Value, &Path)) {
    nesting.map_objects(value, |at, object| {
        let path = match at {
            ObjectAt::Only => path.clone(),
            ObjectAt::Member => path.element(),
            ObjectAt::Index(index) => path.index(index),
            ObjectAt::Key(key) => path.key(key),
        };
        if !object.is_null() {
            each(object, &path);
        }
        Value::Null
    });
}
