//! Between the protocol's messages and the SDK's own types.

use crate::{
    context::{Capabilities, Context, Deferral},
    diagnostics::{Diagnostic, Diagnostics, Severity},
    proto::{
        self,
        attribute_path::{Step as ProtoStep, step::Selector},
        schema::{self, nested_block, object},
    },
    schema::{Attribute, Block, Kind, Mode, NestedBlock, Nesting, Schema},
    value::{Path, Step, Type, Value, json, msgpack},
};

/// Reads a value; an absent one is null.
pub(super) fn decode(value: Option<&proto::DynamicValue>, ty: &Type, what: &str) -> Result<Value, Diagnostic> {
    let decoded = match value {
        None => Ok(Value::Null),
        Some(value) if !value.msgpack.is_empty() => msgpack::decode(&value.msgpack, ty),
        Some(value) if !value.json.is_empty() => json::decode(&value.json, ty),
        Some(_) => Ok(Value::Null),
    };
    decoded.map_err(|error| {
        if error.is_long_number {
            let detail = format!("In the {what}, {} is {}.", error.path, error.message);
            return Diagnostic::error("The number is too long", detail).at(error.path);
        }
        let detail = format!(
            "The provider cannot read the {what} that Terraform sent: {error}. This is a fault of the provider or of Terraform, not \
             of the configuration. Please report it to the provider."
        );
        Diagnostic::error(format!("The {what} cannot be read"), detail)
    })
}

/// Writes a value.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<Option<proto::DynamicValue>, Diagnostic> {
    match msgpack::encode(value, ty) {
        Ok(msgpack) => Ok(Some(proto::DynamicValue { msgpack, json: Vec::new() })),
        Err(error) => {
            let detail = format!(
                "The provider returned a value that its schema does not allow: {error}. This is a fault of the provider: please \
                 report it."
            );
            Err(Diagnostic::error("The provider returned an invalid value", detail))
        }
    }
}

/// Null, in the encoding of every type.
pub(super) fn null() -> Option<proto::DynamicValue> {
    Some(proto::DynamicValue { msgpack: vec![0xc0], json: Vec::new() })
}

impl From<Diagnostic> for proto::Diagnostic {
    fn from(diagnostic: Diagnostic) -> Self {
        let severity = match diagnostic.severity {
            Severity::Error => proto::diagnostic::Severity::Error,
            Severity::Warning => proto::diagnostic::Severity::Warning,
        };
        Self {
            severity: severity.into(),
            summary: diagnostic.summary,
            detail: diagnostic.detail,
            attribute: diagnostic.path.as_ref().map(path),
        }
    }
}

/// The messages of one call.
pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(Into::into).collect()
}

/// Why a call was put off, if its error is nothing but that.
pub(super) fn deferral(ctx: &Context, errors: &Diagnostics) -> Option<proto::Deferred> {
    let reason = match ctx.deferral(errors)? {
        Deferral::ResourceConfigUnknown => proto::deferred::Reason::ResourceConfigUnknown,
        Deferral::ProviderConfigUnknown => proto::deferred::Reason::ProviderConfigUnknown,
        Deferral::AbsentPrerequisite => proto::deferred::Reason::AbsentPrereq,
    };
    Some(proto::Deferred { reason: reason.into() })
}

/// What the calling Terraform can do.
pub(super) fn capabilities(capabilities: Option<proto::ClientCapabilities>) -> Capabilities {
    capabilities.map_or_else(Capabilities::default, |capabilities| Capabilities {
        deferral_allowed: capabilities.deferral_allowed,
        write_only_attributes_allowed: capabilities.write_only_attributes_allowed,
        store_planned_private: capabilities.store_planned_private,
        computed_blocks_allowed: capabilities.computed_blocks_allowed,
    })
}

/// A path, step by step, as far as the protocol has the steps: Terraform points at the line of a set, and at none for what
/// is no path.
pub(super) fn path(path: &Path) -> proto::AttributePath {
    let step = |step: &Step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
            Step::Element => return None,
        };
        Some(ProtoStep { selector: Some(selector) })
    };
    proto::AttributePath { steps: path.steps().iter().map_while(step).collect() }
}

/// The schema of an identity.
pub(super) fn identity_schema(schema: &Schema) -> proto::ResourceIdentitySchema {
    let attribute = |attribute: &Attribute| proto::resource_identity_schema::IdentityAttribute {
        name: attribute.name.to_owned(),
        r#type: attribute.ty().to_json().to_string().into_bytes(),
        required_for_import: attribute.mode == Mode::Required,
        optional_for_import: attribute.mode == Mode::Optional,
        description: attribute.full_description(),
    };
    let identity_attributes = schema.block.attributes.iter().map(attribute).collect();
    proto::ResourceIdentitySchema { version: schema.version, identity_attributes }
}

