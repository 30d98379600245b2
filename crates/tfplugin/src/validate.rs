//! Checks a configuration against what its schema says is valid.

use super::{
    diagnostics::{Diagnostic, Diagnostics},
    schema::{Attribute, Block, Kind, Mode, Nesting, ObjectAt, Validator},
    value::{Path, Value},
};

/// Every value of the configuration that a validator refuses or that only the provider sets, each as an error on its path.
/// Validators skip values that are null or not known yet; Terraform itself checks types and what is required.
pub fn validate(block: &Block, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    check_block(block, config, &Path::default(), &mut diagnostics);
    diagnostics
}

/// Every configured value of an attribute that only the provider sets, each as an error on its path. Terraform accepts
/// such values in a plan, and then refuses the result of the apply.
pub fn read_only(block: &Block, config: &Value) -> Vec<Diagnostic> {
    let is_read_only = |diagnostic: &Diagnostic| diagnostic.summary == READ_ONLY;
    validate(block, config).into_iter().filter(is_read_only).collect()
}

const READ_ONLY: &str = "Read-only attribute in the configuration";

fn check_block(block: &Block, value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    check_attributes(&block.attributes, value, path, diagnostics);
    for nested in &block.blocks {
        let path = path.dot(nested.name);
        visit(nested.nesting, value.get(nested.name), &path, |object, path| {
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
            let detail = format!("{path} cannot be configured. Remove the line: only the provider sets it.");
            diagnostics.invalid(path, READ_ONLY, detail);
            continue;
        }
        if !value.is_known() {
            continue;
        }
        if let Some(wrong) = attribute.validators.iter().find_map(|validator| Validator::check(validator, value)) {
            // Terraform shows the value, unless it is sensitive.
            let detail = format!("{path} {wrong}.");
            diagnostics.invalid(path.clone(), format!("Invalid {}", attribute.name), detail);
        }
        if let Kind::Nested(nesting, attributes) = &attribute.kind {
            visit(*nesting, value, &path, |object, path| check_attributes(attributes, object, path, diagnostics));
        }
    }
}

fn visit(nesting: Nesting, value: &Value, path: &Path, mut each: impl FnMut(&Value, &Path)) {
    nesting.map_objects(value, |at, object| {
        let path = match at {
            // The protocol has no step into a set, so a finding inside one is shown at the set.
            ObjectAt::Only | ObjectAt::Member => path.clone(),
            ObjectAt::Index(index) => path.index(index),
            ObjectAt::Key(key) => path.key(key),
        };
        each(object, &path);
        Value::Null
    });
}
