//! The section of a page that the schema makes: arguments, blocks and attributes.

use std::fmt::Write as _;

use crate::{
    schema::{Attribute, Block, Kind, Mode, NestedBlock, Nesting, demands, describe, with_facts},
    value::Type,
};

/// A heading and the attributes that stand below it.
type Group = (&'static str, fn(Mode) -> bool);

const GROUPS: [Group; 3] = [
    ("Required", |mode| mode == Mode::Required),
    ("Optional", |mode| matches!(mode, Mode::Optional | Mode::OptionalComputed)),
    ("Read-Only", |mode| mode == Mode::Computed),
];

/// What has a section of its own below the others.
enum Nested<'a> {
    /// Objects, which Terraform treats as values if they are those of an attribute.
    Objects {
        path: String,
        attributes: &'a [Attribute],
        blocks: &'a [NestedBlock],
        is_attribute: bool,
    },
    /// Objects that are each one value, given as a whole.
    Values {
        path: String,
        members: &'a [Attribute],
        is_argument: bool,
    },
    Timeouts {
        path: String,
        attribute: &'a Attribute,
    },
}

/// Arguments and attributes of a block.
pub(super) fn section(block: &Block) -> String {
    let mut text = String::from("## Schema\n\n");
    let mut nested = Vec::new();
    object(&mut text, "", &block.attributes, &block.blocks, &mut nested);
    below(&mut text, nested);
    text
}

/// What is in the objects that are arguments of a function.
pub(super) fn arguments(attributes: &[&Attribute]) -> String {
    let mut text = String::new();
    let nested = attributes.iter().rev().filter_map(|attribute| values(attribute.name.to_owned(), attribute, true));
    below(&mut text, nested.collect());
    text
}

/// The sections, the last one first.
fn below(text: &mut String, mut nested: Vec<Nested<'_>>) {
    while let Some(next) = nested.pop() {
        match next {
            Nested::Objects { path, attributes, blocks, is_attribute } => {
                heading(text, &path);
                if is_attribute && attributes.iter().any(|attribute| attribute.mode != Mode::Computed) {
                    // Terraform drops unknown names before the provider sees them.
                    text.push_str("Terraform ignores names that are not listed here, without an error.\n\n");
                }
                object(text, &path, attributes, blocks, &mut nested);
            }
            Nested::Values { path, members, is_argument } => {
                heading(text, &path);
                let title = if is_argument {
                    text.push_str("Set every attribute of the object; `null` stands for no value.\n\n");
                    "#### Required"
                } else {
                    "#### Read-Only"
                };
                group(text, title, &path, members.iter());
                let inner = members.iter().rev();
                nested.extend(inner.filter_map(|member| values(inside(&path, member.name), member, is_argument)));
            }
            Nested::Timeouts { path, attribute } => timeouts(text, &path, attribute),
        }
    }
}

/// The section of objects that are given as a whole, if the attribute holds any.
fn values(path: String, attribute: &Attribute, is_argument: bool) -> Option<Nested<'_>> {
    let members = members(attribute);
    (!members.is_empty()).then_some(Nested::Values { path, members, is_argument })
}

/// What is in the objects that an attribute holds.
fn members(attribute: &Attribute) -> &[Attribute] {
    match (&attribute.kind, &attribute.element) {
        (Kind::Nested(_, attributes), _) => attributes,
        (Kind::Of(_), Some(element)) => members(element),
        (Kind::Of(_), None) => &attribute.members,
    }
}

/// The attributes of an identity.
pub(super) fn identity(block: &Block) -> String {
    let mut text = String::new();
    for (title, belongs) in GROUPS {
        group(
            &mut text,
            &format!("#### {title}"),
            "",
            block.attributes.iter().filter(|attribute| belongs(attribute.mode)),
        );
    }
    text
}

fn heading(text: &mut String, path: &str) {
    let _ = write!(text, "<a id=\"{}\"></a>\n### `{path}`\n\n", anchor(path));
}