/// A schema of values that are not returned: what has a default is optional, and not computed.
pub(super) fn arguments(schema: &Schema) -> proto::Schema {
    let mut schema = proto::Schema::from(schema);
    schema.block.iter_mut().for_each(not_computed);
    schema
}

fn not_computed(block: &mut schema::Block) {
    block.attributes.iter_mut().for_each(attribute_not_computed);
    block.block_types.iter_mut().filter_map(|nested| nested.block.as_mut()).for_each(not_computed);
}

fn attribute_not_computed(attribute: &mut schema::Attribute) {
    attribute.computed = false;
    attribute.nested_type.iter_mut().flat_map(|object| &mut object.attributes).for_each(attribute_not_computed);
}

impl From<&Schema> for proto::Schema {
    fn from(schema: &Schema) -> Self {
        Self { version: schema.version, block: Some((&schema.block).into()) }
    }
}

impl From<&Block> for schema::Block {
    fn from(block: &Block) -> Self {
        let nested = |nested: &NestedBlock| schema::NestedBlock {
            type_name: nested.name.to_owned(),
            block: Some(schema::Block { description: nested.full_description(), ..(&nested.block).into() }),
            nesting: block_nesting(nested.nesting).into(),
            min_items: nested.min_items,
            max_items: nested.max_items,
        };
        Self {
            attributes: block.attributes.iter().map(Into::into).collect(),
            block_types: block.blocks.iter().map(nested).collect(),
            description: block.description.to_owned(),
            description_kind: proto::StringKind::Markdown.into(),
            deprecated: block.deprecated.is_some(),
            deprecation_message: block.deprecated.unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }
}

impl From<&Attribute> for schema::Attribute {
    fn from(attribute: &Attribute) -> Self {
        let (ty, nested_type) = match &attribute.kind {
            Kind::Of(ty) => (ty.to_json().to_string().into_bytes(), None),
            Kind::Nested(nesting, attributes) => {
                let object = schema::Object {
                    attributes: attributes.iter().map(Into::into).collect(),
                    nesting: object_nesting(*nesting).into(),
                    ..schema::Object::default()
                };
                (Vec::new(), Some(object))
            }
        };
        Self {
            name: attribute.name.to_owned(),
            r#type: ty,
            nested_type,
            description: attribute.full_description(),
            required: attribute.mode == Mode::Required,
            optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
            computed: attribute.is_computed(),
            sensitive: attribute.sensitive,
            description_kind: proto::StringKind::Markdown.into(),
            deprecated: attribute.deprecated.is_some(),
            write_only: attribute.write_only,
            deprecation_message: attribute.deprecated.unwrap_or_default().to_owned(),
        }
    }
}

fn block_nesting(nesting: Nesting) -> nested_block::NestingMode {
    match nesting {
        Nesting::Single => nested_block::NestingMode::Single,
        Nesting::List => nested_block::NestingMode::List,
        Nesting::Set => nested_block::NestingMode::Set,
        Nesting::Map => nested_block::NestingMode::Map,
        Nesting::Group => nested_block::NestingMode::Group,
    }
}

fn object_nesting(nesting: Nesting) -> object::NestingMode {
    match nesting {
        Nesting::Single | Nesting::Group => object::NestingMode::Single,
        Nesting::List => object::NestingMode::List,
        Nesting::Set => object::NestingMode::Set,
        Nesting::Map => object::NestingMode::Map,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_too_long_is_reported_on_its_path_and_is_no_fault_of_the_provider() {
        let ty = Type::object([("prices", Type::map(Type::Number))]);
        let msgpack = [b"\x81\xa6prices\x81\xa4year\xa6".as_slice(), b"1e5000"].concat();
        let value = proto::DynamicValue { msgpack, json: Vec::new() };
        let error = decode(Some(&value), &ty, "configuration").map_err(|error| {
            assert!(!error.detail.contains("fault"), "{}", error.detail);
            (error.detail, error.path)
        });
        let path = Path::attribute("prices").key("year");
        let detail = "In the configuration, prices[\"year\"] is not a finite number of at most 2000 digits.".to_owned();
        assert_eq!(error, Err((detail, Some(path))));
    }
}
