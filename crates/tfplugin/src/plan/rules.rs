//! Terraform's rules for a plan, so that a plan which breaks one is refused with the attribute's name.

use super::{Action, Plan};
use crate::{
    diagnostics::{Diagnostic, Diagnostics, FAULT},
    schema::{Attribute, Block, Kind, NestedBlock, Nesting, ObjectAt},
    value::{Path, Value},
};

/// Where a plan breaks a rule of Terraform's, each as an error on the attribute's path.
pub fn check(block: &Block, config: &Value, prior: &Value, plan: &Plan) -> Diagnostics {
    let mut broken = Diagnostics::default();
    if plan.action == Action::Destroy {
        if !plan.state.is_null() {
            broken.push(refusal(&Path::default(), "The plan of a destroy must be null."));
        }
        return broken;
    }
    check_block(block, Values { prior, config, planned: &plan.state }, &Path::default(), &mut broken);
    for path in &plan.requires_replace {
        if prior.is_null() {
            broken.push(refusal(path, "The plan of a create cannot force a replacement."));
        } else if plan.state.at(path) == prior.at(path) {
            let what = format!("{path} does not change, and only a changed value can force a replacement.");
            broken.push(refusal(path, &what));
        }
    }
    broken
}

/// One value as the prior state, the configuration and the plan have it.
#[derive(Clone, Copy)]
struct Values<'a> {
    prior: &'a Value,
    config: &'a Value,
    planned: &'a Value,
}

impl<'a> Values<'a> {
    fn get(self, name: &str) -> Self {
        Self { prior: self.prior.get(name), config: self.config.get(name), planned: self.planned.get(name) }
    }
}

fn refusal(path: &Path, what: &str) -> Diagnostic {
    let detail = format!("{what} Terraform would refuse this plan. {FAULT}");
    let diagnostic = Diagnostic::error("The provider made an invalid plan", detail);
    if path.is_empty() { diagnostic } else { diagnostic.at(path.clone()) }
}

fn check_block(block: &Block, values: Values<'_>, path: &Path, broken: &mut Diagnostics) {
    check_attributes(&block.attributes, values, path, broken);
    for nested in &block.blocks {
        check_blocks(nested, values.get(nested.name), &path.dot(nested.name), broken);
    }
}

fn check_blocks(nested: &NestedBlock, values: Values<'_>, path: &Path, broken: &mut Diagnostics) {
    if !values.config.is_known() {
        return;
    }
    pair(nested.nesting, values, path, broken, |values, path, broken| {
        check_block(&nested.block, values, path, broken);
    });
}

fn check_attributes(attributes: &[Attribute], values: Values<'_>, path: &Path, broken: &mut Diagnostics) {
    for attribute in attributes {
        check_attribute(attribute, values.get(attribute.name), &path.dot(attribute.name), broken);
    }
}

fn check_attribute(attribute: &Attribute, values: Values<'_>, path: &Path, broken: &mut Diagnostics) {
    let Values { prior, config, planned } = values;
    if attribute.write_only {
        if !planned.is_null() {
            broken.push(refusal(path, &format!("{path} is write-only, so its planned value must be null.")));
        }
        return;
    }
    let is_kept = planned == prior && !prior.is_null() && !config.is_null();
    if planned == config || is_kept || (config.is_null() && attribute.is_computed()) {
        return;
    }
    if let (Kind::Nested(nesting, attributes), false) = (&attribute.kind, config.is_null()) {
        return pair(*nesting, values, path, broken, |values, path, broken| {
            check_attributes(attributes, values, path, broken);
        });
    }
    let what = if config.is_null() {
        format!("{path} is not in the configuration and not computed, so its planned value must be null.")
    } else {
        format!("The planned value of {path} must be that of the configuration or of the prior state.")
    };
    broken.push(refusal(path, &what));
}

/// Checks the planned objects of one attribute or block against those of the configuration.
fn pair(
    nesting: Nesting,
    values: Values<'_>,
    path: &Path,
    broken: &mut Diagnostics,
    mut each: impl FnMut(Values<'_>, &Path, &mut Diagnostics),
) {
    let Values { prior, config, planned } = values;
    let count = |value: &Value| match (nesting, value) {
        (Nesting::List | Nesting::Set, Value::List(elements) | Value::Set(elements)) => Some(elements.len()),
        (Nesting::Map, Value::Map(elements)) => Some(elements.len()),
        (Nesting::Single | Nesting::Group, Value::Map(_)) => Some(1),
        (_, Value::Null) => Some(0),
        _ => None,
    };
    if count(config) != count(planned) {
        broken.push(refusal(path, &format!("{path} must be planned with as many objects as the configuration has.")));
        return;
    }
    if let (Nesting::Map, Value::Map(config), Value::Map(planned)) = (nesting, config, planned)
        && !config.keys().eq(planned.keys())
    {
        broken.push(refusal(path, &format!("{path} must be planned with the keys that the configuration has.")));
        return;
    }
    // Terraform cannot pair the elements of a set, and trusts the provider.
    if nesting == Nesting::Set {
        return;
    }
    nesting.map_objects(config, |at, config| {
        let inner = match at {
            ObjectAt::Only | ObjectAt::Member => path.clone(),
            ObjectAt::Index(index) => path.index(index),
            ObjectAt::Key(key) => path.key(key),
        };
        let object = |value| super::fill::counterpart(value, at).unwrap_or(&Value::Null);
        each(Values { prior: object(prior), config, planned: object(planned) }, &inner, broken);
        Value::Null
    });
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<Diagnostic> {
    let path = Path::attribute("name");
    vec![refusal(&path, "name does not change, and only a changed value can force a replacement.")]
}
