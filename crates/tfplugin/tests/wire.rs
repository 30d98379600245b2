//! The compiled descriptors against the tables of wire facts.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use prost::Message as _;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

const TABLES: [&str; 2] = [include_str!("data/tfplugin6.tsv"), include_str!("data/go-plugin.tsv")];

/// One row: kind, owner, name, number, label, type.
type Row = [String; 6];

fn row(parts: [&str; 6]) -> Row {
    parts.map(str::to_owned)
}

fn enum_rows(scope: &str, descriptor: &EnumDescriptorProto, rows: &mut BTreeSet<Row>) {
    let owner = format!("{scope}.{}", descriptor.name());
    for value in &descriptor.value {
        rows.insert(row(["enum", &owner, value.name(), &value.number().to_string(), "", ""]));
    }
}

fn type_name(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => field.type_name().trim_start_matches('.').to_owned(),
        scalar => scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    }
}

fn message_rows(scope: &str, message: &DescriptorProto, rows: &mut BTreeSet<Row>) {
    let owner = format!("{scope}.{}", message.name());
    rows.insert(row(["message", &owner, "", "", "", ""]));
    let is_map = |nested: &&DescriptorProto| nested.options.as_ref().is_some_and(|options| options.map_entry());
    for field in &message.field {
        let mut kind = type_name(field);
        let mut label = if field.label() == Label::Repeated { "repeated".to_owned() } else { String::new() };
        let entry = message.nested_type.iter().filter(is_map).find(|map| kind == format!("{owner}.{}", map.name()));
        if let Some(entry) = entry {
            kind = format!("map<{},{}>", type_name(&entry.field[0]), type_name(&entry.field[1]));
            label.clear();
        }
        if field.proto3_optional() {
            label = "optional".to_owned();
        } else if let Some(index) = field.oneof_index {
            label = format!("oneof {}", message.oneof_decl[usize::try_from(index).unwrap()].name());
        }
        rows.insert(row(["field", &owner, field.name(), &field.number().to_string(), &label, &kind]));
    }
    for descriptor in &message.enum_type {
        enum_rows(&owner, descriptor, rows);
    }
    for nested in message.nested_type.iter().filter(|nested| !is_map(nested)) {
        message_rows(&owner, nested, rows);
    }
}

fn compiled() -> BTreeSet<Row> {
    let bytes: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
    let mut rows = BTreeSet::new();
    for file in FileDescriptorSet::decode(bytes).unwrap().file {
        if !matches!(file.package(), "tfplugin6" | "plugin") {
            continue;
        }
        for descriptor in &file.enum_type {
            enum_rows(file.package(), descriptor, &mut rows);
        }
        for message in &file.message_type {
            message_rows(file.package(), message, &mut rows);
        }
        for service in &file.service {
            let owner = format!("{}.{}", file.package(), service.name());
            for method in &service.method {
                let streams =
                    [("client-stream", method.client_streaming()), ("server-stream", method.server_streaming())];
                let label: Vec<&str> = streams.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
                let input = method.input_type().trim_start_matches('.');
                let output = method.output_type().trim_start_matches('.');
                rows.insert(row(["rpc", &owner, method.name(), input, &label.join(" "), output]));
            }
        }
    }
    rows
}

#[test]
fn the_compiled_protocol_is_that_of_the_tables() {
    let lines = TABLES.iter().flat_map(|table| table.lines()).filter(|line| !line.starts_with('#') && !line.is_empty());
    let expected: BTreeSet<Row> = lines
        .map(|line| {
            let mut parts = line.split('\t');
            std::array::from_fn(|_| parts.next().unwrap_or_default().to_owned())
        })
        .collect();
    let compiled = compiled();
    assert!(expected.len() > 400);
    let missing: Vec<_> = expected.difference(&compiled).collect();
    let added: Vec<_> = compiled.difference(&expected).collect();
    assert!(missing.is_empty() && added.is_empty(), "missing: {missing:#?}\nadded: {added:#?}");
}
