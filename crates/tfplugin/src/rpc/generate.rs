//! Configurations for objects that exist already, as `-generate-config-out` writes them (Terraform 1.14).

use super::{Inner, wire};
use crate::{
    diagnostics::Diagnostics,
    erased::Provider,
    proto::{DynamicValue, generate_resource_config},
    schema::{Attribute, Block, Default as Preset, Demand, Kind, Mode},
    value::Value,
};

impl<P: Provider> Inner<P> {
    pub(super) fn generate_config(
        &self,
        request: &generate_resource_config::Request,
    ) -> generate_resource_config::Response {
        let (config, diagnostics) = match self.try_generate_config(request) {
            Ok(config) => (config, Diagnostics::default()),
            Err(errors) => (wire::null(), errors.into_failure()),
        };
        generate_resource_config::Response { config, diagnostics: wire::diagnostics(diagnostics) }
    }

    fn try_generate_config(
        &self,
        request: &generate_resource_config::Request,
    ) -> Result<Option<DynamicValue>, Diagnostics> {
        let (item, schema) = self.resource(&request.type_name)?.parts();
        let state = wire::decode(request.state.as_ref(), &schema.ty, "state")?;
        if state.is_null() {
            return Ok(wire::null());
        }
        let config = item.generate_config(of_block(&schema.schema.block, &state));
        Ok(wire::encode(&config, &schema.ty)?)
    }
}

/// What a configuration has to say for this state.
fn of_block(block: &Block, state: &Value) -> Value {
    let mut config = of_attributes(&block.attributes, state);
    for nested in &block.blocks {
        let inner = nested.nesting.map_objects(state.get(nested.name), |_, object| of_block(&nested.block, object));
        config.set_attribute(nested.name, inner);
    }
    config
}

fn of_attributes(attributes: &[Attribute], state: &Value) -> Value {
    let mut config = state.clone();
    for attribute in attributes {
        let value = state.get(attribute.name);
        let kept = match &attribute.kind {
            _ if is_left_out(attribute, value) => Value::Null,
            Kind::Nested(nesting, inner) => nesting.map_objects(value, |_, object| of_attributes(inner, object)),
            Kind::Of(_) => continue,
        };
        config.set_attribute(attribute.name, kept);
    }
    // Of two that exclude each other, the one that the provider may have set goes.
    for attribute in attributes.iter().filter(|attribute| attribute.mode == Mode::OptionalComputed) {
        let excludes = |demand: Demand| matches!(demand, Demand::Conflict | Demand::ExactlyOne);
        let is_set = |config: &Value| {
            let relations = attribute.relations.iter().filter(|relation| excludes(relation.demand));
            relations
                .flat_map(|relation| &relation.others)
                .any(|path| config.at(path).is_some_and(|other| !other.is_null()))
        };
        if is_set(&config) {
            config.set_attribute(attribute.name, Value::Null);
        }
    }
    config
}

/// Whether a configuration does without this value.
fn is_left_out(attribute: &Attribute, value: &Value) -> bool {
    let is_default = matches!(&attribute.default, Some(Preset::Always(preset)) if preset == value);
    attribute.mode == Mode::Computed || attribute.deprecated.is_some() && attribute.mode != Mode::Required || is_default
}