fn object<'a>(
    text: &mut String,
    path: &str,
    attributes: &'a [Attribute],
    blocks: &'a [NestedBlock],
    nested: &mut Vec<Nested<'a>>,
) {
    let level = if path.is_empty() { "###" } else { "####" };
    for (title, belongs) in GROUPS {
        let members = attributes.iter().filter(|attribute| belongs(attribute.mode));
        group(text, &format!("{level} {title}"), path, members);
    }
    if !blocks.is_empty() {
        let _ = write!(text, "{level} Blocks\n\n");
        for block in blocks {
            let (instead, anchor) = (block.block.deprecated, anchor(&inside(path, block.name)));
            let deprecated = if instead.is_some() { ", Deprecated" } else { "" };
            let instead = instead.map(|instead| format!(" {instead}")).unwrap_or_default();
            let facts = format!("{}{instead} See [below](#{anchor}).", demands(&block.relations));
            let description = with_facts(block.block.description, &facts);
            let line = format!("`{}` (Block{}{deprecated}) {description}", block.name, count(block));
            let _ = writeln!(text, "{}", item("- ", &line));
        }
        text.push('\n');
    }
    for block in blocks.iter().rev() {
        let (attributes, blocks) = (&block.block.attributes, &block.block.blocks);
        nested.push(Nested::Objects { path: inside(path, block.name), attributes, blocks, is_attribute: false });
    }
    for attribute in attributes.iter().rev() {
        let path = inside(path, attribute.name);
        match &attribute.kind {
            Kind::Nested(_, attributes) => {
                nested.push(Nested::Objects { path, attributes, blocks: &[], is_attribute: true });
            }
            Kind::Of(_) if !attribute.timeouts.is_empty() => nested.push(Nested::Timeouts { path, attribute }),
            Kind::Of(_) => nested.extend(values(path, attribute, attribute.is_argument())),
        }
    }
}

/// Attributes below a heading, by their names.
fn group<'a>(text: &mut String, heading: &str, path: &str, members: impl Iterator<Item = &'a Attribute>) {
    let mut members: Vec<&Attribute> = members.collect();
    if members.is_empty() {
        return;
    }
    members.sort_by_key(|attribute| attribute.name);
    let _ = write!(text, "{heading}\n\n");
    for attribute in members {
        let line = line(attribute, &inside(path, attribute.name), vec![type_name(attribute)]);
        let _ = writeln!(text, "{}", item("- ", &line));
    }
    text.push('\n');
}

fn timeouts(text: &mut String, path: &str, attribute: &Attribute) {
    heading(text, path);
    text.push_str("Each is a duration from `1s` to `24h`, such as `30s`, `5m` or `1h30m`.\n\n");
    for (operation, limit) in &attribute.timeouts {
        let _ = writeln!(text, "- `{operation}` (String) Default `{}`.", humantime::format_duration(*limit));
    }
    text.push('\n');
}

/// What there is to say of an attribute, after what its values are.
pub(super) fn line(attribute: &Attribute, path: &str, mut of: Vec<String>) -> String {
    let flags = [
        (attribute.sensitive, "Sensitive"),
        (attribute.write_only, "Write-only"),
        (attribute.deprecated.is_some(), "Deprecated"),
        (attribute.force_new, "Forces replacement"),
    ];
    of.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag.to_owned()));
    let mut facts = if attribute.timeouts.is_empty() { describe(attribute) } else { String::new() };
    if let Some(instead) = attribute.deprecated {
        let _ = write!(facts, " {instead}");
    }
    if !members(attribute).is_empty() || !attribute.timeouts.is_empty() {
        let _ = write!(facts, " See [below](#{}).", anchor(path));
    }
    format!("`{}` ({}) {}", attribute.name, of.join(", "), with_facts(attribute.description, &facts))
}

/// An item of a list. Its further lines are indented, so that they stay within it.
pub(super) fn item(marker: &str, text: &str) -> String {
    let indent = format!("\n{}", " ".repeat(marker.len()));
    let mut lines = text.lines();
    let first = format!("{marker}{}", lines.next().unwrap_or_default());
    lines.fold(first, |text, line| if line.is_empty() { text + "\n" } else { text + &indent + line })
}

fn inside(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn anchor(path: &str) -> String {
    format!("nested--{}", path.replace('.', "--"))
}

/// How the blocks are held, and how many there must or may be.
fn count(block: &NestedBlock) -> String {
    let nesting = match block.nesting {
        Nesting::Single | Nesting::Group => "",
        Nesting::List => " List",
        Nesting::Set => " Set",
        Nesting::Map => " Map",
    };
    let min = if block.min_items > 0 { format!(", Min: {}", block.min_items) } else { String::new() };
    let max = if block.max_items > 0 { format!(", Max: {}", block.max_items) } else { String::new() };
    format!("{nesting}{min}{max}")
}

fn type_name(attribute: &Attribute) -> String {
    match &attribute.kind {
        Kind::Of(ty) => plain(ty),
        Kind::Nested(nesting, _) => match nesting {
            Nesting::Single | Nesting::Group => "Attributes".to_owned(),
            Nesting::List => "Attributes List".to_owned(),
            Nesting::Set => "Attributes Set".to_owned(),
            Nesting::Map => "Attributes Map".to_owned(),
        },
    }
}

/// The name of a type.
pub(super) fn plain(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::List(of) => format!("List of {}", plain(of)),
        Type::Set(of) => format!("Set of {}", plain(of)),
        Type::Map(of) => format!("Map of {}", plain(of)),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}
